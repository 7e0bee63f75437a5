//! Changes put together again as they were committed.

use std::{collections::VecDeque, mem, time::Duration};

use crate::{
    error::{ChangesError, ChangesErrorKind, Error, Misuse},
    machine::{Input, Machine, Now, Step},
    session::Session,
    streams::EventId,
};

use super::{
    Change, ChangeRecord, ChangeSource, Changes, ChangesOptions, ChangesSummary, Checkpoint,
    StartPosition,
};

/// The transactions of a change stream, whole and in order.
///
/// A [`Machine`] whose items are transactions; otherwise it is as [`Changes`]. A transaction that
/// spans pages is put together. With one that has more records than
/// [`transaction_limit`](ChangesOptions::transaction_limit) it ends, before handing out any of it.
///
/// The end of a transaction is where the service says so or, where it never does, where another one begins.
///
/// ```
/// use std::time::SystemTime;
/// use neptunedata::{
///     Auth, Endpoint, Session, changes::{ChangesOptions, StartPosition, Transactions},
///     machine::{Input, Io, Machine, Now, Step}, streams::GetSparqlStream,
/// };
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let checkpoint = "11:2".parse()?; // As it was kept when the program stopped.
/// let mut transactions = Transactions::<GetSparqlStream>::with_options(
///     &session,
///     StartPosition::After(checkpoint),
///     ChangesOptions::new().stop_at_end(),
///     42,
/// );
///
/// // What the server would have answered:
/// let mut answers = vec![
///     (404, r#"{"requestId":"r","code":"StreamRecordsNotFoundException","detailedMessage":
///         "Requested startEventId is from the future. Last valid eventId is [commitNum = 12, opNum = 2]"}"#),
///     (200, r#"{"records":[
///         {"eventId":{"commitNum":12,"opNum":1},"op":"ADD","data":{"stmt":"<s> <p> <o> .\n"}},
///         {"eventId":{"commitNum":12,"opNum":2},"op":"ADD","data":{"stmt":"<s> <p> <x> .\n"},"isLastOp":true}
///     ]}"#),
/// ];
/// let now = Now::at(SystemTime::UNIX_EPOCH);
/// let (mut input, mut kept) = (Input::Next, None);
/// let end = loop {
///     input = match transactions.resume(input, now) {
///         Step::Io(Io::Send(_)) => {
///             let (status, body) = answers.pop().unwrap();
///             let answer = neptunedata::http::Response::builder().status(status).body(body.into())?;
///             Input::Response(answer, Default::default())
///         }
///         Step::Item(transaction) => {
///             assert_eq!(transaction.records.len(), 2);
///             // … work on it, and when that is done:
///             kept = Some(transaction.checkpoint);
///             Input::Next
///         }
///         Step::Done(end) => break end?,
///         step => panic!("{step:?}"),
///     };
/// };
/// assert_eq!(kept.unwrap().to_string(), "12:2");
/// assert_eq!(end.checkpoint, kept);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Transactions<O: ChangeSource> {
    changes: Changes<O>,
    limit: usize,
    /// The records of a transaction that has not ended.
    pending: Vec<O::Record>,
    /// Where they begin and end.
    first: EventId,
    last: EventId,
    /// Transactions that have ended and were not handed out.
    ready: VecDeque<Transaction<O::Record>>,
    /// What was handed out last.
    checkpoint: Option<Checkpoint>,
    handing_out: bool,
    over: bool,
}

/// The changes of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction<R> {
    /// The number of the commit.
    pub commit_num: i64,
    /// All changes, in order.
    pub records: Vec<R>,
    /// The place behind it: what to keep when the transaction is worked on.
    pub checkpoint: Checkpoint,
}

impl<R: ChangeRecord> Transaction<R> {
    /// Whether it is there from its beginning on. The oldest one that a stream keeps may have lost
    /// that.
    pub fn is_whole(&self) -> bool {
        let first = self.records.first().and_then(ChangeRecord::event_id);
        first.is_some_and(|id| id.op_num <= 1)
    }
}

impl<O: ChangeSource> Transactions<O> {
    /// Follows the stream from there. The `seed` decides the jitter; take a random number.
    pub fn new(session: &Session, start: StartPosition, seed: u64) -> Self {
        Transactions::with_options(session, start, ChangesOptions::default(), seed)
    }

    /// Follows the stream, with options.
    pub fn with_options(
        session: &Session,
        start: StartPosition,
        options: ChangesOptions,
        seed: u64,
    ) -> Self {
        let nowhere = EventId::new(0, 0);
        Transactions {
            limit: options.transaction_limit,
            changes: Changes::with_options(session, start, options, seed),
            pending: Vec::new(),
            first: nowhere,
            last: nowhere,
            ready: VecDeque::new(),
            checkpoint: match start {
                StartPosition::After(checkpoint) => Some(checkpoint),
                _ => None,
            },
            handing_out: false,
            over: false,
        }
    }

    /// The place behind the transaction that was handed out last, or where it began: with
    /// [`StartPosition::Latest`] as soon as the service has told the end of the stream.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        match self.ready.is_empty() {
            true => self.checkpoint.max(self.changes.checkpoint()),
            false => self.checkpoint,
        }
    }

    /// Puts a change to its transaction; false when that is too large.
    fn take(&mut self, change: Change<O::Record>) -> bool {
        let id = change.event_id;
        if !self.pending.is_empty() && id.commit_num != self.last.commit_num {
            self.finish();
        }
        if self.pending.is_empty() {
            self.first = id;
        } else if self.pending.len() >= self.limit {
            return false;
        }
        self.last = id;
        self.pending.push(change.record);
        if change.checkpoint.is_some() {
            self.finish();
        }
        true
    }

    fn finish(&mut self) {
        self.ready.push_back(Transaction {
            commit_num: self.last.commit_num,
            records: mem::take(&mut self.pending),
            checkpoint: Checkpoint::after(self.last),
        });
    }

    fn hand_out(&mut self) -> Option<Step<Transaction<O::Record>, ChangesSummary>> {
        let transaction = self.ready.pop_front()?;
        self.checkpoint = Some(transaction.checkpoint);
        self.handing_out = true;
        Some(Step::Item(transaction))
    }
}

impl<O: ChangeSource> Machine for Transactions<O> {
    type Item = Transaction<O::Record>;
    type Output = ChangesSummary;

    fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, ChangesSummary> {
        if self.over && !matches!(input, Input::Wake(_)) {
            return Step::Misuse(Misuse {
                operation: O::INFO.name,
                subject: None,
                state: "done",
                input: input.name(),
                attempts: 0,
                may_have_executed: false,
            });
        }
        if self.handing_out && matches!(input, Input::Next) {
            self.handing_out = false;
            if let Some(step) = self.hand_out() {
                return step;
            }
        }
        let mut step = self.changes.resume(input, now);
        loop {
            step = match step {
                Step::Item(change) => {
                    if !self.take(change) {
                        self.over = true;
                        self.pending = Vec::new();
                        let error = ChangesError {
                            kind: ChangesErrorKind::TooLarge,
                            place: self.first,
                            next: None,
                            head: None,
                            limit: self.limit,
                            trouble: None,
                        };
                        return Step::fail(Error::new(O::INFO.name, Box::new(error)));
                    }
                    if let Some(step) = self.hand_out() {
                        return step;
                    }
                    self.changes.resume(Input::Next, now)
                }
                Step::Done(Ok(end)) => {
                    self.over = true;
                    let checkpoint = self.checkpoint.max(end.checkpoint);
                    return Step::Done(Ok(ChangesSummary { checkpoint }));
                }
                Step::Done(Err(error)) => {
                    self.over = true;
                    return Step::Done(Err(error));
                }
                Step::Io(io) => return Step::Io(io),
                Step::Misuse(misuse) => return Step::Misuse(misuse),
            };
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        self.changes.wake_at()
    }
}

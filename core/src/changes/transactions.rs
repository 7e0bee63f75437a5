//! Changes grouped by transaction.

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

/// The transactions of a change stream, complete and in order.
///
/// This is a [`Machine`] like [`Changes`], but its items are transactions. A transaction that spans pages is assembled.
/// If a transaction has more records than [`transaction_limit`](ChangesOptions::transaction_limit), the machine ends
/// with an error before it hands out any of them.
///
/// A transaction ends at the record that the service marks as its last, or, without such a mark, where the next
/// transaction begins. Without marks, the last transaction of the stream is therefore handed out only when another
/// one begins, and not at all if [`stop_at_end`](ChangesOptions::stop_at_end) is set.
///
/// ```
/// use std::time::SystemTime;
/// use neptunedata::{
///     Auth, Endpoint, Session, changes::{ChangesOptions, StartPosition, Transactions},
///     machine::{Input, Io, Machine, Now, Step}, streams::GetSparqlStream,
/// };
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let checkpoint = "11:2".parse()?; // Stored before the program stopped.
/// let mut transactions = Transactions::<GetSparqlStream>::with_options(
///     &session,
///     StartPosition::After(checkpoint),
///     ChangesOptions::new().stop_at_end(),
///     42,
/// );
///
/// // The responses that a server could return, in reverse order:
/// let mut responses = vec![
///     (404, r#"{"requestId":"r","code":"StreamRecordsNotFoundException","detailedMessage":
///         "Requested startEventId is from the future. Last valid eventId is [commitNum = 12, opNum = 2]"}"#),
///     (200, r#"{"records":[
///         {"eventId":{"commitNum":12,"opNum":1},"op":"ADD","data":{"stmt":"<s> <p> <o> .\n"}},
///         {"eventId":{"commitNum":12,"opNum":2},"op":"ADD","data":{"stmt":"<s> <p> <x> .\n"},"isLastOp":true}
///     ]}"#),
/// ];
/// let now = Now::at(SystemTime::UNIX_EPOCH);
/// let (mut input, mut stored) = (Input::Next, None);
/// let end = loop {
///     input = match transactions.resume(input, now) {
///         Step::Io(Io::Send(_)) => {
///             let (status, body) = responses.pop().unwrap();
///             let response = neptunedata::http::Response::builder().status(status).body(body.into())?;
///             Input::Response(response, Default::default())
///         }
///         Step::Item(transaction) => {
///             assert_eq!(transaction.records.len(), 2);
///             // … process the transaction, and then store its checkpoint:
///             stored = Some(transaction.checkpoint);
///             Input::Next
///         }
///         Step::Done(end) => break end?,
///         step => panic!("{step:?}"),
///     };
/// };
/// assert_eq!(stored.unwrap().to_string(), "12:2");
/// assert_eq!(end.checkpoint, stored);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Transactions<O: ChangeSource> {
    changes: Changes<O>,
    limit: usize,
    /// The records of the transaction that has not ended.
    pending: Vec<O::Record>,
    /// The first and the last of these records.
    first: EventId,
    last: EventId,
    /// Transactions that have ended and were not handed out.
    ready: VecDeque<Transaction<O::Record>>,
    /// The checkpoint of the last transaction handed out, or of the start position.
    checkpoint: Option<Checkpoint>,
    /// The caller has a transaction and has not resumed yet.
    handing_out: bool,
    done: bool,
}

/// The changes of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction<R> {
    /// The number of the commit.
    pub commit_num: i64,
    /// All changes, in order.
    pub records: Vec<R>,
    /// The checkpoint after the transaction, to be stored once the transaction is processed.
    pub checkpoint: Checkpoint,
}

impl<R: ChangeRecord> Transaction<R> {
    /// Whether the transaction has its first record. The oldest transaction of a stream may have lost its
    /// first records.
    pub fn is_whole(&self) -> bool {
        let first = self.records.first().and_then(ChangeRecord::event_id);
        first.is_some_and(|id| id.op_num <= 1)
    }
}

impl<O: ChangeSource> Transactions<O> {
    /// Follows the stream from `start`. The `seed` determines the jitter of pauses: use a random
    /// number, or [`Session::next_seed`](crate::session::Session::next_seed).
    pub fn new(session: &Session, start: StartPosition, seed: u64) -> Self {
        Transactions::with_options(session, start, ChangesOptions::default(), seed)
    }

    /// Like [`new`](Transactions::new), with options.
    pub fn with_options(
        session: &Session,
        start: StartPosition,
        options: ChangesOptions,
        seed: u64,
    ) -> Self {
        let unset = EventId::new(0, 0);
        Transactions {
            limit: options.transaction_limit,
            changes: Changes::with_options(session, start, options, seed),
            pending: Vec::new(),
            first: unset,
            last: unset,
            ready: VecDeque::new(),
            checkpoint: match start {
                StartPosition::After(checkpoint) => Some(checkpoint),
                _ => None,
            },
            handing_out: false,
            done: false,
        }
    }

    /// The checkpoint after the last transaction handed out, or else of the start position. With
    /// [`StartPosition::Latest`] it is known once the service has reported the end of the stream.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        // The changes may be ahead of the transactions that were handed out.
        if self.ready.is_empty() {
            self.checkpoint.max(self.changes.checkpoint())
        } else {
            self.checkpoint
        }
    }

    /// Adds a change to its transaction; false if the transaction is too large.
    fn add(&mut self, change: Change<O::Record>) -> bool {
        let id = change.event_id;
        // Without marked ends, only the next transaction shows that this one is complete.
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
        // `changes` may not have ended, for example after a transaction that is too large.
        if self.done && !matches!(input, Input::Wake(_)) {
            return Step::Misuse(Misuse {
                operation: O::INFO.name,
                subject: None,
                state: "done",
                input: input.name(),
                attempts: 0,
                may_have_executed: false,
            });
        }
        // One change can complete two transactions: one without a marked end before it, and its own. `changes`
        // still has its item out, so it is resumed only after the last of them.
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
                    if !self.add(change) {
                        self.done = true;
                        self.pending = Vec::new();
                        let error = ChangesError {
                            kind: ChangesErrorKind::TooLarge,
                            position: self.first,
                            next: None,
                            head: None,
                            limit: self.limit,
                            service_error: None,
                        };
                        return Step::fail(Error::new(O::INFO.name, Box::new(error)));
                    }
                    if let Some(step) = self.hand_out() {
                        return step;
                    }
                    self.changes.resume(Input::Next, now)
                }
                Step::Done(Ok(end)) => {
                    self.done = true;
                    // Records in `pending` are dropped, because it is not known whether their transaction is
                    // complete. They follow the checkpoint, so the next start delivers them again.
                    let checkpoint = self.checkpoint.max(end.checkpoint);
                    return Step::Done(Ok(ChangesSummary { checkpoint }));
                }
                Step::Done(Err(error)) => {
                    self.done = true;
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

    fn abandon(&mut self) {
        self.done = true;
        self.changes.abandon();
    }

    fn is_between_polls(&self) -> bool {
        self.changes.is_between_polls()
    }
}

//! Reading change streams continuously, by record ([`Changes`]) or by transaction ([`Transactions`]).

mod checkpoint;
mod commit_bounds;
mod failures;
mod options;
mod source;
mod transactions;

use std::{time::Duration, vec};

use crate::{
    error::Error,
    machine::{CallOutput, Input, Machine, Now, Step},
    poll::{PollEvent, Poller},
    session::Session,
    streams::{EventId, IteratorType},
};

use commit_bounds::CommitBounds;

pub use crate::error::{ChangesError, ChangesErrorKind};
pub use checkpoint::Checkpoint;
pub use options::ChangesOptions;
pub use source::{ChangeRecord, ChangeSource};
pub use transactions::{Transaction, Transactions};

/// The limit for the records of the first page.
const FIRST_LIMIT: i64 = 1000;
/// The page size in bytes that the limits aim at. The service ends a page at 10 MB.
const TARGET_PAGE_SIZE: i64 = 8 * 1024 * 1024;
/// From this size on, the service may have ended the page before the limit.
const FULL_PAGE_SIZE: usize = 9 * 1024 * 1024;
/// The maximum `Retry-After` that is respected, as between the attempts of a call.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// The position at which following a change stream starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartPosition {
    /// At the oldest record that the stream keeps.
    TrimHorizon,
    /// After the newest record. Requires engine 1.1.0.0 or later.
    Latest,
    /// After this checkpoint.
    After(Checkpoint),
}

/// The records of a change stream, one by one and in order.
///
/// This is a [`Machine`] whose items are records. Resume it with [`Input::Next`] to start and after each item. At the
/// end of the stream it polls for new records with growing pauses, unless [`stop_at_end`](ChangesOptions::stop_at_end)
/// is set. When the server throttles requests or runs out of memory, the machine polls more slowly. Up to ten other
/// transient failures in a row are retried: see [`transient_failures`](ChangesOptions::transient_failures).
///
/// The last record of a transaction has a [`Checkpoint`]. If you store the newest checkpoint of the records
/// that you have processed, and start there the next time, no record is missed; records after the checkpoint
/// are delivered again. For complete transactions see [`Transactions`].
///
/// Lost changes are never skipped. If the stream no longer keeps the records after the position
/// ([U18](crate::wire_notes#u18)), if the stream ends before the position, as after a fast reset or a restore
/// ([U17](crate::wire_notes#u17)), or if records are missing, the machine ends with an error whose cause is a
/// [`ChangesError`]. A reset is not detected if the new stream has grown past the old position before the next request.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using.html>
#[derive(Debug)]
pub struct Changes<O: ChangeSource> {
    poller: Poller<O>,
    options: ChangesOptions,
    position: Position,
    /// Records up to this commit are skipped, because the commit began before the start position.
    skip_through: Option<i64>,
    /// The rest of the page.
    page: vec::IntoIter<O::Record>,
    /// The stream may have more records after the page.
    may_have_more: bool,
    /// Whether the page had at least one record that was not delivered before.
    page_was_new: bool,
    checkpoint: Option<Checkpoint>,
    /// The limit for the records of the next page.
    limit: i64,
    /// The number of polls in a row without a new record.
    idle_polls: u32,
    /// The number of calls in a row that failed for any reason. It determines the pause.
    failed_calls: u32,
    /// The number of calls in a row that failed, except calls that were throttled or for which the server had
    /// too little memory.
    transient_failures: u32,
    /// Since when the service has reported an end of the stream that contradicts the position.
    inconsistent_since: Option<Duration>,
    commit_bounds: CommitBounds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    TrimHorizon,
    Latest,
    After(EventId),
}

/// A record with its position in the change stream: the item of [`Changes`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<R> {
    /// What changed.
    pub record: R,
    /// The position of the record in the stream.
    pub event_id: EventId,
    /// The checkpoint after the record, if it is the last record of a transaction.
    pub checkpoint: Option<Checkpoint>,
}

/// The output of [`Changes`] and [`Transactions`] at the end of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangesSummary {
    /// The last checkpoint, at which to start the next time. If it is `None`, use the same start position again.
    pub checkpoint: Option<Checkpoint>,
}

type Flow<O> = Step<Change<<O as ChangeSource>::Record>, ChangesSummary>;

impl<O: ChangeSource> Changes<O> {
    /// Follows the stream from `start`. The `seed` determines the jitter of pauses: use a random
    /// number, or [`Session::next_seed`](crate::session::Session::next_seed).
    pub fn new(session: &Session, start: StartPosition, seed: u64) -> Self {
        Changes::with_options(session, start, ChangesOptions::default(), seed)
    }

    /// Like [`new`](Changes::new), with options.
    pub fn with_options(
        session: &Session,
        start: StartPosition,
        options: ChangesOptions,
        seed: u64,
    ) -> Self {
        let mut options = options;
        // This machine retries transient failures with pauses. Retries within each call would add bursts of attempts.
        options.call.reauth_only = options.call.max_attempts.is_none();
        let (position, checkpoint) = match start {
            StartPosition::TrimHorizon => (Position::TrimHorizon, None),
            StartPosition::Latest => (Position::Latest, None),
            StartPosition::After(checkpoint) => {
                (Position::After(checkpoint.event_id()), Some(checkpoint))
            }
        };
        Changes {
            poller: Poller::new(session, seed),
            limit: FIRST_LIMIT.min(options.page_limit),
            options,
            position,
            skip_through: None,
            page: Vec::new().into_iter(),
            may_have_more: false,
            page_was_new: false,
            checkpoint,
            idle_polls: 0,
            failed_calls: 0,
            transient_failures: 0,
            inconsistent_since: None,
            commit_bounds: CommitBounds::default(),
        }
    }

    /// The checkpoint after the last complete transaction that was read. Before the first one: the checkpoint of
    /// the start position, if it has one.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.checkpoint
    }

    fn request_page(&mut self, now: Now) -> Flow<O> {
        let (start, id) = match self.position {
            Position::TrimHorizon => (IteratorType::TrimHorizon, None),
            Position::Latest => (IteratorType::Latest, None),
            Position::After(id) => (IteratorType::AfterSequenceNumber, Some(id)),
        };
        // `LATEST` returns one record anyway.
        let limit = (start != IteratorType::Latest).then_some(self.limit);
        let page = O::page(start, id, limit);
        // A change stream has no total time limit; each attempt has one.
        let event = self
            .poller
            .call(&page, &self.options.call, Duration::MAX, now);
        self.on_event(event, now)
    }

    fn on_event(&mut self, event: PollEvent<O::Output>, now: Now) -> Flow<O> {
        match event {
            PollEvent::Started | PollEvent::PauseOver => self.request_page(now),
            PollEvent::ItemTaken => self.next_record(now),
            PollEvent::CallDone(Ok(output)) => self.on_page(output, now),
            PollEvent::CallDone(Err(error)) => self.on_error(error, now),
            PollEvent::CannotWait(failure) => Step::fail(Error::new(O::INFO.name, failure)),
            PollEvent::Io(io) => Step::Io(io),
            PollEvent::Misuse(misuse) => Step::Misuse(misuse),
        }
    }

    fn on_page(&mut self, output: CallOutput<O::Output>, now: Now) -> Flow<O> {
        let CallOutput { output, body, .. } = output;
        let Some(records) = O::records(output) else {
            return Step::fail(failures::missing_records::<O>(body));
        };
        // Without the ids and their order, records could be skipped.
        if let Some(index) = records
            .iter()
            .position(|record| record.event_id().is_none())
        {
            return Step::fail(failures::missing_event_id::<O>(index, body));
        }
        if let Some(index) = out_of_order(&records) {
            return Step::fail(failures::out_of_order::<O>(index, body));
        }
        (
            self.failed_calls,
            self.transient_failures,
            self.inconsistent_since,
        ) = (0, 0, None);
        self.options.call.fresh = false;
        if self.position == Position::Latest {
            return self.start_at_latest(&records, now);
        }
        let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
        self.may_have_more = count >= self.limit || body.len() >= FULL_PAGE_SIZE;
        self.adapt_limit(count, body.len());
        self.page = records.into_iter();
        self.page_was_new = false;
        self.next_record(now)
    }

    /// Starts after the newest record.
    fn start_at_latest(&mut self, records: &[O::Record], now: Now) -> Flow<O> {
        let last = records.last();
        self.start_after(
            last.and_then(ChangeRecord::event_id),
            last.is_some_and(ChangeRecord::is_last_op),
        );
        self.caught_up(now)
    }

    /// Starts after this record; `None` if the stream is empty.
    fn start_after(&mut self, id: Option<EventId>, is_last_op: bool) {
        self.position = id.map_or(Position::TrimHorizon, Position::After);
        match id {
            Some(id) if is_last_op => {
                self.checkpoint = Some(Checkpoint::after(id));
                self.commit_bounds.record(id, true);
            }
            // The commit may continue. Skip the rest of it, because its beginning is not delivered.
            Some(id) => self.skip_through = Some(id.commit_num),
            None => {}
        }
    }

    fn next_record(&mut self, now: Now) -> Flow<O> {
        for record in self.page.by_ref() {
            // Not reached: `on_page` rejects pages with records without an id.
            let Some(event_id) = record.event_id() else {
                continue;
            };
            // A page can contain records that were delivered before.
            if matches!(self.position, Position::After(last) if event_id <= last) {
                continue;
            }
            if let Some(after) = self.commit_bounds.gap_before(event_id) {
                return self.gap(after, event_id);
            }
            self.position = Position::After(event_id);
            self.page_was_new = true;
            self.idle_polls = 0;
            self.commit_bounds.record(event_id, record.is_last_op());
            let checkpoint = record.is_last_op().then_some(Checkpoint::after(event_id));
            self.checkpoint = checkpoint.or(self.checkpoint);
            if self
                .skip_through
                .is_some_and(|commit_num| event_id.commit_num <= commit_num)
            {
                continue;
            }
            self.poller.hand_out();
            return Step::Item(Change {
                record,
                event_id,
                checkpoint,
            });
        }
        if !self.page_was_new {
            return self.caught_up(now);
        }
        // Only the service can confirm the end of the stream, so request another page before stopping there.
        // While following, a page that was not full is probably the last for now.
        if self.may_have_more || self.options.stop_at_end {
            self.request_page(now)
        } else {
            self.pause(self.idle_polls, Duration::ZERO, now)
        }
    }

    /// Adapts the limit for the next page to the size of the records.
    fn adapt_limit(&mut self, count: i64, size: usize) {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let fitting = TARGET_PAGE_SIZE
            .saturating_mul(count)
            .checked_div(size)
            .unwrap_or(1);
        // Shrink at once after a page above the target size: at 10 MB the service would end the page early.
        if fitting < self.limit && size > TARGET_PAGE_SIZE {
            self.limit = fitting.max(1);
        } else if count >= self.limit {
            // Grow only after a full page, and at most fourfold: later records may be larger.
            let most = self.limit.saturating_mul(4).min(self.options.page_limit);
            self.limit = fitting.clamp(self.limit, most.max(self.limit));
        }
    }

    fn caught_up(&mut self, now: Now) -> Flow<O> {
        if self.options.stop_at_end {
            let checkpoint = self.checkpoint;
            return Step::Done(Ok(ChangesSummary { checkpoint }));
        }
        self.pause_idle(now)
    }

    fn pause_idle(&mut self, now: Now) -> Flow<O> {
        let doublings = self.idle_polls;
        self.idle_polls = self.idle_polls.saturating_add(1);
        self.pause(doublings, Duration::ZERO, now)
    }

    /// Pauses for the poll interval, or for `retry_after` if that is longer.
    fn pause(&mut self, doublings: u32, retry_after: Duration, now: Now) -> Flow<O> {
        let ChangesOptions {
            poll_interval,
            max_poll_interval,
            ..
        } = self.options;
        let interval = self
            .poller
            .interval(poll_interval, doublings, max_poll_interval);
        let time = interval.max(retry_after.min(MAX_RETRY_AFTER));
        Step::Io(self.poller.pause(time, now))
    }
}

/// The index of the first record whose id is smaller than that of the record before it.
fn out_of_order<R: ChangeRecord>(records: &[R]) -> Option<usize> {
    let pairs = records.iter().zip(records.iter().skip(1));
    let mut pairs = pairs.map(|(one, next)| (one.event_id(), next.event_id()));
    let index = pairs.position(|(one, next)| next < one)?;
    index.checked_add(1)
}

impl<O: ChangeSource> Machine for Changes<O> {
    type Item = Change<O::Record>;
    type Output = ChangesSummary;

    fn resume(&mut self, input: Input, now: Now) -> Flow<O> {
        let event = self.poller.resume(input, now);
        self.on_event(event, now)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.poller.wake_at()
    }

    fn abandon(&mut self) {
        self.poller.abandon();
    }

    fn is_between_polls(&self) -> bool {
        self.poller.is_between_polls()
    }
}

//! Following change streams: [`Changes`] one by one, [`Transactions`] whole.

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
    poll::{Poller, Turn},
    session::Session,
    streams::{EventId, IteratorType},
};

use commit_bounds::Ends;

pub use crate::error::{ChangesError, ChangesErrorKind};
pub use checkpoint::Checkpoint;
pub use options::ChangesOptions;
pub use source::{ChangeRecord, ChangeSource};
pub use transactions::{Transaction, Transactions};

/// With so many records the first page is asked for.
const FIRST_LIMIT: i64 = 1000;
/// The size of a page that is aimed at: the service cuts at 10 MB.
const PAGE_SIZE: i64 = 8 * 1024 * 1024;
/// From this size on a page may have been cut.
const CUT_SIZE: usize = 9 * 1024 * 1024;
/// The server's wishes are respected up to this, as between the attempts of a call.
const LONGEST_WISH: Duration = Duration::from_secs(60);

/// Where following a change stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartPosition {
    /// With the oldest record that the stream keeps.
    TrimHorizon,
    /// With what is committed from now on. Engine 1.1.0.0 or later.
    Latest,
    /// With what follows this place.
    After(Checkpoint),
}

/// The records of a change stream, one by one and in order.
///
/// A [`Machine`] whose items are records. Give it [`Input::Next`] to begin and after each item. At the
/// end of the stream it waits for what comes, gently, unless it is told to
/// [end there](ChangesOptions::stop_at_end). Being refused for load slows it down, and other failures
/// that may pass are waited through, ten in a row.
///
/// A record that ends a transaction comes with a [`Checkpoint`]. Who keeps the last one of what was
/// worked on, and begins with it the next time, misses nothing; records behind it come again. For
/// whole transactions see [`Transactions`].
///
/// Changes that are lost are never passed over: a place that is no longer kept ([U18](crate::wire_notes#u18)), one beyond the
/// end of the stream, as after a fast reset or a restore ([U17](crate::wire_notes#u17)), and a gap are errors with a
/// [`ChangesError`] as their cause. The latter goes unnoticed where the new stream has
/// grown past the old place before anybody asked.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using.html>
#[derive(Debug)]
pub struct Changes<O: ChangeSource> {
    poller: Poller<O>,
    options: ChangesOptions,
    position: Position,
    /// No record of this commit or an earlier one: its beginning was before the start.
    skipped: Option<i64>,
    /// What is left of the page.
    page: vec::IntoIter<O::Record>,
    /// More may be there than the page had.
    more: bool,
    /// Something on the page was new.
    fresh: bool,
    checkpoint: Option<Checkpoint>,
    /// How many records to ask for.
    limit: i64,
    /// How often in a row there was nothing new.
    idle: u32,
    /// How many calls in a row failed, and how many of those not for load.
    refused: u32,
    failures: u32,
    /// Since when place and end of the stream do not go together.
    inconsistent_since: Option<Duration>,
    ends: Ends,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    TrimHorizon,
    Latest,
    After(EventId),
}

/// A record of a change stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<R> {
    /// What changed.
    pub record: R,
    /// Where it stands in the stream.
    pub event_id: EventId,
    /// The place behind it, if a transaction ends with it.
    pub checkpoint: Option<Checkpoint>,
}

/// The stream was followed to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangesSummary {
    /// The last place between transactions that was come by: where to go on another time. None if
    /// that is still the beginning.
    pub checkpoint: Option<Checkpoint>,
}

type Next<O> = Step<Change<<O as ChangeSource>::Record>, ChangesSummary>;

impl<O: ChangeSource> Changes<O> {
    /// Follows the stream from there. The `seed` decides the jitter; take a random number.
    pub fn new(session: &Session, start: StartPosition, seed: u64) -> Self {
        Changes::with_options(session, start, ChangesOptions::default(), seed)
    }

    /// Follows the stream, with options.
    pub fn with_options(
        session: &Session,
        start: StartPosition,
        options: ChangesOptions,
        seed: u64,
    ) -> Self {
        let mut options = options;
        // What may pass is waited for here, gently; attempts on top of it would come in bursts.
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
            skipped: None,
            page: Vec::new().into_iter(),
            more: false,
            fresh: false,
            checkpoint,
            idle: 0,
            refused: 0,
            failures: 0,
            inconsistent_since: None,
            ends: Ends::default(),
        }
    }

    /// The last place between transactions that was come by.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.checkpoint
    }

    fn ask(&mut self, now: Now) -> Next<O> {
        let (start, id) = match self.position {
            Position::TrimHorizon => (IteratorType::TrimHorizon, None),
            Position::Latest => (IteratorType::Latest, None),
            Position::After(id) => (IteratorType::AfterSequenceNumber, Some(id)),
        };
        // The newest record is one anyway.
        let limit = (start != IteratorType::Latest).then_some(self.limit);
        let page = O::page(start, id, limit);
        // A stream is followed for as long as it takes.
        let turn = self
            .poller
            .call(&page, &self.options.call, Duration::MAX, now);
        self.take_turn(turn, now)
    }

    fn take_turn(&mut self, turn: Turn<O::Output>, now: Now) -> Next<O> {
        match turn {
            Turn::Begun | Turn::PauseOver => self.ask(now),
            Turn::ItemTaken => self.next_record(now),
            Turn::Called(Ok(answered)) => self.answered(answered, now),
            Turn::Called(Err(error)) => self.failed(error, now),
            Turn::CannotWait(failure) => Step::fail(Error::new(O::INFO.name, failure)),
            Turn::Io(io) => Step::Io(io),
            Turn::Misuse(misuse) => Step::Misuse(misuse),
        }
    }

    fn answered(&mut self, answered: CallOutput<O::Output>, now: Now) -> Next<O> {
        let CallOutput { output, body, .. } = answered;
        let Some(records) = O::records(output) else {
            return Step::fail(failures::no_records::<O>(body));
        };
        if let Some(nameless) = records
            .iter()
            .position(|record| record.event_id().is_none())
        {
            return Step::fail(failures::nowhere::<O>(nameless, body));
        }
        if let Some(index) = out_of_order(&records) {
            return Step::fail(failures::disorder::<O>(index, body));
        }
        (self.refused, self.failures, self.inconsistent_since) = (0, 0, None);
        self.options.call.fresh = false;
        if self.position == Position::Latest {
            return self.begin_at_the_end(&records, now);
        }
        let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
        self.more = count >= self.limit || body.len() >= CUT_SIZE;
        self.adapt(count, body.len());
        self.page = records.into_iter();
        self.fresh = false;
        self.next_record(now)
    }

    /// What comes after the newest record is new.
    fn begin_at_the_end(&mut self, records: &[O::Record], now: Now) -> Next<O> {
        let last = records.last();
        self.begin_after(
            last.and_then(ChangeRecord::event_id),
            last.is_some_and(ChangeRecord::is_last_op),
        );
        self.caught_up(now)
    }

    /// Begins after this record; without one the stream is empty.
    fn begin_after(&mut self, id: Option<EventId>, is_last_op: bool) {
        self.position = id.map_or(Position::TrimHorizon, Position::After);
        match id {
            Some(id) if is_last_op => {
                self.checkpoint = Some(Checkpoint::after(id));
                self.ends.pass(id, true);
            }
            Some(id) => self.skipped = Some(id.commit_num),
            None => {}
        }
    }

    fn next_record(&mut self, now: Now) -> Next<O> {
        for record in self.page.by_ref() {
            let Some(event_id) = record.event_id() else {
                continue;
            };
            if matches!(self.position, Position::After(last) if event_id <= last) {
                continue;
            }
            if let Some(after) = self.ends.gap_before(event_id) {
                return self.gap(after, event_id);
            }
            self.position = Position::After(event_id);
            self.fresh = true;
            self.idle = 0;
            self.ends.pass(event_id, record.is_last_op());
            let checkpoint = record.is_last_op().then_some(Checkpoint::after(event_id));
            self.checkpoint = checkpoint.or(self.checkpoint);
            if self
                .skipped
                .is_some_and(|skipped| event_id.commit_num <= skipped)
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
        if !self.fresh {
            return self.caught_up(now);
        }
        // At the end of the stream the next page will not be there yet.
        if self.more || self.options.stop_at_end {
            self.ask(now)
        } else {
            self.pause(self.idle, Duration::ZERO, now)
        }
    }

    /// Goes by the size of the records.
    fn adapt(&mut self, count: i64, size: usize) {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let fitting = PAGE_SIZE
            .saturating_mul(count)
            .checked_div(size)
            .unwrap_or(1);
        if fitting < self.limit && size > PAGE_SIZE {
            self.limit = fitting.max(1);
        } else if count >= self.limit {
            let most = self.limit.saturating_mul(4).min(self.options.page_limit);
            self.limit = fitting.clamp(self.limit, most.max(self.limit));
        }
    }

    fn caught_up(&mut self, now: Now) -> Next<O> {
        if self.options.stop_at_end {
            let checkpoint = self.checkpoint;
            return Step::Done(Ok(ChangesSummary { checkpoint }));
        }
        let doublings = self.idle;
        self.idle = self.idle.saturating_add(1);
        self.pause(doublings, Duration::ZERO, now)
    }

    fn pause(&mut self, doublings: u32, wish: Duration, now: Now) -> Next<O> {
        let ChangesOptions {
            poll_interval,
            max_poll_interval,
            ..
        } = self.options;
        let wait = self
            .poller
            .interval(poll_interval, doublings, max_poll_interval);
        Step::Io(self.poller.pause(wait.max(wish.min(LONGEST_WISH)), now))
    }
}

/// The first record that stands before the one it follows: going on from there would pass over it.
fn out_of_order<R: ChangeRecord>(records: &[R]) -> Option<usize> {
    let pairs = records.iter().zip(records.iter().skip(1));
    let mut pairs = pairs.map(|(one, next)| (one.event_id(), next.event_id()));
    let before = pairs.position(|(one, next)| next < one)?;
    before.checked_add(1)
}

impl<O: ChangeSource> Machine for Changes<O> {
    type Item = Change<O::Record>;
    type Output = ChangesSummary;

    fn resume(&mut self, input: Input, now: Now) -> Next<O> {
        let turn = self.poller.resume(input, now);
        self.take_turn(turn, now)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.poller.wake_at()
    }
}

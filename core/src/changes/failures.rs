//! What stands in the way: the end of the stream, failures, and changes that are lost.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    error::{
        Cause, ChangesError, ChangesErrorKind, DecodeError, DecodeErrorKind, Error, ErrorKind,
        ExceptionKind, TransportErrorKind,
    },
    machine::{Now, Step},
    operation::Operation,
    retry::RetryClass,
    streams::EventId,
};

use super::{ChangeSource, Changes, Checkpoint, Next, Position};

impl<O: ChangeSource> Changes<O> {
    /// A call failed, or there is nothing new.
    pub(super) fn failed(&mut self, error: Error, now: Now) -> Next<O> {
        let kind = error.service().map(|error| error.kind);
        match (kind, self.position) {
            (Some(ExceptionKind::StreamRecordsNotFoundException), _) => self.at_the_end(error, now),
            (Some(ExceptionKind::ExpiredStreamException), Position::After(place)) => {
                self.lost(ChangesErrorKind::Expired, place, None, error)
            }
            _ => self.failed_otherwise(error, now),
        }
    }

    fn failed_otherwise(&mut self, error: Error, now: Now) -> Next<O> {
        // What the stream looks like now is not known any more.
        self.inconsistent_since = None;
        if is_too_large(&error) && self.limit > 1 {
            self.limit = self.limit.checked_div(4).unwrap_or(1).max(1);
            self.options.page_limit = self.limit;
            return self.ask(now);
        }
        let for_load = matches!(
            error.retry_class(),
            Some(RetryClass::Throttled | RetryClass::Memory)
        );
        if for_load {
            self.limit = self.limit.checked_div(2).unwrap_or(1).max(1);
        } else {
            self.failures = self.failures.saturating_add(1);
        }
        self.options.call.fresh = matches!(error.cause(), Cause::Transport(_));
        let is_over = error.kind() == ErrorKind::Transport(TransportErrorKind::Deadline);
        if is_over || !error.is_retryable() || self.failures > self.options.transient_failures {
            return Step::fail(error);
        }
        let doublings = self.refused;
        self.refused = self.refused.saturating_add(1);
        self.pause(doublings, error.retry_after().unwrap_or_default(), now)
    }

    /// Nothing follows, says the service. It also says how far the stream goes.
    fn at_the_end(&mut self, error: Error, now: Now) -> Next<O> {
        self.refused = 0;
        let head = error
            .service()
            .and_then(|error| error.last_valid_event_id());
        let odd = match (self.position, head) {
            (Position::After(place), Some(head)) if head < place => {
                Some((ChangesErrorKind::Ahead, place))
            }
            // It goes on, and yet it does not.
            (Position::After(place), Some(head)) if head > place => {
                Some((ChangesErrorKind::Expired, place))
            }
            _ => None,
        };
        let Some((kind, place)) = odd else {
            (self.failures, self.inconsistent_since) = (0, None);
            if self.position == Position::Latest {
                self.begin_after(head, false);
                // Where the service says the stream ends, all that was committed has ended.
                self.checkpoint = head.map(Checkpoint::after);
            }
            return self.caught_up(now);
        };
        // Replicas lag behind, and something may just have been committed.
        let since = *self.inconsistent_since.get_or_insert(now.mono);
        if now.mono.saturating_sub(since) < self.options.lag_tolerance {
            let doublings = self.idle;
            self.idle = self.idle.saturating_add(1);
            return self.pause(doublings, Duration::ZERO, now);
        }
        self.lost(kind, place, head, error)
    }

    /// The stream goes on behind records that it should have given before.
    pub(super) fn gap(&mut self, after: EventId, next: EventId) -> Next<O> {
        let error = ChangesError {
            kind: ChangesErrorKind::Gap,
            place: after,
            next: Some(next),
            head: None,
            limit: self.options.transaction_limit,
            trouble: None,
        };
        Step::fail(Error::new(O::INFO.name, Box::new(error)))
    }

    fn lost(
        &mut self,
        kind: ChangesErrorKind,
        place: EventId,
        head: Option<EventId>,
        error: Error,
    ) -> Next<O> {
        let head = head.or_else(|| error.service()?.last_valid_event_id());
        let error = ChangesError {
            kind,
            place,
            next: None,
            head,
            limit: self.options.transaction_limit,
            trouble: Some(error),
        };
        Step::fail(Error::new(O::INFO.name, Box::new(error)))
    }
}

/// Whether a page is longer than the client takes.
fn is_too_large(error: &Error) -> bool {
    let kind = match error.cause() {
        Cause::Decode(error) => error.kind(),
        _ => return false,
    };
    kind == DecodeErrorKind::TooLarge
}

/// Without records an answer is no page.
pub(super) fn no_records<O: Operation>(body: Bytes) -> Error {
    let kind = DecodeErrorKind::Shape;
    let error = DecodeError::new(O::INFO.name, kind, "records", "it is missing", body);
    Error::new(O::INFO.name, error)
}

/// A page whose records are not in order would be read in parts.
pub(super) fn disorder<O: Operation>(index: usize, body: Bytes) -> Error {
    let path = format!("records[{index}].eventId");
    let kind = DecodeErrorKind::Shape;
    let reason = "it is before that of the record in front of it";
    let error = DecodeError::new(O::INFO.name, kind, path, reason, body);
    Error::new(O::INFO.name, error)
}

/// A record that stands nowhere cannot be gone on from.
pub(super) fn nowhere<O: Operation>(index: usize, body: Bytes) -> Error {
    let path = format!("records[{index}].eventId");
    let kind = DecodeErrorKind::Shape;
    let error = DecodeError::new(O::INFO.name, kind, path, "it is missing", body);
    Error::new(O::INFO.name, error)
}

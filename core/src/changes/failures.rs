//! The end of the stream, failed calls, and lost changes.

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

use super::{ChangeSource, Changes, Checkpoint, Flow, Position};

impl<O: ChangeSource> Changes<O> {
    /// Handles the error of a call. The end of the stream is an error of the service, too.
    pub(super) fn on_error(&mut self, error: Error, now: Now) -> Flow<O> {
        let kind = error.service().map(|error| error.kind);
        match (kind, self.position) {
            (Some(ExceptionKind::StreamRecordsNotFoundException), _) => {
                self.on_stream_end(error, now)
            }
            (Some(ExceptionKind::ExpiredStreamException), Position::After(position)) => {
                self.lost(ChangesErrorKind::Expired, position, None, error)
            }
            _ => self.on_failure(error, now),
        }
    }

    fn on_failure(&mut self, error: Error, now: Now) -> Flow<O> {
        // The reported end of the stream may have changed since the last successful call.
        self.inconsistent_since = None;
        if is_too_large(&error) && self.limit > 1 {
            // Lower the maximum too: otherwise the limit would grow and fail again.
            self.limit = self.limit.checked_div(4).unwrap_or(1).max(1);
            self.options.page_limit = self.limit;
            return self.request_page(now);
        }
        let is_throttled = matches!(
            error.retry_class(),
            Some(RetryClass::Throttled | RetryClass::Memory)
        );
        if is_throttled {
            self.limit = self.limit.checked_div(2).unwrap_or(1).max(1);
        } else {
            self.transient_failures = self.transient_failures.saturating_add(1);
        }
        // Other pooled connections may be broken for the same reason.
        self.options.call.fresh = matches!(error.cause(), Cause::Transport(_));
        let is_deadline = error.kind() == ErrorKind::Transport(TransportErrorKind::Deadline);
        if is_deadline
            || !error.is_retryable()
            || self.transient_failures > self.options.transient_failures
        {
            return Step::fail(error);
        }
        let doublings = self.failed_calls;
        self.failed_calls = self.failed_calls.saturating_add(1);
        self.pause(doublings, error.retry_after().unwrap_or_default(), now)
    }

    /// Handles the response that no record follows the position. Usually it names the last record of the
    /// stream, which should be the position.
    fn on_stream_end(&mut self, error: Error, now: Now) -> Flow<O> {
        // A response that reports the end of the stream shows that the service works, although the call ends with
        // an error.
        self.failed_calls = 0;
        let head = error
            .service()
            .and_then(|error| error.last_valid_event_id());
        let inconsistency = match (self.position, head) {
            (Position::After(position), Some(head)) if head < position => {
                Some((ChangesErrorKind::Ahead, position))
            }
            // The stream has later records, but does not return them.
            (Position::After(position), Some(head)) if head > position => {
                Some((ChangesErrorKind::Expired, position))
            }
            _ => None,
        };
        let Some((kind, position)) = inconsistency else {
            (self.transient_failures, self.inconsistent_since) = (0, None);
            if self.position == Position::Latest {
                // `false`, although `head` ends its commit: no record was marked, so `CommitBounds` must not
                // conclude that this stream marks ends.
                self.start_after(head, false);
                // The last record that the service reports is the last record of its commit.
                self.checkpoint = head.map(Checkpoint::after);
            }
            return self.caught_up(now);
        };
        // The inconsistency may be temporary: a replica lags behind, or a transaction was just committed.
        let since = *self.inconsistent_since.get_or_insert(now.mono);
        if now.mono.saturating_sub(since) < self.options.lag_tolerance {
            return self.pause_idle(now);
        }
        self.lost(kind, position, head, error)
    }

    /// Ends with an error because records between `after` and `next` are missing.
    pub(super) fn gap(&mut self, after: EventId, next: EventId) -> Flow<O> {
        let error = ChangesError {
            kind: ChangesErrorKind::Gap,
            position: after,
            next: Some(next),
            head: None,
            limit: self.options.transaction_limit,
            service_error: None,
        };
        Step::fail(Error::new(O::INFO.name, Box::new(error)))
    }

    /// Ends with an error because changes after `position` are lost.
    fn lost(
        &mut self,
        kind: ChangesErrorKind,
        position: EventId,
        head: Option<EventId>,
        error: Error,
    ) -> Flow<O> {
        let head = head.or_else(|| error.service()?.last_valid_event_id());
        let error = ChangesError {
            kind,
            position,
            next: None,
            head,
            limit: self.options.transaction_limit,
            service_error: Some(error),
        };
        Step::fail(Error::new(O::INFO.name, Box::new(error)))
    }
}

/// Whether a page exceeds the body limit of the client.
fn is_too_large(error: &Error) -> bool {
    let kind = match error.cause() {
        Cause::Decode(error) => error.kind(),
        _ => return false,
    };
    kind == DecodeErrorKind::TooLarge
}

pub(super) fn missing_records<O: Operation>(body: Bytes) -> Error {
    invalid_page::<O>("records".to_owned(), "missing member", body)
}

pub(super) fn missing_event_id<O: Operation>(index: usize, body: Bytes) -> Error {
    invalid_page::<O>(event_id_path(index), "missing member", body)
}

pub(super) fn out_of_order<O: Operation>(index: usize, body: Bytes) -> Error {
    let reason = "out of order: less than the id of the record before it";
    invalid_page::<O>(event_id_path(index), reason, body)
}

fn event_id_path(index: usize) -> String {
    format!("records[{index}].eventId")
}

fn invalid_page<O: Operation>(path: String, reason: &str, body: Bytes) -> Error {
    let kind = DecodeErrorKind::Shape;
    let error = DecodeError::new(O::INFO.name, kind, path, reason, body);
    Error::new(O::INFO.name, error)
}

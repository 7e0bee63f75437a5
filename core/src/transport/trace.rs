//! Events of a running machine, for the feature `tracing`.

use std::time::Duration;

use http::StatusCode;

use crate::{
    error::{Error, TransportError},
    machine::Reuse,
};

/// Reports the events of a running machine to `tracing`. Without the feature `tracing`, it does nothing.
///
/// The clients report these events, all at the level `debug` and with the target `neptunedata`, in a span
/// `neptune_call` of the same level and target:
///
/// | message | fields |
/// |---|---|
/// | `credentials requested` | `operation`, `refresh` |
/// | `sending` | `operation`, `attempt`, `fresh`: whether the attempt needs a new connection |
/// | `response started` | `operation`, `attempt`, `status` |
/// | `attempt failed` | `operation`, `attempt`, `kind`, `sent` |
/// | `waiting for the next attempt` | `operation`, `wait` |
/// | `waiting for the next poll` | `operation`, `wait`; only for waiters and change streams |
/// | `succeeded` | `operation` |
/// | `failed` | `operation`, `kind`, `attempts`, `may_have_executed` |
///
/// `kind` and `sent` are those of the [`TransportError`] or [`Error`], and `wait` is the length of the pause,
/// such as `1.5s`. Nothing contains headers, URLs, bodies or credentials. A response with an error status is
/// a `response started`, not an `attempt failed`. An attempt that is ended by its own time limit or by that
/// of the whole call is an `attempt failed` of the kind `Timeout`.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "only events show the fields")
)]
pub struct Trace {
    operation: &'static str,
    attempt: u32,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

/// An event in the span; without the feature, nothing.
macro_rules! event {
    ($trace:ident, $message:literal, $($name:ident = $value:expr),*) => {
        #[cfg(feature = "tracing")]
        $trace.span.in_scope(|| {
            tracing::debug!(target: "neptunedata", operation = $trace.operation, $($name = $value,)* $message);
        });
    };
}

#[cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, reason = "there are no events")
)]
impl Trace {
    /// Starts the span of a machine. `operation` is the service's name of the operation.
    pub fn new(operation: &'static str) -> Self {
        Trace {
            operation,
            attempt: 0,
            #[cfg(feature = "tracing")]
            span: tracing::debug_span!(target: "neptunedata", "neptune_call", operation),
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The machine has requested credentials.
    pub fn credentials_requested(&self, refresh: bool) {
        event!(self, "credentials requested", refresh = refresh);
    }

    /// An attempt begins. `reuse` says whether it may use a pooled connection.
    pub fn sending(&mut self, attempt: u32, reuse: Reuse) {
        self.attempt = attempt;
        event!(
            self,
            "sending",
            attempt = attempt,
            fresh = (reuse == Reuse::Fresh)
        );
    }

    /// The head of the response has arrived.
    pub fn response_started(&self, status: StatusCode) {
        event!(
            self,
            "response started",
            attempt = self.attempt,
            status = status.as_u16()
        );
    }

    /// The attempt has failed without a complete response, or has timed out.
    pub fn attempt_failed(&self, error: &TransportError) {
        event!(
            self,
            "attempt failed",
            attempt = self.attempt,
            kind = tracing::field::debug(error.kind()),
            sent = tracing::field::debug(error.sent())
        );
    }

    /// The machine waits: for its next poll if it [is between polls](crate::machine::Machine::is_between_polls),
    /// else for the next attempt.
    pub fn waiting(&self, wait: Duration, is_between_polls: bool) {
        if is_between_polls {
            event!(
                self,
                "waiting for the next poll",
                wait = tracing::field::debug(wait)
            );
        } else {
            event!(
                self,
                "waiting for the next attempt",
                wait = tracing::field::debug(wait)
            );
        }
    }

    /// The machine has ended.
    pub fn ended<T>(&self, outcome: &Result<T, Error>) {
        match outcome {
            Ok(_) => {
                event!(self, "succeeded",);
            }
            Err(error) => {
                event!(
                    self,
                    "failed",
                    kind = tracing::field::debug(error.kind()),
                    attempts = error.attempts(),
                    may_have_executed = error.may_have_executed()
                );
            }
        }
    }
}

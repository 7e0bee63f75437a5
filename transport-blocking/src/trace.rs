//! Events of calls and attempts, with the feature `tracing`. Names, numbers and kinds alone: no headers, no
//! URLs, no bodies, no credentials.

use neptunedata::{Error, TransportError};

#[cfg(feature = "tracing")]
pub(crate) fn answered(operation: &str, attempt: u32, status: http::StatusCode) {
    let status = status.as_u16();
    tracing::debug!(operation, attempt, status, "answered");
}

#[cfg(feature = "tracing")]
pub(crate) fn broke(operation: &str, attempt: u32, error: &TransportError) {
    let (kind, sent) = (error.kind(), error.sent());
    tracing::debug!(operation, attempt, ?kind, ?sent, "no answer");
}

#[cfg(feature = "tracing")]
pub(crate) fn waits(operation: &str, time: std::time::Duration) {
    tracing::debug!(operation, ?time, "waits before another attempt");
}

#[cfg(feature = "tracing")]
pub(crate) fn ended(operation: &str, error: Option<&Error>) {
    let Some(error) = error else {
        tracing::debug!(operation, "succeeded");
        return;
    };
    let (kind, attempts) = (error.kind(), error.attempts());
    let may_have_executed = error.may_have_executed();
    tracing::debug!(operation, ?kind, attempts, may_have_executed, "failed");
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn answered(_: &str, _: u32, _: http::StatusCode) {}

#[cfg(not(feature = "tracing"))]
pub(crate) fn broke(_: &str, _: u32, _: &TransportError) {}

#[cfg(not(feature = "tracing"))]
pub(crate) fn waits(_: &str, _: std::time::Duration) {}

#[cfg(not(feature = "tracing"))]
pub(crate) fn ended(_: &str, _: Option<&Error>) {}

//! What `tracing` is told: operation, attempt, status, kind. Never headers, queries, bodies or
//! credentials. Without the feature, nothing.

#[cfg(feature = "tracing")]
pub(crate) use on::Trace;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::Trace;

#[cfg(feature = "tracing")]
mod on {
    use neptunedata::{Error, TransportError, machine::Reuse};

    /// The span of a call.
    pub(crate) struct Trace(tracing::Span);

    impl Trace {
        pub(crate) fn new(operation: &'static str) -> Trace {
            Trace(tracing::debug_span!("neptune_call", operation))
        }

        pub(crate) fn attempt(&self, attempt: u32, connection: Reuse) {
            let fresh = connection == Reuse::Fresh;
            self.0
                .in_scope(|| tracing::debug!(attempt, fresh, "sending"));
        }

        pub(crate) fn answer(&self, status: http::StatusCode) {
            let status = status.as_u16();
            self.0.in_scope(|| tracing::debug!(status, "answered"));
        }

        pub(crate) fn broken(&self, error: &TransportError) {
            let (kind, sent) = (error.kind(), error.sent());
            self.0
                .in_scope(|| tracing::debug!(?kind, ?sent, "the exchange broke"));
        }

        pub(crate) fn wait(&self, wait: std::time::Duration) {
            self.0
                .in_scope(|| tracing::debug!(?wait, "waiting before the next attempt"));
        }

        pub(crate) fn credentials(&self, refresh: bool) {
            self.0
                .in_scope(|| tracing::debug!(refresh, "asking for credentials"));
        }

        pub(crate) fn done(&self) {
            self.0.in_scope(|| tracing::debug!("done"));
        }

        pub(crate) fn failed(&self, error: &Error) {
            let (kind, attempts) = (error.kind(), error.attempts());
            let may_have_executed = error.may_have_executed();
            self.0
                .in_scope(|| tracing::debug!(?kind, attempts, may_have_executed, "failed"));
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use neptunedata::{Error, TransportError, machine::Reuse};

    pub(crate) struct Trace;

    impl Trace {
        pub(crate) fn new(_operation: &'static str) -> Trace {
            Trace
        }

        pub(crate) fn attempt(&self, _attempt: u32, _connection: Reuse) {}

        pub(crate) fn answer(&self, _status: http::StatusCode) {}

        pub(crate) fn broken(&self, _error: &TransportError) {}

        pub(crate) fn wait(&self, _wait: std::time::Duration) {}

        pub(crate) fn credentials(&self, _refresh: bool) {}

        pub(crate) fn done(&self) {}

        pub(crate) fn failed(&self, _error: &Error) {}
    }
}

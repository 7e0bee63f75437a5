//! A call with options of its own.

use std::{fmt, time::Duration};

use http::{HeaderName, HeaderValue};
use neptunedata::{CallOptions, CallOutput, Effect, Error, Operation};

use crate::Client;

/// A call that has not begun: [`Client::call`].
#[must_use = "nothing is sent before `send`"]
pub struct CallBuilder<'a, O> {
    client: &'a Client,
    operation: &'a O,
    options: CallOptions,
}

impl<'a, O: Operation> CallBuilder<'a, O> {
    pub(crate) fn new(client: &'a Client, operation: &'a O) -> Self {
        CallBuilder {
            client,
            operation,
            options: CallOptions::new(),
        }
    }

    /// Sets all options at once, in place of those set before.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How long the call may take with all attempts and waits; the client says it by default.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.timeout(timeout))
    }

    /// How long one attempt may take; the client says it by default.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.attempt_timeout(timeout))
    }

    /// What a second execution would do: see [`CallOptions::effect`].
    pub fn effect(self, effect: Effect) -> Self {
        self.with(|options| options.effect(effect))
    }

    /// How often to try: see [`CallOptions::max_attempts`].
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|options| options.max_attempts(attempts))
    }

    /// The longest body that is collected, in bytes.
    pub fn max_body_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_body_bytes(bytes))
    }

    /// The longest row in bytes, for [`rows`](CallBuilder::rows); 64 MiB by default.
    pub fn max_row_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_row_bytes(bytes))
    }

    /// Whether the query is cancelled when nobody waits for it any more; the client says it by default.
    /// See [queries that are given up](crate#queries-that-are-given-up).
    pub fn cancel_on_abandon(self, cancel: bool) -> Self {
        self.with(|options| options.cancel_on_abandon(cancel))
    }

    /// Adds a member that the request has no field for: see [`CallOptions::extra`].
    pub fn extra(
        self,
        name: impl Into<String>,
        value: impl Into<neptunedata::serde_json::Value>,
    ) -> Self {
        self.with(|options| options.extra(name, value))
    }

    /// Adds a query parameter.
    pub fn extra_query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|options| options.extra_query(name, value))
    }

    /// Adds a header, which is signed too unless signing must leave it out.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|options| options.header(name, value))
    }

    /// Sends the request and waits for the answer.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub async fn send(self) -> Result<CallOutput<O::Output>, Error> {
        self.client
            .start_call(self.operation, &self.options)
            .output()
            .await
    }

    pub(crate) fn into_parts(self) -> (&'a Client, &'a O, CallOptions) {
        (self.client, self.operation, self.options)
    }

    fn with(mut self, change: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.options = change(self.options);
        self
    }
}

/// Neither the request nor the options, which may hold what is nobody's business.
impl<O: Operation> fmt::Debug for CallBuilder<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallBuilder")
            .field("operation", &O::INFO.name)
            .finish_non_exhaustive()
    }
}

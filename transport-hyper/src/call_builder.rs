//! Calls with options.

use std::{fmt, time::Duration};

use http::{HeaderName, HeaderValue};
use neptunedata::{CallOptions, CallOutput, Effect, Error, Operation};

use crate::Client;

/// A call that has not started: see [`Client::call`].
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

    /// Sets all options. Replaces options set before.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// The time limit of the whole call, with all attempts and pauses. Default: that of the client.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.timeout(timeout))
    }

    /// The time limit of each attempt. Default: that of the client.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.with(|options| options.attempt_timeout(timeout))
    }

    /// The effect of executing the request twice, in place of the operation's own: see [`CallOptions::effect`].
    pub fn effect(self, effect: Effect) -> Self {
        self.with(|options| options.effect(effect))
    }

    /// The maximum number of attempts, at least 1: see [`CallOptions::max_attempts`].
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|options| options.max_attempts(attempts))
    }

    /// The maximum size of a collected response body in bytes. Default: that of the client.
    pub fn max_body_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_body_bytes(bytes))
    }

    /// The maximum size in bytes of one row of [`rows`](CallBuilder::rows): see [`CallOptions::max_row_bytes`].
    /// Default: 64 MiB.
    pub fn max_row_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.max_row_bytes(bytes))
    }

    /// Whether to [cancel the query](crate#cancelling-abandoned-queries) on the server when the call times out or
    /// is dropped. Default: that of the client.
    pub fn cancel_on_abandon(self, cancel: bool) -> Self {
        self.with(|options| options.cancel_on_abandon(cancel))
    }

    /// Adds a member that the service knows and the request struct has no field for: see [`CallOptions::extra`].
    pub fn extra(
        self,
        name: impl Into<String>,
        value: impl Into<neptunedata::serde_json::Value>,
    ) -> Self {
        self.with(|options| options.extra(name, value))
    }

    /// Adds a parameter to the query string: see [`CallOptions::extra_query`].
    pub fn extra_query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|options| options.extra_query(name, value))
    }

    /// Adds a header. It is signed unless signing has to leave it out: see [`CallOptions::header`].
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.with(|options| options.header(name, value))
    }

    /// Sends the request and returns its output with status, headers and body.
    ///
    /// # Errors
    ///
    /// Like [`Client::send`].
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

/// Shows only the operation: request and options may contain private data.
impl<O: Operation> fmt::Debug for CallBuilder<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallBuilder")
            .field("operation", &O::INFO.name)
            .finish_non_exhaustive()
    }
}

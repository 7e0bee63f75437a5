//! [`CallOptions`]: settings of one call.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::Timeouts;
use crate::{operation::Effect, wire::extras::Extras};

/// Settings of one call. Settings that are not set here are taken from the operation and the session.
///
/// ```
/// use neptunedata::{CallOptions, Effect};
///
/// let options = CallOptions::new()
///     .effect(Effect::Idempotent)
///     .extra("modelName", "rgcn");
/// ```
///
/// `Debug` prints the names of added headers, parameters and members, and not their values.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct CallOptions {
    pub(crate) effect: Option<Effect>,
    pub(crate) max_attempts: Option<u32>,
    /// Sends again only with new credentials or a corrected time. Waiters and change streams set it: they
    /// make all other retries themselves.
    pub(crate) reauth_only: bool,
    /// Starts on a new connection. Set for the next poll after a connection failed: other pooled connections
    /// may be dead as well.
    pub(crate) fresh: bool,
    pub(crate) max_body_bytes: Option<usize>,
    pub(crate) max_row_bytes: Option<usize>,
    pub(crate) timeouts: Timeouts,
    pub(crate) cancel_on_abandon: Option<bool>,
    pub(crate) extras: Extras,
}

impl CallOptions {
    /// Options with nothing set.
    pub fn new() -> Self {
        CallOptions::default()
    }

    /// The effect of executing the request twice, in place of the operation's own
    /// [`effect`](crate::operation::Operation::effect). With [`Effect::Read`] or [`Effect::Idempotent`] the request is sent again
    /// after a lost response.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// The maximum number of attempts, including the first; 0 counts as 1. Default: that of the session's
    /// [`RetryPolicy`](crate::retry::RetryPolicy). A pooled connection that turns out to be closed before anything
    /// was sent does not count as an attempt.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
        self
    }

    /// The time limit of the whole call, with all attempts and pauses. Default: that of the
    /// [session](crate::session::SessionBuilder::timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.total = Some(timeout);
        self
    }

    /// The time limit of each attempt. Default: that of the
    /// [session](crate::session::SessionBuilder::attempt_timeout). The server continues to execute an attempt that
    /// timed out, unless the query is [cancelled](CallOptions::cancel_on_abandon).
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.attempt = Some(timeout);
        self
    }

    /// The time limits set here.
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Whether to cancel the query on the server when the call times out, is dropped, or ends before its
    /// response has ended (for example because the body is too large, or a row cannot be decoded). Default:
    /// that of the [session](crate::session::SessionBuilder::cancel_on_abandon), which is false: the server
    /// continues the query up to the cluster's own query timeout.
    ///
    /// This works for [`ExecuteGremlinQuery`](crate::gremlin::ExecuteGremlinQuery),
    /// [`ExecuteSparqlQuery`](crate::sparql::ExecuteSparqlQuery),
    /// [`ExecuteSparqlExplainQuery`](crate::sparql::ExecuteSparqlExplainQuery) and
    /// [`ExecuteSparqlUpdate`](crate::sparql::ExecuteSparqlUpdate): they are sent with a query id, by default a UUID
    /// derived from the call's seed. Requests of openCypher over HTTP ([U06](crate::wire_notes#u06)), Gremlin explain
    /// and Gremlin profile cannot have an id, so they keep running on the server. A profile request executes its query.
    /// For openCypher, set a [timeout in the query](crate::opencypher::ExecuteOpenCypherQuery::timeout_hint) instead.
    /// Polls of waiters and change streams are not cancelled.
    ///
    /// An attempt that exceeds its [`attempt_timeout`](CallOptions::attempt_timeout) is cancelled as well, even
    /// if a later attempt succeeds. Each attempt has its own id, because the earlier ones may still run.
    /// **An id chosen by the caller is the same in all attempts**: the server may reject a retry while the
    /// previous attempt still runs ([U27](crate::wire_notes#u27)), and the attempts are cancelled only when the call
    /// has ended. Do not use such an id for other calls.
    ///
    /// The driver sends the cancel requests: see [`Machine::abandoned`](crate::machine::Machine::abandoned).
    /// Cancel requests need the IAM action `neptune-db:CancelQuery`, and do not count towards the clients' limit
    /// of connections. The clients ignore their results, and send them to the address that received the query
    /// ([U13](crate::wire_notes#u13)). This address is unknown behind a proxy, and wrong if `connect_to` leads to
    /// several instances; then a cancellation may have no effect.
    #[must_use]
    pub fn cancel_on_abandon(mut self, cancel: bool) -> Self {
        self.cancel_on_abandon = Some(cancel);
        self
    }

    /// The maximum size of a collected response body in bytes. Default: that of the
    /// [session](crate::session::SessionBuilder::max_body_bytes).
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = Some(bytes);
        self
    }

    /// The maximum size in bytes of one row of [`Rows`](crate::rows::Rows), and of each member outside the rows.
    /// Default: 64 MiB. White space after a row [counts](crate::rows::RowReader::max_row_bytes) in some cases.
    #[must_use]
    pub fn max_row_bytes(mut self, bytes: usize) -> Self {
        self.max_row_bytes = Some(bytes);
        self
    }

    /// Adds a member that the service knows and the request struct has no field for. The member is added to the JSON
    /// body; for SPARQL, to the form; for operations without a body, to the query string (with the method `POST`, to a
    /// new JSON body). With any other body, such as RDF, the request is rejected as invalid. In a form or a query
    /// string, a value that is not a string is written as JSON. The added member replaces a member of the same name.
    ///
    /// JSON has neither NaN nor infinities: a [`Value`] that was made from one of them is null.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extras.fields.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter to the query string. It replaces the request's own parameter of the same name; if
    /// several of one name are added, all are sent.
    #[must_use]
    pub fn extra_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extras.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header. The header is signed, unless it is one that connections and proxies change (see `sign`). It
    /// replaces a header of the same name that the operation sets, such as `accept`. With `host`, `expect`,
    /// `content-length`, `transfer-encoding` or a header of the signature, the request is rejected as invalid.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.extras.headers.append(name, value);
        self
    }
}

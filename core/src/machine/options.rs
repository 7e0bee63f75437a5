//! What a caller may say about one call.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::Timeouts;
use crate::{operation::Effect, wire::extras::Extras};

/// What a caller says about one call, beside the request.
///
/// ```
/// use neptunedata::{CallOptions, Effect};
///
/// let options = CallOptions::new()
///     .effect(Effect::Idempotent)
///     .extra("modelName", "rgcn");
/// ```
///
/// Of headers, parameters and members that were added its `Debug` gives the names and not the values.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct CallOptions {
    pub(crate) effect: Option<Effect>,
    pub(crate) max_attempts: Option<u32>,
    /// Tries again only what has been cured: who asks waits for the rest.
    pub(crate) reauth_only: bool,
    /// Begins over a new connection: those that are pooled may be as dead as the last one.
    pub(crate) fresh: bool,
    pub(crate) max_body_bytes: Option<usize>,
    pub(crate) row_limit: Option<usize>,
    pub(crate) timeouts: Timeouts,
    pub(crate) cancel_on_abandon: Option<bool>,
    pub(crate) extras: Extras,
}

impl CallOptions {
    /// No options: the request and the session decide.
    pub fn new() -> Self {
        CallOptions::default()
    }

    /// Says what a second execution would do, in place of what the operation says. With
    /// [`Effect::Read`] or [`Effect::Idempotent`] a request is sent again after a lost answer.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// How often to try, at least once; the session's policy says it by default. A stale pooled
    /// connection, over which nothing was sent, does not count as a try.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
        self
    }

    /// The time limit of the call with all attempts and pauses, in place of the
    /// [session's](crate::session::SessionBuilder::timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.total = Some(timeout);
        self
    }

    /// The time limit of each attempt, in place of the
    /// [session's](crate::session::SessionBuilder::attempt_timeout). The server goes on with an attempt that was
    /// given up, unless it is a query that is [cancelled](CallOptions::cancel_on_abandon).
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.attempt = Some(timeout);
        self
    }

    /// The time limits set here.
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Whether a query is cancelled on the server when nobody waits for it any more: at the end of its
    /// time-out, or because the call was dropped. The session says it by default, which is no.
    ///
    /// The query is given an id, a UUID made from the call's seed, unless it has one. That can be done
    /// with [`ExecuteGremlinQuery`](crate::gremlin::ExecuteGremlinQuery) and
    /// [`ExecuteSparqlQuery`](crate::sparql::ExecuteSparqlQuery), and with updates. Everything else has no id to send
    /// along and goes on: openCypher over HTTP ([U06](crate::wire_notes#u06)), and what explains or profiles a query, though
    /// a profile executes it.
    ///
    /// An attempt that met its [`attempt_timeout`](CallOptions::attempt_timeout) is cancelled, too, also when
    /// a later one succeeds. As the server may still work on it meanwhile, each attempt has an id of its own.
    /// **An id that you gave is the same in all attempts**: the server may refuse one while an attempt
    /// before it still runs ([U27](crate::wire_notes#u27)), and they are cancelled only when the call is over, so the id
    /// should belong to this call alone.
    ///
    /// Drivers do the cancelling, see [`Machine::abandoned`](crate::machine::Machine::abandoned), and ask for
    /// the right to do so: the IAM action `neptune-db:CancelQuery`. It does not take the place of a call,
    /// see [`max_connections`](field@crate::transport::ClientOptions::max_connections).
    #[must_use]
    pub fn cancel_on_abandon(mut self, cancel: bool) -> Self {
        self.cancel_on_abandon = Some(cancel);
        self
    }

    /// The longest body that is collected, in bytes; the session says it by default.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = Some(bytes);
        self
    }

    /// The longest row in bytes when [`Rows`](crate::rows::Rows) are read as they arrive, with the white
    /// space behind it, and the longest member beside the rows; 64 MiB by default.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.row_limit = Some(bytes);
        self
    }

    /// Adds a member that the service knows and the request has no field for. It goes where the
    /// operation has its members: into the JSON body, for SPARQL into the form, and for operations without
    /// either into the query. In a form and in the query a value that is no text is its JSON. It replaces a
    /// member of the same name.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extras.fields.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter, whatever the operation's form. It replaces one that the
    /// request has of the same name; several extra ones of one name all go along.
    #[must_use]
    pub fn extra_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extras.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header, which is signed too unless signing must leave it out. Headers that follow from
    /// the request or from signing it, such as `host`, are refused.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.extras.headers.append(name, value);
        self
    }
}

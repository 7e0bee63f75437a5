//! The errors that drivers report about connections and attempts.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

/// Whether the server may have received the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// The server did not receive the complete request, so it cannot have executed it.
    No,
    /// The server may have received the request. Use this if in doubt.
    Maybe,
}

/// The kind of a transport failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name lookup failed.
    Dns,
    /// The connection was refused, or failed before it was ready.
    Connect,
    /// Connecting took too long, TLS included.
    ConnectTimeout,
    /// The TLS handshake failed permanently: certificate, name or protocol.
    Tls,
    /// The connection closed before the response was complete.
    Closed,
    /// The time limit of an attempt passed, possibly while the attempt waited for a connection.
    Timeout,
    /// The response is not valid HTTP.
    Protocol,
    /// The response head or the trailers are larger than the driver's limit.
    HeadTooLarge,
    /// All connections that the driver allows are in use, and none became free in time.
    PoolLimit,
    /// The driver found no async runtime, or the runtime lacks a part that the driver needs.
    Runtime,
    /// The time limit of the call passed. Never retried. Machines create this error; drivers give
    /// [`Input::Wake`](crate::machine::Input::Wake) instead.
    Deadline,
    /// Another failure.
    Other,
}

/// Declares the list of kinds. Does not compile if a kind is missing.
macro_rules! all_kinds {
    ($($kind:ident),*) => {
        impl TransportErrorKind {
            /// Every kind.
            pub const ALL: &'static [TransportErrorKind] = &[$(TransportErrorKind::$kind),*];
        }

        const _: fn(TransportErrorKind) = |kind| match kind {
            $(TransportErrorKind::$kind => (),)*
        };
    };
}
all_kinds!(
    Dns,
    Connect,
    ConnectTimeout,
    Tls,
    Closed,
    Timeout,
    Protocol,
    HeadTooLarge,
    PoolLimit,
    Runtime,
    Deadline,
    Other
);

/// A failure of a connection or an attempt, as a driver reports it to a machine.
///
/// ```
/// use neptunedata::{TransportError, transport::{Sent, TransportErrorKind}};
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::new(TransportErrorKind::Connect, Sent::No)
///     .with_target("db.example.com:8182")
///     .with_source(refused);
/// assert_eq!(error.to_string(), "cannot connect to db.example.com:8182");
/// ```
#[derive(Debug, Clone)]
pub struct TransportError {
    kind: TransportErrorKind,
    sent: Sent,
    reused: bool,
    permanent: bool,
    target: Option<Box<str>>,
    time_limit: Option<Duration>,
    hint: Option<&'static str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// A failure of this kind. Use [`Sent::Maybe`] unless it is certain that the server did not receive the
    /// whole request. With the kinds `Protocol` and `HeadTooLarge`, which concern a response, the error is
    /// always [`Sent::Maybe`].
    pub fn new(kind: TransportErrorKind, sent: Sent) -> Self {
        let has_response = matches!(
            kind,
            TransportErrorKind::Protocol | TransportErrorKind::HeadTooLarge
        );
        TransportError {
            kind,
            sent: if has_response { Sent::Maybe } else { sent },
            reused: false,
            permanent: false,
            target: None,
            time_limit: None,
            hint: None,
            source: None,
        }
    }

    /// Adds the underlying error, kept as [`source`](StdError::source).
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Names the peer as `host:port`, unless it has been named.
    #[must_use]
    pub fn with_target(mut self, target: &str) -> Self {
        self.target.get_or_insert_with(|| target.into());
        self
    }

    /// Adds the time limit that was exceeded.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Adds a hint: the likely cause and what to do. It is shown at the end of the text.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Notes that the connection had served earlier requests. Together with [`Sent::No`] this means a stale pooled
    /// connection, and the request is sent again immediately.
    #[must_use]
    pub fn on_reused_connection(mut self) -> Self {
        self.reused = true;
        self
    }

    /// Notes that another attempt would fail the same way, so the request is not retried, regardless of the
    /// kind. An example is a proxy that rejects the password.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.permanent = true;
        self
    }

    /// Notes that the request cannot have been executed, although the peer responded.
    #[cfg(feature = "transport")]
    pub(crate) fn not_executed(mut self) -> Self {
        self.sent = Sent::No;
        self
    }

    /// Notes that the server received the request, because the response had begun.
    pub(crate) fn received(mut self) -> Self {
        self.sent = Sent::Maybe;
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the server may have received the request.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// The peer as `host:port`, if the driver named it.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// The time limit that was exceeded, if the driver named it.
    pub fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    /// The likely cause and what to do, if the driver knows.
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }

    /// Whether the connection had been used before.
    pub fn is_reused(&self) -> bool {
        self.reused
    }

    /// Whether another attempt would fail the same way.
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = |preposition| Phrase(preposition, self.target.as_deref());
        let limit = |preposition| Phrase(preposition, self.time_limit.map(Seconds));
        match (self.kind, self.sent) {
            (TransportErrorKind::Dns, _) => {
                write!(f, "cannot resolve the host name{}", target(" of "))?;
            }
            (TransportErrorKind::Connect, _) => write!(f, "cannot connect{}", target(" to "))?,
            (TransportErrorKind::ConnectTimeout, _) => write!(
                f,
                "timed out{} connecting{}",
                limit(" after "),
                target(" to ")
            )?,
            (TransportErrorKind::Tls, _) => write!(f, "TLS handshake{} failed", target(" with "))?,
            (TransportErrorKind::Closed, _) => write!(
                f,
                "connection{} closed before the response was complete",
                target(" to ")
            )?,
            // There was no connection yet.
            (TransportErrorKind::Timeout, Sent::No) => write!(
                f,
                "attempt timed out{} before the request was sent",
                limit(" after ")
            )?,
            (TransportErrorKind::Timeout, Sent::Maybe) => {
                write!(f, "timed out{} waiting for the response", limit(" after "))?
            }
            (TransportErrorKind::Protocol, _) => {
                write!(f, "response{} is not valid HTTP", target(" from "))?;
            }
            (TransportErrorKind::HeadTooLarge, _) => {
                f.write_str("response head or trailers too large")?
            }
            (TransportErrorKind::PoolLimit, _) => write!(
                f,
                "all connections are in use{}",
                limit("; none became free within ")
            )?,
            (TransportErrorKind::Runtime, _) => f.write_str("no usable async runtime")?,
            (TransportErrorKind::Deadline, _) => {
                write!(f, "deadline exceeded{}", limit(" after "))?;
            }
            (TransportErrorKind::Other, _) => f.write_str("transport error")?,
        }
        match self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// A preposition and its object; empty without an object.
struct Phrase<T>(&'static str, Option<T>);

impl<T: fmt::Display> fmt::Display for Phrase<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.1 {
            Some(value) => write!(f, "{}{value}", self.0),
            None => Ok(()),
        }
    }
}

/// `1.5s`, `50ms`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

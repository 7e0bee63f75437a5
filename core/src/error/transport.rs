//! What drivers report when an exchange broke.

use std::{error::Error as StdError, fmt, sync::Arc};

/// Whether the server can have received the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Certainly not, or not completely: it cannot have been executed.
    No,
    /// Perhaps. When in doubt, this.
    Maybe,
}

/// What broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name did not resolve.
    Dns,
    /// No connection could be made.
    Connect,
    /// No connection could be made in time, TLS included.
    ConnectTimeout,
    /// The TLS handshake failed for good: certificate, name or protocol.
    Tls,
    /// The connection ended before the answer was complete.
    Closed,
    /// The answer did not come, or did not go on, within the time for one attempt; or the request was not sent in
    /// that time, for want of a connection.
    Timeout,
    /// The answer is no HTTP.
    Protocol,
    /// The head of the answer is larger than the driver's limit.
    HeadTooLarge,
    /// The driver's limit of connections is reached.
    PoolLimit,
    /// There is no async runtime here that the driver could work in, or it lacks what the driver
    /// needs of it.
    Runtime,
    /// The caller's deadline passed. Never sent again, and accepted as the answer to any step.
    Deadline,
    /// Something else.
    Other,
}

impl TransportErrorKind {
    fn text(self) -> &'static str {
        match self {
            TransportErrorKind::Dns => "the host name could not be resolved",
            TransportErrorKind::Connect => "no connection could be made",
            TransportErrorKind::ConnectTimeout => "no connection could be made in time",
            TransportErrorKind::Tls => "the TLS handshake failed",
            TransportErrorKind::Closed => "the connection ended before the answer was complete",
            TransportErrorKind::Timeout => "the answer did not come in time",
            TransportErrorKind::Protocol => "the answer is not HTTP",
            TransportErrorKind::HeadTooLarge => "the head of the answer is too large",
            TransportErrorKind::PoolLimit => "all connections are in use",
            TransportErrorKind::Runtime => "there is no async runtime to work in",
            TransportErrorKind::Deadline => "the deadline passed",
            TransportErrorKind::Other => "the transport failed",
        }
    }
}

/// An exchange that broke, as a driver reports it to a machine.
///
/// ```
/// use neptunedata::{TransportError, transport::{Sent, TransportErrorKind}};
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::new(TransportErrorKind::Connect, Sent::No).with_source(refused);
/// assert_eq!(error.to_string(), "no connection could be made");
/// ```
#[derive(Debug, Clone)]
pub struct TransportError {
    kind: TransportErrorKind,
    sent: Sent,
    reused: bool,
    permanent: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// A failure of this kind. Say [`Sent::Maybe`] unless it is certain that the server did not
    /// receive the whole request. Kinds that are about an answer are [`Sent::Maybe`] anyway.
    pub fn new(kind: TransportErrorKind, sent: Sent) -> Self {
        let answered = matches!(
            kind,
            TransportErrorKind::Protocol | TransportErrorKind::HeadTooLarge
        );
        TransportError {
            kind,
            sent: if answered { Sent::Maybe } else { sent },
            reused: false,
            permanent: false,
            source: None,
        }
    }

    /// Adds the underlying error, kept as [`source`](StdError::source).
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Notes that the connection had served earlier requests. Together with [`Sent::No`] this is
    /// what a stale pooled connection looks like, and is sent again at once.
    #[must_use]
    pub fn on_reused_connection(mut self) -> Self {
        self.reused = true;
        self
    }

    /// Notes that another try would end the same way, whatever the kind: it is not made. A proxy that refuses the
    /// password is such a failure.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.permanent = true;
        self
    }

    /// The same failure, but the server certainly had the request: it began to answer.
    pub(crate) fn received(mut self) -> Self {
        self.sent = Sent::Maybe;
        self
    }

    /// What broke.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the server can have received the request.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Whether the connection had been used before.
    pub fn is_reused(&self) -> bool {
        self.reused
    }

    /// Whether another try would end the same way.
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.kind, self.sent) {
            // It waited for a connection, or made one.
            (TransportErrorKind::Timeout, Sent::No) => {
                "the time for one attempt passed before the request was sent"
            }
            (kind, _) => kind.text(),
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// No usable credentials could be had.
#[derive(Debug, Clone)]
pub struct CredentialsError {
    reason: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl CredentialsError {
    /// An error with this text, which must not hold a secret.
    pub fn new(reason: impl Into<String>) -> Self {
        CredentialsError {
            reason: reason.into(),
            source: None,
        }
    }

    /// Adds the underlying error, kept as [`source`](StdError::source).
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no usable credentials: {}", self.reason)
    }
}

impl StdError for CredentialsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

//! What a client of a transport crate can be told, the same for each of them. Plain data: nothing
//! here does anything.

use std::{fmt, time::Duration};

use crate::{
    retry::RetryPolicy,
    session::{Session, SessionBuilder},
    transport::Proxy,
};

/// Options of a transport's client.
///
/// ```
/// use std::time::Duration;
/// use neptunedata::transport::ClientOptions;
///
/// let options = ClientOptions::new()
///     .timeout(Duration::from_secs(150))
///     .max_connections(16)
///     .application_name("graph-loader/2.1");
/// assert_eq!(options.max_connections, 16);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientOptions {
    /// How long making a connection may take, name look-up, TCP and TLS together. 5 s by default;
    /// with zero there is no connection.
    pub connect_timeout: Duration,
    /// How long a call may take with all attempts and waits. None by default: a query runs as long
    /// as the server lets it (120 s unless the cluster says otherwise), and a client that gives up
    /// first leaves it running unless it [cancels](field@Self::cancel_on_abandon) it.
    pub timeout: Option<Duration>,
    /// How long one attempt may take, from sending to the end of the answer. None by default. An attempt that
    /// is given up goes on on the server, too, unless it is [cancelled](field@Self::cancel_on_abandon).
    pub attempt_timeout: Option<Duration>,
    /// The longest body that is collected, in bytes. 256 MiB by default.
    pub max_body_bytes: usize,
    /// The longest head of an answer, in bytes, status line and all; trailers have the same limit. 64
    /// KiB by default. Within it there may be [`MAX_HEAD_FIELDS`](ClientOptions::MAX_HEAD_FIELDS)
    /// fields.
    pub max_head_bytes: usize,
    /// How many connections there may be at the same time. A call that would need one more fails at
    /// once with [`PoolLimit`](crate::error::TransportErrorKind::PoolLimit) unless
    /// [`acquire_timeout`](ClientOptions::acquire_timeout) lets it wait. 64 by default.
    ///
    /// What [cancels queries](field@Self::cancel_on_abandon) is no call and does not wait behind calls: for
    /// it there may be up to [`MAX_EXTRA_CONNECTIONS`](ClientOptions::MAX_EXTRA_CONNECTIONS) more for a moment.
    pub max_connections: usize,
    /// How long a call waits for one of [`max_connections`](ClientOptions::max_connections) to
    /// become free. 30 s by default.
    pub acquire_timeout: Duration,
    /// How long a connection may lie idle and still be used. 50 s by default, as nothing says how long the
    /// service keeps one ([U21](crate::wire_notes#u21)).
    pub idle_timeout: Duration,
    /// How old a connection may get and still be used for another request, so that changes of
    /// addresses are noticed. 5 min by default.
    pub max_connection_age: Duration,
    /// How much the operating system may receive ahead of a caller who takes an answer piece by piece,
    /// in bytes, per connection. 256 KiB by default, which lets 250 MB/s through at a round trip of
    /// 1 ms. More helps with long ways; None leaves it to the system, which may let the server run
    /// ahead by megabytes. Systems round it, and Linux bounds it by `net.core.rmem_max`. A connector
    /// that was given to the async client has its own way.
    pub tcp_receive_buffer: Option<usize>,
    /// Where to connect to instead of the endpoint's host and port, as `host:port`: a tunnel's end.
    /// The port must be given. TLS name, signature and `host` header stay the cluster's. None by
    /// default.
    pub connect_to: Option<String>,
    /// Which certificates TLS trusts. The Mozilla roots by default.
    pub roots: RootCertificates,
    /// The HTTP proxy to go through. None by default; the environment is not asked unless told to.
    /// It is left out if the endpoint, or [`connect_to`](ClientOptions::connect_to), is on this
    /// machine or among its exceptions: see [`route`](ClientOptions::route).
    pub proxy: Option<Proxy>,
    /// Added to the `user-agent` header. None by default.
    pub application_name: Option<String>,
    /// How requests are sent again.
    pub retry_policy: RetryPolicy,
    /// Whether a query is cancelled on the server when nobody waits for it any more, be it Gremlin or
    /// SPARQL: see [`CallOptions::cancel_on_abandon`](crate::machine::CallOptions::cancel_on_abandon), and the
    /// client's documentation for when that is. It may take connections beyond
    /// [`max_connections`](field@Self::max_connections). False by default.
    pub cancel_on_abandon: bool,
    /// Whether signed requests may go over plain HTTP to other machines. False by default.
    pub allow_plain_http: bool,
}

/// Which certificates TLS trusts.
///
/// Its `Debug` says how long the PEM text is and not what it is: files of certificates may hold their private key, too.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootCertificates {
    /// The Mozilla roots, which come with the client.
    WebPki,
    /// Those of the operating system; needs the transport's feature `native-roots`.
    Native,
    /// These and no others, as PEM text of one or more certificates.
    Pem(String),
}

impl fmt::Debug for RootCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RootCertificates::WebPki => f.write_str("WebPki"),
            RootCertificates::Native => f.write_str("Native"),
            RootCertificates::Pem(pem) => write!(f, "Pem({} bytes)", pem.len()),
        }
    }
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            connect_timeout: Duration::from_secs(5),
            timeout: None,
            attempt_timeout: None,
            max_body_bytes: 256 * 1024 * 1024,
            max_head_bytes: 64 * 1024,
            max_connections: 64,
            acquire_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(50),
            max_connection_age: Duration::from_secs(300),
            tcp_receive_buffer: Some(256 * 1024),
            connect_to: None,
            roots: RootCertificates::WebPki,
            proxy: None,
            application_name: None,
            retry_policy: RetryPolicy::default(),
            cancel_on_abandon: false,
            allow_plain_http: false,
        }
    }
}

macro_rules! options {
    ($($option:ident: $type:ty $(=> $convert:expr)?;)*) => {
        impl ClientOptions {
            $(
                #[doc = concat!("Sets [`", stringify!($option), "`](field@Self::", stringify!($option), ").")]
                #[must_use]
                pub fn $option(mut self, $option: $type) -> Self {
                    self.$option = options!(@convert $option $(, $convert)?);
                    self
                }
            )*
        }
    };
    (@convert $option:ident) => { $option };
    (@convert $option:ident, $convert:expr) => { $convert($option) };
}

options! {
    connect_timeout: Duration;
    timeout: Duration => Some;
    attempt_timeout: Duration => Some;
    max_body_bytes: usize;
    max_head_bytes: usize;
    max_connections: usize;
    acquire_timeout: Duration;
    idle_timeout: Duration;
    max_connection_age: Duration;
    tcp_receive_buffer: usize => Some;
    connect_to: impl Into<String> => (|to| Some(Into::into(to)));
    roots: RootCertificates;
    proxy: Proxy => Some;
    application_name: impl Into<String> => (|name| Some(Into::into(name)));
    retry_policy: RetryPolicy;
    cancel_on_abandon: bool;
    allow_plain_http: bool;
}

impl ClientOptions {
    /// How many fields the head of an answer may have, and its trailers too. More than any server
    /// sends; a limit there must be, since each takes more memory than it takes bytes.
    pub const MAX_HEAD_FIELDS: usize = 1024;

    /// How many connections there may be beyond [`max_connections`](field@Self::max_connections), to cancel
    /// queries over. If an idle one leads to the instance in question, that is taken instead. They are closed
    /// afterwards, unless there is room for them within the limit. Further cancels wait for the ones
    /// before them, and not for calls. In an async client it is so many in each runtime that the
    /// client is used from.
    pub const MAX_EXTRA_CONNECTIONS: usize = 2;

    /// The defaults.
    pub fn new() -> Self {
        ClientOptions::default()
    }

    /// How long one attempt may take of the many calls by which something is waited for, or followed,
    /// unless the options for those calls say it: [`attempt_timeout`](field@Self::attempt_timeout),
    /// else [`timeout`](field@Self::timeout), else 60 s. None of them is long, and one that hangs must
    /// not stop the waiting.
    pub fn poll_timeout(&self) -> Duration {
        let own = self.attempt_timeout.or(self.timeout);
        own.unwrap_or(Duration::from_secs(60))
    }

    /// A session builder with those of the options that concern the core.
    pub fn session(
        &self,
        endpoint: crate::endpoint::Endpoint,
        auth: crate::session::Auth,
    ) -> SessionBuilder {
        let builder = Session::builder(endpoint, auth)
            .retry_policy(self.retry_policy.clone())
            .max_body_bytes(self.max_body_bytes)
            .timeout(self.timeout)
            .attempt_timeout(self.attempt_timeout)
            .poll_timeout(self.poll_timeout())
            .cancel_on_abandon(self.cancel_on_abandon);
        if self.allow_plain_http {
            builder.allow_plain_http()
        } else {
            builder
        }
    }

    /// The value of the `user-agent` header: name and version of the transport, and the
    /// application's name. Characters that a header cannot carry are left out.
    pub fn user_agent(&self, transport: &str, version: &str) -> String {
        let mut agent = format!("{transport}/{version}");
        if let Some(name) = &self.application_name {
            agent.push(' ');
            agent.extend(name.chars().filter(|c| c.is_ascii_graphic() || *c == ' '));
        }
        agent
    }
}

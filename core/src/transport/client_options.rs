//! The options of a client, the same for all transport crates. Plain data.

use std::{fmt, time::Duration};

use http::HeaderValue;

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
/// assert_eq!(options.get_max_connections(), 16);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_body_bytes: usize,
    pub(crate) max_head_bytes: usize,
    pub(crate) max_connections: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_connection_age: Duration,
    pub(crate) tcp_receive_buffer: Option<usize>,
    pub(crate) connect_to: Option<String>,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) root_certificates: RootCertificates,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) application_name: Option<String>,
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) cancel_on_abandon: bool,
    pub(crate) allow_plain_http: bool,
}

/// The root certificates that TLS trusts.
///
/// `Debug` shows only the length of the PEM text: certificate files may also contain a private key.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootCertificates {
    /// The Mozilla roots, compiled into the client.
    WebPki,
    /// The roots of the operating system; needs the transport's feature `native-roots`.
    Native,
    /// Only these roots: one or more certificates as PEM text.
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
            tls_server_name: None,
            root_certificates: RootCertificates::WebPki,
            proxy: None,
            application_name: None,
            retry_policy: RetryPolicy::default(),
            cancel_on_abandon: false,
            allow_plain_http: false,
        }
    }
}

/// The options as the transports read them: `get_` and the name of the option.
macro_rules! getters {
    ($($getter:ident: $option:ident -> $type:ty;)*) => {
        impl ClientOptions {
            $(
                #[doc = concat!("The value of [`", stringify!($option), "`](Self::", stringify!($option), ").")]
                pub fn $getter(&self) -> $type {
                    self.$option
                }
            )*
        }
    };
}

getters! {
    get_connect_timeout: connect_timeout -> Duration;
    get_timeout: timeout -> Option<Duration>;
    get_attempt_timeout: attempt_timeout -> Option<Duration>;
    get_max_body_bytes: max_body_bytes -> usize;
    get_max_head_bytes: max_head_bytes -> usize;
    get_max_connections: max_connections -> usize;
    get_acquire_timeout: acquire_timeout -> Duration;
    get_idle_timeout: idle_timeout -> Duration;
    get_max_connection_age: max_connection_age -> Duration;
    get_tcp_receive_buffer: tcp_receive_buffer -> Option<usize>;
    get_cancel_on_abandon: cancel_on_abandon -> bool;
    get_allow_plain_http: allow_plain_http -> bool;
}

impl ClientOptions {
    /// The value of [`connect_to`](Self::connect_to).
    pub fn get_connect_to(&self) -> Option<&str> {
        self.connect_to.as_deref()
    }

    /// The value of [`tls_server_name`](Self::tls_server_name).
    pub fn get_tls_server_name(&self) -> Option<&str> {
        self.tls_server_name.as_deref()
    }

    /// The value of [`root_certificates`](Self::root_certificates).
    pub fn get_root_certificates(&self) -> &RootCertificates {
        &self.root_certificates
    }

    /// The value of [`proxy`](Self::proxy).
    pub fn get_proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    /// The value of [`application_name`](Self::application_name).
    pub fn get_application_name(&self) -> Option<&str> {
        self.application_name.as_deref()
    }

    /// The value of [`retry_policy`](Self::retry_policy).
    pub fn get_retry_policy(&self) -> &RetryPolicy {
        &self.retry_policy
    }
}

impl ClientOptions {
    /// The maximum number of header fields in a response head, and in the trailers. Servers send fewer. The
    /// number is limited because a parsed field takes more memory than its bytes. The blocking client reads
    /// heads of up to 128 fields. The async client first reads heads and trailers of up to 100 fields, because a
    /// larger number takes more memory for each response. A response with more fields fails with
    /// [`HeadTooLarge`](crate::error::TransportErrorKind::HeadTooLarge). After it, new connections read up to
    /// this number of fields, and older connections are not used again.
    pub const MAX_HEAD_FIELDS: usize = 1024;

    /// The maximum number of connections beyond [`max_connections`](Self::max_connections) that are opened to
    /// cancel queries. In the async client, the maximum applies to each runtime separately. If there is an
    /// idle connection to the instance that runs the query, it is used instead. Afterwards the async client
    /// keeps the extra connection if `max_connections` allows it; the blocking client closes it. Further
    /// cancel requests wait for earlier cancel requests, not for calls.
    pub const MAX_EXTRA_CONNECTIONS: usize = 2;

    /// The defaults.
    pub fn new() -> Self {
        ClientOptions::default()
    }

    /// The time limit for opening a connection: name look-up, TCP, proxy and TLS together. 5 s by default. With
    /// zero, no connection can be opened.
    #[must_use]
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.connect_timeout = connect_timeout;
        self
    }

    /// The time limit of a call with all attempts and pauses. No limit by default: a query runs until the
    /// server's own limit (120 s unless the cluster is configured otherwise). If the client times out first,
    /// the query keeps running unless it is [cancelled](Self::cancel_on_abandon).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The time limit of one attempt, from waiting for a connection to the end of the response. No limit by default,
    /// except for polls of waiters and change streams: see [`SessionBuilder::poll_timeout`]. The server continues to
    /// execute an attempt that timed out, unless the query is [cancelled](Self::cancel_on_abandon).
    #[must_use]
    pub fn attempt_timeout(mut self, attempt_timeout: Duration) -> Self {
        self.attempt_timeout = Some(attempt_timeout);
        self
    }

    /// The maximum size of a collected response body in bytes. 256 MiB by default.
    #[must_use]
    pub fn max_body_bytes(mut self, max_body_bytes: usize) -> Self {
        self.max_body_bytes = max_body_bytes;
        self
    }

    /// The longest response head, in bytes, including the status line; trailers have the same limit. 64 KiB by default.
    /// The number of fields is limited by [`MAX_HEAD_FIELDS`](ClientOptions::MAX_HEAD_FIELDS). The blocking client
    /// reads heads of up to 64 MiB, and allocates a buffer of about `max_head_bytes` for each connection.
    #[must_use]
    pub fn max_head_bytes(mut self, max_head_bytes: usize) -> Self {
        self.max_head_bytes = max_head_bytes;
        self
    }

    /// The maximum number of connections. A call that needs one more waits for
    /// [`acquire_timeout`](ClientOptions::acquire_timeout), then fails with
    /// [`PoolLimit`](crate::error::TransportErrorKind::PoolLimit). 64 by default; a client cannot be built with 0.
    ///
    /// Requests that [cancel queries](Self::cancel_on_abandon) do not queue with calls: up to
    /// [`MAX_EXTRA_CONNECTIONS`](ClientOptions::MAX_EXTRA_CONNECTIONS) more connections are opened for them.
    #[must_use]
    pub fn max_connections(mut self, max_connections: usize) -> Self {
        self.max_connections = max_connections;
        self
    }

    /// How long a call waits for one of [`max_connections`](ClientOptions::max_connections) to become free.
    /// 30 s by default. With zero, a call fails at once if no connection is free.
    #[must_use]
    pub fn acquire_timeout(mut self, acquire_timeout: Duration) -> Self {
        self.acquire_timeout = acquire_timeout;
        self
    }

    /// How long a connection may be idle before it is discarded; with zero, no connection is reused. 50 s by default;
    /// it is not documented how long the service keeps idle connections ([U21](crate::wire_notes#u21)).
    #[must_use]
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.idle_timeout = idle_timeout;
        self
    }

    /// The maximum age at which a connection is used for another request, so that changes of the DNS records
    /// take effect. 5 min by default. With zero, no connection is reused.
    #[must_use]
    pub fn max_connection_age(mut self, max_connection_age: Duration) -> Self {
        self.max_connection_age = max_connection_age;
        self
    }

    /// The size of the TCP receive buffer of each connection, in bytes. It bounds how much of a streamed
    /// response arrives before the caller reads it. 256 KiB by default, enough for 250 MB/s at a round-trip
    /// time of 1 ms; longer round trips need more. With `None`, the operating system chooses the size and may
    /// buffer megabytes. Operating systems round the value, and Linux limits it to `net.core.rmem_max`. It
    /// does not apply to a custom connector of the async client.
    #[must_use]
    pub fn tcp_receive_buffer(mut self, tcp_receive_buffer: Option<usize>) -> Self {
        self.tcp_receive_buffer = tcp_receive_buffer;
        self
    }

    /// Where to connect instead of the endpoint's host and port, as `host:port`, for example the local end of a tunnel.
    /// The port is required. TLS name, signature and `host` header remain those of the endpoint; for another TLS name,
    /// set [`tls_server_name`](Self::tls_server_name). Not set by default.
    #[must_use]
    pub fn connect_to(mut self, connect_to: impl Into<String>) -> Self {
        self.connect_to = Some(connect_to.into());
        self
    }

    /// The name that the server's certificate must be valid for, and that TLS sends as server name (SNI), in place of
    /// the endpoint's host: a host name or an IP address, without a port. Signature and `host` header remain those of
    /// the endpoint. Ignored with `http` endpoints. Not set by default.
    ///
    /// Use it for a load balancer or an HAProxy in front of a cluster, if it has a certificate of its own. With IAM
    /// authentication, requests are signed for the cluster's host, so the endpoint is the cluster:
    ///
    /// ```
    /// use neptunedata::{Endpoint, transport::ClientOptions};
    ///
    /// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
    /// let options = ClientOptions::new()
    ///     .connect_to("graph.example.com:443")
    ///     .tls_server_name("graph.example.com");
    /// let route = options.route(&endpoint, |_| None)?;
    /// assert_eq!((route.to.host(), &*route.tls_name), ("graph.example.com", "graph.example.com"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tls_server_name(mut self, tls_server_name: impl Into<String>) -> Self {
        self.tls_server_name = Some(tls_server_name.into());
        self
    }

    /// The root certificates that TLS trusts. The Mozilla roots by default.
    #[must_use]
    pub fn root_certificates(mut self, root_certificates: RootCertificates) -> Self {
        self.root_certificates = root_certificates;
        self
    }

    /// The HTTP proxy for all connections; needs the transport's feature `proxy`. No proxy by default: the environment
    /// is read only on request. The proxy is not used if the endpoint, or [`connect_to`](ClientOptions::connect_to), is
    /// a loopback address or exempt: see [`route`](ClientOptions::route).
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// The name of the application, added to the `user-agent` header. Not set by default.
    #[must_use]
    pub fn application_name(mut self, application_name: impl Into<String>) -> Self {
        self.application_name = Some(application_name.into());
        self
    }

    /// How failed requests are retried. [`RetryPolicy::default`] by default.
    #[must_use]
    pub fn retry_policy(mut self, retry_policy: RetryPolicy) -> Self {
        self.retry_policy = retry_policy;
        self
    }

    /// Whether abandoned Gremlin and SPARQL queries are cancelled on the server: see
    /// [`CallOptions::cancel_on_abandon`](crate::machine::CallOptions::cancel_on_abandon), and the client's
    /// documentation for when a query is abandoned. Cancelling may open connections beyond
    /// [`max_connections`](Self::max_connections). False by default.
    #[must_use]
    pub fn cancel_on_abandon(mut self, cancel_on_abandon: bool) -> Self {
        self.cancel_on_abandon = cancel_on_abandon;
        self
    }

    /// Whether signed requests may be sent over plain HTTP to hosts that are not loopback. False by default.
    #[must_use]
    pub fn allow_plain_http(mut self, allow_plain_http: bool) -> Self {
        self.allow_plain_http = allow_plain_http;
        self
    }

    /// A session builder with the options that apply to the session.
    pub fn session_builder(
        &self,
        endpoint: crate::endpoint::Endpoint,
        auth: crate::session::Auth,
    ) -> SessionBuilder {
        let builder = Session::builder(endpoint, auth)
            .retry_policy(self.retry_policy.clone())
            .max_body_bytes(self.max_body_bytes)
            .timeout(self.timeout)
            .attempt_timeout(self.attempt_timeout)
            .cancel_on_abandon(self.cancel_on_abandon);
        if self.allow_plain_http {
            builder.allow_plain_http()
        } else {
            builder
        }
    }

    /// The value of the `user-agent` header: name and version of the transport, and the
    /// application's name. Characters that are invalid in a header are omitted.
    pub fn user_agent(&self, transport: &'static str, version: &str) -> HeaderValue {
        let mut agent = format!("{transport}/{version}");
        if let Some(name) = &self.application_name {
            agent.push(' ');
            agent.extend(name.chars().filter(|c| c.is_ascii_graphic() || *c == ' '));
        }
        HeaderValue::from_str(agent.trim_end()).unwrap_or(HeaderValue::from_static(transport))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{endpoint::Endpoint, session::Auth};

    #[test]
    fn the_session_has_the_options() {
        let options = ClientOptions::new()
            .max_body_bytes(4)
            .retry_policy(RetryPolicy::never());
        let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
        let builder = options.session_builder(endpoint, Auth::unsigned());
        let session = builder.build().unwrap();
        assert_eq!(session.max_body_bytes(), 4);
        assert_eq!(session.retry_policy().max_attempts, 1);
    }

    #[test]
    fn no_certificate_is_shown() {
        let pem = "-----BEGIN PRIVATE KEY-----\nc4n4ry\n-----END PRIVATE KEY-----\n";
        let options = ClientOptions::new().root_certificates(RootCertificates::Pem(pem.to_owned()));
        let text = format!("{options:?} {options:#?}");
        assert!(
            !text.contains("c4n4ry") && !text.contains("BEGIN"),
            "{text}"
        );
        assert!(
            text.contains(&format!("Pem({} bytes)", pem.len())),
            "{text}"
        );
    }
}

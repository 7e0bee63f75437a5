//! How a client comes to be, and why it may not.

use std::{fmt, future::Future, sync::Arc};

use http::Uri;
use hyper::rt::{Executor, Read, Timer, Write};
use neptunedata::{
    Auth, ClientOptions, Credentials, CredentialsError, Endpoint, EndpointError, ProxyError,
    SessionError,
};
use tower_service::Service;

use crate::{
    Client, Task,
    client::Signing,
    clock::Clock,
    connect::{Base, Connector, Target},
    credentials::Source,
    fault::BoxError,
    pool::{Pool, Spawn},
};

/// Settings of a [`Client`]: [`Client::builder`].
#[must_use]
pub struct ClientBuilder {
    endpoint: Endpoint,
    signing: Signing,
    options: ClientOptions,
    timer: Option<Arc<dyn Timer + Send + Sync>>,
    spawn: Option<Spawn>,
    base: Option<Base>,
    /// Whether the connector's connections are already secure.
    secured: bool,
    #[cfg(feature = "proxy")]
    environment: bool,
}

/// A client that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nobody said whether and with what to sign.
    #[error(
        "say how requests are authenticated: ClientBuilder::credentials or credentials_from for clusters with IAM authentication, ClientBuilder::unsigned for others"
    )]
    NoAuthentication,
    /// The session cannot work.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There are no usable root certificates.
    #[error("the root certificates cannot be used: {0}")]
    Roots(String),
    /// The endpoint's host is no name that a certificate can have.
    #[error("{0:?} is not a name that a certificate can be checked against")]
    TlsName(String),
    /// The endpoint is `https`, and nothing speaks TLS.
    #[error(
        "https endpoints need the feature `tls`, or a connector given with ClientBuilder::tls_connector"
    )]
    NoTls,
    /// Nothing makes connections.
    #[error("without the feature `tokio` the builder needs a connector")]
    NoConnector,
    /// Nothing measures time.
    #[error("without the feature `tokio` the builder needs a timer")]
    NoTimer,
    /// `resolve_to` is no `host:port`.
    #[error("resolve_to cannot be used: {0}")]
    ResolveTo(EndpointError),
    /// A variable of the environment is set to something that is no proxy.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// A proxy is set, and nothing speaks to it.
    #[error("proxies need the feature `proxy`")]
    ProxyUnavailable,
    /// No connection is allowed.
    #[error("max_connections is 0, so that no call could ever be made")]
    NoConnections,
}

impl ClientBuilder {
    pub(crate) fn new(endpoint: Endpoint) -> ClientBuilder {
        ClientBuilder {
            endpoint,
            signing: Signing::Undecided,
            options: ClientOptions::new(),
            #[cfg(feature = "tokio")]
            timer: Some(Arc::new(crate::tokio_runtime::LenientTimer)),
            #[cfg(feature = "tokio")]
            spawn: Some(Arc::new(crate::tokio_runtime::spawn)),
            #[cfg(feature = "tokio")]
            base: Some(Base::Tokio),
            #[cfg(not(feature = "tokio"))]
            timer: None,
            #[cfg(not(feature = "tokio"))]
            spawn: None,
            #[cfg(not(feature = "tokio"))]
            base: None,
            secured: false,
            #[cfg(feature = "proxy")]
            environment: false,
        }
    }

    /// Requests are not signed: for clusters without IAM authentication.
    pub fn unsigned(mut self) -> Self {
        self.signing = Signing::Session(Auth::unsigned());
        self
    }

    /// Requests are signed with these credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.signing = Signing::Session(Auth::credentials(credentials));
        self
    }

    /// Requests are signed with what this closure gives.
    ///
    /// It is asked when there is need, once for however many calls wait, and again some five minutes
    /// before the credentials expire, while calls go on with the old ones. It is asked with `true`
    /// after the service refused what it gave last: caches behind it must not answer then. A
    /// failure ends the calls that waited for it, and is not remembered.
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{Client, Credentials, CredentialsError, Endpoint};
    /// # async fn from_somewhere(refresh: bool) -> Result<Credentials, CredentialsError> { todo!() }
    /// # fn build(endpoint: Endpoint) -> Result<Client, Box<dyn std::error::Error>> {
    /// let client = Client::builder(endpoint)
    ///     .credentials_from(|refresh| async move { from_somewhere(refresh).await })
    ///     .build()?;
    /// # Ok(client)
    /// # }
    /// ```
    pub fn credentials_from<F, A>(mut self, source: F) -> Self
    where
        F: Fn(bool) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Credentials, CredentialsError>> + Send + 'static,
    {
        self.signing = Signing::Source(Box::new(move |seed| Source::new(source, seed)));
        self
    }

    /// Time-outs, limits, roots and all else that clients of every transport have.
    pub fn options(mut self, options: ClientOptions) -> Self {
        self.options = options;
        self
    }

    /// What runs the one task that there may be: it closes idle connections when they are due, and
    /// ends with the last of them. tokio with the feature `tokio`; without an executor they are
    /// closed when the client is used next, or dropped.
    pub fn executor<E>(mut self, executor: E) -> Self
    where
        E: Executor<Task> + Send + Sync + 'static,
    {
        self.spawn = Some(Arc::new(move |task| executor.execute(task)));
        self
    }

    /// What measures time: that of tokio with the feature `tokio`.
    pub fn timer(mut self, timer: impl Timer + Send + Sync + 'static) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }

    /// What makes bare connections, in place of TCP by tokio. It is asked with the scheme, host and
    /// port to connect to, `resolve_to` or the proxy if there is one; over what it gives, proxy and
    /// TLS are spoken here.
    ///
    /// Whether the server has closed an idle connection is found out by reading from it. A stream
    /// whose `poll_read` asks the system each time, as smol's does, tells it exactly; one that waits
    /// for its reactor to say so first, as tokio's does, may learn it too late, and a write that
    /// meets such a connection fails with [`may_have_executed`](neptunedata::Error::may_have_executed).
    pub fn connector<S>(mut self, connector: S) -> Self
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: Read + Write + Send + Unpin + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        self.base = Some(Base::custom(connector));
        self.secured = false;
        self
    }

    /// As [`connector`](ClientBuilder::connector), but the connections it makes to `https` endpoints
    /// speak TLS already. It must not offer h2.
    pub fn tls_connector<S>(mut self, connector: S) -> Self
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: Read + Write + Send + Unpin + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        self.base = Some(Base::custom(connector));
        self.secured = true;
        self
    }

    /// Goes through the proxy that the environment names for the endpoint's scheme, if it names
    /// one and the options do not: see
    /// [`Proxy::from_environment`](neptunedata::Proxy::from_environment). The environment is read
    /// by [`build`](ClientBuilder::build).
    #[cfg(feature = "proxy")]
    pub fn proxy_from_environment(mut self) -> Self {
        self.environment = true;
        self
    }

    /// Makes the client. Connects to nothing yet.
    ///
    /// # Errors
    ///
    /// When something is missing or cannot work; see [`BuildError`].
    pub fn build(self) -> Result<Client, BuildError> {
        let (auth, source) = match self.signing {
            Signing::Undecided => return Err(BuildError::NoAuthentication),
            Signing::Session(auth) => (auth, None),
            Signing::Source(source) => (Auth::on_request(), Some(source)),
        };
        let (endpoint, options) = (self.endpoint, self.options);
        if options.max_connections == 0 {
            return Err(BuildError::NoConnections);
        }
        let session = options.session(endpoint.clone(), auth).build()?;
        let clock = Clock::new(self.timer.ok_or(BuildError::NoTimer)?);
        let base = self.base.ok_or(BuildError::NoConnector)?;

        // Where connections lead, which is not who is spoken to.
        let scheme = if endpoint.is_secure() {
            "https"
        } else {
            "http"
        };
        let cluster = match &options.resolve_to {
            Some(address) if address.contains('/') => {
                let error = EndpointError::Path(address.clone());
                return Err(BuildError::ResolveTo(error));
            }
            Some(address) => {
                Endpoint::parse(&format!("{scheme}://{address}")).map_err(BuildError::ResolveTo)?
            }
            None => endpoint.clone(),
        };
        let proxy = options.proxy.clone();
        #[cfg(feature = "proxy")]
        let proxy = match proxy {
            None if self.environment => {
                neptunedata::Proxy::from_environment(&cluster, |name| std::env::var(name).ok())?
            }
            proxy => proxy,
        };
        // A tunnel's end on this machine is not behind any proxy either.
        let proxy = proxy.filter(|proxy| proxy.applies_to(&endpoint) && proxy.applies_to(&cluster));
        if proxy.is_some() && cfg!(not(feature = "proxy")) {
            return Err(BuildError::ProxyUnavailable);
        }
        if endpoint.is_secure() && !self.secured && cfg!(not(feature = "tls")) {
            return Err(BuildError::NoTls);
        }
        let target = match &proxy {
            Some(proxy) => Target::new("http", proxy.host(), proxy.port()),
            None => Target::new(scheme, cluster.host(), cluster.port()),
        }
        .map_err(|()| BuildError::ResolveTo(EndpointError::Host(cluster.host().to_owned())))?;
        let connector = Connector {
            base,
            target,
            #[cfg(feature = "proxy")]
            tunnel: proxy.as_ref().map(|proxy| {
                crate::connect::Tunnel::new(proxy, &authority(cluster.host(), cluster.port()))
            }),
            #[cfg(feature = "tls")]
            tls: match endpoint.is_secure() && !self.secured {
                true => Some(crate::connect::tls::Tls::new(
                    endpoint.host(),
                    &options.roots,
                )?),
                false => None,
            },
        };
        let pool = Pool::new(connector, clock, &options, self.spawn);
        Ok(Client::assemble(session, options, source, pool))
    }
}

/// The endpoint and what is decided; nothing of credentials.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Target {
    fn new(scheme: &str, host: &str, port: u16) -> Result<Target, ()> {
        let uri = Uri::builder()
            .scheme(scheme)
            .authority(authority(host, port))
            .path_and_query("/")
            .build()
            .map_err(|_| ())?;
        Ok(Target {
            #[cfg(feature = "tokio")]
            host: host.to_owned(),
            #[cfg(feature = "tokio")]
            port,
            uri,
        })
    }
}

/// Host and port as they stand in a URI.
fn authority(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

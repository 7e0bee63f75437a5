//! How a client comes to be, and why it may not.

mod error;
mod signing;

use std::{
    fmt,
    future::Future,
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
};

use http::Uri;
use hyper::rt::{Executor, Read, Timer, Write};
use neptunedata::{
    Auth, Credentials, Endpoint,
    credentials::CredentialsError,
    endpoint::EndpointError,
    transport::{ClientOptions, Route, RouteError},
};
use tower_service::Service;

#[cfg(feature = "aws-config")]
use crate::aws::SdkProvider;
use crate::{
    Client, Task,
    clock::{Check, Clock},
    connect::{Base, Connector, Target},
    credentials_source::Source,
    errors::BoxError,
    pool::{Pool, Spawn},
};

pub use error::BuildError;
#[cfg(feature = "aws-config")]
use signing::in_runtime;
use signing::{Signing, resolve};

/// Settings of a [`Client`]: [`Client::builder`].
#[must_use]
pub struct ClientBuilder {
    endpoint: Endpoint,
    signing: Option<Signing>,
    region: bool,
    options: ClientOptions,
    timer: Option<(Arc<dyn Timer + Send + Sync>, Check)>,
    spawn: Option<Spawn>,
    base: Option<Base>,
    /// Whether the connector's connections are already secure.
    secured: bool,
    #[cfg(feature = "proxy")]
    environment: bool,
}

impl ClientBuilder {
    pub(crate) fn new(endpoint: Endpoint) -> ClientBuilder {
        ClientBuilder {
            endpoint,
            signing: None,
            region: false,
            options: ClientOptions::new(),
            #[cfg(feature = "tokio")]
            timer: Some((
                Arc::new(crate::tokio_runtime::LenientTimer),
                crate::tokio_runtime::check,
            )),
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
        self.signing = Some(Signing::Session(Auth::unsigned()));
        self
    }

    /// Requests are signed with these credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.signing = Some(Signing::Session(Auth::credentials(credentials)));
        self
    }

    /// Requests are signed with what this closure gives.
    ///
    /// It is asked when there is need, once for however many calls wait, and again some five minutes
    /// before the credentials expire (at half of a life that is shorter than ten), while other calls go on
    /// with the old ones. It is given `true` when a cache of its own must not answer: those that it gave
    /// before end soon or were refused. A failure ends the calls that waited for it, and is not remembered;
    /// ahead of time it ends none, and the closure is left alone for ten seconds.
    ///
    /// Its future is driven by the calls that wait for it, whichever is polled. If all of them are dropped
    /// or run out of time, the next one goes on with the same future, within the same tokio runtime. It must not make
    /// calls over this client: they would wait for it, and it for them.
    ///
    /// ```no_run
    /// # use neptunedata_hyper::{Client, Credentials, Endpoint, credentials::CredentialsError};
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
        self.signing = Some(Signing::Source(Source::new(source)));
        self
    }

    /// Requests are signed with the key in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if it is a
    /// temporary one, `AWS_SESSION_TOKEN`. [`build`](ClientBuilder::build) reads them, once, and fails if they
    /// are not there.
    pub fn credentials_from_environment(mut self) -> Self {
        self.signing = Some(Signing::Environment);
        self
    }

    /// Requests are signed with the credentials of a profile of the shared AWS config and credentials
    /// files: this one, else that of `AWS_PROFILE`, else `default`. The files are where `AWS_CONFIG_FILE` and
    /// `AWS_SHARED_CREDENTIALS_FILE` say, else in `.aws` of the home directory.
    ///
    /// [`build`](ClientBuilder::build) reads variables and files, and fails if the profile has no
    /// credentials that can be had this way. The files are read again whenever credentials are needed.
    /// A `credential_process` is run then, not by `build`, without a shell, for a minute at most, and
    /// again when what it gave is about to expire; what it prints on its standard error is dropped. The
    /// profile's `region` is used if nothing else says one.
    ///
    /// ```
    /// use neptunedata_hyper::{BuildError, Client, Endpoint};
    ///
    /// let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com")?;
    /// let built = Client::builder(endpoint).credentials_from_profile(Some("no such profile")).build();
    /// assert!(matches!(built, Err(BuildError::Credentials(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn credentials_from_profile(mut self, name: Option<&str>) -> Self {
        self.signing = Some(Signing::Profile(name.map(str::to_owned)));
        self
    }

    /// Requests are signed with what the default chain of the AWS SDK finds: environment, profiles with
    /// roles and single sign-on, web identities, containers, instance metadata.
    ///
    /// Nothing is looked for before the first call. Calls are made within a tokio runtime then, whatever the
    /// connector. The services that the chain asks are those of the region that the environment or the
    /// profile names, else of the endpoint's.
    ///
    /// The SDK has logs of its own. At level `trace` (targets that begin with `aws_`) they show the session token
    /// of the instance metadata service; leave that level out where logs are kept.
    #[cfg(feature = "aws-config")]
    pub fn credentials_from_aws(mut self) -> Self {
        self.signing = Some(Signing::Chain);
        self
    }

    /// Requests are signed with what a provider of the AWS SDK gives.
    #[cfg(feature = "aws-config")]
    pub fn credentials_from_provider(
        mut self,
        provider: impl aws_credential_types::provider::ProvideCredentials + 'static,
    ) -> Self {
        self.signing = Some(Signing::Source(in_runtime(SdkProvider::given(provider))));
        self
    }

    /// Takes the region from `AWS_REGION`, else `AWS_DEFAULT_REGION`, if neither the endpoint's host name
    /// nor [`Endpoint::with_region`](neptunedata::Endpoint::with_region) tells it. Without this call the
    /// variables are not looked at.
    pub fn region_from_environment(mut self) -> Self {
        self.region = true;
        self
    }

    /// Time-outs, limits, roots and all else that clients of every transport have.
    pub fn options(mut self, options: ClientOptions) -> Self {
        self.options = options;
        self
    }

    /// What runs the tasks that there may be: one closes idle connections when they are due, and
    /// ends with the last of them; others, which end soon, [cancel](crate#queries-that-are-given-up)
    /// queries if that is wished for. tokio with the feature `tokio`; without an executor connections
    /// are closed when the client is used next, or dropped, and queries are cancelled by
    /// [`Client::flush_cancellations`].
    pub fn executor<E>(mut self, executor: E) -> Self
    where
        E: Executor<Task> + Send + Sync + 'static,
    {
        self.spawn = Some(Arc::new(move |task| executor.execute(task)));
        self
    }

    /// What measures time: that of tokio with the feature `tokio`, which works within tokio alone.
    /// Elsewhere calls fail with [`Runtime`](neptunedata::transport::TransportErrorKind::Runtime) unless a timer
    /// is given, whatever the connector.
    pub fn timer(mut self, timer: impl Timer + Send + Sync + 'static) -> Self {
        self.timer = Some((Arc::new(timer), || Ok(())));
        self
    }

    /// What makes bare connections, in place of TCP by tokio. It is asked with the scheme, host and
    /// port to connect to, `connect_to` or the proxy if there is one; over what it gives, proxy and
    /// TLS are spoken here.
    ///
    /// Outside of tokio, give the builder a [`timer`](ClientBuilder::timer) too.
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
    /// [`Proxy::from_environment`](neptunedata::transport::Proxy::from_environment). The environment is read
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
        let signing = self.signing.ok_or(BuildError::NoAuthentication)?;
        let (auth, source, endpoint) = resolve(signing, self.endpoint, self.region)?;
        let mut options = self.options;
        if options.get_max_connections() == 0 {
            return Err(BuildError::NoConnections);
        }
        // Hashers of the standard library have random keys.
        let seed = RandomState::new().build_hasher().finish();
        let session = options
            .session_builder(endpoint.clone(), auth)
            .seed(seed)
            .build()?;
        let (timer, check) = self.timer.ok_or(BuildError::NoTimer)?;
        let clock = Clock::new(timer, check);
        let base = self.base.ok_or(BuildError::NoConnector)?;

        // Where connections lead, which is not who is spoken to.
        let scheme = if endpoint.is_secure() {
            "https"
        } else {
            "http"
        };
        #[cfg(feature = "proxy")]
        let environment = |name: &str| std::env::var(name).ok().filter(|_| self.environment);
        #[cfg(not(feature = "proxy"))]
        let environment = |_: &str| None;
        let Route { to, proxy, .. } = options.route(&endpoint, environment)?;
        if proxy.is_some() && cfg!(not(feature = "proxy")) {
            return Err(BuildError::ProxyUnavailable);
        }
        if endpoint.is_secure() && !self.secured && cfg!(not(feature = "tls")) {
            return Err(BuildError::NoTls);
        }
        let target = match &proxy {
            Some(proxy) => Target::new("http", proxy.host(), proxy.port(), &options),
            None => Target::new(scheme, to.host(), to.port(), &options),
        }
        .map_err(|()| {
            BuildError::Route(RouteError::ConnectTo(EndpointError::unusable_host(
                to.host(),
            )))
        })?;
        let connector = Connector {
            base,
            target,
            #[cfg(feature = "proxy")]
            tunnel: proxy
                .as_ref()
                .map(|proxy| crate::connect::Tunnel::new(proxy, &authority(to.host(), to.port()))),
            #[cfg(feature = "tls")]
            tls: if endpoint.is_secure() && !self.secured {
                Some(crate::connect::tls::Tls::new(
                    endpoint.host(),
                    options.get_root_certificates(),
                )?)
            } else {
                None
            },
        };
        let pool = Pool::new(connector, clock, &options, self.spawn.clone());
        // `Client::options` shows the proxy of the environment, too.
        if let (None, Some(proxy)) = (options.get_proxy(), proxy) {
            options = options.proxy(proxy);
        }
        Ok(Client::assemble(session, options, source, pool, self.spawn))
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
    fn new(scheme: &str, host: &str, port: u16, options: &ClientOptions) -> Result<Target, ()> {
        #[cfg(not(feature = "tokio"))]
        let _ = options;
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
            #[cfg(feature = "tokio")]
            tcp_receive_buffer: options.get_tcp_receive_buffer(),
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

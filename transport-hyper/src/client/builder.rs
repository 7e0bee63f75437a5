//! The client builder.

use std::{future::Future, sync::Arc};

use http::Uri;
use hyper::{
    body::Body,
    rt::{Executor, Read, Timer, Write},
};
#[cfg(feature = "tls")]
use neptunedata::transport::tls_hint::Peer;
use neptunedata::{
    Credentials, Session,
    credentials::CredentialsError,
    endpoint::EndpointError,
    transport::{BuildError, ClientAuth, ClientOptions, PreparedClient, Proxy, Route, RouteError},
};
use tower_service::Service;

use super::{Client, Inner};
#[cfg(feature = "proxy")]
use crate::connect::proxy::Tunnel;
#[cfg(feature = "tls")]
use crate::connect::tls::Tls;
#[cfg(feature = "tokio")]
use crate::tokio_runtime;
use crate::{
    RequestBody, Task,
    cancellation::Abandoned,
    clock::{Check, Clock},
    connect::{Base, Connector, Forwarding},
    credentials_provider::{CachedProvider, Provider},
    errors::BoxError,
    pool::{Pool, Spawn},
    round_trip::Transport,
    service::{HttpService, http_service},
};

neptunedata::client_builder!("neptunedata_hyper");

/// The settings that only this client has.
struct TransportSettings {
    timer: Option<(Arc<dyn Timer + Send + Sync>, Check)>,
    spawn: Option<Spawn>,
    base: Option<Base>,
    /// Whether the connector's connections already use TLS.
    secured: bool,
    /// Used in place of connections.
    service: Option<HttpService>,
}

impl Default for TransportSettings {
    fn default() -> Self {
        #[allow(unused_mut)]
        let mut settings = TransportSettings {
            timer: None,
            spawn: None,
            base: None,
            secured: false,
            service: None,
        };
        #[cfg(feature = "tokio")]
        {
            let timer = Arc::new(tokio_runtime::LenientTimer);
            settings.timer = Some((timer, tokio_runtime::check));
            settings.spawn = Some(Arc::new(tokio_runtime::spawn));
            settings.base = Some(Base::Tokio);
        }
        settings
    }
}

impl ClientBuilder {
    /// Signs requests with the credentials that the closure returns. They are cached:
    /// [`credentials::cache`](neptunedata::credentials::cache) says when the closure is called, and with which argument.
    ///
    /// The calls that wait for the credentials poll the returned future. If all these calls are dropped or time out,
    /// the next call in the same tokio runtime continues the future, unless the future is older than a minute. The
    /// closure and its future must not make calls with this client: the calls and the future would wait for each other.
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
    pub fn credentials_from<F, A>(mut self, provider: F) -> Self
    where
        F: Fn(bool) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Credentials, CredentialsError>> + Send + 'static,
    {
        self.setup.auth = Some(ClientAuth::Provider(Provider::new(provider)));
        self
    }

    /// Runs background tasks. One task closes idle connections that may not be reused, and ends when there are no more
    /// idle connections. Short tasks [cancel abandoned queries](crate#cancelling-abandoned-queries).
    ///
    /// Default: tokio, with the feature `tokio`. Without an executor, idle connections that may not be reused are
    /// closed when the client is next used or dropped, and queries are cancelled by [`Client::flush_cancellations`].
    pub fn executor<E>(mut self, executor: E) -> Self
    where
        E: Executor<Task> + Send + Sync + 'static,
    {
        self.transport.spawn = Some(Arc::new(move |task| executor.execute(task)));
        self
    }

    /// Measures time. With the feature `tokio`, the default is tokio's timer; without the feature, a timer is
    /// required. Outside a tokio runtime, calls with tokio's timer fail with
    /// [`Runtime`](neptunedata::transport::TransportErrorKind::Runtime), even with a custom connector.
    pub fn timer(mut self, timer: impl Timer + Send + Sync + 'static) -> Self {
        self.transport.timer = Some((Arc::new(timer), || Ok(())));
        self
    }

    /// Opens connections, in place of tokio's TCP. The connector is called with a `Uri` that has the scheme, host and
    /// port to connect to: those of the proxy, else of `connect_to`, else of the endpoint. Over the stream that the
    /// connector returns, the client itself talks to the proxy and performs the TLS handshake.
    ///
    /// Outside a tokio runtime, set a [`timer`](ClientBuilder::timer) as well. Of `connector`,
    /// [`tls_connector`](ClientBuilder::tls_connector) and [`service`](ClientBuilder::service), the last one that is called
    /// applies.
    ///
    /// To check that the server has not closed an idle connection, the client reads from it. The check is
    /// reliable for streams whose `poll_read` always calls the operating system, such as smol's. Streams
    /// whose `poll_read` first waits for the reactor, such as tokio's, may report the close too late. A write
    /// that is then sent over the closed connection fails, and the error says that the write [may have been
    /// executed](neptunedata::Error::may_have_executed).
    pub fn connector<S>(mut self, connector: S) -> Self
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: Read + Write + Send + Unpin + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        self.transport.base = Some(Base::custom(connector));
        self.transport.service = None;
        self.transport.secured = false;
        self
    }

    /// Like [`connector`](ClientBuilder::connector), which it replaces, but the connections to `https` endpoints already
    /// use TLS. The connector must not negotiate HTTP/2. [`build`](ClientBuilder::build) fails if `tls_server_name`,
    /// `root_certificates` or, for an `https` endpoint, a proxy is set.
    pub fn tls_connector<S>(mut self, connector: S) -> Self
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: Read + Write + Send + Unpin + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        self = self.connector(connector);
        self.transport.secured = true;
        self
    }

    /// Sends requests over an HTTP service, in place of the client's own connections: hyper-util's client, reqwest, a
    /// stack of tower layers, or a server in the same process. Replaces a [`connector`](ClientBuilder::connector) that
    /// was set before; a connector that is set later replaces the service.
    ///
    /// ```
    /// use hyper_util::{client::legacy, rt::TokioExecutor};
    /// use neptunedata_emulator::{Emulator, Server};
    /// use neptunedata_hyper::{Client, Endpoint, RequestBody, engine::GetEngineStatus};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Server::start(Emulator::default())?;
    /// let http = legacy::Client::builder(TokioExecutor::new()).build_http::<RequestBody>();
    /// let client = Client::builder(Endpoint::parse(&server.endpoint())?)
    ///     .unsigned()
    ///     .service(http)
    ///     .build()?;
    /// let status = client.send(&GetEngineStatus::new()).await?;
    /// assert_eq!(status.status.as_deref(), Some("healthy"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Requests have absolute URIs, and [`RequestBody`](crate::RequestBody) as their body;
    /// [`into_bytes`](crate::RequestBody::into_bytes) converts it for services with another body type. The
    /// client reads the trailers of the response. For each request it clones the service and waits until
    /// `poll_ready` of the clone is ready. This wait counts towards the time limits of the attempt and the
    /// call. Outside a tokio runtime, set a [`timer`](ClientBuilder::timer) as well.
    ///
    /// The service must
    ///
    /// - send each request once, unchanged, to the host in its URI, and not follow redirects. Requests are signed,
    ///   and the client itself retries those that may be repeated;
    /// - end the response body with an error if the response is incomplete.
    ///
    /// If the service returns an error, the request [may have been executed](neptunedata::Error::may_have_executed), so
    /// a write is not sent again. With three kinds of errors a write can be sent again: errors of `poll_ready`, errors
    /// whose source is [`ConnectionRefused`](std::io::ErrorKind::ConnectionRefused), and a
    /// [`TransportError`](neptunedata::TransportError) with [`Sent::No`](neptunedata::transport::Sent::No). For
    /// example, this function for hyper-util's client
    ///
    /// ```
    /// # use hyper_util::client::legacy;
    /// # use neptunedata_hyper::{TransportError, transport::{Sent, TransportErrorKind}};
    /// fn transport_error(error: legacy::Error) -> TransportError {
    ///     let (kind, sent) = if error.is_connect() {
    ///         (TransportErrorKind::Connect, Sent::No)
    ///     } else {
    ///         (TransportErrorKind::Closed, Sent::Maybe)
    ///     };
    ///     TransportError::new(kind, sent).with_source(error)
    /// }
    /// ```
    ///
    /// allows the client to send a write again after every failure to connect (use it with
    /// `ServiceExt::map_err` of tower).
    ///
    /// The service owns the connections. The client cannot check a connection before use, cannot request a
    /// [fresh](neptunedata::machine::Reuse::Fresh) connection, and cannot choose the instance at which it
    /// [cancels a query](crate#cancelling-abandoned-queries). A cancellation waits until the service is
    /// ready. The options for connections and for response heads are ignored, but
    /// [`build`](ClientBuilder::build) fails if `connect_to`, `tls_server_name`,
    /// `root_certificates` or a proxy is set.
    pub fn service<S, B>(mut self, service: S) -> Self
    where
        S: Service<http::Request<RequestBody>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.transport.service = Some(http_service(service));
        self
    }
}

impl TransportSettings {
    fn into_client(self, prepared: PreparedClient<Provider>) -> Result<Client, BuildError> {
        if self.service.is_some() {
            prepared.check_unused_options()?;
        }
        if self.secured {
            prepared.check_tls_connector()?;
        }
        let provider = prepared.source.into_provider(Provider::profile);
        let (session, options) = (prepared.session, prepared.options);
        let (timer, check) = self.timer.ok_or(BuildError::NoTimer)?;
        let clock = Clock::new(timer, check);
        let transport = match self.service {
            Some(service) => Transport::Service(service),
            None => {
                let base = self.base.ok_or(BuildError::NoConnector)?;
                let connector = connector(base, self.secured, &session, &prepared.route, &options)?;
                let (clock, spawn) = (clock.clone(), self.spawn.clone());
                Transport::Pool(Pool::new(connector, clock, &options, spawn))
            }
        };
        Ok(Client(Arc::new(Inner {
            session,
            user_agent: options.user_agent(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
            options,
            provider: CachedProvider::new(provider),
            clock,
            transport,
            abandoned: Abandoned::new(self.spawn),
        })))
    }
}

/// A connector to the endpoint, or where the options lead.
fn connector(
    base: Base,
    secured: bool,
    session: &Session,
    route: &Route,
    options: &ClientOptions,
) -> Result<Connector, BuildError> {
    let endpoint = session.endpoint();
    let secure = endpoint.is_secure() && !secured;
    let Route { to, proxy, .. } = route;
    if proxy.is_some() && cfg!(not(feature = "proxy")) {
        return Err(BuildError::ProxyUnavailable);
    }
    let proxy_secure = proxy.as_ref().is_some_and(Proxy::is_secure) && !secured;
    if (secure || proxy_secure) && cfg!(not(feature = "tls")) {
        return Err(BuildError::NoTls);
    }
    let (scheme, address) = match proxy {
        Some(proxy) if proxy.is_secure() => ("https", proxy.address()),
        Some(proxy) => ("http", proxy.address()),
        None if endpoint.is_secure() => ("https", to.address()),
        None => ("http", to.address()),
    };
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(address)
        .path_and_query("/")
        .build();
    #[cfg(feature = "tls")]
    let roots = options.get_root_certificates();
    let unusable = || RouteError::ConnectTo(EndpointError::unusable_host(to.host()));
    Ok(Connector {
        base,
        uri: uri.map_err(|_| BuildError::Route(unusable()))?,
        tcp_receive_buffer: options.get_tcp_receive_buffer(),
        #[cfg(feature = "proxy")]
        tunnel: proxy
            .as_ref()
            .filter(|_| !route.forwarded)
            .map(|proxy| Tunnel::new(proxy, &to.address())),
        forwarding: proxy
            .as_ref()
            .filter(|_| route.forwarded)
            .map(|proxy| Forwarding {
                authorization: proxy.authorization(),
            }),
        plain_peer: route.plain_peer(),
        #[cfg(feature = "tls")]
        proxy_tls: proxy
            .as_ref()
            .filter(|_| proxy_secure)
            .map(|proxy| Tls::new(Peer::Proxy, proxy.host(), roots))
            .transpose()?,
        #[cfg(feature = "tls")]
        tls: secure
            .then(|| Tls::new(Peer::Server, &route.tls_name, roots))
            .transpose()?,
    })
}

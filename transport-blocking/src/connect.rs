//! Opens connections for ureq: name look-up, TCP, proxy and TLS, within one time limit. When any of them fails, no
//! request was sent.

use std::{fmt, io, mem, net::SocketAddr, sync::Arc, time::Duration};

use http::{Uri, uri::Scheme};
use neptunedata::{
    Endpoint, TransportError,
    endpoint::EndpointError,
    transport::{
        ClientOptions, ProxyError, RESPONSE_START, Route, RouteError, Sent, TransportErrorKind,
        tls_hint::Peer,
    },
};
use ureq::unversioned::{
    resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
    transport::{
        Buffers, ConnectProxyConnector, ConnectionDetails, Connector, LazyBuffers, NextTimeout,
        Transport, time,
    },
};
use ureq::{Agent, config::Config};

use crate::{
    BuildError,
    connection::Connection,
    deadlines::Limits,
    observation::{Observation, Writing},
    pool::Pool,
    tcp::{Tcp, limit_reached, not_sent, tunnel_error},
    tls::{self, Tls},
};

/// An agent whose connections are observed.
pub(crate) fn agent(
    config: Config,
    pool: Arc<Pool>,
    endpoint: &Endpoint,
    route: &Route,
    tls: Option<Arc<Tls>>,
    options: &ClientOptions,
) -> Result<Agent, BuildError> {
    let host = || EndpointError::unusable_host(route.to.host());
    let target = url(endpoint.is_secure(), &route.to.address());
    let target = target.ok_or_else(|| RouteError::ConnectTo(host()))?;
    let proxy = route.proxy.as_ref().map(|proxy| {
        let proxy = url(proxy.is_secure(), &proxy.address());
        proxy.ok_or(RouteError::Proxy(ProxyError::Address))
    });
    // ureq takes the name for TLS from a URL.
    let name = if route.tls_name.contains(':') {
        url(endpoint.is_secure(), &format!("[{}]", route.tls_name))
    } else {
        url(endpoint.is_secure(), &route.tls_name)
    };
    let name = name.ok_or_else(|| BuildError::TlsName(route.tls_name.clone()))?;
    let (target, name, peer, tunnel) = match proxy.transpose()? {
        Some(proxy) if route.forwarded => (proxy.clone(), proxy, Peer::Proxy, None),
        proxy => (target, name, Peer::Server, proxy),
    };
    let connector = ObservedConnector {
        target,
        name,
        peer,
        plain_peer: route.plain_peer(),
        tunnel,
        pool,
        timeout: options.get_connect_timeout(),
        tcp_receive_buffer: options.get_tcp_receive_buffer(),
        tls,
    };
    Ok(Agent::with_parts(config, connector, NoResolver))
}

/// The URL of an address.
fn url(secure: bool, address: &str) -> Option<Uri> {
    let uri = Uri::builder().scheme(if secure { "https" } else { "http" });
    uri.authority(address).path_and_query("/").build().ok()
}

/// Opens [`Connection`]s.
struct ObservedConnector {
    /// The address to connect to, as a URL: the endpoint, `connect_to`, or the proxy that requests are sent to.
    target: Uri,
    /// The name for TLS, as a URL.
    name: Uri,
    /// What the target is.
    peer: Peer,
    /// The target, if it has no TLS.
    plain_peer: Option<Peer>,
    /// The proxy through which a tunnel leads to the target.
    tunnel: Option<Uri>,
    pool: Arc<Pool>,
    timeout: Duration,
    tcp_receive_buffer: Option<usize>,
    /// None if neither the server nor the proxy has TLS.
    tls: Option<Arc<Tls>>,
}

impl Connector for ObservedConnector {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let observation = Observation::current();
        // For a proxy, ureq calls its connectors once more, to connect to the proxy itself.
        let to_proxy = self
            .tunnel
            .as_ref()
            .filter(|_| details.config.proxy().is_none());
        let connected = if let Some(proxy) = to_proxy {
            let socket = self.open(proxy, None, details);
            socket
                .and_then(|socket| self.secure(socket.boxed(), proxy, Peer::Proxy, details, proxy))
        } else {
            let limits = observation.state().limits;
            observation.state().limits = limits.with_connect(self.timeout);
            let connection = self.open_connection(details);
            observation.state().limits = limits;
            connection.map(Transport::boxed)
        };
        connected.map(Some).map_err(|failure| {
            observation.state().fail(failure);
            ureq::Error::ConnectionFailed
        })
    }
}

impl ObservedConnector {
    fn open_connection(
        &self,
        details: &ConnectionDetails<'_>,
    ) -> Result<Connection, TransportError> {
        let observation = Observation::current();
        // Before the look-up: a connection is as old as the address that it leads to.
        let record = self.pool.open();
        let (socket, peer) = if self.tunnel.is_some() {
            (self.open_tunnel(details)?, None)
        } else {
            let to = observation.state().purpose.address();
            let socket = self.open(&self.target, to, details)?;
            // The address of the proxy is not that of the server.
            let peer = socket.tcp.peer().filter(|_| self.peer == Peer::Server);
            (socket.boxed(), peer)
        };
        let inner = self.secure(socket, &self.name, self.peer, details, &self.target)?;
        let mut state = observation.state();
        // What has been written so far is not part of a request.
        if let Writing::Failed(error) = mem::take(&mut state.writing) {
            return Err(self.with_context(not_sent(TransportErrorKind::Connect, error)));
        }
        let Some(tcp) = state.tcp.take() else {
            return Err(TransportError::new(TransportErrorKind::Connect, Sent::No));
        };
        Ok(Connection {
            inner,
            tcp,
            pool: Arc::clone(&self.pool),
            record,
            peer,
            plain_peer: self.plain_peer,
            request: None,
        })
    }

    /// Opens a TCP connection: to the address, or to the host of the URL.
    fn open(
        &self,
        url: &Uri,
        to: Option<SocketAddr>,
        details: &ConnectionDetails<'_>,
    ) -> Result<Socket, TransportError> {
        let observation = Observation::current();
        let limits = observation.state().limits;
        let opened = match to {
            Some(address) => Tcp::open(&[address], &limits, self.tcp_receive_buffer),
            None => look_up(url, details.config, &limits)
                .and_then(|addresses| Tcp::open(&addresses, &limits, self.tcp_receive_buffer)),
        };
        let tcp = opened.map_err(|error| match error.kind() {
            // The limit is that of opening the whole connection: name the server and this limit.
            TransportErrorKind::ConnectTimeout => self.with_context(error),
            _ => error.with_target(text_of(url)),
        })?;
        let tcp = Arc::new(tcp);
        observation.state().tcp = Some(Arc::clone(&tcp));
        let (input, output) = (
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        let buffers = LazyBuffers::new(input, output);
        Ok(Socket {
            tcp,
            buffers,
            needs_start: true,
        })
    }

    /// Opens a tunnel through the proxy.
    fn open_tunnel(
        &self,
        details: &ConnectionDetails<'_>,
    ) -> Result<Box<dyn Transport>, TransportError> {
        let details = with_url(details, &self.target);
        let connector = ConnectProxyConnector::default();
        let error = match connector.connect(&details, None::<Box<dyn Transport>>) {
            Ok(Some(tunnel)) => {
                let mut tunnel = tunnel.boxed();
                if tunnel.buffers().input().is_empty() {
                    return Ok(tunnel);
                }
                // Servers wait for the client, in TLS as in HTTP. These bytes would be read as the response.
                let error = io::Error::other("the proxy sent data after its response");
                return Err(self.with_context(not_sent(TransportErrorKind::Connect, error)));
            }
            Ok(None) => ureq::Error::ConnectionFailed,
            Err(error) => error,
        };
        // Connecting to the proxy failed.
        if let Some(failure) = Observation::current().state().take_failure() {
            return Err(failure);
        }
        let start = mem::take(&mut Observation::current().state().start);
        let is_plain = self.tunnel.as_ref().and_then(Uri::scheme) == Some(&Scheme::HTTP);
        let peer = Some(Peer::Proxy).filter(|_| is_plain);
        Err(self.with_context(tunnel_error(error, &start, peer)))
    }

    /// Adds TLS, if the scheme of the name is `https`. Errors name the target.
    fn secure(
        &self,
        socket: Box<dyn Transport>,
        name: &Uri,
        peer: Peer,
        details: &ConnectionDetails<'_>,
        target: &Uri,
    ) -> Result<Box<dyn Transport>, TransportError> {
        let failure = |error| {
            let failure = tls::failure(error, peer);
            match failure.kind() {
                // The limit is that of opening the whole connection: name the server and this limit.
                TransportErrorKind::ConnectTimeout => self.with_context(failure),
                _ => failure.with_target(text_of(target)),
            }
        };
        let Some(tls) = &self.tls else {
            return Ok(socket);
        };
        let details = with_url(details, name);
        match tls.connector.connect(&details, Some(socket)) {
            Ok(Some(transport)) => Ok(transport.boxed()),
            Ok(None) => Err(failure(ureq::Error::ConnectionFailed)),
            Err(error) => Err(failure(error)),
        }
    }

    /// Adds the server, and the time limit if it was reached.
    fn with_context(&self, failure: TransportError) -> TransportError {
        let failure = failure.with_target(text_of(&self.target));
        match failure.kind() {
            TransportErrorKind::ConnectTimeout => failure.with_time_limit(self.timeout),
            _ => failure,
        }
    }
}

/// The same details for another URL.
fn with_url<'a>(details: &ConnectionDetails<'a>, url: &'a Uri) -> ConnectionDetails<'a> {
    ConnectionDetails {
        uri: url,
        addrs: NoResolver.empty(),
        config: details.config,
        request_level: details.request_level,
        resolver: details.resolver,
        now: details.now,
        timeout: details.timeout,
        current_time: Arc::clone(&details.current_time),
        run_connector: Arc::clone(&details.run_connector),
        register_shutdown: Arc::clone(&details.register_shutdown),
    }
}

/// The host and port of a URL.
fn text_of(url: &Uri) -> &str {
    url.authority().map_or("", |authority| authority.as_str())
}

/// The addresses of the host, looked up for each connection: the operating system caches them.
fn look_up(url: &Uri, config: &Config, limits: &Limits) -> Result<Vec<SocketAddr>, TransportError> {
    let left = limits.left().map_err(limit_reached)?;
    let timeout = NextTimeout {
        after: left.map_or(time::Duration::NotHappening, time::Duration::Exact),
        reason: ureq::Timeout::Resolve,
        ..NextTimeout::default()
    };
    match DefaultResolver::default().resolve(url, config, timeout) {
        Ok(addresses) => Ok(addresses.iter().copied().collect()),
        Err(ureq::Error::Timeout(_)) => {
            let kind = limits.left().err();
            Err(limit_reached(
                kind.unwrap_or(TransportErrorKind::ConnectTimeout),
            ))
        }
        Err(error) => Err(not_sent(TransportErrorKind::Dns, error.into_io())),
    }
}

/// ureq would look up the name for each request, also for those over idle connections.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// A TCP connection as a transport of ureq's. It takes its limits from the observation.
struct Socket {
    tcp: Arc<Tcp>,
    buffers: LazyBuffers,
    /// Nothing has been received yet.
    needs_start: bool,
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let output = self.buffers.output();
        self.tcp.write(output.get(..amount).unwrap_or(output));
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let buffer = self.buffers.input_append_buf();
        let received = self.tcp.read(buffer)?;
        if self.needs_start {
            self.needs_start = false;
            let start = buffer
                .get(..received.min(RESPONSE_START))
                .unwrap_or_default();
            Observation::current().state().start = start.to_vec();
        }
        self.buffers.input_appended(received);
        Ok(received > 0)
    }

    fn is_open(&mut self) -> bool {
        true
    }
}

/// Shows no addresses and no bytes.
impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}

impl fmt::Debug for ObservedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedConnector").finish_non_exhaustive()
    }
}

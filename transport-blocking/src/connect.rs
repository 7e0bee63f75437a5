//! Making a connection: name look-up, TCP, proxy, TLS, all within one limit of time. Whatever fails
//! here, no request was sent.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use neptunedata::{
    Endpoint, TransportError,
    transport::{ClientOptions, Route, Sent, TransportErrorKind},
};
use rustls::{ClientConfig, pki_types::ServerName};
use socket2::{SockRef, TcpKeepalive};

use crate::{
    BuildError,
    deadlines::{Limits, elapsed_kind},
    socket::Socket,
    tls,
};

/// How a client comes to connections.
pub(crate) struct Connector {
    target: Target,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    #[cfg(feature = "proxy")]
    proxy: Option<neptunedata::transport::Proxy>,
    timeout: Duration,
    tcp_receive_buffer: Option<usize>,
}

/// A host and a port to connect to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Target {
    /// Host and port as in a URL.
    pub(crate) fn authority(&self) -> String {
        let Target { host, port } = self;
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

impl Connector {
    pub(crate) fn new(
        endpoint: &Endpoint,
        route: Route,
        options: &ClientOptions,
    ) -> Result<Self, BuildError> {
        let tls = if endpoint.is_secure() {
            // A dot at the end makes a name absolute for look-ups and is no part of it in TLS.
            let host = endpoint.host();
            let name = ServerName::try_from(host.strip_suffix('.').unwrap_or(host))
                .map_err(|_| BuildError::TlsName(host.to_owned()))?
                .to_owned();
            Some((tls::config(options.get_root_certificates())?, name))
        } else {
            None
        };
        #[cfg(not(feature = "proxy"))]
        if route.proxy.is_some() {
            return Err(BuildError::ProxyUnavailable);
        }
        Ok(Connector {
            target: Target {
                host: route.to.host().to_owned(),
                port: route.to.port(),
            },
            tls,
            #[cfg(feature = "proxy")]
            proxy: route.proxy,
            timeout: options.get_connect_timeout(),
            tcp_receive_buffer: options.get_tcp_receive_buffer(),
        })
    }

    /// A new connection: to this address, or to whatever the name stands for now.
    pub(crate) fn connect(
        &self,
        to: Option<SocketAddr>,
        limits: &Limits,
    ) -> Result<Socket, TransportError> {
        let made = self.make(to, &limits.with_connect(self.timeout));
        made.map_err(|error| match error.kind() {
            TransportErrorKind::ConnectTimeout => error
                .with_target(&self.target.authority())
                .with_time_limit(self.timeout),
            _ => error,
        })
    }

    fn make(&self, to: Option<SocketAddr>, limits: &Limits) -> Result<Socket, TransportError> {
        let socket = self.reach(to, limits)?;
        match &self.tls {
            None => Ok(socket),
            Some((config, name)) => socket.secure(config, name, limits).map_err(|error| {
                let inner = error.get_ref();
                let tls = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
                let (kind, hint) = match tls {
                    Some(tls) => (TransportErrorKind::Tls, tls_hint(tls)),
                    None => (TransportErrorKind::Connect, None),
                };
                let error = failed(error, kind).with_target(&self.target.authority());
                match hint {
                    Some(hint) => error.with_hint(hint),
                    None => error,
                }
            }),
        }
    }

    #[cfg(feature = "proxy")]
    fn reach(&self, to: Option<SocketAddr>, limits: &Limits) -> Result<Socket, TransportError> {
        let Some(proxy) = &self.proxy else {
            return self.dial(&self.target, to, limits).map(Socket::plain);
        };
        let address = Target {
            host: proxy.host().to_owned(),
            port: proxy.port(),
        };
        let mut socket = self.dial(&address, None, limits).map(Socket::plain)?;
        crate::tunnel::open(&mut socket, proxy, &self.target, limits).map_err(|error| {
            let inner = error.get_ref();
            let permanent =
                inner.is_some_and(|inner| inner.is::<crate::tunnel::ProxyAuthRequired>());
            let error = failed(error, TransportErrorKind::Connect);
            let error = error.with_target(&self.target.authority());
            if permanent { error.permanent() } else { error }
        })?;
        Ok(socket.led_on())
    }

    #[cfg(not(feature = "proxy"))]
    fn reach(&self, to: Option<SocketAddr>, limits: &Limits) -> Result<Socket, TransportError> {
        self.dial(&self.target, to, limits).map(Socket::plain)
    }

    fn dial(
        &self,
        target: &Target,
        to: Option<SocketAddr>,
        limits: &Limits,
    ) -> Result<TcpStream, TransportError> {
        let of_target = |error: TransportError| match error.kind() {
            // The whole way took too long, not this part of it.
            TransportErrorKind::ConnectTimeout => error,
            _ => error.with_target(&target.authority()),
        };
        let addresses = match to {
            Some(address) => vec![address],
            None => look_up(target, limits).map_err(of_target)?,
        };
        let stream = dial(addresses, limits).map_err(of_target)?;
        // Where these cannot be set the connection is as good as it was.
        let socket = SockRef::from(&stream);
        // A peer that is gone without a word is noticed some day, also without time-outs.
        let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
        if let Some(bytes) = self.tcp_receive_buffer {
            let _ = socket.set_recv_buffer_size(bytes);
        }
        Ok(stream)
    }
}

/// What to do about a failed handshake, where one cause is likely.
fn tls_hint(error: &rustls::Error) -> Option<&'static str> {
    use rustls::{CertificateError, Error, InvalidMessage};
    match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            Some("the server may speak plain HTTP: check the port, or write http://")
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => Some(
            "the issuer is not among the trusted roots: set ClientOptions::root_certificates if the server has an issuer of its own",
        ),
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some(
            "the certificate is for another name: write the server's name in the endpoint, and set \
             ClientOptions::connect_to to connect elsewhere",
        ),
        _ => None,
    }
}

fn failed(error: io::Error, kind: TransportErrorKind) -> TransportError {
    match elapsed_kind(&error) {
        Some(kind) => TransportError::new(kind, Sent::No),
        None => TransportError::new(kind, Sent::No).with_source(error),
    }
}

/// How long a connection is silent before the system asks whether the peer is there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// A TCP connection to the first of the addresses that takes one. Each gets an even share of the time
/// that is left, so that a dead one leaves time for the others.
fn dial(addresses: Vec<SocketAddr>, limits: &Limits) -> Result<TcpStream, TransportError> {
    let late = |kind| TransportError::new(kind, Sent::No);
    let mut untried = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        let share = limits.left().map_err(late)?.map(|left| {
            let share = left.checked_div(untried).unwrap_or(left);
            share.max(Duration::from_millis(1))
        });
        untried = untried.saturating_sub(1);
        let connected = match share {
            Some(share) => TcpStream::connect_timeout(&address, share),
            None => TcpStream::connect(address),
        };
        // Requests are written at once, and must not wait for acknowledgements.
        match connected.and_then(|stream| stream.set_nodelay(true).map(|()| stream)) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    limits.left().map_err(late)?;
    let kind = match last.kind() {
        // Its share was over. The system has patience of its own, and a code for the end of it.
        io::ErrorKind::TimedOut if last.raw_os_error().is_none() => {
            TransportErrorKind::ConnectTimeout
        }
        _ => TransportErrorKind::Connect,
    };
    Err(failed(last, kind))
}

/// The addresses of a name, asked for anew each time: the operating system caches what may be cached.
/// Its look-up knows no time-out, so it runs on a thread of its own, which outlives our patience.
fn look_up(target: &Target, limits: &Limits) -> Result<Vec<SocketAddr>, TransportError> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port)]);
    }
    let failed = |error| failed(error, TransportErrorKind::Dns);
    let left = limits
        .left()
        .map_err(|kind| TransportError::new(kind, Sent::No))?;
    let (answer, answered) = mpsc::sync_channel(1);
    let Target { host, port } = target.clone();
    thread::Builder::new()
        .name("neptunedata-dns".to_owned())
        .spawn(move || {
            let addresses = (host.as_str(), port).to_socket_addrs();
            // Nobody may be waiting any more.
            let _ = answer.send(addresses.map(Iterator::collect::<Vec<_>>));
        })
        .map_err(failed)?;
    let received = match left {
        Some(left) => answered.recv_timeout(left),
        None => answered.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    match received {
        Ok(Ok(addresses)) if addresses.is_empty() => {
            Err(failed(io::Error::other("the host name has no addresses")))
        }
        Ok(addresses) => addresses.map_err(failed),
        Err(RecvTimeoutError::Timeout) => {
            let kind = limits
                .left()
                .err()
                .unwrap_or(TransportErrorKind::ConnectTimeout);
            Err(TransportError::new(kind, Sent::No))
        }
        Err(RecvTimeoutError::Disconnected) => Err(failed(io::Error::other(
            "the host name lookup ended without a result",
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_that() {
        let target = Target {
            host: "no-such-host.invalid".to_owned(),
            port: 1,
        };
        let limits = Limits::default().with_connect(Duration::from_secs(30));
        let error = look_up(&target, &limits).unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (TransportErrorKind::Dns, Sent::No)
        );
    }
}

//! The options of a server.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::Request;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::control::Control;
use super::gauge::Gauge;
use super::handle::{Routes, ServerHandle};
use super::{Close, Server, Shared, accept};
use crate::{ConnectionEnd, Emulator, Now, Response};

/// The options of a server. By default it uses a free port of 127.0.0.1, the clock of the system and no TLS.
///
/// ```
/// use std::time::Duration;
///
/// use neptunedata_emulator::{Close, Emulator, ServerOptions};
///
/// let server = ServerOptions::new()
///     .address("localhost:0")?
///     .close_after_response(Close::WithHeader)
///     .idle_limit(Duration::from_secs(5))
///     .start(Emulator::default())?;
/// assert!(server.endpoint().starts_with("http://"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub struct ServerOptions {
    addresses: Vec<SocketAddr>,
    clock: Option<Box<dyn Fn() -> Now + Send + Sync>>,
    close: Close,
    idle_limit: Option<Duration>,
    routes: Option<Routes>,
    #[cfg(feature = "tls")]
    tls: Option<super::Tls>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl ServerOptions {
    /// The default options.
    pub fn new() -> Self {
        Self {
            addresses: vec![(Ipv4Addr::LOCALHOST, 0).into()],
            clock: None,
            close: Close::Never,
            idle_limit: None,
            routes: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// The address on which the server listens. Port 0 is any free port. Of several addresses, the first that can be
    /// bound is used.
    ///
    /// # Errors
    ///
    /// If a name does not resolve.
    pub fn address(mut self, address: impl ToSocketAddrs) -> io::Result<Self> {
        self.addresses = address.to_socket_addrs()?.collect();
        Ok(self)
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound, the thread cannot be started, or the certificate cannot be generated, read or
    /// used.
    pub fn start(self, emulator: Emulator) -> io::Result<Server> {
        // First, because dropping the runtime after an error would panic in an asynchronous caller.
        #[cfg(feature = "tls")]
        let tls = self.tls.map(super::Tls::ready).transpose()?;
        let listener = std::net::TcpListener::bind(self.addresses.as_slice());
        let listener = listener.map_err(|error| {
            let addresses: Vec<String> = self.addresses.iter().map(ToString::to_string).collect();
            let text = format!("cannot listen on {}: {error}", addresses.join(" or "));
            io::Error::new(error.kind(), text)
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let listener = {
            let _guard = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let clock = self.clock.unwrap_or_else(|| {
            let started = Instant::now();
            Box::new(move || Now::new(SystemTime::now(), started.elapsed()))
        });
        let shared = Arc::new(Shared {
            emulator: Mutex::new(emulator),
            clock,
            advanced: Mutex::new(Duration::ZERO),
            gauge: Arc::new(Gauge::default()),
            control: watch::Sender::new(Control::new(self.close, self.idle_limit)),
            happened: watch::Sender::new(()),
            unread: Mutex::new((0, ConnectionEnd::Fin)),
            routes: self.routes,
            #[cfg(feature = "tls")]
            tls,
        });
        let served = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("neptune-emulator".to_owned())
            .spawn(move || {
                runtime.block_on(accept::serve(listener, served));
                // A query that is being stopped is not waited for.
                runtime.shutdown_background();
            })?;
        Ok(Server {
            address,
            shared,
            thread: Some(thread),
        })
    }
}

setters! {
    ServerOptions;

    /// The clock. Default: the clock of the system.
    clock(clock: impl Fn() -> Now + Send + Sync + 'static) => clock = Some(Box::new(clock));

    /// Whether connections are closed after each response. [`Server::set_close_after_response`] changes it. Default:
    /// never.
    close_after_response(close: Close) => close = close;

    /// How long connections may be idle before they are closed. [`Server::set_idle_limit`] changes it. Default:
    /// forever.
    idle_limit(limit: Duration) => idle_limit = Some(limit);

    /// Answers the requests whose path begins with `/_emulator/` with this function, so that a program in another
    /// language can control the server. They do not count as requests to Neptune: they are not logged, need no
    /// signature, and no fault of the emulator applies to them. The function is called on the server's thread, which
    /// handles no other request meanwhile. Default: the emulator refuses these paths like any unknown one.
    control(routes: impl Fn(ServerHandle<'_>, Request<Bytes>) -> Response + Send + Sync + 'static)
        => routes = Some(Box::new(routes));

    /// Enables TLS.
    #[cfg(feature = "tls")]
    tls(tls: super::Tls) => tls = Some(tls);
}

/// Omits the clock and TLS.
impl fmt::Debug for ServerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerOptions")
            .field("addresses", &self.addresses)
            .field("close", &self.close)
            .field("idle_limit", &self.idle_limit)
            .finish_non_exhaustive()
    }
}

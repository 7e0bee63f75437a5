//! An HTTP/1.1 server for the emulator. It has the sockets and the clock; the emulator makes all decisions.
//!
//! It implements HTTP itself: a server library would not give access to the socket and would correct intended faults.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::sync::watch;

use self::control::Control;
use self::gauge::Gauge;
use crate::{ConnectionEnd, Emulator, Now, Outcome};

mod accept;
mod connection;
mod control;
#[cfg(feature = "engine")]
mod execution;
mod frames;
mod gauge;
mod handle;
mod incoming;
mod options;
mod script;
mod stream;
#[cfg(feature = "tls")]
mod tls;

pub use self::control::Close;
pub use self::gauge::Connections;
#[cfg(feature = "tls")]
pub use self::gauge::Handshake;
pub use self::handle::ServerHandle;
pub use self::options::ServerOptions;
#[cfg(feature = "tls")]
pub use self::tls::{Tls, TlsFault};

/// How long `close_idle` waits for the connections to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The emulator on a socket, in its own thread. Dropping the server stops it.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
///
/// use neptunedata_emulator::{Emulator, Server};
///
/// let server = Server::start(Emulator::default())?;
/// let mut stream = TcpStream::connect(server.address())?;
/// stream.write_all(b"GET /status HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n")?;
/// let mut response = String::new();
/// stream.read_to_string(&mut response)?;
/// assert!(response.starts_with("HTTP/1.1 200 OK"));
/// assert_eq!(server.with(|emulator| emulator.executed("GetEngineStatus")), 1);
/// assert_eq!(server.connections().requests, [1]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// The state shared by the server's thread and its owner.
struct Shared {
    emulator: Mutex<Emulator>,
    clock: Box<dyn Fn() -> Now + Send + Sync>,
    advanced: Mutex<Duration>,
    gauge: Arc<Gauge>,
    control: watch::Sender<Control>,
    /// Reports events that running queries may depend on.
    happened: watch::Sender<()>,
    /// How many requests are not to be read, and how their connections end.
    unread: Mutex<(u64, ConnectionEnd)>,
    routes: Option<handle::Routes>,
    #[cfg(feature = "tls")]
    tls: Option<tls::Ready>,
}

impl Server {
    /// Starts on a free port of 127.0.0.1. [`ServerOptions`] has all other options.
    ///
    /// # Errors
    ///
    /// If the port cannot be bound or the thread cannot be started.
    pub fn start(emulator: Emulator) -> io::Result<Self> {
        ServerOptions::new().start(emulator)
    }

    /// Starts on a free port of 127.0.0.1 with TLS and a generated certificate for `localhost`, `127.0.0.1` and `::1`.
    /// Clients must trust [`ca_pem`](Self::ca_pem).
    ///
    /// # Errors
    ///
    /// As for [`start`](Self::start), and if the certificate cannot be generated.
    #[cfg(feature = "tls")]
    pub fn start_tls(emulator: Emulator) -> io::Result<Self> {
        ServerOptions::new().tls(Tls::default()).start(emulator)
    }

    /// Starts on this address. Port 0 is any free port.
    ///
    /// # Errors
    ///
    /// If the address does not resolve or cannot be bound, or the thread cannot be started.
    pub fn start_on(address: impl ToSocketAddrs, emulator: Emulator) -> io::Result<Self> {
        ServerOptions::new().address(address)?.start(emulator)
    }

    /// Starts on this address with this clock. A clock that is wrong makes the server refuse signatures.
    ///
    /// # Errors
    ///
    /// As for [`start_on`](Self::start_on).
    pub fn start_with_clock(
        address: impl ToSocketAddrs,
        emulator: Emulator,
        clock: impl Fn() -> Now + Send + Sync + 'static,
    ) -> io::Result<Self> {
        ServerOptions::new()
            .address(address)?
            .clock(clock)
            .start(emulator)
    }

    /// The address on which the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients, without a path or a trailing slash: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let scheme = if self.shared.has_tls() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// Reads or changes the emulator. No request is handled meanwhile.
    pub fn with<T>(&self, access: impl FnOnce(&mut Emulator) -> T) -> T {
        self.shared.with(access)
    }

    /// Advances the clock of jobs, so that tests need not wait. The calendar time does not change: signatures remain
    /// valid.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(by);
    }

    /// Replaces the emulator, as if the server had just started with it: advances of the clock are undone, and the
    /// connections of running queries are closed without a response.
    pub fn reset(&self, emulator: Emulator) {
        self.shared.reset(emulator);
    }

    /// The current time, as a request would see it.
    #[must_use]
    pub fn now(&self) -> Now {
        self.shared.now()
    }

    /// The counts of all connections so far.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.shared.gauge.connections()
    }

    /// Waits until the condition is true, at most for this time; returns whether it became true. The
    /// condition is checked each time a connection or a request changes something.
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use std::time::Duration;
    ///
    /// use neptunedata_emulator::{Emulator, Server};
    ///
    /// let server = Server::start(Emulator::default())?;
    /// drop(TcpStream::connect(server.address())?);
    /// let second = Duration::from_secs(1);
    /// assert!(server.wait_until(second, || server.connections().accepted == 1));
    /// assert!(server.wait_until(second, || server.connections().open == 0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn wait_until(&self, within: Duration, condition: impl FnMut() -> bool) -> bool {
        self.shared.gauge.wait_until(within, condition)
    }

    /// Closes idle connections, and waits until they are closed, at most a second.
    pub fn close_idle(&self) {
        let mut before = 0;
        self.control(|control| {
            before = control.generation;
            control.generation += 1;
        });
        self.wait_until(CLOSE_TIMEOUT, || !self.shared.gauge.has_idle(before));
    }

    /// Closes connections that have been idle for this long; `None` never closes them. Default: `None`.
    pub fn set_idle_limit(&self, limit: Option<Duration>) {
        self.control(|control| control.idle_limit = limit);
    }

    /// Whether connections are closed after each response. Default: never.
    pub fn set_close_after_response(&self, close: Close) {
        self.control(|control| control.close = close);
    }

    /// With false, stops reading requests; with true, starts again. While the server does not read, connections stay
    /// open and new connections are accepted. Requests that were already read still get their responses.
    pub fn set_reading(&self, reading: bool) {
        self.control(|control| control.reading = reading);
    }

    /// Closes the next `times` connections on which a request begins, without reading the request. Replaces an earlier
    /// setting. Such requests are neither received nor executed; [`Connections::unread`] counts them.
    pub fn close_before_reading(&self, times: u64, ending: ConnectionEnd) {
        *lock(&self.shared.unread) = (times, ending);
    }

    fn control(&self, change: impl FnOnce(&mut Control)) {
        self.shared.control.send_modify(change);
    }
}

#[cfg(feature = "tls")]
impl Server {
    /// The root certificate of this server, in PEM. `None` without TLS and with [`Tls::certificate`].
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        Some(&self.shared.tls.as_ref()?.ca.as_ref()?.pem)
    }

    /// The root certificate of this server, in DER. `None` without TLS and with [`Tls::certificate`].
    #[must_use]
    pub fn ca_der(&self) -> Option<&[u8]> {
        Some(&self.shared.tls.as_ref()?.ca.as_ref()?.der)
    }

    /// The newest 10,000 TLS handshakes, in the order in which they began.
    #[must_use]
    pub fn handshakes(&self) -> Vec<Handshake> {
        self.shared.gauge.handshakes()
    }
}

/// Shows only the address: the emulator may be locked.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Accepts no more connections, waits up to a second for responses in progress, and ends the thread.
impl Drop for Server {
    fn drop(&mut self) {
        self.control(|control| control.stopping = true);
        if let Some(thread) = self.thread.take() {
            // A panic of the server's thread has already been printed.
            let _ = thread.join();
        }
    }
}

/// Locks a mutex, even if a caller's closure panicked while it was locked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn emulator(&self) -> MutexGuard<'_, Emulator> {
        lock(&self.emulator)
    }

    fn with<T>(&self, access: impl FnOnce(&mut Emulator) -> T) -> T {
        let result = access(&mut self.emulator());
        self.happened();
        result
    }

    fn advance(&self, by: Duration) {
        let mut advanced = lock(&self.advanced);
        *advanced = advanced.saturating_add(by);
        drop(advanced);
        self.happened();
    }

    fn reset(&self, fresh: Emulator) {
        self.with(|emulator| {
            emulator.replace(fresh);
            *lock(&self.advanced) = Duration::ZERO;
        });
    }

    /// Wakes the tasks that wait for queries.
    fn happened(&self) {
        // Without such tasks this is an error, and costs nothing.
        let _ = self.happened.send(());
    }

    /// Handles a request. Queries for an engine are executed in threads.
    fn handle(&self, request: Request<Bytes>) -> Outcome {
        if let Some(routes) = self.owner_routes(request.uri()) {
            return routes(ServerHandle(self), request).into();
        }
        let mut emulator = self.emulator();
        // The clock is read under the lock, so that time never goes backwards between requests.
        let now = self.now();
        #[cfg(feature = "engine")]
        let outcome = emulator.handle_detached(request, now);
        #[cfg(not(feature = "engine"))]
        let outcome = emulator.handle_read(request, now);
        outcome
    }

    fn now(&self) -> Now {
        let advanced = *lock(&self.advanced);
        let mut now = (self.clock)();
        now.mono = now.mono.saturating_add(advanced);
        now
    }

    /// Whether to close the connection instead of reading the request that begins.
    fn close_before_reading(&self) -> Option<ConnectionEnd> {
        let mut unread = lock(&self.unread);
        unread.0 = unread.0.checked_sub(1)?;
        Some(unread.1)
    }

    #[cfg(feature = "tls")]
    fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    #[cfg(not(feature = "tls"))]
    fn has_tls(&self) -> bool {
        false
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

//! An HTTP/1.1 server around the emulator: sockets and clocks, and nothing that decides anything.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use self::socket::{Cut, CutStream};
use crate::{Emulator, Now};

mod answer;
mod socket;

/// How long a stop waits for answers that are under way.
const PATIENCE: Duration = Duration::from_secs(1);
/// The wait after a connection could not be accepted, which is when the process has no file descriptor left.
const PAUSE: Duration = Duration::from_millis(50);

/// The emulator behind a socket, on a thread of its own. Dropping it stops it.
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
/// let mut answer = String::new();
/// stream.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 200 OK"));
/// assert_eq!(server.with(|emulator| emulator.executed("GetEngineStatus")), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the server's thread and its owner share.
struct Shared {
    emulator: Mutex<Emulator>,
    clock: Box<dyn Fn() -> Now + Send + Sync>,
    advanced: Mutex<Duration>,
}

impl Server {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If the port cannot be bound or the thread not started.
    pub fn start(emulator: Emulator) -> io::Result<Self> {
        Self::start_on((Ipv4Addr::LOCALHOST, 0), emulator)
    }

    /// Starts on an address of the caller's choice. Port 0 is any free one.
    ///
    /// # Errors
    ///
    /// If the address does not resolve, cannot be bound, or the thread not be started.
    pub fn start_on(address: impl ToSocketAddrs, emulator: Emulator) -> io::Result<Self> {
        let started = Instant::now();
        Self::start_with_clock(address, emulator, move || {
            Now::new(SystemTime::now(), started.elapsed())
        })
    }

    /// Starts on an address of the caller's choice, with a clock of the caller's choice: one that is wrong, say, to
    /// see what clients make of refused signatures.
    ///
    /// # Errors
    ///
    /// As for [`start_on`](Self::start_on).
    pub fn start_with_clock(
        address: impl ToSocketAddrs,
        emulator: Emulator,
        clock: impl Fn() -> Now + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
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
        let shared = Arc::new(Shared {
            emulator: Mutex::new(emulator),
            clock: Box::new(clock),
            advanced: Mutex::new(Duration::ZERO),
        });
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("neptune-emulator".to_owned())
            .spawn(move || runtime.block_on(serve(listener, served, stopped)))?;
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL to give to a client, without a path or a slash at its end: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks into the emulator, or changes it. No request is handled meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&mut Emulator) -> T) -> T {
        look(&mut self.shared.emulator())
    }

    /// Puts the clock that moves jobs ahead, so that tests need not wait for it. The calendar time stays: signatures
    /// remain valid.
    pub fn advance(&self, by: Duration) {
        let mut advanced = self
            .shared
            .advanced
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *advanced = advanced.saturating_add(by);
    }

    /// The time as the next request would see it.
    #[must_use]
    pub fn now(&self) -> Now {
        self.shared.now()
    }
}

/// Shows the address and nothing of the emulator, which may be locked.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Takes no more connections, waits a moment for answers under way, and ends the thread.
impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server's thread has been printed by then; there is nobody to hand it to.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// A panic in a caller's `with` does not make the emulator unusable.
    fn emulator(&self) -> MutexGuard<'_, Emulator> {
        self.emulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        let advanced = *self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = (self.clock)();
        now.mono = now.mono.saturating_add(advanced);
        now
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let mut stopped = pin!(stopped);
    loop {
        // Whichever comes first. A dropped sender ends the receiver as well as a message does.
        let accepted = std::future::poll_fn(|cx| match stopped.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => listener.poll_accept(cx).map(Some),
        });
        match accepted.await {
            Some(Ok((stream, _))) => serve_connection(stream, Arc::clone(&shared), &graceful),
            Some(Err(_)) => tokio::time::sleep(PAUSE).await,
            None => break,
        }
    }
    drop(listener);
    // Connections that are still busy after that are cut.
    let _ = tokio::time::timeout(PATIENCE, graceful.shutdown()).await;
}

fn serve_connection(stream: TcpStream, shared: Arc<Shared>, graceful: &GracefulShutdown) {
    // Answers are small and waited for; if the option cannot be set they are only slower.
    let _ = stream.set_nodelay(true);
    let cut = Cut::default();
    let io = TokioIo::new(CutStream::new(stream, cut.clone()));
    let service = service_fn(move |request| {
        let (shared, cut) = (Arc::clone(&shared), cut.clone());
        async move {
            let request = answer::collect(request).await?;
            let outcome = {
                let mut emulator = shared.emulator();
                // Read while nobody else can: time does not run backwards from request to request.
                let now = shared.now();
                emulator.handle(request, now)
            };
            answer::answer(outcome, &cut)
        }
    });
    let connection = http1::Builder::new().serve_connection(io, service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        // Clients that go away and faults that were asked for end here.
        let _ = watched.await;
    });
}

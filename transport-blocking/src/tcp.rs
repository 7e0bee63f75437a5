//! A TCP connection whose reads and writes keep the limits of the request in progress.

use std::{
    borrow::Cow,
    io::{self, Read, Write},
    mem,
    net::{SocketAddr, TcpStream},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use neptunedata::{
    TransportError,
    transport::{Sent, TransportErrorKind, not_http, proxy_refused, tls_hint::Peer},
};
use socket2::{SockRef, TcpKeepalive};

use crate::{
    deadlines::{Limits, elapsed, elapsed_kind},
    observation::{Observation, Writing},
};

/// After this time without progress, a write returns, so that the connection can be probed for a response.
const STALL: Duration = Duration::from_millis(100);
/// How long a connection is silent before the operating system asks whether the peer is there.
const KEEPALIVE: Duration = Duration::from_secs(60);

pub(crate) struct Tcp {
    stream: TcpStream,
    /// Reads do not wait.
    probing: AtomicBool,
    /// The time-outs of the socket.
    timeouts: Mutex<Timeouts>,
}

#[derive(Default)]
struct Timeouts {
    read: Option<Duration>,
    write: Option<Duration>,
}

impl Tcp {
    /// Connects to the first of the addresses that accepts. Each has an equal share of the time, so that an address
    /// that does not respond leaves time for the others.
    pub(crate) fn open(
        addresses: &[SocketAddr],
        limits: &Limits,
        receive_buffer: Option<usize>,
    ) -> Result<Tcp, TransportError> {
        let mut untried = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            let left = limits.left().map_err(limit_reached)?;
            let share = left.map(|left| left.checked_div(untried).unwrap_or(left));
            untried = untried.saturating_sub(1);
            let connected = match share {
                Some(share) => {
                    TcpStream::connect_timeout(address, share.max(Duration::from_millis(1)))
                }
                None => TcpStream::connect(address),
            };
            // Requests are written at once, and must not wait for acknowledgements.
            match connected.and_then(|stream| stream.set_nodelay(true).map(|()| stream)) {
                Ok(stream) => return Ok(Tcp::new(stream, receive_buffer)),
                Err(error) => last = error,
            }
        }
        limits.left().map_err(limit_reached)?;
        let kind = match last.kind() {
            // Its share of the time is over. A time-out of the operating system has an error code.
            io::ErrorKind::TimedOut if last.raw_os_error().is_none() => {
                TransportErrorKind::ConnectTimeout
            }
            _ => TransportErrorKind::Connect,
        };
        Err(not_sent(kind, last))
    }

    fn new(stream: TcpStream, receive_buffer: Option<usize>) -> Self {
        // The connection also works without these options, so errors are ignored.
        let socket = SockRef::from(&stream);
        // Detects a peer that disappeared, even if the call has no time limit.
        let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
        if let Some(bytes) = receive_buffer {
            let _ = socket.set_recv_buffer_size(bytes);
        }
        Tcp {
            stream,
            probing: AtomicBool::new(false),
            timeouts: Mutex::default(),
        }
    }

    /// The address of the peer.
    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer_addr().ok()
    }

    /// Begins or ends a probe, during which reads do not wait. False if that is impossible.
    pub(crate) fn set_probing(&self, probing: bool) -> bool {
        self.probing.store(probing, Ordering::Relaxed);
        self.stream.set_nonblocking(probing).is_ok()
    }

    /// Reads some bytes, 0 at the end.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if there is nothing to read during a probe; [`elapsed`] at a limit.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let observation = Observation::current();
        let probing = self.probing.load(Ordering::Relaxed);
        // First write what is left, for example the last message of a TLS handshake: the peer may wait for it.
        while !probing && matches!(observation.state().writing, Writing::Left(_)) {
            self.write(&[]);
        }
        loop {
            let left = observation.state().limits.left().map_err(elapsed)?;
            if !probing {
                self.set_timeout(
                    left,
                    |timeouts| &mut timeouts.read,
                    TcpStream::set_read_timeout,
                )?;
            }
            match (&self.stream).read(buffer) {
                Err(error) if probing && error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(error);
                }
                Err(error) if is_timeout(&error) => {}
                result => return result,
            }
        }
    }

    /// Writes what is left, then these bytes, and keeps the rest when there is no progress. The outcome is in
    /// [`Writing`], because TLS hides the errors of its writes.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let observation = Observation::current();
        let writing = mem::take(&mut observation.state().writing);
        let mut left = match writing {
            Writing::Done => Cow::Borrowed(bytes),
            Writing::Left(left) => Cow::Owned([&left, bytes].concat()),
            ended => {
                observation.state().writing = ended;
                return;
            }
        };
        let written = self.write_some(&left, &observation);
        let mut state = observation.state();
        match written {
            Ok(written) if written >= left.len() => {}
            Ok(written) => state.writing = Writing::Left(left.to_mut().split_off(written)),
            Err(error) if elapsed_kind(&error).is_some() => {
                state.fail_with_io(error);
                state.writing = Writing::Failed(io::ErrorKind::TimedOut.into());
            }
            Err(error) => state.writing = Writing::Failed(error),
        }
    }

    fn write_some(&self, bytes: &[u8], observation: &Observation) -> io::Result<usize> {
        let mut written = 0_usize;
        while let Some(rest @ [_, ..]) = bytes.get(written..) {
            let left = observation.state().limits.left().map_err(elapsed)?;
            let time = left.map_or(STALL, |left| left.min(STALL));
            self.set_timeout(
                Some(time),
                |timeouts| &mut timeouts.write,
                TcpStream::set_write_timeout,
            )?;
            match (&self.stream).write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(more) => written = written.saturating_add(more),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => return Ok(written),
                Err(error) => return Err(error),
            }
        }
        Ok(written)
    }

    fn set_timeout(
        &self,
        time: Option<Duration>,
        which: impl Fn(&mut Timeouts) -> &mut Option<Duration>,
        set: impl Fn(&TcpStream, Option<Duration>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut timeouts = self.timeouts.lock().unwrap_or_else(PoisonError::into_inner);
        let current = which(&mut timeouts);
        if *current == time {
            return Ok(());
        }
        match set(&self.stream, time) {
            // macOS does not change time-outs after the peer has closed. The read or write shows why.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Ok(()),
            result => result?,
        }
        *current = time;
        Ok(())
    }
}

/// A time limit was reached before anything was sent.
pub(crate) fn limit_reached(kind: TransportErrorKind) -> TransportError {
    TransportError::new(kind, Sent::No)
}

/// A failure before a connection was open, so nothing was sent. The error may report that a time limit was reached.
pub(crate) fn not_sent(kind: TransportErrorKind, error: io::Error) -> TransportError {
    match elapsed_kind(&error) {
        Some(kind) => limit_reached(kind),
        None => TransportError::new(kind, Sent::No).with_source(error),
    }
}

/// A tunnel through a proxy could not be opened. `start` is the start of the proxy's response; `peer` is the proxy, if
/// the connection to it has no TLS.
pub(crate) fn tunnel_error(error: ureq::Error, start: &[u8], peer: Option<Peer>) -> TransportError {
    let reason = match error {
        ureq::Error::ConnectProxyFailed(reason) => {
            // ureq writes the status as `407/407`.
            let status = reason.rsplit_once('/').map(|(_, status)| status.parse());
            match status {
                Some(Ok(status)) => return proxy_refused(status),
                _ => "the proxy closed the connection",
            }
        }
        ureq::Error::Protocol(_) => "the proxy's response is not valid HTTP",
        error => return not_sent(TransportErrorKind::Connect, error.into_io()),
    };
    let failure = not_sent(TransportErrorKind::Connect, io::Error::other(reason));
    not_http(failure, start, peer)
}

/// Whether a read or write ended because of the socket's time-out, or was interrupted by a signal. On Unix, `TimedOut`
/// means that the peer no longer acknowledges data.
fn is_timeout(error: &io::Error) -> bool {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => true,
        io::ErrorKind::TimedOut => cfg!(windows),
        _ => false,
    }
}

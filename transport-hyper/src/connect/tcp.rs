//! TCP by tokio: look up the name, try its addresses, keep the first that answers.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    mem::MaybeUninit,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper_util::rt::TokioIo;
use neptunedata::{TransportError, transport::TransportErrorKind};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    runtime::Handle,
};

use super::Target;
use crate::{
    clock::Clock,
    errors,
    io::Stream,
    tokio_runtime::{NO_RUNTIME, caught},
};

/// How long one address may be tried before the next one is tried beside it, as RFC 8305 has it.
const HEAD_START: Duration = Duration::from_millis(250);

/// Queries run for minutes without a byte on the wire; middleboxes forget them sooner.
const KEEPALIVE: Duration = Duration::from_secs(60);

pub(super) async fn connect(
    target: &Target,
    to: Option<SocketAddr>,
    clock: &Clock,
) -> Result<Stream, TransportError> {
    let unusable = |reason| errors::not_sent(TransportErrorKind::Runtime, reason);
    if Handle::try_current().is_err() {
        return Err(unusable(NO_RUNTIME));
    }
    let addresses = match to {
        Some(address) => VecDeque::from([address]),
        None => {
            let found = lookup_host((target.host.as_str(), target.port)).await;
            in_turn(found.map_err(|error| errors::not_sent(TransportErrorKind::Dns, error))?)
        }
    };
    let stream = race(addresses, clock)
        .await
        .map_err(|failure| match failure {
            Failure::Io(error) => errors::not_sent(TransportErrorKind::Connect, error),
            Failure::Disabled => {
                unusable("the tokio runtime has I/O disabled: call Builder::enable_io")
            }
        })?;
    // Without these it is only slower, or ends sooner.
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(&stream);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
    if let Some(bytes) = target.tcp_receive_buffer {
        let _ = socket.set_recv_buffer_size(bytes);
    }
    let peer = stream.peer_addr().ok();
    let probe = Arc::new(AtomicBool::new(false));
    let socket = Socket {
        stream,
        probe: Arc::clone(&probe),
    };
    Ok(Stream {
        io: Box::new(TokioIo::new(socket)),
        peer,
        probe: Some(probe),
    })
}

/// IPv6 and IPv4 by turns, beginning with what the resolver put first.
fn in_turn(addresses: impl Iterator<Item = SocketAddr>) -> VecDeque<SocketAddr> {
    let mut addresses = addresses.peekable();
    let six = addresses.peek().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.partition(|one| one.is_ipv6() == six);
    let mut second = second.into_iter();
    let mut all = VecDeque::new();
    for address in first {
        all.push_back(address);
        all.extend(second.next());
    }
    all.extend(second);
    all
}

type Attempt = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;

/// Why there is no connection.
enum Failure {
    Io(io::Error),
    /// The runtime cannot do it, whatever the address.
    Disabled,
}

async fn race(mut waiting: VecDeque<SocketAddr>, clock: &Clock) -> Result<TcpStream, Failure> {
    let mut running: Vec<Attempt> = Vec::new();
    let mut pause = None;
    let mut last = None;
    poll_fn(|cx| {
        loop {
            let mut connected = None;
            let (mut failed, mut disabled) = (false, false);
            running.retain_mut(|attempt| match caught(|| attempt.as_mut().poll(cx)) {
                Some(Poll::Ready(Ok(stream))) => {
                    connected = Some(stream);
                    false
                }
                Some(Poll::Ready(Err(error))) => {
                    last = Some(error);
                    failed = true;
                    false
                }
                Some(Poll::Pending) => true,
                None => {
                    disabled = true;
                    false
                }
            });
            if disabled {
                return Poll::Ready(Err(Failure::Disabled));
            }
            if let Some(stream) = connected {
                return Poll::Ready(Ok(stream));
            }
            let late =
                |pause: &mut Pin<Box<dyn hyper::rt::Sleep>>| pause.as_mut().poll(cx).is_ready();
            if !failed && !running.is_empty() && !pause.as_mut().is_some_and(late) {
                return Poll::Pending;
            }
            pause = None;
            match waiting.pop_front() {
                Some(address) => {
                    running.push(Box::pin(TcpStream::connect(address)));
                    pause = (!waiting.is_empty()).then(|| clock.sleep(HEAD_START));
                }
                None if running.is_empty() => {
                    let none = || io::Error::other("the host name has no addresses");
                    let error = last.take().unwrap_or_else(none);
                    return Poll::Ready(Err(Failure::Io(error)));
                }
                None => return Poll::Pending,
            }
        }
    })
    .await
}

/// A socket that can be asked for the state it is in, and not the one that tokio knows of.
struct Socket {
    stream: TcpStream,
    probe: Arc<AtomicBool>,
}

impl Socket {
    /// Nothing is to come on an idle connection: something that came is as bad as its end.
    fn is_silent(&self) -> io::Result<bool> {
        match SockRef::from(&self.stream).peek(&mut [MaybeUninit::uninit()]) {
            Ok(0) => Ok(false),
            Ok(_) => Err(io::Error::other("something came over an idle connection")),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() && self.probe.load(Ordering::Relaxed) {
            return match self.is_silent() {
                Ok(true) => Poll::Pending,
                // The end: nothing was read.
                Ok(false) => Poll::Ready(Ok(())),
                Err(error) => Poll::Ready(Err(error)),
            };
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

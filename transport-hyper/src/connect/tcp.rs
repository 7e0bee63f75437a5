//! TCP by tokio: looks up the name, and connects to the address that answers first.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io::{self, Read},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use http::Uri;
use hyper_util::rt::TokioIo;
use neptunedata::{TransportError, transport::TransportErrorKind};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    runtime::Handle,
};

use crate::{
    clock::Clock,
    errors,
    io::Stream,
    tokio_runtime::{NO_RUNTIME, caught},
};

/// How long one address is tried before the next one is tried at the same time, as in RFC 8305.
const HEAD_START: Duration = Duration::from_millis(250);

/// Queries run for minutes without a byte on the wire, and middleboxes forget connections sooner.
const KEEPALIVE: Duration = Duration::from_secs(60);

const NO_IO: &str = "the tokio runtime has I/O disabled: call Builder::enable_io";

/// Connects to this address if there is one, else to the host and port of `uri`.
pub(super) async fn connect(
    uri: &Uri,
    to: Option<SocketAddr>,
    receive_buffer: Option<usize>,
    clock: &Clock,
) -> Result<Stream, TransportError> {
    let unusable = |reason| errors::not_sent(TransportErrorKind::Runtime, reason);
    if Handle::try_current().is_err() {
        return Err(unusable(NO_RUNTIME));
    }
    let addresses = match to {
        Some(address) => VecDeque::from([address]),
        None => {
            // An IPv6 address is in brackets.
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
            let found = lookup_host((host, uri.port_u16().unwrap_or_default())).await;
            interleaved(found.map_err(|error| errors::not_sent(TransportErrorKind::Dns, error))?)
        }
    };
    let mut race = pin!(race(addresses, clock));
    let stream = poll_fn(|cx| match caught(|| race.as_mut().poll(cx)) {
        Some(raced) => raced.map_err(|error| errors::not_sent(TransportErrorKind::Connect, error)),
        None => Poll::Ready(Err(unusable(NO_IO))),
    })
    .await?;
    // If these fail, the connection is only slower, or ends sooner.
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(&stream);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
    if let Some(bytes) = receive_buffer {
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

/// Alternates IPv6 and IPv4, beginning with the kind that the resolver put first.
fn interleaved(addresses: impl Iterator<Item = SocketAddr>) -> VecDeque<SocketAddr> {
    let mut addresses = addresses.peekable();
    let is_v6 = addresses.peek().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.partition(|one| one.is_ipv6() == is_v6);
    let mut second = second.into_iter();
    let mut all = VecDeque::new();
    for address in first {
        all.push_back(address);
        all.extend(second.next());
    }
    all.extend(second);
    all
}

/// Tries one address after the other, each with a [`HEAD_START`], and returns the first connection.
async fn race(mut addresses: VecDeque<SocketAddr>, clock: &Clock) -> io::Result<TcpStream> {
    let mut attempts = FuturesUnordered::new();
    let mut last = io::Error::other("the host name has no addresses");
    loop {
        if let Some(address) = addresses.pop_front() {
            attempts.push(TcpStream::connect(address));
        }
        let head_start = (!addresses.is_empty()).then(|| clock.after(HEAD_START));
        match clock.within(head_start.flatten(), attempts.next()).await {
            Some(Some(Ok(stream))) => return Ok(stream),
            Some(Some(Err(error))) => last = error,
            // No attempt is running.
            Some(None) => return Err(last),
            // The next address is tried in addition.
            None => {}
        }
    }
}

/// A socket that reads what has actually arrived during a probe; tokio only knows what its reactor has seen.
struct Socket {
    stream: TcpStream,
    probe: Arc<AtomicBool>,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() || !self.probe.load(Ordering::Relaxed) {
            return read;
        }
        let socket = SockRef::from(&self.stream);
        match (&*socket).read(buffer.initialize_unfilled()) {
            Ok(length) => {
                buffer.advance(length);
                Poll::Ready(Ok(()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
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

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

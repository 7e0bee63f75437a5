//! Byte streams of any kind, and observation of their traffic.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use neptunedata::transport::RESPONSE_START;

/// A byte stream of any kind.
pub(crate) trait ByteStream: Read + Write + Send + Unpin {}

impl<T: Read + Write + Send + Unpin> ByteStream for T {}

pub(crate) type BoxedIo = Box<dyn ByteStream>;

/// An open connection.
pub(crate) struct Stream {
    pub(crate) io: BoxedIo,
    /// The address of the server, if it is known.
    pub(crate) peer: Option<SocketAddr>,
    /// While this is set, a socket asks the operating system, not its runtime, whether there is something to read.
    /// None with a custom connector.
    pub(crate) probe: Option<Arc<AtomicBool>>,
}

/// What was written and received over a connection.
#[derive(Default)]
pub(crate) struct Traffic {
    /// The number of bytes of the request that were written.
    pub(crate) written: AtomicU64,
    /// The first bytes received, at most [`RESPONSE_START`].
    start: Mutex<Vec<u8>>,
}

impl Traffic {
    /// The first bytes received.
    pub(crate) fn start(&self) -> MutexGuard<'_, Vec<u8>> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream whose traffic is observed.
pub(crate) struct Observed {
    pub(crate) io: BoxedIo,
    pub(crate) traffic: Arc<Traffic>,
}

impl Read for Observed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // The first bytes are read into an own buffer, because a cursor does not show the bytes that it received.
        let left = RESPONSE_START.saturating_sub(self.traffic.start().len());
        let mut bytes = [0; RESPONSE_START];
        let Some(bytes @ [_, ..]) = bytes.get_mut(..left.min(buffer.remaining())) else {
            return Pin::new(&mut self.io).poll_read(cx, buffer);
        };
        let mut first = ReadBuf::new(bytes);
        let read = Pin::new(&mut self.io).poll_read(cx, first.unfilled());
        self.traffic.start().extend_from_slice(first.filled());
        buffer.put_slice(first.filled());
        read
    }
}

// Without vectored writes: hyper then appends the body to the head and writes both at once.
impl Write for Observed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, buffer);
        if let Poll::Ready(Ok(bytes)) = written {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            self.traffic.written.fetch_add(bytes, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

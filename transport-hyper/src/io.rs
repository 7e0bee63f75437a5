//! Byte streams of any kind, and counting of the bytes that are written.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};

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

/// A stream that counts the bytes written.
pub(crate) struct Counted {
    pub(crate) io: BoxedIo,
    /// The number of bytes of the request that were written.
    pub(crate) written: Arc<AtomicU64>,
}

impl Read for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

// Without vectored writes: hyper then appends the body to the head and writes both at once.
impl Write for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, buffer);
        if let Poll::Ready(Ok(bytes)) = written {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            self.written.fetch_add(bytes, Ordering::Relaxed);
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

//! The socket of a connection, with or without TLS, and the ways to end it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

use crate::ConnectionEnd;

/// How long a client may continue to send discarded bytes before the connection is reset.
const DISCARD_TIMEOUT: Duration = Duration::from_millis(500);
/// A client that pauses this long is taken to have sent everything.
const QUIET_TIME: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

impl Stream {
    fn tcp(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            #[cfg(feature = "tls")]
            Self::Tls(tls) => tls.get_mut().0,
        }
    }

    /// Ends the connection. If `unread`, the client may still be sending, and its bytes are discarded first: a system
    /// that closes a socket with unread bytes resets the connection. A client that continues to send long after a `Fin`
    /// still gets a reset.
    pub(super) async fn end(mut self, ending: ConnectionEnd, unread: bool) {
        // The client may have disconnected already.
        let _ = match ending {
            ConnectionEnd::Fin => tokio::time::timeout(DISCARD_TIMEOUT, self.shutdown())
                .await
                .unwrap_or(Ok(())),
            ConnectionEnd::Abrupt => self.tcp().shutdown().await,
            ConnectionEnd::Rst => self.tcp().set_zero_linger(),
            ConnectionEnd::Hang => {
                discard(self.tcp()).await;
                Ok(())
            }
        };
        if unread && ending != ConnectionEnd::Rst {
            let _ = tokio::time::timeout(DISCARD_TIMEOUT, until_quiet(self.tcp())).await;
        }
    }
}

/// Reads and discards what the client sends.
pub(super) async fn discard(tcp: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while matches!(tcp.read(&mut buffer).await, Ok(1..)) {}
}

async fn until_quiet(tcp: &mut TcpStream) {
    let mut buffer = vec![0; 65_536];
    while let Ok(Ok(1..)) = tokio::time::timeout(QUIET_TIME, tcp.read(&mut buffer)).await {}
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

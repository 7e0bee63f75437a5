//! Accepts connections.

use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::Shared;
use super::connection::{Connection, race_with_stop};
use super::stream::Stream;

/// How long a stop waits for responses in progress.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);
/// The size of the socket's send buffer, in bytes; Linux doubles it.
const SEND_BUFFER: usize = 128 * 1024;
/// The pause after a failed accept, which usually means that the process has no free file descriptor.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut control = shared.control.subscribe();
    // Nothing is sent on this channel: it closes when all connections have ended.
    let (alive, mut all_ended) = mpsc::channel::<()>(1);
    while let Some(accepted) = race_with_stop(&mut control, listener.accept()).await {
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // Responses are small and clients wait for them. Without the option they are only slower.
        let _ = stream.set_nodelay(true);
        // If a client stops reading, the server should stop soon. Some systems grow the buffers of fast connections,
        // which would let the server write megabytes more.
        let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
        let generation = shared.control.borrow().generation;
        let idle = Some(generation).filter(|_| !shared.has_tls());
        let slot = shared.gauge.accepted(idle);
        let (shared, alive) = (Arc::clone(&shared), alive.clone());
        tokio::spawn(async move {
            let mut control = shared.control.subscribe();
            let secured = secure(stream, &shared);
            if let Some(Some(stream)) = race_with_stop(&mut control, secured).await {
                Connection::new(stream, shared, slot, generation)
                    .serve()
                    .await;
            }
            drop(alive);
        });
    }
    drop((listener, alive));
    // Connections that are still busy after that are dropped.
    let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, all_ended.recv()).await;
}

/// The connection after the TLS handshake, if any; `None` if the handshake fails.
#[cfg(feature = "tls")]
async fn secure(stream: TcpStream, shared: &Shared) -> Option<Stream> {
    match &shared.tls {
        None => Some(Stream::Plain(stream)),
        Some(tls) => tls.handshake(stream, &shared.gauge).await,
    }
}

#[cfg(not(feature = "tls"))]
async fn secure(stream: TcpStream, _: &Shared) -> Option<Stream> {
    Some(Stream::Plain(stream))
}

//! Connections as they come in.

use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::Shared;
use super::connection::{Connection, race_with_stop};
use super::stream::Stream;

/// How long a stop waits for answers that are under way.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much the system keeps for a client that does not read; Linux takes it twice.
const SEND_BUFFER: usize = 128 * 1024;
/// The wait after a connection could not be accepted, which is when the process has no file descriptor left.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut control = shared.control.subscribe();
    // Nothing is ever sent: it tells by its end that every connection has ended.
    let (alive, mut all_ended) = mpsc::channel::<()>(1);
    while let Some(accepted) = race_with_stop(&mut control, listener.accept()).await {
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // Answers are small and waited for; if the option cannot be set they are only slower.
        let _ = stream.set_nodelay(true);
        // A client that stops reading is to stop the server soon. Systems that grow the buffers of fast connections would
        // let it write megabytes more; where this cannot be set they do.
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
    // Connections that are still busy after that are cut.
    let _ = tokio::time::timeout(PATIENCE, all_ended.recv()).await;
}

/// The connection as requests travel on it; `None` if it does not come to that.
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

//! Responses that wait for their queries.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::{Connection, Event};
use crate::server::Shared;
use crate::server::frames::{Frame, Frames};
use crate::{Emulator, Now, Outcome, Ticket};

/// How much of further requests is read while one is pending, in bytes.
const MAX_AHEAD: usize = 64 * 1024;
/// The shortest time to wait for a query, whatever the clock says.
const MIN_WAIT: Duration = Duration::from_millis(1);

/// Abandons a query when dropped, unless it has ended.
#[derive(Debug)]
pub(super) struct Abandon {
    shared: Arc<Shared>,
    pub(super) ticket: Ticket,
}

impl Abandon {
    pub(super) fn new(shared: &Arc<Shared>, ticket: Ticket) -> Self {
        let shared = Arc::clone(shared);
        Self { shared, ticket }
    }
}

impl Drop for Abandon {
    fn drop(&mut self) {
        let mut emulator = self.shared.emulator();
        emulator.abandon(self.ticket);
        // The end of the query is reported now, not with the next request.
        emulator.advance_to(self.shared.now());
        drop(emulator);
        // Another query may start in its place.
        self.shared.happened();
    }
}

impl Connection {
    /// Waits until a query ends: by its duration, or by an event that changes it.
    pub(super) async fn pending(&mut self, ticket: Ticket) -> io::Result<Outcome> {
        let shared = Arc::clone(&self.shared);
        let mut happened = shared.happened.subscribe();
        loop {
            happened.mark_unchanged();
            let deadline = {
                let mut emulator = shared.emulator();
                let now = shared.now();
                match emulator.resume(ticket, now) {
                    Outcome::Pending(_) => {}
                    outcome => return Ok(outcome),
                }
                #[cfg(feature = "engine")]
                crate::server::execution::start(&shared, &mut emulator, ticket);
                next_end(&emulator, now)
            };
            self.until(&mut pin!(happened.changed()), deadline).await?;
        }
    }

    /// Takes the next frame. If a running query makes it, this waits for it like [`pending`](Self::pending), so that
    /// the query ends with its time limit or its client.
    pub(super) async fn next_frame(
        &mut self,
        mut frames: Frames,
    ) -> io::Result<(Frames, Option<Frame>)> {
        if !frames.blocks() {
            let frame = frames.next();
            return Ok((frames, frame));
        }
        let shared = Arc::clone(&self.shared);
        let mut happened = shared.happened.subscribe();
        let mut next = pin!(tokio::task::spawn_blocking(move || {
            let frame = frames.next();
            (frames, frame)
        }));
        loop {
            happened.mark_unchanged();
            let deadline = {
                let mut emulator = shared.emulator();
                let now = shared.now();
                emulator.advance_to(now);
                next_end(&emulator, now)
            };
            let mut either = pin!(first(&mut next, happened.changed()));
            if let Some(Some(next)) = self.until(&mut either, deadline).await? {
                return next.map_err(io::Error::other);
            }
        }
    }

    /// Waits for `work`. `None` if the deadline passes first. Meanwhile further bytes are read. The end of the
    /// connection or a stop of the server is an error.
    async fn until<T>(
        &mut self,
        work: &mut (impl Future<Output = T> + Unpin),
        deadline: Option<tokio::time::Instant>,
    ) -> io::Result<Option<T>> {
        loop {
            if self.control.borrow().stopping {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            // Limits the bytes of further requests that are buffered.
            let read = self.buffer.len() < MAX_AHEAD;
            let mut event = pin!(self.event(read, deadline));
            let event = poll_fn(|cx| match Pin::new(&mut *work).poll(cx) {
                Poll::Ready(done) => Poll::Ready(Err(done)),
                Poll::Pending => event.as_mut().poll(cx).map(Ok),
            });
            match event.await {
                Err(done) => return Ok(Some(done)),
                Ok(event) => match event? {
                    Event::TimeOut => return Ok(None),
                    Event::Bytes | Event::Changed => {}
                },
            }
        }
    }
}

/// When the next query ends, unless a request changes that.
fn next_end(emulator: &Emulator, now: Now) -> Option<tokio::time::Instant> {
    let end = emulator.next_query_end()?;
    let left = end.saturating_sub(now.mono).max(MIN_WAIT);
    tokio::time::Instant::now().checked_add(left)
}

/// The result of `work`, or `None` if `event` is first.
async fn first<T>(work: &mut (impl Future<Output = T> + Unpin), event: impl Future) -> Option<T> {
    let mut event = pin!(event);
    poll_fn(|cx| match Pin::new(&mut *work).poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => event.as_mut().poll(cx).map(|_| None),
    })
    .await
}

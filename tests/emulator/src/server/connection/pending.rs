//! Responses that wait for their queries.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

use super::{Connection, Event};
use crate::server::Shared;
use crate::{Outcome, Ticket};

/// How much of further requests is read while one is pending, in bytes.
const MAX_AHEAD: usize = 64 * 1024;
/// The shortest time to wait for a query, whatever the clock says.
const MIN_WAIT: Duration = Duration::from_millis(1);

/// Discards the outcome of a query when dropped.
#[derive(Debug)]
struct Abandon<'a> {
    shared: &'a Shared,
    ticket: Ticket,
}

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        self.shared.emulator().abandon(self.ticket);
    }
}

impl Connection {
    /// Waits until a query ends: by its duration, or by an event that changes it.
    pub(super) async fn pending(&mut self, ticket: Ticket) -> io::Result<Outcome> {
        let shared = Arc::clone(&self.shared);
        let _left = Abandon {
            shared: &shared,
            ticket,
        };
        let mut happened = shared.happened.subscribe();
        loop {
            happened.mark_unchanged();
            let left = {
                let mut emulator = shared.emulator();
                let now = shared.now();
                match emulator.resume(ticket, now) {
                    Outcome::Pending(_) => {}
                    outcome => return Ok(outcome),
                }
                let end = emulator.next_query_end();
                end.map(|end| end.saturating_sub(now.mono).max(MIN_WAIT))
            };
            let deadline = left.and_then(|left| tokio::time::Instant::now().checked_add(left));
            self.until(&mut happened, deadline).await?;
        }
    }

    /// Waits until this time or an event. Meanwhile further bytes are read. The end of the connection or a stop of the
    /// server is an error.
    async fn until(
        &mut self,
        happened: &mut watch::Receiver<u64>,
        deadline: Option<tokio::time::Instant>,
    ) -> io::Result<()> {
        loop {
            if self.control.borrow().stopping {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            // Limits the bytes of further requests that are buffered.
            let read = self.buffer.len() < MAX_AHEAD;
            let mut event = pin!(self.event(read, deadline));
            let mut happened = pin!(happened.changed());
            let event = poll_fn(|cx| {
                if happened.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(None);
                }
                event.as_mut().poll(cx).map(Some)
            });
            match event.await.transpose()? {
                None | Some(Event::TimeOut) => return Ok(()),
                Some(Event::Bytes | Event::Changed) => {}
            }
        }
    }
}

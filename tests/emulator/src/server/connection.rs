//! One connection, from its first byte to its end.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;

use super::control::Control;
use super::gauge::Slot;
use super::incoming::{self, Head};
use super::script::{self, Asker, Script, Step, Then};
use super::stream::Stream;
use super::{Close, Shared};
use crate::{ConnectionEnd, Outcome};

/// The minimum free space of the read buffer, in bytes. Nearly all requests fit, so one system call reads a request.
const READ: usize = 4096;
/// How much of a generated body is counted as written in advance, in bytes.
const PIECE: usize = 64 * 1024;
const NO_BOLT: &str = "The emulator does not speak Bolt. openCypher runs over HTTP here: \
    send POST /openCypher with the form query=...\n";
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

mod pending;

use self::pending::Abandon;

#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    buffer: BytesMut,
    shared: Arc<Shared>,
    control: watch::Receiver<Control>,
    slot: Slot,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug)]
struct End {
    ending: ConnectionEnd,
    /// Whether the client may still be sending.
    unread: bool,
}

/// What can happen while a connection waits for a request.
enum Event {
    Bytes,
    Changed,
    TimeOut,
}

impl Connection {
    /// A connection that was accepted in this generation.
    pub(super) fn new(
        stream: Stream,
        shared: Arc<Shared>,
        mut slot: Slot,
        generation: u64,
    ) -> Self {
        let control = shared.control.subscribe();
        slot.set_idle(generation);
        Self {
            stream,
            buffer: BytesMut::new(),
            control,
            shared,
            slot,
        }
    }

    pub(super) async fn serve(mut self) {
        // An error means that the client has closed the connection.
        let Ok(End { ending, unread }) = self.run().await else {
            return;
        };
        let Self {
            stream,
            mut control,
            slot,
            ..
        } = self;
        race_with_stop(&mut control, stream.end(ending, unread)).await;
        drop(slot);
    }

    async fn run(&mut self) -> io::Result<End> {
        let mut limit = None;
        loop {
            if let Some(end) = self.wait(limit).await? {
                return Ok(end);
            }
            self.slot.set_busy();
            if let Some(ending) = self.shared.close_before_reading() {
                return Ok(self.unread(ending));
            }
            let head = match self.head().await? {
                Ok(head) => head,
                Err(status) => return self.complain(status).await,
            };
            let asker = head.asker;
            let planned = match self.shared.owner_routes(&head.parts.uri) {
                Some(_) => None,
                None => self.shared.emulator().before_reading(&head.parts),
            };
            if let Some(ending) = planned {
                return Ok(self.unread(ending));
            }
            let (request, too_long) = match self.body(head).await? {
                Ok(read) => read,
                Err(status) => return self.complain(status).await,
            };
            // The query is abandoned if the connection ends before its response does.
            let (script, _query) = self.answer(request, asker, too_long).await?;
            let then = script.then;
            self.perform(script).await?;
            match then {
                Then::Next => limit = None,
                Then::EndIdle(time, ending) => limit = Some((time, ending)),
                Then::End(ending) => return Ok(End::new(ending, too_long)),
            }
        }
    }

    /// Waits for the first byte of a request, or until the connection is to be closed.
    async fn wait(&mut self, limit: Option<(Duration, ConnectionEnd)>) -> io::Result<Option<End>> {
        let started = tokio::time::Instant::now();
        loop {
            let control = *self.control.borrow_and_update();
            let since = self.slot.idle_since();
            if control.stopping || since.is_some_and(|since| since < control.generation) {
                return Ok(Some(End::new(ConnectionEnd::Fin, false)));
            }
            if control.reading && !self.buffer.is_empty() {
                return Ok(None);
            }
            let (time, ending) = match (limit, control.idle_limit) {
                (Some((time, ending)), _) => (Some(time), ending),
                (None, time) => (time, ConnectionEnd::Fin),
            };
            let deadline = time.and_then(|time| started.checked_add(time));
            match self.event(control.reading, deadline).await? {
                Event::Bytes | Event::Changed => {}
                Event::TimeOut => return Ok(Some(End::new(ending, false))),
            }
        }
    }

    async fn event(
        &mut self,
        read: bool,
        deadline: Option<tokio::time::Instant>,
    ) -> io::Result<Event> {
        // Reuses the space of earlier requests.
        self.buffer.reserve(READ);
        let mut bytes = pin!(self.stream.read_buf(&mut self.buffer));
        let mut changed = pin!(self.control.changed());
        let mut time_out = pin!(async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        });
        poll_fn(|cx| {
            // If the sender is gone, the server is, too.
            if let Poll::Ready(changed) = changed.as_mut().poll(cx) {
                return Poll::Ready(changed.map(|()| Event::Changed).map_err(io::Error::other));
            }
            if read && let Poll::Ready(bytes) = bytes.as_mut().poll(cx) {
                return Poll::Ready(match bytes {
                    Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(_) => Ok(Event::Bytes),
                    Err(error) => Err(error),
                });
            }
            time_out.as_mut().poll(cx).map(|()| Ok(Event::TimeOut))
        })
        .await
    }

    /// Reads more of a request that has begun.
    async fn fill(&mut self) -> io::Result<()> {
        loop {
            match self.event(true, None).await? {
                Event::Bytes => return Ok(()),
                _ if self.control.borrow().stopping => {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                _ => {}
            }
        }
    }

    async fn head(&mut self) -> io::Result<Result<Head, StatusCode>> {
        loop {
            match incoming::head(&mut self.buffer) {
                Ok(Some(head)) => return Ok(Ok(head)),
                Ok(None) => self.fill().await?,
                Err(status) => return Ok(Err(status)),
            }
        }
    }

    async fn body(&mut self, head: Head) -> io::Result<Result<(Request<Bytes>, bool), StatusCode>> {
        let mut body = head.body;
        if head.expects && !body.needs_nothing() && self.buffer.is_empty() {
            self.write(CONTINUE).await?;
        }
        loop {
            match body.read(&mut self.buffer) {
                Ok(true) => break,
                Ok(false) => self.fill().await?,
                Err(status) => return Ok(Err(status)),
            }
        }
        let too_long = body.too_long();
        let request = Request::from_parts(head.parts, body.into_body());
        Ok(Ok((request, too_long)))
    }

    async fn answer(
        &mut self,
        request: Request<Bytes>,
        asker: Asker,
        too_long: bool,
    ) -> io::Result<(Script, Option<Abandon>)> {
        self.slot.read_a_request();
        let mut outcome = self.shared.handle(request);
        let mut query = None;
        self.shared.gauge.touch();
        self.shared.happened();
        if let Outcome::Pending(ticket) = outcome {
            let abandon = query.insert(Abandon::new(&self.shared, ticket));
            outcome = self.pending(abandon.ticket).await?;
            self.shared.gauge.touch();
        }
        // The rest of a body that is not read would be parsed as a request.
        let close = match self.control.borrow().close {
            Close::Never if too_long => Close::WithHeader,
            close => close,
        };
        Ok((script::script(outcome, asker, close), query))
    }

    async fn perform(&mut self, script: Script) -> io::Result<()> {
        let goes_on = !matches!(script.then, Then::End(_));
        let last = script.steps.len().saturating_sub(1);
        for (index, step) in script.steps.into_iter().enumerate() {
            let is_last = index == last && goes_on;
            match step {
                Step::Wait(time) => tokio::time::sleep(time).await,
                Step::Send(bytes) => self.send(&bytes, is_last).await?,
                Step::Generate(mut frames) => loop {
                    let frame;
                    (frames, frame) = self.next_frame(frames).await?;
                    let Some(frame) = frame else { break };
                    let all = frames.are_over();
                    let pieces = frame.bytes.len().div_ceil(PIECE);
                    for (number, piece) in frame.bytes.chunks(PIECE).enumerate() {
                        let is_last = is_last && all && number + 1 == pieces;
                        self.send(piece, is_last).await?;
                    }
                },
                Step::Trickle(bytes, many, every) => {
                    let pieces = bytes.len().div_ceil(many);
                    for (number, piece) in bytes.chunks(many).enumerate() {
                        if number > 0 {
                            tokio::time::sleep(every).await;
                        }
                        self.send(piece, is_last && number + 1 == pieces).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends bytes. The connection becomes idle with the last bytes of a response, because the client may check the
    /// counts as soon as it has them.
    async fn send(&mut self, bytes: &[u8], is_last: bool) -> io::Result<()> {
        if is_last {
            let generation = self.control.borrow().generation;
            self.slot.set_idle(generation);
        }
        self.write(bytes).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.slot.writes(bytes.len());
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Responds to bytes that are not an HTTP request. Bolt drivers recognize HTTP and say so.
    async fn complain(&mut self, status: StatusCode) -> io::Result<End> {
        let body = match status {
            StatusCode::NOT_IMPLEMENTED => NO_BOLT,
            _ => "",
        };
        let text = format!(
            "HTTP/1.1 {} {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            status.as_u16(),
            status.canonical_reason().unwrap_or_default(),
            body.len()
        );
        self.write(text.as_bytes()).await?;
        Ok(End::new(ConnectionEnd::Fin, true))
    }

    fn unread(&self, ending: ConnectionEnd) -> End {
        self.slot.left_unread();
        End::new(ending, true)
    }
}

impl End {
    fn new(ending: ConnectionEnd, unread: bool) -> Self {
        Self { ending, unread }
    }
}

/// Runs a future until the server is stopped.
pub(super) async fn race_with_stop<T>(
    control: &mut watch::Receiver<Control>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    let mut stopped = pin!(control.wait_for(|control| control.stopping));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => match stopped.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        },
    })
    .await
}

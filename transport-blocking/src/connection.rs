//! A connection of ureq's: passes all bytes on unchanged, and observes them.
//!
//! # What has been sent
//!
//! A request whose last byte the operating system did not accept cannot have been received as a whole, whatever
//! happened to the bytes before: [`Sent::No`](neptunedata::transport::Sent::No). A server that executed it would act
//! on a head without its end, or on a body shorter than its `content-length`, which HTTP forbids
//! ([RFC 9112, 8](https://www.rfc-editor.org/rfc/rfc9112#section-8)). Once the last byte is accepted, the request may
//! have been received, even if the connection was already broken. The same holds once a response has arrived.
//!
//! # Early responses
//!
//! A server that rejects a large request may respond at once and not read the rest. When the request makes no
//! progress for a moment, the connection is probed for a response; if there is one, the rest is not written.

use std::{fmt, io, mem, net::SocketAddr, sync::Arc};

use neptunedata::transport::{ConnectionRecord, Purpose, TransportErrorKind, tls_hint::Peer};
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use crate::{
    chunks::{Head, unfolded},
    deadlines::elapsed_kind,
    observation::{Body, Observation, State, Writing},
    pool::Pool,
    tcp::Tcp,
};

/// Observes a transport that writes to a TCP connection, with TLS or without.
pub(crate) struct Connection {
    pub(crate) inner: Box<dyn Transport>,
    pub(crate) tcp: Arc<Tcp>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) record: ConnectionRecord,
    /// The address of the server; none behind a proxy.
    pub(crate) peer: Option<SocketAddr>,
    /// The other end of a connection without TLS.
    pub(crate) plain_peer: Option<Peer>,
    /// The request in progress.
    pub(crate) request: Option<Request>,
}

/// What the connection knows about a request.
pub(crate) struct Request {
    observation: Arc<Observation>,
    /// ureq has not written the whole head yet.
    is_in_head: bool,
    /// The head, until it can be written.
    unsent: Vec<u8>,
    /// The response has no body, whatever its head says.
    is_head: bool,
    /// Something of the response has arrived.
    is_answered: bool,
    /// A part of the response was received while the request was written. ureq does not know of it yet.
    has_unreported_input: bool,
}

/// What a probe of the input found.
enum Probe {
    Nothing,
    Input,
    End,
}

impl Connection {
    /// Writes what is unsent, then ureq's output, in parts that fit ureq's buffer: TLS takes its input from there.
    fn write(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let mut unsent = match &mut self.request {
            Some(request) if !request.unsent.is_empty() => mem::take(&mut request.unsent),
            _ => return self.inner.transmit_output(amount, timeout),
        };
        let output = self.inner.buffers().output();
        unsent.extend_from_slice(output.get(..amount).unwrap_or_default());
        for part in unsent.chunks(output.len().max(1)) {
            if let Some(output) = self.inner.buffers().output().get_mut(..part.len()) {
                output.copy_from_slice(part);
            }
            self.inner.transmit_output(part.len(), timeout)?;
        }
        Ok(())
    }

    /// Waits until the operating system has accepted everything, or a response is there.
    fn flush(&mut self, timeout: NextTimeout) {
        let observation = Observation::current();
        // Each round waits for a moment in `write`, which also checks the time limits.
        while matches!(observation.state().writing, Writing::Left(_)) {
            match self.probe(timeout) {
                Probe::Nothing => {}
                Probe::Input => {
                    if let Some(request) = &mut self.request {
                        request.has_unreported_input = true;
                    }
                    let mut state = observation.state();
                    // The head has arrived, or what arrived is not HTTP. Otherwise it is only a part of a head, or an
                    // informational response.
                    if state.body.is_some() || state.has_failed() {
                        state.writing = Writing::Answered;
                    }
                }
                Probe::End => {
                    let error = io::ErrorKind::ConnectionAborted.into();
                    observation.state().writing = Writing::Failed(error);
                }
            }
            self.tcp.write(&[]);
        }
    }

    /// Reads what has arrived, without waiting. Also processes TLS records without data, such as session tickets.
    fn probe(&mut self, timeout: NextTimeout) -> Probe {
        if !self.tcp.set_probing(true) {
            return Probe::End;
        }
        let received = self.receive(timeout);
        match (self.tcp.set_probing(false), received) {
            (true, Ok(true)) => Probe::Input,
            (true, Err(error)) if error.kind() == io::ErrorKind::WouldBlock => Probe::Nothing,
            _ => Probe::End,
        }
    }

    /// Reads some bytes, and passes them to the observation. False at the end of the input.
    fn receive(&mut self, timeout: NextTimeout) -> io::Result<bool> {
        let before = self.inner.buffers().input().len();
        let received = self.inner.await_input(timeout);
        let received = received.map_err(ureq::Error::into_io)?;
        let Some(request) = &mut self.request else {
            return Ok(received);
        };
        request.is_answered |= received;
        let mut state = request.observation.state();
        let followed = if state.body.is_some() {
            before
        } else {
            let head = prepare_head(self.inner.buffers());
            let input = self.inner.buffers().input();
            let max_bytes = self.pool.max_head_bytes();
            match state.take_head(head, input, request.is_head, max_bytes, self.plain_peer) {
                Some(length) => length,
                None => return Ok(received),
            }
        };
        let input = self.inner.buffers().input();
        state.follow_body(input.get(followed..).unwrap_or_default());
        Ok(received)
    }

    /// Ends a request. Whether the connection can serve another one.
    fn finish(&mut self, state: &State) -> bool {
        let is_complete = match &state.body {
            Some(Body::Chunked(chunks)) => chunks.are_complete(),
            _ => true,
        };
        if !is_complete || !matches!(state.writing, Writing::Done) {
            return false;
        }
        let may_reuse = self.pool.note_response(&mut self.record);
        // The connection of a cancellation is beyond the limit.
        may_reuse && state.purpose == Purpose::Call
    }

    /// Whether the idle connection fits a request, and is still open.
    fn is_usable(&mut self) -> bool {
        let observation = Observation::current();
        // ureq drops the connections that do not fit. So a cancellation closes idle connections in two rare
        // cases: they lead to another address because the DNS records have changed, or the cancellation is
        // sent again after it failed.
        let fits = {
            let state = observation.state();
            !state.needs_new && state.purpose.fits(self.peer)
        };
        if !fits || !self.pool.may_reuse(&self.record) {
            return false;
        }
        match self.probe(NextTimeout::default()) {
            Probe::Nothing => true,
            // The input belongs to no request. The connection is dropped, but this does not count as a close
            // by the server.
            Probe::Input => false,
            Probe::End => {
                self.pool.note_close(&self.record);
                false
            }
        }
    }
}

/// Removes informational heads, and joins continued lines: ureq rejects some of the former and all of the latter.
/// Returns the head that ureq will read.
fn prepare_head(buffers: &mut dyn Buffers) -> Result<Option<Head>, httparse::Error> {
    let head = loop {
        let mut head = Head::read(buffers.input());
        // The parser rejects continued lines, so only invalid heads can have them.
        if head.is_err()
            && let Some(joined) = unfolded(buffers.input())
        {
            head = Head::read(&joined);
            buffers.input_consume(joined.len());
            if let Some(input) = buffers.input_append_buf().get_mut(..joined.len()) {
                input.copy_from_slice(&joined);
            }
            buffers.input_appended(joined.len());
        }
        match head {
            Ok(Some(head)) if head.is_informational => buffers.input_consume(head.length),
            head => break head,
        }
    };
    // Otherwise ureq would parse what is left before it asks for input.
    buffers.input_consume(0);
    head
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(
        &mut self,
        mut amount: usize,
        timeout: NextTimeout,
    ) -> Result<(), ureq::Error> {
        let observation = Observation::current();
        let request = self.request.get_or_insert_with(|| Request {
            observation: Arc::clone(&observation),
            is_in_head: true,
            unsent: Vec::new(),
            is_head: false,
            is_answered: false,
            has_unreported_input: false,
        });
        // The head is kept until its end is known: fields are inserted into it, and it is written together with
        // the body.
        if request.is_in_head {
            let output = self.inner.buffers().output();
            let part = output.get(..amount).unwrap_or_default();
            request.unsent.extend_from_slice(part);
            request.is_in_head = !request.unsent.ends_with(b"\r\n\r\n");
            if request.is_in_head {
                return Ok(());
            }
            request.is_head = request.unsent.starts_with(b"HEAD ");
            amount = 0;
            let mut state = observation.state();
            state.has_begun = true;
            state.peer = self.peer;
            state.is_reused = self.record.is_reused();
            state.complete_head(&mut request.unsent);
            // Head and body are written together: one packet, if they are short. ureq calls this again with the body.
            if state.has_body {
                return Ok(());
            }
        }
        // The server can have received the whole request only once this part is accepted.
        observation.state().is_sent = false;
        if let Err(error) = self.write(amount, timeout) {
            observation.state().fail_with_io(error.into_io());
        }
        self.flush(timeout);
        let mut state = observation.state();
        state.is_sent = matches!(state.writing, Writing::Done | Writing::Answered);
        if state.has_failed() {
            state.is_sent = false;
            return Err(ureq::Error::ConnectionFailed);
        }
        // After a failed write, ureq goes on and finds the response, if there is one.
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let observation = Observation::current();
        if observation.state().has_failed() {
            return Err(ureq::Error::ConnectionFailed);
        }
        // The input that was received while the request was written is already in ureq's buffer.
        let unreported = |request: &mut Request| mem::take(&mut request.has_unreported_input);
        if self.request.as_mut().is_some_and(unreported) {
            return Ok(true);
        }
        if self.inner.buffers().input_append_buf().is_empty() {
            let mut state = observation.state();
            let kind = match state.body {
                Some(_) => TransportErrorKind::Protocol,
                None => TransportErrorKind::HeadTooLarge,
            };
            let failure = state.error(kind);
            state.fail(failure.with_source("a head or chunk line exceeds the input buffer"));
            return Err(ureq::Error::ConnectionFailed);
        }
        let received = self.receive(timeout);
        let mut state = observation.state();
        let error = match received {
            Ok(true) => return Ok(true),
            // A body may end with the connection, if ureq expects nothing else.
            Ok(false) if matches!(state.body, Some(Body::Other)) => return Ok(false),
            Ok(false) => io::ErrorKind::UnexpectedEof.into(),
            Err(error) => error,
        };
        let is_answered = self
            .request
            .as_ref()
            .is_some_and(|request| request.is_answered);
        // The server closed the connection instead of responding.
        if !is_answered && elapsed_kind(&error).is_none() {
            self.pool.note_close(&self.record);
        }
        state.fail_with_io(error);
        Err(ureq::Error::ConnectionFailed)
    }

    /// ureq calls this at the end of a response, and before it uses an idle connection. If the result is false, ureq
    /// closes the connection.
    fn is_open(&mut self) -> bool {
        match self.request.take() {
            Some(request) => self.finish(&request.observation.state()),
            None => self.is_usable(),
        }
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Shows no addresses and no bytes.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

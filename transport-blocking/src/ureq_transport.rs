//! A leased connection in the form in which ureq takes it: a [`Transport`].
//!
//! This is the seam to `ureq::unversioned`, which may change with any minor release of ureq; the version
//! is pinned and `tests/it/seam.rs` holds it to what is relied upon here:
//!
//! - ureq writes before it reads: the first `transmit_output` is the moment to send;
//! - ureq asks `is_open` when it has read an answer to its end, nothing is left over, and neither side has
//!   asked for the connection to be closed. Then, and only then, the connection can be used again;
//! - it waits for the end of a body in chunks, and not for the connection's, as long as it is told of none;
//! - of a head ureq looks at version, status, `connection`, `content-length` and `transfer-encoding` alone.
//!
//! # Who writes the request
//!
//! Not ureq: what it writes is thrown away, and the signed request is written here, byte for byte. ureq
//! would log all of it at level `trace`, signature and session token included; it has no room for lines
//! longer than its buffer; and it is the only way to know how much of a request has gone out.
//!
//! # What has been sent
//!
//! A request whose last byte the operating system did not accept cannot have been received as a whole,
//! whatever became of the bytes before: that is [`Sent::No`]. A server that acted on it would act on a
//! head without its end, or on a body shorter than its `content-length`, which HTTP forbids
//! ([RFC 9112, 8](https://www.rfc-editor.org/rfc/rfc9112#section-8)). From the moment the last byte is
//! accepted it is [`Sent::Maybe`], even if the connection was gone by then and nobody knew. So it is when the answer
//! is there before: whoever answers may have done something.
//!
//! # Answers that come early
//!
//! A server that refuses a large request may answer at once and read no more of it. When nothing can be written
//! for a moment it is looked whether there is something to read, and when that is an answer the rest is not
//! written.

mod input;
mod progress;

use std::{fmt, io, mem, sync::Arc};

use bytes::Bytes;
use neptunedata::transport::{Sent, TransportErrorKind};
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use crate::{
    chunks::Chunks,
    deadlines::elapsed_kind,
    pool::Lease,
    response_head::Head,
    socket::{Socket, WriteOutcome},
};
use input::{Input, READ};
pub(crate) use progress::Progress;
use progress::Trailing;

/// Up to this length, head and body go out in one write.
const ONE_WRITE: usize = 64 * 1024;

/// A request in the form in which it is written.
pub(crate) struct Request {
    /// With the empty line.
    pub(crate) head: Vec<u8>,
    pub(crate) body: Bytes,
    /// Its answer has no body, whatever its head says.
    pub(crate) is_head: bool,
}

/// Something came that cannot be used; travels inside of an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
struct InvalidResponse {
    kind: TransportErrorKind,
    reason: String,
}

fn invalid(kind: TransportErrorKind, reason: impl fmt::Display) -> io::Error {
    let reason = reason.to_string();
    io::Error::other(InvalidResponse { kind, reason })
}

/// What it was, if it was that.
fn invalid_response_kind(error: &io::Error) -> Option<TransportErrorKind> {
    let invalid = error.get_ref()?.downcast_ref::<InvalidResponse>()?;
    Some(invalid.kind)
}

pub(crate) struct UreqTransport {
    lease: Option<Lease>,
    progress: Arc<Progress>,
    request: Option<Request>,
    /// The request could not be written; perhaps an answer says why.
    unsent: Option<io::Error>,
    /// The answer was there before all of the request was written.
    early: bool,
    /// None once the head has been read.
    head: Option<Head>,
    max_head_bytes: usize,
    is_head: bool,
    /// Of a body in chunks.
    chunks: Option<Chunks>,
    /// Where chunks are received.
    raw: Vec<u8>,
    /// What is wrong behind the chunks that are in the input.
    flaw: Option<io::Error>,
    input: Input,
    output: Vec<u8>,
    secure: bool,
    /// Something of an answer has come.
    answered: bool,
    end: End,
}

/// How the exchange ended for the connection.
enum End {
    /// It did not, or in a way that says nothing.
    None,
    /// With an answer that left nothing behind.
    Reusable,
    /// With the connection's end, before anything of an answer.
    Silent,
}

impl UreqTransport {
    pub(crate) fn new(
        mut lease: Lease,
        progress: Arc<Progress>,
        request: Request,
        max_head_bytes: usize,
    ) -> Self {
        UreqTransport {
            secure: lease.socket().is_some_and(|socket| socket.is_secure()),
            lease: Some(lease),
            progress,
            is_head: request.is_head,
            request: Some(request),
            unsent: None,
            early: false,
            head: Some(Head::new(max_head_bytes)),
            max_head_bytes,
            chunks: None,
            raw: Vec::new(),
            flaw: None,
            input: Input::new(max_head_bytes),
            output: Vec::new(),
            answered: false,
            end: End::None,
        }
    }

    fn send(&mut self, mut head: Vec<u8>, body: &[u8]) -> io::Result<()> {
        let rest = if head.len().saturating_add(body.len()) <= ONE_WRITE {
            head.extend_from_slice(body);
            &[]
        } else {
            body
        };
        for mut part in [head.as_slice(), rest] {
            loop {
                let limits = self.progress.limits();
                match socket(&mut self.lease)?.send(&mut part, &limits)? {
                    WriteOutcome::Out => break,
                    WriteOutcome::Interrupted => {}
                }
                if self.receive()? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                if self.head.is_none() {
                    self.early = true;
                    self.progress.state().sent = Sent::Maybe;
                    return Ok(());
                }
            }
        }
        self.progress.state().sent = Sent::Maybe;
        Ok(())
    }

    /// Receives some bytes, 0 at the end, and takes them for what they are.
    fn receive(&mut self) -> io::Result<usize> {
        if let Some(flaw) = self.flaw.take() {
            return Err(flaw);
        }
        let limits = self.progress.limits();
        let socket = socket(&mut self.lease)?;
        let received = if self.chunks.is_some() {
            self.raw.resize(READ, 0);
            let received = socket.receive(&mut self.raw, &limits)?;
            let raw = mem::take(&mut self.raw);
            self.read_chunks(raw.get(..received).unwrap_or(&raw))?;
            self.raw = raw;
            received
        } else {
            let received = socket.receive(self.input.space(), &limits)?;
            self.input.appended(received);
            received
        };
        self.answered |= received > 0;
        self.read_head()?;
        Ok(received)
    }

    /// Takes what has been received for the head, and shows ureq what it needs of it when it is
    /// complete.
    fn read_head(&mut self) -> io::Result<()> {
        let Some(head) = &mut self.head else {
            return Ok(());
        };
        let read = head.read(self.input.unread());
        self.input.clear();
        let Some(read) = read.map_err(|error| invalid(error.kind(), error))? else {
            return Ok(());
        };
        self.head = None;
        self.input.put(&read.shown);
        self.progress.state().fields = read.fields;
        if read.is_chunked && !self.is_head {
            self.chunks = Some(Chunks::new(self.max_head_bytes));
            self.progress.state().trailing = Trailing::Due;
            return self.read_chunks(&read.rest);
        }
        self.input.push(&read.rest);
        Ok(())
    }

    /// Shows ureq chunks as it likes them.
    fn read_chunks(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(chunks) = &mut self.chunks else {
            return Ok(());
        };
        match chunks.read(bytes, |bytes| self.input.push(bytes)) {
            Ok(None) => {}
            Ok(Some(trailers)) => self.progress.state().trailing = Trailing::Here(trailers),
            Err(flaw) => self.flaw = Some(invalid(flaw.kind(), flaw)),
        }
        // What came before is handed on before.
        match self.flaw.take_if(|_| self.input.unread().is_empty()) {
            Some(flaw) => Err(flaw),
            None => Ok(()),
        }
    }

    /// Remembers what broke first, and gives ureq an error that it does not interpret.
    fn fail(&mut self, error: io::Error) -> ureq::Error {
        let error = self.unsent.take().unwrap_or(error);
        let is_tls = |error: &io::Error| {
            let inner = error.get_ref();
            inner.is_some_and(|inner| inner.is::<rustls::Error>())
        };
        let failure = match elapsed_kind(&error) {
            Some(kind) => self.progress.error(kind),
            None => {
                let kind = match invalid_response_kind(&error) {
                    Some(kind) => kind,
                    None if is_tls(&error) => TransportErrorKind::Protocol,
                    None => TransportErrorKind::Closed,
                };
                self.progress.error(kind).with_source(error)
            }
        };
        self.progress.state().failure = Some(failure);
        ureq::Error::ConnectionFailed
    }
}

impl Transport for UreqTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(&mut self, _amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let Some(request) = self.request.take() else {
            return Ok(());
        };
        match self.send(request.head, &request.body) {
            Ok(()) => Ok(()),
            Err(error)
                if elapsed_kind(&error)
                    .or(invalid_response_kind(&error))
                    .is_some() =>
            {
                Err(self.fail(error))
            }
            // A server that refuses a request half-way has perhaps said why before it closed.
            Err(error) => {
                self.unsent = Some(error);
                Ok(())
            }
        }
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        if self.input.is_full() {
            // ureq has looked at all of it and wants more, which it never does.
            let reason = "there is more than the limits allow, and nothing of it is used";
            return Err(self.fail(invalid(TransportErrorKind::HeadTooLarge, reason)));
        }
        loop {
            let received = self.receive();
            match &received {
                Ok(received) if *received > 0 => {
                    // Of what was received there may be nothing to see yet.
                    if self.head.is_none() && !self.input.unread().is_empty() {
                        return Ok(true);
                    }
                    continue;
                }
                Err(error) if elapsed_kind(error).is_some() => {}
                _ if !self.answered => self.end = End::Silent,
                _ => {}
            }
            return match received {
                // A body may end with its connection; a head, or one in chunks, may not.
                Ok(_) if self.unsent.is_none() && self.head.is_none() && self.chunks.is_none() => {
                    Ok(false)
                }
                Ok(_) => Err(self.fail(io::ErrorKind::UnexpectedEof.into())),
                Err(error) => Err(self.fail(error)),
            };
        }
    }

    /// The exchange is over and left nothing behind. The answer is no, since the connection goes back
    /// to our pool and not to ureq's.
    fn is_open(&mut self) -> bool {
        let is_whole = self.chunks.as_ref().is_none_or(Chunks::are_over);
        let is_out = self.request.is_none() && self.unsent.is_none() && !self.early;
        if is_whole && is_out {
            self.end = End::Reusable;
        }
        false
    }

    fn is_tls(&self) -> bool {
        self.secure
    }
}

fn socket(lease: &mut Option<Lease>) -> io::Result<&mut Socket> {
    let socket = lease.as_mut().and_then(Lease::socket);
    socket.ok_or_else(|| io::ErrorKind::NotConnected.into())
}

impl Drop for UreqTransport {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else {
            return;
        };
        match self.end {
            End::Reusable => lease.keep(),
            End::Silent => lease.ended(),
            End::None => {}
        }
    }
}

/// Neither addresses nor bytes.
impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransport").finish_non_exhaustive()
    }
}

impl Buffers for UreqTransport {
    fn output(&mut self) -> &mut [u8] {
        // Room for the head that ureq writes, which is short whatever the request.
        self.output.resize(4 * 1024, 0);
        &mut self.output
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.output.resize(4 * 1024, 0);
        (self.input.space(), &mut self.output)
    }

    fn input(&self) -> &[u8] {
        self.input.unread()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.input.space()
    }

    fn input_appended(&mut self, amount: usize) {
        self.input.appended(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.input.consume(amount);
    }

    fn can_use_input(&self) -> bool {
        self.input.is_usable()
    }
}

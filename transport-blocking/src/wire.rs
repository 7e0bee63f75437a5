//! A leased connection in the form in which ureq takes it: a [`Transport`].
//!
//! This is the seam to `ureq::unversioned`, which may change with any minor release of ureq; the version
//! is pinned and `tests/it/seam.rs` holds it to what is relied upon here:
//!
//! - ureq writes before it reads: the first `transmit_output` is the moment to send;
//! - ureq asks `is_open` when it has read an answer to its end, nothing is left over, and neither side has
//!   asked for the connection to be closed. Then, and only then, the connection can be used again;
//! - ureq says with `input_consume` what it has used, trailers included;
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
//! accepted it is [`Sent::Maybe`], even if the connection was gone by then and nobody knew.

mod input;

use std::{
    fmt, io, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::HeaderMap;
use neptunedata::{Sent, TransportError, TransportErrorKind};
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use crate::{
    head::{Head, Unusable},
    limits::{Limits, lateness},
    pool::Lease,
    trailers::{Flaw, Trailers},
};
use input::Input;

/// Up to this length, head and body go out in one write.
const ONE_WRITE: usize = 64 * 1024;

/// What is known about an exchange while ureq has the connection.
pub(crate) struct Progress(Mutex<State>);

struct State {
    limits: Limits,
    sent: Sent,
    reused: bool,
    failure: Option<TransportError>,
    /// Of the head.
    fields: HeaderMap,
    trailers: Option<Trailers>,
}

impl Progress {
    pub(crate) fn new(limits: Limits, reused: bool) -> Arc<Self> {
        Arc::new(Progress(Mutex::new(State {
            limits,
            sent: Sent::No,
            reused,
            failure: None,
            fields: HeaderMap::new(),
            trailers: None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> Limits {
        self.state().limits
    }

    pub(crate) fn set_limits(&self, limits: Limits) {
        self.state().limits = limits;
    }

    /// An error of this kind, with what is known about the request.
    pub(crate) fn error(&self, kind: TransportErrorKind) -> TransportError {
        let state = self.state();
        let error = TransportError::new(kind, state.sent);
        if state.reused {
            error.on_reused_connection()
        } else {
            error
        }
    }

    /// What comes from now on is a chunked body.
    pub(crate) fn expect_trailers(&self, limit: usize) {
        self.state().trailers = Some(Trailers::new(limit));
    }

    /// All fields of the head that was read.
    pub(crate) fn take_fields(&self) -> HeaderMap {
        mem::take(&mut self.state().fields)
    }

    /// The trailers, at the end of a body.
    ///
    /// # Errors
    ///
    /// When there were more than the limits allow, or the connection ended before they did: the one that
    /// matters may be among the rest. When one of them is none.
    pub(crate) fn trailers(&self) -> Result<HeaderMap, TransportError> {
        let Some(trailers) = self.state().trailers.take() else {
            return Ok(HeaderMap::new());
        };
        trailers.into_fields().map_err(|flaw| match flaw {
            Flaw::TooMany => self.error(TransportErrorKind::HeadTooLarge),
            Flaw::Unfinished => self
                .error(TransportErrorKind::Closed)
                .with_source("the connection ended before the trailers did"),
            Flaw::Nonsense => self
                .error(TransportErrorKind::Protocol)
                .with_source("one of the trailers is no field"),
        })
    }

    /// Whether a line of a chunked body, which these bytes begin with, ends in a line feed alone.
    fn is_stuck_at(&self, unread: &[u8]) -> bool {
        let state = self.state();
        let trailers = state.trailers.as_ref();
        trailers.is_some_and(|trailers| trailers.is_stuck_at(unread))
    }

    /// Whether nothing is missing of the answer.
    fn is_complete(&self) -> bool {
        self.state()
            .trailers
            .as_ref()
            .is_none_or(Trailers::are_complete)
    }

    /// The failure that made the transport give up.
    pub(crate) fn failure(&self) -> Option<TransportError> {
        self.state().failure.take()
    }
}

pub(crate) struct Wire {
    lease: Option<Lease>,
    progress: Arc<Progress>,
    request: Option<(Vec<u8>, Bytes)>,
    /// The request could not be written; perhaps an answer says why.
    unsent: Option<io::Error>,
    /// None once the head has been read.
    head: Option<Head>,
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

impl Wire {
    /// `head` is the request's, with the empty line.
    pub(crate) fn new(
        mut lease: Lease,
        progress: Arc<Progress>,
        head: Vec<u8>,
        body: Bytes,
        head_limit: usize,
    ) -> Self {
        Wire {
            secure: lease.socket().is_some_and(|socket| socket.is_secure()),
            lease: Some(lease),
            progress,
            request: Some((head, body)),
            unsent: None,
            head: Some(Head::new(head_limit)),
            input: Input::new(head_limit),
            output: Vec::new(),
            answered: false,
            end: End::None,
        }
    }

    fn send(&mut self, mut head: Vec<u8>, body: &[u8]) -> io::Result<()> {
        let limits = self.progress.limits();
        let socket = self.lease.as_mut().and_then(Lease::socket);
        let socket = socket.ok_or(io::ErrorKind::NotConnected)?;
        let rest = if head.len().saturating_add(body.len()) <= ONE_WRITE {
            head.extend_from_slice(body);
            &[]
        } else {
            body
        };
        socket.send(&head, &limits)?;
        socket.send(rest, &limits)?;
        self.progress.state().sent = Sent::Maybe;
        Ok(())
    }

    fn receive(&mut self) -> io::Result<usize> {
        let limits = self.progress.limits();
        let socket = self.lease.as_mut().and_then(Lease::socket);
        let socket = socket.ok_or(io::ErrorKind::NotConnected)?;
        let received = socket.receive(self.input.space(), &limits)?;
        self.input.appended(received);
        Ok(received)
    }

    /// Takes what has been received for the head, and shows ureq what it needs of it when it is
    /// complete.
    fn read_head(&mut self) -> Result<(), Unusable> {
        let Some(head) = &mut self.head else {
            return Ok(());
        };
        let read = head.read(self.input.unread());
        self.input.clear();
        if let Some(read) = read? {
            self.head = None;
            self.input.put(&read.shown);
            self.progress.state().fields = read.fields;
        }
        Ok(())
    }

    /// Remembers what broke first, and gives ureq an error that it does not interpret.
    fn fail(&mut self, error: io::Error) -> ureq::Error {
        let error = self.unsent.take().unwrap_or(error);
        let kind = match lateness(&error) {
            Some(kind) => kind,
            None if error
                .get_ref()
                .is_some_and(|inner| inner.is::<rustls::Error>()) =>
            {
                TransportErrorKind::Protocol
            }
            None => TransportErrorKind::Closed,
        };
        let failure = self.progress.error(kind).with_source(error);
        self.progress.state().failure = Some(failure);
        ureq::Error::ConnectionFailed
    }

    /// The same for what came and cannot be used.
    fn give_up(&mut self, kind: TransportErrorKind, reason: String) -> ureq::Error {
        let failure = self.progress.error(kind).with_source(reason);
        self.progress.state().failure = Some(failure);
        ureq::Error::ConnectionFailed
    }
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(&mut self, _amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let Some((head, body)) = self.request.take() else {
            return Ok(());
        };
        match self.send(head, &body) {
            Ok(()) => Ok(()),
            Err(error) if lateness(&error).is_some() => Err(self.fail(error)),
            // A server that refuses a request half-way has perhaps said why before it closed.
            Err(error) => {
                self.unsent = Some(error);
                Ok(())
            }
        }
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        if self.input.is_full() {
            // ureq has looked at all of it and wants more: trailers, or another line of a chunked body, that
            // are longer than a head may be.
            let reason = "trailers, or the head of a chunk, are longer than a head may be";
            return Err(self.give_up(TransportErrorKind::HeadTooLarge, reason.to_owned()));
        }
        if self.progress.is_stuck_at(self.input.unread()) {
            let reason = "a line of a chunked body ends in a line feed alone";
            return Err(self.give_up(TransportErrorKind::Protocol, reason.to_owned()));
        }
        loop {
            let received = self.receive();
            match &received {
                Ok(received) if *received > 0 => {
                    self.answered = true;
                    if let Err(error) = self.read_head() {
                        return Err(self.give_up(error.kind(), error.to_string()));
                    }
                    if self.head.is_none() {
                        return Ok(true);
                    }
                    continue;
                }
                Err(error) if lateness(error).is_some() => {}
                _ if !self.answered => self.end = End::Silent,
                _ => {}
            }
            return match received {
                // A body may end with its connection, a head may not.
                Ok(_) if self.unsent.is_none() && self.head.is_none() => Ok(false),
                Ok(_) => Err(self.fail(io::ErrorKind::UnexpectedEof.into())),
                Err(error) => Err(self.fail(error)),
            };
        }
    }

    /// The exchange is over and left nothing behind. The answer is no, since the connection goes back
    /// to our pool and not to ureq's.
    fn is_open(&mut self) -> bool {
        if self.unsent.is_none() && self.request.is_none() && self.progress.is_complete() {
            self.end = End::Reusable;
        }
        false
    }

    fn is_tls(&self) -> bool {
        self.secure
    }
}

impl Drop for Wire {
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
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

impl Buffers for Wire {
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
        if let Some(trailers) = &mut self.progress.state().trailers {
            let unread = self.input.unread();
            trailers.follow(unread.get(..amount).unwrap_or(unread));
        }
        self.input.consume(amount);
    }

    fn can_use_input(&self) -> bool {
        self.input.is_usable()
    }
}

//! Collects what the connection learns about one request and its response.
//!
//! ureq takes a request, and returns a response or an error that does not say how much of the request was
//! sent. So the call and the connection share an [`Observation`]: the call sets the limits, the connection
//! notes what it sees. ureq passes only bytes to its connections. But it runs on the thread of the call, so a
//! connection finds the observation in a thread-local variable.

use std::{
    cell::RefCell,
    io, mem,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use neptunedata::{
    TransportError,
    machine::Reuse,
    transport::{Purpose, Sent, TransportErrorKind, not_http, tls_hint::Peer},
};

use crate::{
    chunks::{Chunks, Head},
    deadlines::{Limits, elapsed_kind},
    tcp::Tcp,
};

thread_local! {
    static CURRENT: RefCell<Option<Arc<Observation>>> = const { RefCell::new(None) };
}

/// Shared by a call and the connection that it uses.
#[derive(Default)]
pub(crate) struct Observation(Mutex<State>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) limits: Limits,
    pub(crate) purpose: Purpose,
    /// No idle connection may be used. For calls, the pool has retired those that exist.
    pub(crate) needs_new: bool,
    /// The request has a body, which ureq writes after the head.
    pub(crate) has_body: bool,
    /// Fields of the head that ureq must not see, because it logs them. The connection adds them.
    pub(crate) secrets: Vec<u8>,
    /// Scheme and authority of the URL, if a proxy forwards the request. The connection adds them to the request line.
    pub(crate) origin: String,
    /// The first bytes received over the connection that was opened last.
    pub(crate) start: Vec<u8>,
    /// The TCP connection that was opened last.
    pub(crate) tcp: Option<Arc<Tcp>>,
    /// The address of the server, if it is known.
    pub(crate) peer: Option<SocketAddr>,
    /// The request has been given to a connection.
    pub(crate) has_begun: bool,
    /// The connection has served a request before.
    pub(crate) is_reused: bool,
    /// The server can have received the whole request.
    pub(crate) is_sent: bool,
    pub(crate) writing: Writing,
    /// The body of the response, once its head has arrived.
    pub(crate) body: Option<Body>,
    failure: Option<TransportError>,
}

/// How far the operating system has accepted what was written.
#[derive(Default)]
pub(crate) enum Writing {
    /// All of it.
    #[default]
    Done,
    /// These bytes are left.
    Left(Vec<u8>),
    /// The response arrived before the end of the request: the rest is not written.
    Answered,
    /// The connection is broken. The server may have responded before it closed the connection.
    Failed(io::Error),
}

/// The body of a response.
pub(crate) enum Body {
    Chunked(Chunks),
    /// A body that ends after `content-length` bytes, or with the connection.
    Other,
}

impl Observation {
    pub(crate) fn new(limits: Limits, purpose: Purpose, reuse: Reuse) -> Arc<Self> {
        let state = State {
            limits,
            purpose,
            needs_new: reuse == Reuse::Fresh && purpose != Purpose::Call,
            ..State::default()
        };
        Arc::new(Observation(Mutex::new(state)))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls ureq, whose connections find this observation by [`current`](Observation::current).
    pub(crate) fn during<T>(self: &Arc<Self>, call: impl FnOnce() -> T) -> T {
        /// Restores the previous observation, also after a panic.
        struct Restore(Option<Arc<Observation>>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(Some(Arc::clone(self))));
        call()
    }

    /// The observation of the request that this thread makes.
    pub(crate) fn current() -> Arc<Observation> {
        CURRENT.with_borrow(Clone::clone).unwrap_or_default()
    }
}

impl State {
    /// An error of this kind, with what is known about the request.
    pub(crate) fn error(&self, kind: TransportErrorKind) -> TransportError {
        let sent = if self.is_sent { Sent::Maybe } else { Sent::No };
        let error = TransportError::new(kind, sent);
        if self.is_reused {
            error.on_reused_connection()
        } else {
            error
        }
    }

    /// Inserts what ureq did not write: the origin into the request line, and the secret fields after it.
    pub(crate) fn complete_head(&mut self, head: &mut Vec<u8>) {
        let secrets = mem::take(&mut self.secrets);
        // After the request line, and before the target. The later place comes first, so that it is still valid.
        for (after, inserted) in [(b'\n', &*secrets), (b' ', self.origin.as_bytes())] {
            if !inserted.is_empty()
                && let Some(at) = head.iter().position(|byte| *byte == after)
            {
                head.extend_from_slice(inserted);
                // A `splice` would move byte by byte.
                if let Some(rest) = head.get_mut(at.saturating_add(1)..) {
                    rest.rotate_right(inserted.len());
                }
            }
        }
    }

    /// Takes the head of the response, if it is complete, and returns its length. `input` begins with it. `is_head` says
    /// that the method is HEAD. `plain_peer` is the other end of a connection without TLS.
    pub(crate) fn take_head(
        &mut self,
        head: Result<Option<Head>, httparse::Error>,
        input: &[u8],
        is_head: bool,
        max_bytes: usize,
        plain_peer: Option<Peer>,
    ) -> Option<usize> {
        // A server that responds may have executed the request.
        self.is_sent |= !matches!(head, Ok(None));
        match head {
            Ok(None) => None,
            Ok(Some(head)) => {
                self.body = Some(if head.is_chunked && !is_head {
                    Body::Chunked(Chunks::new(max_bytes))
                } else {
                    Body::Other
                });
                Some(head.length)
            }
            Err(error) => {
                let kind = match error {
                    httparse::Error::TooManyHeaders => TransportErrorKind::HeadTooLarge,
                    _ => TransportErrorKind::Protocol,
                };
                let peer = plain_peer.filter(|_| !self.is_reused);
                self.fail(not_http(self.error(kind).with_source(error), input, peer));
                None
            }
        }
    }

    /// Follows the next bytes of the body.
    pub(crate) fn follow_body(&mut self, bytes: &[u8]) {
        if let Some(Body::Chunked(chunks)) = &mut self.body {
            chunks.follow(bytes);
            // What was received before is handed on; the next read fails.
            if let Err(error) = chunks.check() {
                self.fail(self.error(error.kind()).with_source(error));
            }
        }
    }

    /// Notes why the connection failed. The first failure counts.
    pub(crate) fn fail(&mut self, failure: TransportError) {
        self.failure.get_or_insert(failure);
    }

    /// Notes that reading or writing failed.
    pub(crate) fn fail_with_io(&mut self, error: io::Error) {
        let failure = match elapsed_kind(&error) {
            Some(kind) => self.error(kind),
            None => {
                // A write that failed before is the reason that there is no response.
                let error = match mem::take(&mut self.writing) {
                    Writing::Failed(error) => error,
                    _ => error,
                };
                let inner = error.get_ref();
                let is_tls = inner.is_some_and(|inner| inner.is::<rustls::Error>());
                let kind = if is_tls {
                    TransportErrorKind::Protocol
                } else {
                    TransportErrorKind::Closed
                };
                self.error(kind).with_source(error)
            }
        };
        self.fail(failure);
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    pub(crate) fn take_failure(&mut self) -> Option<TransportError> {
        self.failure.take()
    }
}

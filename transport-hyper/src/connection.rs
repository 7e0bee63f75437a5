//! One connection, driven by the call that uses it.
//!
//! hyper returns a connection in two halves: a sender for requests, and a driver that reads and writes when
//! polled. The driver is usually spawned. Here one struct has both, and waiting for a response polls the driver. So
//! nothing runs in the background, dropping a call closes its connection at once, and after a failure it is known
//! what was written.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use http::{
    HeaderMap, Request, Response,
    header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING},
};
use hyper::{
    body::{Body, Frame, Incoming, SizeHint},
    client::conn::{TrySendError, http1},
};
use neptunedata::{
    TransportError,
    transport::{ClientOptions, Sent, TransportErrorKind},
};

use crate::{
    errors,
    io::{Counted, Stream, Written},
    runtime_id::RuntimeId,
};

/// A connection: idle, or with one request in progress.
pub(crate) struct Connection {
    sender: http1::SendRequest<FullBody>,
    /// None after the connection has ended.
    driver: Option<http1::Connection<Counted, FullBody>>,
    written: Arc<Written>,
    probe: Option<Arc<AtomicBool>>,
    peer: Option<SocketAddr>,
    /// The future of the response head, until it arrives.
    head: Option<Head>,
    /// The size of the request in progress in bytes.
    length: u64,
    served: u64,
    pub(crate) origin: Origin,
}

type Head = Pin<
    Box<dyn Future<Output = Result<Response<Incoming>, TrySendError<Request<FullBody>>>> + Send>,
>;

/// When and where a connection was opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) at: Instant,
    pub(crate) runtime: RuntimeId,
    /// The pool's generation at that time.
    pub(crate) generation: u64,
}

/// The maximum number of bytes that hyper reads ahead of the caller, unless a head is larger.
const READ_AHEAD: usize = 128 * 1024;

/// A part of a response body.
pub(crate) enum BodyEvent {
    Chunk(Bytes),
    End(HeaderMap),
}

impl Connection {
    pub(crate) async fn new(
        stream: Stream,
        max_head_bytes: usize,
        origin: Origin,
    ) -> Result<Connection, TransportError> {
        let written = Arc::new(Written::default());
        let io = Counted::new(stream.io, Arc::clone(&written));
        let (sender, driver) = http1::Builder::new()
            .max_header_size(max_head_bytes)
            .max_headers(ClientOptions::MAX_HEAD_FIELDS)
            // hyper's buffer must be larger than a head, so that the limit of heads applies first.
            .max_buf_size(max_head_bytes.saturating_add(8192).max(READ_AHEAD))
            .handshake(io)
            .await
            .map_err(|error| errors::of_connection(error, Sent::No))?;
        Ok(Connection {
            sender,
            driver: Some(driver),
            written,
            probe: stream.probe,
            peer: stream.peer,
            head: None,
            length: 0,
            served: 0,
            origin,
        })
    }

    /// The address of the server, if it is known.
    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The number of responses so far.
    pub(crate) fn served(&self) -> u64 {
        self.served
    }

    /// Whether the connection can take a request now. Sees a close that has arrived at the socket. Does not
    /// wait.
    pub(crate) async fn is_alive(&mut self) -> bool {
        if let Some(probe) = &self.probe {
            probe.store(true, Ordering::Relaxed);
        }
        let alive = self.settle().await;
        if let Some(probe) = &self.probe {
            probe.store(false, Ordering::Relaxed);
        }
        alive
    }

    /// Polls the driver, and returns whether the connection is then ready for a request.
    pub(crate) async fn settle(&mut self) -> bool {
        poll_fn(|cx| {
            // Twice, because the end of one message can make the next one possible.
            for _ in 0..2 {
                self.drive(cx);
            }
            Poll::Ready(self.driver.is_some() && self.sender.is_ready())
        })
        .await
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(cx).is_ready()
        {
            // The request or the body reports the error; dropping the driver ends both.
            self.driver = None;
        }
    }

    /// Takes a request. Waiting for the [head](Connection::head) writes it.
    pub(crate) fn send(&mut self, mut request: Request<Bytes>) {
        self.length = length_of(&request);
        self.written.reset();
        // Without an HTTP proxy, the request line has only path and query.
        if let Some(target) = request.uri().path_and_query() {
            *request.uri_mut() = http::Uri::from(target.clone());
        }
        let request = request.map(|body| FullBody(Some(body).filter(|body| !body.is_empty())));
        self.head = Some(Box::pin(self.sender.try_send_request(request)));
    }

    /// The head of the response to the request that was [sent](Connection::send). Cancel safe.
    pub(crate) async fn head(&mut self) -> Result<Response<Incoming>, TransportError> {
        let head = poll_fn(|cx| {
            self.drive(cx);
            match &mut self.head {
                Some(head) => head.as_mut().poll(cx).map(Some),
                None => Poll::Ready(None),
            }
        })
        .await;
        self.head = None;
        let Some(head) = head else {
            let reason = "no request is on its way";
            return Err(errors::not_sent(TransportErrorKind::Other, reason));
        };
        match head {
            Ok(response) => {
                self.served = self.served.saturating_add(1);
                if !is_framed(response.headers()) {
                    let reason = "the body has another transfer coding than chunked";
                    let error = TransportError::new(TransportErrorKind::Protocol, Sent::Maybe);
                    return Err(error.with_source(reason));
                }
                Ok(response)
            }
            Err(mut error) => {
                // hyper returns a request of which nothing was written.
                let sent = match error.take_message() {
                    Some(_) => Sent::No,
                    None => self.sent(),
                };
                let error = errors::of_connection(error.into_error(), sent);
                Err(if self.served > 0 {
                    error.on_reused_connection()
                } else {
                    error
                })
            }
        }
    }

    /// Whether the server can have received the whole request in progress.
    pub(crate) fn sent(&self) -> Sent {
        if self.written.bytes() < self.length {
            Sent::No
        } else {
            Sent::Maybe
        }
    }

    /// The next part of the response body. Cancel safe.
    pub(crate) async fn receive(
        &mut self,
        body: &mut Incoming,
    ) -> Result<BodyEvent, TransportError> {
        poll_fn(|cx| {
            let mut frame = Pin::new(&mut *body).poll_frame(cx);
            if frame.is_pending() {
                self.drive(cx);
                frame = Pin::new(&mut *body).poll_frame(cx);
            }
            if frame.is_pending() && self.driver.is_none() {
                let error = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
                return Poll::Ready(Err(error));
            }
            frame.map(|frame| match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) => Ok(BodyEvent::Chunk(chunk)),
                    Err(frame) => match frame.into_trailers() {
                        Ok(trailers) if !trailers.is_empty() => Ok(BodyEvent::End(trailers)),
                        // Without trailers hyper returns no frame. For hyper, an empty line that ends with a bare
                        // line feed ends the trailers, whatever follows.
                        _ => {
                            let kind = TransportErrorKind::Protocol;
                            let error = TransportError::new(kind, Sent::Maybe);
                            Err(error.with_source("malformed trailer field"))
                        }
                    },
                },
                Some(Err(error)) => Err(errors::of_connection(error, Sent::Maybe)),
                None => Ok(BodyEvent::End(HeaderMap::new())),
            })
        })
        .await
    }
}

/// Whether the end of the body is certain. Chunked is the only transfer coding that the core accepts; hyper would
/// read a body with another coding until the connection ends, whatever its `content-length`.
fn is_framed(fields: &HeaderMap) -> bool {
    let mut codings = fields
        .get_all(TRANSFER_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|coding| !coding.is_empty());
    match codings.next() {
        Some(coding) => coding.eq_ignore_ascii_case(b"chunked") && codings.next().is_none(),
        None => true,
    }
}

/// The minimum size of a request on the wire: everything that hyper writes, without headers that it may omit.
fn length_of(request: &Request<Bytes>) -> u64 {
    let target = request
        .uri()
        .path_and_query()
        .map_or(1, |target| target.as_str().len());
    let fields = request
        .headers()
        .iter()
        .filter(|(name, _)| !matches!(**name, CONNECTION | CONTENT_LENGTH | TRANSFER_ENCODING))
        .fold(0_usize, |sum, (name, value)| {
            sum.saturating_add(name.as_str().len())
                .saturating_add(value.len())
                .saturating_add(": \r\n".len())
        });
    let length = request
        .method()
        .as_str()
        .len()
        .saturating_add(target)
        .saturating_add("  HTTP/1.1\r\n\r\n".len())
        .saturating_add(fields)
        .saturating_add(request.body().len());
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The body of a request, as one chunk.
pub(crate) struct FullBody(Option<Bytes>);

impl Body for FullBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.take().map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.0.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}

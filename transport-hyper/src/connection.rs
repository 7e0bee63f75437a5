//! One connection, driven by the call that uses it.
//!
//! hyper returns a connection in two halves: a sender for requests, and a driver that reads and writes when polled. The
//! driver is usually spawned. Here one struct has both, and waiting for a response polls the driver. So nothing runs in
//! the background, dropping a call closes its connection at once, and after a failure it is known what was written.

use std::{
    error::Error,
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{
    HeaderMap, Request, Response, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, PROXY_AUTHORIZATION, TRANSFER_ENCODING},
    response,
};
use hyper::{
    body::{Body, Frame, Incoming},
    client::conn::{TrySendError, http1},
};
use neptunedata::{
    TransportError,
    transport::{
        ClientOptions, Sent, TransportErrorKind, check_framing, not_http, proxy_refused,
        tls_hint::Peer,
    },
};

use crate::{
    connect::{Connector, Forwarding},
    errors,
    io::{Observed, Stream, Traffic},
    round_trip::BodyPart,
    service::RequestBody,
};

/// A connection: idle, or with one request in progress.
pub(crate) struct Connection {
    sender: http1::SendRequest<RequestBody>,
    /// None after the connection has ended.
    driver: Option<http1::Connection<Observed, RequestBody>>,
    traffic: Arc<Traffic>,
    probe: Option<Arc<AtomicBool>>,
    /// The address of the server, if it is known.
    pub(crate) peer: Option<SocketAddr>,
    /// Set if a proxy forwards the requests.
    forwarding: Option<Forwarding>,
    /// The other end, if the connection has no TLS.
    plain_peer: Option<Peer>,
    progress: Progress,
    /// The connection has ended because data arrived that belongs to no response.
    has_unexpected_input: bool,
}

/// What a probe of an idle connection found.
pub(crate) enum Probe {
    Nothing,
    Input,
    End,
}

/// How far the request in progress is.
enum Progress {
    Idle,
    /// The size of the request in bytes, and the future of the response head.
    Head(u64, Head),
    Body(Incoming),
}

type Head = Pin<
    Box<dyn Future<Output = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>> + Send>,
>;

/// The maximum number of bytes that hyper reads ahead of the caller, unless a head is larger.
const READ_AHEAD: usize = 128 * 1024;

impl Connection {
    /// `has_many_fields` says whether heads and trailers may have more fields than hyper's default of 100. hyper then
    /// allocates room for all of them, twice 32 KiB, for each response.
    pub(crate) async fn new(
        stream: Stream,
        connector: &Connector,
        max_head_bytes: usize,
        has_many_fields: bool,
    ) -> Result<Connection, TransportError> {
        let traffic = Arc::<Traffic>::default();
        let io = Observed {
            io: stream.io,
            traffic: Arc::clone(&traffic),
        };
        let mut http = http1::Builder::new();
        if has_many_fields {
            http.max_headers(ClientOptions::MAX_HEAD_FIELDS);
        }
        let (sender, driver) = http
            .max_header_size(max_head_bytes)
            // RFC 9112, 5.2: a user agent must accept header lines that are continued on the next line.
            .allow_obsolete_multiline_headers_in_responses(true)
            // hyper's buffer must be larger than a head, so that the limit of heads applies first.
            .max_buf_size(max_head_bytes.saturating_add(8192).max(READ_AHEAD))
            .handshake(io)
            .await
            .map_err(|error| errors::of_connection(error, Sent::No))?;
        Ok(Connection {
            sender,
            driver: Some(driver),
            traffic,
            probe: stream.probe,
            peer: stream.peer,
            forwarding: connector.forwarding.clone(),
            plain_peer: connector.plain_peer,
            progress: Progress::Idle,
            has_unexpected_input: false,
        })
    }

    /// Probes an idle connection, without waiting: it can take a request if there is nothing to read. Sees a close that
    /// has arrived at the socket.
    pub(crate) async fn probe(&mut self) -> Probe {
        if let Some(probe) = &self.probe {
            probe.store(true, Ordering::Relaxed);
        }
        let is_ready = poll_fn(|cx| Poll::Ready(self.settle(cx))).await;
        if let Some(probe) = &self.probe {
            probe.store(false, Ordering::Relaxed);
        }
        match (is_ready, self.has_unexpected_input) {
            (true, _) => Probe::Nothing,
            (false, true) => Probe::Input,
            (false, false) => Probe::End,
        }
    }

    /// Polls the driver after the end of a response, and returns whether the connection is then ready for a request.
    pub(crate) fn settle(&mut self, cx: &mut Context<'_>) -> bool {
        self.progress = Progress::Idle;
        self.drive(cx);
        // The first poll may end the exchange; then the second one makes the sender ready for the next request.
        if !self.sender.is_ready() {
            self.drive(cx);
        }
        self.driver.is_some() && self.sender.is_ready()
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && let Poll::Ready(ended) = Pin::new(driver).poll(cx)
        {
            // The request or the body reports the error; dropping the driver ends both.
            self.driver = None;
            // While the connection is idle, only the error about unexpected data has no cause.
            self.has_unexpected_input = ended.is_err_and(|error| error.source().is_none());
        }
    }

    /// Takes a request. Polling for the [head](Connection::poll_head) writes it.
    pub(crate) fn send(&mut self, mut request: Request<Bytes>) {
        if let Some(Forwarding { authorization }) = &self.forwarding {
            let headers = request.headers_mut();
            headers.extend(
                authorization
                    .clone()
                    .map(|value| (PROXY_AUTHORIZATION, value)),
            );
        } else if let Some(target) = request.uri().path_and_query() {
            // Only a proxy needs the whole URL in the request line.
            *request.uri_mut() = http::Uri::from(target.clone());
        }
        let length = length_of(&request);
        self.traffic.written.store(0, Ordering::Relaxed);
        let request = request.map(RequestBody::new);
        let head = Box::pin(self.sender.try_send_request(request));
        self.progress = Progress::Head(length, head);
    }

    /// The head of the response to the request that was [sent](Connection::send).
    pub(crate) fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<response::Parts, TransportError>> {
        self.drive(cx);
        let Progress::Head(_, head) = &mut self.progress else {
            return Poll::Ready(Err(errors::out_of_order()));
        };
        Poll::Ready(match ready!(head.as_mut().poll(cx)) {
            Ok(response) => {
                let (head, body) = response.into_parts();
                self.progress = Progress::Body(body);
                if self.forwarding.is_some()
                    && head.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
                {
                    return Poll::Ready(Err(proxy_refused(head.status)));
                }
                check_framing(&head).map(|()| head).map_err(|reason| {
                    let error = TransportError::new(TransportErrorKind::Protocol, Sent::Maybe);
                    error.with_source(reason)
                })
            }
            Err(mut error) => {
                // hyper returns a request of which nothing was written.
                let sent = match error.take_message() {
                    Some(_) => Sent::No,
                    None => self.sent(),
                };
                let error = errors::of_connection(error.into_error(), sent);
                Err(not_http(error, &self.traffic.start(), self.plain_peer))
            }
        })
    }

    /// Whether the server can have received the whole request in progress.
    pub(crate) fn sent(&self) -> Sent {
        match self.progress {
            Progress::Head(length, _) if self.traffic.written.load(Ordering::Relaxed) < length => {
                Sent::No
            }
            _ => Sent::Maybe,
        }
    }

    /// The next part of the response body.
    pub(crate) fn poll_body(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<BodyPart, TransportError>> {
        let failure = |kind| TransportError::new(kind, Sent::Maybe);
        let frame = match self.poll_frame(cx) {
            Poll::Pending => {
                self.drive(cx);
                self.poll_frame(cx)
            }
            frame => frame,
        };
        if frame.is_pending() && self.driver.is_none() {
            return Poll::Ready(Err(failure(TransportErrorKind::Closed)));
        }
        frame.map(|frame| match frame {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(chunk) => Ok(BodyPart::Chunk(chunk)),
                Err(frame) => match frame.into_trailers() {
                    Ok(trailers) if !trailers.is_empty() => Ok(BodyPart::End(trailers)),
                    // Without trailers hyper returns no frame. For hyper, an empty line that ends with a bare
                    // line feed ends the trailers, whatever follows.
                    _ => {
                        let reason = "malformed trailer field";
                        Err(failure(TransportErrorKind::Protocol).with_source(reason))
                    }
                },
            },
            Some(Err(error)) => Err(errors::of_connection(error, Sent::Maybe)),
            None => Ok(BodyPart::End(HeaderMap::new())),
        })
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        match &mut self.progress {
            Progress::Body(body) => Pin::new(body).poll_frame(cx),
            Progress::Idle | Progress::Head(..) => Poll::Ready(None),
        }
    }
}

/// The minimum size of a request on the wire: everything that hyper writes, without headers that it may omit.
fn length_of(request: &Request<Bytes>) -> u64 {
    let uri = request.uri();
    // A proxy that forwards the request gets the whole URL.
    let origin = uri.scheme_str().zip(uri.authority());
    let origin = origin.map_or(0, |(scheme, authority)| {
        [scheme, "://", authority.as_str()]
            .map(str::len)
            .iter()
            .sum()
    });
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
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
        .saturating_add(origin)
        .saturating_add(path)
        .saturating_add("  HTTP/1.1\r\n\r\n".len())
        .saturating_add(fields)
        .saturating_add(request.body().len());
    u64::try_from(length).unwrap_or(u64::MAX)
}

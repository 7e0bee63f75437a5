//! The outcome of a request: a response, or a fault for the server to perform.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, response};
use serde_json::Value;

use crate::delivery::{ConnectionEnd, Delivery};
use crate::{Generated, Ticket};

/// The outcome of a request.
#[derive(Clone, Debug)]
#[must_use]
// Nearly every outcome is a response, so a box would save nothing.
#[allow(clippy::large_enum_variant)]
pub enum Outcome {
    /// A response, sent completely.
    Response(Response),
    /// The response is lost, altered or late: a fault for the server to perform.
    Fault(Fault),
    /// The query runs or waits. [`Emulator::resume`](crate::Emulator::resume) returns the outcome when the query has
    /// ended; the server waits for it.
    Pending(Ticket),
}

/// A fault that affects the response or its connection. The server performs it on the socket; a test without sockets
/// can simulate it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The request was read, and the connection is closed without a response.
    CloseWithoutResponse,
    /// The head of the response and the first `after` bytes of its body are sent, then the connection is closed.
    CutBody {
        /// The complete response.
        response: Box<Response>,
        /// How many bytes of the body are sent.
        after: usize,
    },
    /// The connection ends after the head of the request, before its body is read. The request is neither
    /// received nor executed, and is not in the log or the counts.
    BeforeReading(ConnectionEnd),
    /// The request was read. The connection ends without a response after the delay.
    NoResponse {
        /// The delay.
        delay: Duration,
        /// How the connection ends.
        ending: ConnectionEnd,
    },
    /// A response that is late, slow, truncated, or the last one on its connection.
    Delivered {
        /// The response.
        response: Box<Response>,
        /// How the response is sent.
        delivery: Box<Delivery>,
    },
    /// Bytes that are not HTTP are sent, then the connection is closed.
    NotHttp {
        /// The time before the first byte.
        delay: Duration,
        /// The bytes.
        bytes: Bytes,
    },
}

/// A response, in the pieces in which it is sent.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status and the headers.
    pub head: response::Parts,
    /// The body. Several pieces are sent with chunked encoding, one chunk for each.
    pub chunks: Vec<Bytes>,
    /// The rest of the body, if it is generated while it is sent, with chunked encoding.
    pub generated: Option<Generated>,
    /// The trailers. The server sends them to clients that sent `te: trailers`, as Neptune does.
    pub trailers: HeaderMap,
}

impl Outcome {
    /// The response, if all of it eventually arrives.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Response(response) => Some(response),
            Self::Fault(Fault::Delivered { response, delivery }) if delivery.is_whole() => {
                Some(response)
            }
            Self::Fault(_) | Self::Pending(_) => None,
        }
    }

    /// The response, if all of it eventually arrives.
    #[must_use]
    pub fn into_response(self) -> Option<Response> {
        match self {
            Self::Response(response) => Some(response),
            Self::Fault(Fault::Delivered { response, delivery }) if delivery.is_whole() => {
                Some(*response)
            }
            Self::Fault(_) | Self::Pending(_) => None,
        }
    }

    /// The response, complete or truncated.
    pub(crate) fn any_response(&self) -> Option<&Response> {
        match self {
            Self::Response(response) => Some(response),
            Self::Fault(Fault::CutBody { response, .. } | Fault::Delivered { response, .. }) => {
                Some(response)
            }
            Self::Fault(_) | Self::Pending(_) => None,
        }
    }

    pub(crate) fn any_response_mut(&mut self) -> Option<&mut Response> {
        match self {
            Self::Response(response) => Some(response),
            Self::Fault(Fault::CutBody { response, .. } | Fault::Delivered { response, .. }) => {
                Some(response)
            }
            Self::Fault(_) | Self::Pending(_) => None,
        }
    }
}

impl From<Response> for Outcome {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Response {
    /// A response with this status and body and no headers.
    #[must_use]
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let (mut head, ()) = http::Response::new(()).into_parts();
        head.status = status;
        let body = body.into();
        let chunks = if body.is_empty() {
            Vec::new()
        } else {
            vec![body]
        };
        Self {
            head,
            chunks,
            generated: None,
            trailers: HeaderMap::new(),
        }
    }

    /// A response with this status and JSON body.
    #[must_use]
    pub fn json(status: StatusCode, body: &Value) -> Self {
        // Faster than `to_string`. A `Value` has no keys that are not strings, so this cannot fail.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::json_text(status, body)
    }

    /// A response with this status and the text of a JSON body.
    pub(crate) fn json_text(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::typed(status, "application/json; charset=UTF-8", body)
    }

    /// A response with this status, media type and body.
    pub(crate) fn typed(
        status: StatusCode,
        media_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let media_type = HeaderValue::from_static(media_type);
        Self::new(status, body).header(header::CONTENT_TYPE, media_type)
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.head.headers.insert(name, value);
        self
    }

    /// Sets a header. A value that is not valid is omitted.
    pub(crate) fn header_if_valid(
        self,
        name: HeaderName,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        match value.try_into() {
            Ok(value) => self.header(name, value),
            Err(_) => self,
        }
    }

    /// Sets a trailer.
    #[must_use]
    pub fn trailer(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.trailers.insert(name, value);
        self
    }

    /// Replaces the body with these pieces.
    #[must_use]
    pub fn chunks(mut self, chunks: impl IntoIterator<Item = impl Into<Bytes>>) -> Self {
        self.chunks = chunks.into_iter().map(Into::into).collect();
        self
    }

    /// Appends these generated pieces to the body.
    #[must_use]
    pub fn generated(mut self, rest: Generated) -> Self {
        self.generated = Some(rest);
        self
    }

    /// The pieces in which the body is sent. Generated pieces are generated on demand.
    pub fn pieces(&self) -> impl Iterator<Item = Bytes> {
        let rest = self.generated.as_ref().map(Generated::pieces);
        self.chunks
            .iter()
            .cloned()
            .chain(rest.into_iter().flatten())
    }

    /// The first bytes of the body, at most this many.
    pub(crate) fn start(&self, bytes: usize) -> Bytes {
        let mut start = BytesMut::new();
        for piece in self.pieces() {
            let left = bytes.saturating_sub(start.len());
            start.extend_from_slice(piece.get(..left).unwrap_or(&piece));
            if piece.len() >= left {
                break;
            }
        }
        start.freeze()
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The whole body, in memory. [`pieces`](Self::pieces) needs only the memory of the largest piece.
    #[must_use]
    pub fn body(&self) -> Bytes {
        if let ([only], None) = (self.chunks.as_slice(), &self.generated) {
            return only.clone();
        }
        self.start(usize::MAX)
    }

    /// The whole body as JSON; `None` if it is not valid JSON.
    #[must_use]
    pub fn to_json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body()).ok()
    }

    /// The response with its whole body in memory and without its trailers.
    #[must_use]
    pub fn into_http(self) -> http::Response<Bytes> {
        let body = self.body();
        http::Response::from_parts(self.head, body)
    }
}

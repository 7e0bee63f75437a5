//! What the emulator says to a request: an answer, or a fault for the server to carry out.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, response};
use serde_json::Value;

use crate::delivery::{Delivery, Ending};
use crate::{Generated, Ticket};

/// What becomes of a request.
#[derive(Clone, Debug)]
#[must_use]
// Nearly every outcome is an answer, so there is nothing to save with a box.
#[allow(clippy::large_enum_variant)]
pub enum Outcome {
    /// An answer, to be sent whole.
    Response(Response),
    /// Something that goes wrong between server and client.
    Fault(Fault),
    /// The query runs for a while, or waits its turn. [`Emulator::resume`](crate::Emulator::resume) has its outcome when it
    /// is over; the server waits for it.
    Pending(Ticket),
}

/// Something that goes wrong on the way back. The server carries it out on the socket; a test without sockets reads
/// it and does what a broken connection would do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The request was read, the connection is closed, nothing is answered.
    CloseWithoutAnswer,
    /// The head of the answer and the first `after` bytes of its body are sent, then the connection is closed.
    CutBody {
        /// The answer as it would have been.
        response: Box<Response>,
        /// How many bytes of its body still arrive.
        after: usize,
    },
    /// The connection ends before the request is read. It was neither received nor executed: neither log nor counts
    /// know of it.
    BeforeReading(Ending),
    /// The request was read, nothing is answered, and after a while the connection ends.
    NoAnswer {
        /// The while.
        delay: Duration,
        /// How it ends.
        ending: Ending,
    },
    /// An answer that comes late, slowly, in part, or as the last on its connection.
    Delivered {
        /// The answer.
        response: Box<Response>,
        /// How it travels.
        delivery: Box<Delivery>,
    },
    /// Bytes that are no HTTP, and the connection is closed.
    NotHttp {
        /// How long nothing comes.
        delay: Duration,
        /// What comes.
        bytes: Bytes,
    },
}

/// An answer, in the pieces in which it is sent.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status and headers.
    pub head: response::Parts,
    /// The body. More than one piece is sent with chunked encoding, a chunk for each.
    pub chunks: Vec<Bytes>,
    /// The rest of the body where it is made while it is sent, with chunked encoding.
    pub generated: Option<Generated>,
    /// What follows the body. The server sends them to clients that said `te: trailers`, as Neptune does.
    pub trailers: HeaderMap,
}

impl Outcome {
    /// The answer, if all of it arrives some time.
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

    /// The answer, if all of it arrives some time.
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

    /// The answer in full or in part.
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
    /// An answer with this status and body, without headers of its own.
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

    /// An answer with this status and JSON body.
    #[must_use]
    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, body.to_string()).header(
            http::header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=UTF-8"),
        )
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.head.headers.insert(name, value);
        self
    }

    /// Sets a trailer.
    #[must_use]
    pub fn trailer(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.trailers.insert(name, value);
        self
    }

    /// Sends the body in these pieces.
    #[must_use]
    pub fn chunks(mut self, chunks: impl IntoIterator<Item = impl Into<Bytes>>) -> Self {
        self.chunks = chunks.into_iter().map(Into::into).collect();
        self
    }

    /// Lets these pieces follow the body.
    #[must_use]
    pub fn generated(mut self, rest: Generated) -> Self {
        self.generated = Some(rest);
        self
    }

    /// The body in the pieces in which it is sent, each made when it is asked for if that is how they are made.
    pub fn pieces(&self) -> impl Iterator<Item = Bytes> {
        let rest = self.generated.as_ref().map(Generated::pieces);
        self.chunks
            .iter()
            .cloned()
            .chain(rest.into_iter().flatten())
    }

    /// The first bytes of the body.
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

    /// The whole body, in memory; [`pieces`](Self::pieces) needs no more of it than the largest piece.
    #[must_use]
    pub fn body(&self) -> Bytes {
        if let ([only], None) = (self.chunks.as_slice(), &self.generated) {
            return only.clone();
        }
        let mut body = BytesMut::new();
        for piece in self.pieces() {
            body.extend_from_slice(&piece);
        }
        body.freeze()
    }

    /// The whole body as JSON; `None` if it is not JSON.
    #[must_use]
    pub fn to_json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body()).ok()
    }

    /// The answer as a client sees it that collects the body and drops the trailers.
    #[must_use]
    pub fn into_http(self) -> http::Response<Bytes> {
        let body = self.body();
        http::Response::from_parts(self.head, body)
    }
}

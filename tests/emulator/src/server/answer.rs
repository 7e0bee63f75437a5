//! Requests off the socket, outcomes onto it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::socket::Cut;
use crate::emulator::MAX_BODY;
use crate::{Fault, Outcome};

/// Reads the body to its end, or to where it is longer than any request may be: the emulator refuses it then.
pub(super) async fn collect(request: Request<Incoming>) -> io::Result<Request<Bytes>> {
    let (head, mut incoming) = request.into_parts();
    let mut body = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut incoming).poll_frame(cx)).await
    {
        if let Some(data) = frame.map_err(io::Error::other)?.data_ref() {
            body.extend_from_slice(data);
        }
        if body.len() > MAX_BODY {
            break;
        }
    }
    Ok(Request::from_parts(head, body.freeze()))
}

/// What hyper is to send. An error makes it close the connection without a word.
pub(super) fn answer(outcome: Outcome, cut: &Cut) -> io::Result<Response<Sending>> {
    let (response, cut) = match outcome {
        Outcome::Response(response) => (response, None),
        Outcome::Fault(Fault::CutBody { response, after }) => {
            (*response, Some((cut.clone(), after)))
        }
        Outcome::Fault(Fault::CloseWithoutAnswer) => {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
    };
    let crate::Response {
        mut head,
        chunks,
        trailers,
    } = response;
    if !trailers.is_empty() && !head.headers.contains_key(header::TRAILER) {
        // hyper sends only trailers that were announced.
        let names: Vec<&str> = trailers.keys().map(http::HeaderName::as_str).collect();
        head.headers.insert(
            header::TRAILER,
            HeaderValue::from_str(&names.join(", ")).map_err(io::Error::other)?,
        );
    }
    let whole = chunks.len() <= 1 && trailers.is_empty();
    let length = whole.then(|| chunks.iter().map(|chunk| chunk.len() as u64).sum());
    if let (Some((cut, _)), Some(0)) = (&cut, length) {
        // hyper does not ask an empty body for anything.
        cut.here();
    }
    let chunks = chunks
        .into_iter()
        .filter(|chunk| !chunk.is_empty())
        .collect();
    let body = Sending {
        chunks,
        trailers: Some(trailers).filter(|trailers| !trailers.is_empty()),
        length,
        cut,
    };
    Ok(Response::from_parts(head, body))
}

/// A body on its way out.
#[derive(Debug)]
pub(super) struct Sending {
    chunks: VecDeque<Bytes>,
    trailers: Option<HeaderMap>,
    /// What is left, if the client is told the length beforehand; chunked otherwise.
    length: Option<u64>,
    /// Where the connection breaks, in bytes from here.
    cut: Option<(Cut, usize)>,
}

impl Body for Sending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        if let Some((cut, 0)) = &this.cut {
            // Nothing wakes this body again: the flush that follows ends the connection.
            cut.here();
            return Poll::Pending;
        }
        if let Some(mut chunk) = this.chunks.pop_front() {
            if let Some((_, left)) = &mut this.cut {
                chunk.truncate(*left);
                *left -= chunk.len();
            }
            if let Some(length) = &mut this.length {
                *length = length.saturating_sub(chunk.len() as u64);
            }
            if let (Some((cut, _)), Some(0)) = (&this.cut, this.length) {
                // hyper does not ask again when the announced length is reached.
                cut.here();
            }
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        if let Some((cut, _)) = &this.cut {
            // The cut lies behind the body: what is lost is its end.
            cut.here();
            return Poll::Pending;
        }
        Poll::Ready(
            this.trailers
                .take()
                .map(|trailers| Ok(Frame::trailers(trailers))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty() && self.trailers.is_none() && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map(SizeHint::with_exact).unwrap_or_default()
    }
}

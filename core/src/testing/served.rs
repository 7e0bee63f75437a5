//! What a server does with a request.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Response};

use crate::{
    error::{Sent, TransportError, TransportErrorKind},
    machine::Input,
};

/// What a server does with a request: its response, and how much of the response arrives.
///
/// The serving function of a [`Network`](super::Network) returns a `Served`, or an
/// [`http::Response`](crate::http::Response), which arrives completely and without delay.
///
/// ```
/// use neptunedata::{
///     bytes::Bytes, http::{HeaderMap, Response}, testing::Served, transport::TransportErrorKind,
/// };
/// use std::time::Duration;
///
/// let response = || Response::new(Bytes::from_static(b"{}"));
/// let mut trailers = HeaderMap::new();
/// trailers.insert("x-neptune-status", "500".parse()?);
///
/// let with_trailers = Served::from(response()).trailers(trailers);
/// let late = Served::from(response()).delay(Duration::from_secs(5));
/// let cut = Served::from(response()).cut_after(1);
/// let not_http = Served::failed(TransportErrorKind::Protocol);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Served {
    delay: Duration,
    /// What arrives of the response, with its trailers.
    response: Option<(Response<Bytes>, HeaderMap)>,
    ending: Ending,
}

/// What follows the part of the response that arrives.
#[derive(Debug, Clone)]
enum Ending {
    Complete,
    Failure(TransportError),
    /// Nothing, and the connection stays open.
    Silence,
}

impl From<Response<Bytes>> for Served {
    fn from(response: Response<Bytes>) -> Self {
        Served {
            delay: Duration::ZERO,
            response: Some((response, HeaderMap::new())),
            ending: Ending::Complete,
        }
    }
}

impl Served {
    /// No response: the exchange fails with this kind of error. [`TransportErrorKind::Closed`] is a connection
    /// that closes, [`TransportErrorKind::Protocol`] a response that is not HTTP.
    pub fn failed(kind: TransportErrorKind) -> Self {
        Served::broken(TransportError::new(kind, Sent::Maybe))
    }

    /// No response, and the connection stays open: only a time limit ends the attempt.
    pub fn silent() -> Self {
        Served {
            delay: Duration::ZERO,
            response: None,
            ending: Ending::Silence,
        }
    }

    pub(super) fn broken(error: TransportError) -> Self {
        Served {
            ending: Ending::Failure(error),
            ..Served::silent()
        }
    }

    /// Sends these trailers after the body.
    pub fn trailers(mut self, trailers: HeaderMap) -> Self {
        if let Some((_, kept)) = &mut self.response {
            *kept = trailers;
        }
        self
    }

    /// Sends the response, or fails, only after this time.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Closes the connection after this many bytes of the body. If this is the length of the body, the whole body
    /// arrives, but the end of the response does not.
    pub fn cut_after(self, bytes: usize) -> Self {
        let closed = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
        self.truncate(bytes, Ending::Failure(closed))
    }

    /// Sends nothing more after this many bytes of the body and keeps the connection open: only a time
    /// limit ends the attempt.
    pub fn stall_after(self, bytes: usize) -> Self {
        self.truncate(bytes, Ending::Silence)
    }

    fn truncate(mut self, bytes: usize, ending: Ending) -> Self {
        // Without a response there is nothing to cut, and the failure stays what it is.
        if let Some((response, trailers)) = &mut self.response {
            response.body_mut().truncate(bytes);
            trailers.clear();
            self.ending = ending;
        }
        self
    }

    /// Closes the connection after this share of the body, of 65,536.
    pub(super) fn cut_at(self, share: u16) -> Self {
        let length = self
            .response
            .as_ref()
            .map_or(0, |(response, _)| response.body().len());
        self.cut_after(length.saturating_mul(share.into()) >> 16)
    }

    pub(super) fn delayed_by(&self) -> Duration {
        self.delay
    }

    /// The inputs for a machine, in order, with the body in chunks of at most this size. If the last
    /// one is neither [`Input::End`] nor [`Input::Failure`], nothing more arrives: give
    /// [`Input::Wake`] at [`Machine::wake_at`](crate::machine::Machine::wake_at).
    pub fn into_inputs(self, chunk_size: usize) -> VecDeque<Input> {
        let mut inputs = VecDeque::new();
        let mut trailers = HeaderMap::new();
        if let Some((response, kept)) = self.response {
            let (head, body) = response.into_parts();
            inputs.push_back(Input::Head(head));
            let chunks = body.chunks(chunk_size.max(1));
            inputs.extend(chunks.map(|chunk| Input::Chunk(body.slice_ref(chunk))));
            trailers = kept;
        }
        match self.ending {
            Ending::Complete => inputs.push_back(Input::End(trailers)),
            Ending::Failure(error) => inputs.push_back(Input::Failure(error)),
            Ending::Silence => {}
        }
        inputs
    }
}

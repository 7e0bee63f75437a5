//! What a network does with a request and its response.

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::{Generate, Served};
use crate::{
    error::{Sent, TransportError, TransportErrorKind},
    machine::Input,
};

/// What a network does with a request and its response.
///
/// A [`Network`](super::Network) takes one outcome for each attempt. To drive a machine yourself, `deliver`
/// converts an outcome into the machine's inputs:
///
/// ```
/// use neptunedata::{
///     Auth, Call, Endpoint, Session, bytes::Bytes, http::Response,
///     machine::{Input, Io, Machine, Now, Step}, ml::CancelMlModelTrainingJob,
///     testing::NetworkOutcome,
/// };
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let mut call = Call::new(&session, &CancelMlModelTrainingJob::new("job-1"), 42);
/// let now = Now::at(std::time::SystemTime::UNIX_EPOCH);
/// let Step::Io(Io::Send(transmit)) = call.resume(Input::Next, now) else { panic!() };
///
/// // The request reaches the server, and the response is lost.
/// let serve = |_request| Response::new(Bytes::from_static(b"{}"));
/// let inputs = NetworkOutcome::Unanswered.deliver(transmit.request, serve);
/// assert_eq!(inputs.len(), 1);
/// for input in inputs {
///     // The call retries after a wait.
///     assert!(matches!(call.resume(input, now), Step::Io(Io::Wait)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkOutcome {
    /// Request and response arrive, the response body in chunks of at most `piece` bytes.
    Arrives {
        /// The maximum size of a chunk, at least 1.
        piece: usize,
    },
    /// No connection can be opened, for this reason. The server does not receive the request.
    Unreachable(TransportErrorKind),
    /// A pooled connection is found closed before the request is sent. The server does not receive the request.
    Stale,
    /// The connection closes while the request is sent. The server does not receive the request, but the
    /// client cannot know that.
    Lost,
    /// The server receives the request, and the connection closes before the response.
    Unanswered,
    /// The server receives the request, and nothing arrives on the open connection: only a time limit ends the attempt.
    Silent,
    /// The server receives the request, and the connection closes after a part of the response body.
    Cut {
        /// The part of the body that arrives, as a share of 65,536.
        share: u16,
    },
    /// A proxy responds with this status. The server does not receive the request.
    Intercepted(StatusCode),
}

impl NetworkOutcome {
    /// Whether the server receives the request.
    pub fn reaches_the_server(&self) -> bool {
        matches!(
            self,
            NetworkOutcome::Arrives { .. }
                | NetworkOutcome::Unanswered
                | NetworkOutcome::Silent
                | NetworkOutcome::Cut { .. }
        )
    }

    /// Passes the request to `serve` if it arrives, and returns the inputs for the machine, in order; a
    /// [`Network`](super::Network) does this for you. Give the first input in reply to the `Io::Send` of the
    /// request, and each further input in reply to an [`Io::Receive`](crate::machine::Io::Receive). After a
    /// [`Step::Item`](crate::machine::Step::Item), first resume with `Input::Next`. After any other step,
    /// drop the rest. Delays are ignored, and the inputs may [end early](Served::into_inputs).
    pub fn deliver<S: Into<Served>>(
        &self,
        request: Request<Bytes>,
        serve: impl FnOnce(Request<Bytes>) -> S,
    ) -> Vec<Input> {
        let served = self.carry(request, serve);
        served.into_inputs(self.chunk_size()).into()
    }

    /// The part of the server's behavior that reaches the client.
    pub(super) fn carry<S: Into<Served>>(
        &self,
        request: Request<Bytes>,
        serve: impl FnOnce(Request<Bytes>) -> S,
    ) -> Served {
        match *self {
            NetworkOutcome::Arrives { .. } => serve(request).into(),
            NetworkOutcome::Unreachable(kind) => {
                Served::broken(TransportError::new(kind, Sent::No))
            }
            NetworkOutcome::Stale => {
                let closed = TransportError::new(TransportErrorKind::Closed, Sent::No);
                Served::broken(closed.on_reused_connection())
            }
            NetworkOutcome::Lost => Served::failed(TransportErrorKind::Closed),
            NetworkOutcome::Unanswered => {
                drop(serve(request).into());
                Served::failed(TransportErrorKind::Closed)
            }
            NetworkOutcome::Silent => {
                drop(serve(request).into());
                Served::silent()
            }
            NetworkOutcome::Cut { share } => serve(request).into().cut_at(share),
            NetworkOutcome::Intercepted(status) => {
                let mut response = Response::new(Bytes::from_static(b"<html>a proxy</html>"));
                *response.status_mut() = status;
                response.into()
            }
        }
    }

    pub(super) fn chunk_size(&self) -> usize {
        match self {
            NetworkOutcome::Arrives { piece } => *piece,
            _ => usize::MAX,
        }
    }
}

/// A random choice, from which an outcome is made.
#[derive(Debug)]
struct Choice {
    which: Which,
    piece: u8,
    share: u16,
}

#[derive(Debug, Clone, Copy)]
enum Which {
    Arrives,
    Unreachable(TransportErrorKind),
    Stale,
    Lost,
    Unanswered,
    Silent,
    Cut,
    Intercepted(StatusCode),
}

/// The first is the simplest, to which proptest shrinks. About half of the outcomes deliver the response.
const WHICH: &[Which] = &[
    Which::Arrives,
    Which::Arrives,
    Which::Arrives,
    Which::Arrives,
    Which::Arrives,
    Which::Arrives,
    Which::Arrives,
    Which::Unreachable(TransportErrorKind::Connect),
    Which::Unreachable(TransportErrorKind::ConnectTimeout),
    Which::Stale,
    Which::Lost,
    Which::Unanswered,
    Which::Unanswered,
    Which::Silent,
    Which::Cut,
    Which::Intercepted(StatusCode::BAD_GATEWAY),
    Which::Intercepted(StatusCode::SERVICE_UNAVAILABLE),
];

impl Choice {
    fn into_outcome(self) -> NetworkOutcome {
        match self.which {
            Which::Arrives => NetworkOutcome::Arrives {
                piece: usize::from(self.piece).saturating_add(1),
            },
            Which::Unreachable(kind) => NetworkOutcome::Unreachable(kind),
            Which::Stale => NetworkOutcome::Stale,
            Which::Lost => NetworkOutcome::Lost,
            Which::Unanswered => NetworkOutcome::Unanswered,
            Which::Silent => NetworkOutcome::Silent,
            Which::Cut => NetworkOutcome::Cut { share: self.share },
            Which::Intercepted(status) => NetworkOutcome::Intercepted(status),
        }
    }
}

impl Generate for NetworkOutcome {
    #[cfg(feature = "proptest")]
    fn strategy() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;

        let which = proptest::sample::select(WHICH);
        (which, any::<u8>(), any::<u16>())
            .prop_map(|(which, piece, share)| {
                Choice {
                    which,
                    piece,
                    share,
                }
                .into_outcome()
            })
            .boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Self> {
        let which = *u.choose(WHICH)?;
        let (piece, share) = (u.arbitrary()?, u.arbitrary()?);
        Ok(Choice {
            which,
            piece,
            share,
        }
        .into_outcome())
    }
}

arbitrary!(@traits NetworkOutcome);

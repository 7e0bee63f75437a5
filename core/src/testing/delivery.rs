//! What becomes of requests and answers on the way.

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::{Generate, Served};
use crate::{
    error::{Sent, TransportError, TransportErrorKind},
    machine::Input,
};

/// What becomes of a request and its answer on the way.
///
/// A list of them, one for each attempt, is what a network does to a call. `deliver` turns one into what the
/// machine is told:
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
/// // The server is asked, and nobody hears what it answers.
/// let serve = |_request| Response::new(Bytes::from_static(b"{}"));
/// let inputs = NetworkOutcome::Unanswered.deliver(transmit.request, serve);
/// assert_eq!(inputs.len(), 1);
/// for input in inputs {
///     // So it is asked again, after a while.
///     assert!(matches!(call.resume(input, now), Step::Io(Io::Wait)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkOutcome {
    /// Both arrive, the answer's body in pieces of at most so many bytes.
    Arrives {
        /// At least one.
        piece: usize,
    },
    /// There is no connection, for this reason: the server is not asked.
    Unreachable(TransportErrorKind),
    /// A connection that was kept turns out to be closed before the request is out: the server is not
    /// asked.
    Stale,
    /// The connection ends with the request on the way: the server is not asked, but that cannot be known.
    Lost,
    /// The server is asked, and its answer is not heard.
    Unanswered,
    /// The server is asked, nothing arrives, and the connection stays open: only a time limit ends the
    /// attempt.
    Silent,
    /// The server is asked, and the connection ends after so much of its answer's body, of 65,536.
    Cut {
        /// How much arrives.
        share: u16,
    },
    /// Something on the way answers with this status: the server is not asked.
    Intercepted(StatusCode),
}

impl NetworkOutcome {
    /// Whether the server is asked.
    pub fn reaches_the_server(&self) -> bool {
        matches!(
            self,
            NetworkOutcome::Arrives { .. }
                | NetworkOutcome::Unanswered
                | NetworkOutcome::Silent
                | NetworkOutcome::Cut { .. }
        )
    }

    /// Delivers a request to `serve`, if it is to arrive, and gives the inputs for the machine, in this
    /// order; a [`Network`](super::Network) does so for you. Each chunk waits for a
    /// [`Io::Receive`](crate::machine::Io::Receive); drop the rest after a step of another kind but
    /// [`Step::Item`](crate::machine::Step::Item). Delays are ignored, and the inputs may [run
    /// out](Served::into_inputs).
    pub fn deliver<S: Into<Served>>(
        &self,
        request: Request<Bytes>,
        serve: impl FnOnce(Request<Bytes>) -> S,
    ) -> Vec<Input> {
        let served = self.carry(request, serve);
        served.into_inputs(self.chunk_size()).into()
    }

    /// What a client sees of what the server does.
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
                let mut response = Response::new(Bytes::from_static(b"<html>somebody else</html>"));
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

/// What chooses a delivery.
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

/// The first is the simplest; what arrives is as likely as what does not.
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
    fn into_delivery(self) -> NetworkOutcome {
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
                .into_delivery()
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
        .into_delivery())
    }
}

arbitrary!(@traits NetworkOutcome);

//! The machine that makes a call: attempts, credentials, signing, waits, retries, the reading of the
//! answer. It asks, a driver answers, and nothing else happens.
//!
//! The protocol between the two is on [`Machine`].

mod abandon;
mod backoff;
mod body;
mod exchange;
mod options;
mod quota;
mod reauth;
mod skew;
mod typed;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{
    credentials::Credentials,
    error::{CredentialsError, Error, TransportError},
    wire::outcome,
};

pub use crate::error::Misuse;
pub use abandon::{AbandonedQuery, CancelOperation};
pub(crate) use abandon::{NamedQuery, id_of_attempt};
pub(crate) use backoff::{Random, uuid};
pub use exchange::{BodyEvent, Exchange};
pub use options::CallOptions;
pub(crate) use quota::Quota;
pub(crate) use skew::Skew;
pub use typed::Call;
pub(crate) use typed::resume_decoding;

/// The time, as the driver sees it when it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The time of day: requests are signed with it.
    pub wall: SystemTime,
    /// Time since any fixed start, never going back: round trips are measured with it.
    pub mono: Duration,
}

/// What a machine wants done next.
#[derive(Debug)]
#[must_use]
pub enum Step<I, T> {
    /// Credentials, please. With `refresh` those given before were refused or have expired, so caches
    /// must not answer.
    Credentials {
        /// Whether caches must be passed by.
        refresh: bool,
    },
    /// Send this request, and answer with the head of what comes back.
    Send(Box<Transmit>),
    /// The next piece of the body, please.
    Receive,
    /// Wait this long.
    Wait(Duration),
    /// Something for the caller: a part of the answer, a row, a progress report. Hand it on.
    Item(I),
    /// The end. After a [`Misuse`] the machine is where it was and takes the right
    /// input still.
    Done(Result<T, Error>),
}

impl<I, T> Step<I, T> {
    pub(crate) fn fail(error: Error) -> Self {
        Step::Done(Err(error))
    }
}

/// A request to send, and over what.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Transmit {
    /// The request, complete and signed: absolute URI, `host` and `content-length` set. Send it as it
    /// is, or the signature breaks; `user-agent`, `te` and `connection` may be added.
    pub request: http::Request<Bytes>,
    /// Over which connection.
    pub reuse: Reuse,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How long it may take at most, if that is less than the driver would give it; what takes longer
    /// fails as [`Timeout`](crate::error::TransportErrorKind::Timeout).
    pub within: Option<Duration>,
}

/// Over which connection a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reuse {
    /// A pooled one, if there is one.
    Allowed,
    /// A new one, to an address that was looked up anew: names move to other instances, and for how long
    /// an address holds is not known (`U22`).
    Fresh,
}

/// What a driver tells a machine.
#[derive(Debug)]
pub enum Input {
    /// Begin, or go on after an item.
    Next,
    /// The credentials that were asked for.
    Credentials(Credentials),
    /// There are none to be had.
    CredentialsFailed(CredentialsError),
    /// The head of the answer.
    Head(http::response::Parts),
    /// The next piece of its body.
    Chunk(Bytes),
    /// The end of its body, and the trailers, which may be empty.
    End(HeaderMap),
    /// The whole answer at once, with its trailers: for those who collect.
    Response(http::Response<Bytes>, HeaderMap),
    /// The exchange broke.
    Failure(TransportError),
    /// The wait is over.
    Woken,
}

impl Input {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Input::Next => "Next",
            Input::Credentials(_) => "Credentials",
            Input::CredentialsFailed(_) => "CredentialsFailed",
            Input::Head(_) => "Head",
            Input::Chunk(_) => "Chunk",
            Input::End(_) => "End",
            Input::Response(..) => "Response",
            Input::Failure(_) => "Failure",
            Input::Woken => "Woken",
        }
    }
}

/// Something that a driver can run: a call, an exchange.
///
/// It asks, the driver answers, and nothing else happens.
///
#[doc = include_str!("../docs/steps.md")]
///
/// ```
/// use neptunedata::machine::{Input, Machine, Now, Step};
///
/// /// A driver is this loop, with the four steps done for real.
/// fn run<M: Machine>(
///     mut machine: M,
///     now: impl Fn() -> Now,
///     mut perform: impl FnMut(Step<(), ()>) -> Input,
/// ) -> Result<M::Output, neptunedata::Error> {
///     let mut input = Input::Next;
///     loop {
///         input = match machine.resume(input, now()) {
///             Step::Done(result) => return result,
///             Step::Item(_item) => Input::Next,
///             Step::Credentials { refresh } => perform(Step::Credentials { refresh }),
///             Step::Send(transmit) => perform(Step::Send(transmit)),
///             Step::Receive => perform(Step::Receive),
///             Step::Wait(time) => perform(Step::Wait(time)),
///         };
///     }
/// }
/// ```
pub trait Machine {
    /// What it hands out on the way.
    type Item;
    /// What it ends in.
    type Output;

    /// Takes the answer to its last step and says what to do next.
    fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, Self::Output>;

    /// How long it may take, as whoever made it has said. Drivers ask before the first step and keep
    /// the time; where nothing is said, what they were told themselves holds.
    fn timeouts(&self) -> Timeouts {
        Timeouts::default()
    }

    /// The next of the queries that go on without this machine, with what cancels it: those of attempts
    /// that were given up, and that of the attempt under way, as if the machine were dropped now. Each is
    /// given once. None where no (other) query is known to go on, where it cannot be named, and unless
    /// [`CallOptions::cancel_on_abandon`] or the session asks for it.
    ///
    /// Drivers take all of them at three times:
    ///
    /// - on [`Step::Wait`], when nothing is under way: what is given then was sent by the attempt that has
    ///   just been given up;
    /// - when the machine has ended, be it well or not;
    /// - when it is dropped before that.
    ///
    /// They run [`cancel`](AbandonedQuery::cancel) over a connection to the address that took the last request:
    /// only that instance knows the query (`U13`). That can be done at once, beside the next
    /// attempt, or be put off until the machine has ended, and must be put off for what is
    /// [`at_end`](AbandonedQuery::at_end). What becomes of it changes nothing, and a query that has ended meanwhile
    /// is refused with a 400.
    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        None
    }
}

/// How long a machine may take: [`Machine::timeouts`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// All of it, with all attempts and waits.
    pub total: Option<Duration>,
    /// One attempt, from sending to the end of the answer.
    pub attempt: Option<Duration>,
}

/// An answer with everything around it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CallOutput<T> {
    /// The typed answer.
    pub output: T,
    /// Status, headers and attempts.
    pub meta: ResponseMeta,
    /// The body as it arrived, with all members that `output` has no field for.
    pub body: Bytes,
}

/// What came around an answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResponseMeta {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// How many attempts were made.
    pub attempts: u32,
    /// Whether an attempt before the answered one may have been executed too.
    pub earlier_may_have_executed: bool,
}

impl ResponseMeta {
    /// The id under which the service logged the request, from the header `x-amzn-requestid`.
    pub fn request_id(&self) -> Option<&str> {
        outcome::request_id(&self.headers)
    }
}

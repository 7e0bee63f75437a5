//! State machines that make calls, and the driver protocol: [`Machine`].
//!
//! A machine handles attempts, signing, retries, time limits and decoding. A driver performs the [`Io`] that the
//! machine requests. [`Machine`] documents the protocol between them.

mod abandon;
mod backoff;
mod body;
mod body_chunks;
mod exchange;
mod judge;
mod map;
mod options;
mod quota;
mod reauth;
mod skew;
mod typed;

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use crate::{
    credentials::Credentials,
    error::{CredentialsError, Error, Sent, TransportError},
    wire::outcome,
};

pub use crate::error::Misuse;
pub use abandon::{AbandonedQuery, CancelOperation};
pub(crate) use abandon::{NamedQuery, id_of_attempt};
pub(crate) use backoff::{Random, uuid};
pub use body_chunks::BodyChunks;
pub use exchange::{BodyEvent, Exchange};
pub(crate) use judge::{Judge, Verdict};
pub use map::Map;
pub use options::CallOptions;
pub(crate) use quota::Quota;
pub(crate) use skew::Skew;
pub use typed::Call;
pub(crate) use typed::resume_decoding;

/// The time, as the driver reads it when it calls [`Machine::resume`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The time of day. Requests are signed with it.
    pub wall: SystemTime,
    /// Time since a fixed start, the same for all machines of a session, such as the start of the process.
    /// It never goes back. Time limits and round trips are measured with it.
    pub mono: Duration,
}

impl Now {
    /// The time for drivers with one clock only, such as tests: `mono` counts from the Unix epoch. If the clock is
    /// set back, time limits end later by the same amount.
    pub fn at(wall: SystemTime) -> Now {
        let since_epoch = wall.duration_since(SystemTime::UNIX_EPOCH);
        Now {
            wall,
            mono: since_epoch.unwrap_or_default(),
        }
    }
}

/// What a machine does next: [`Machine::resume`].
#[derive(Debug)]
#[must_use]
pub enum Step<I, T> {
    /// Perform this, and resume the machine with the result.
    Io(Io),
    /// A value for the caller: a row, a progress report, a transaction. Resume with [`Input::Next`] to go on.
    Item(I),
    /// The last step does not accept this input: a bug in the driver. The machine is unchanged and still
    /// waits for an input that the step accepts.
    Misuse(Misuse),
    /// The end. The machine must not be resumed again.
    Done(Result<T, Error>),
}

impl<I, T> Step<I, T> {
    pub(crate) fn fail(error: Error) -> Self {
        Step::Done(Err(error))
    }

    /// The same step with another type of item and output.
    pub fn map<J, U>(self, item: impl FnOnce(I) -> J, output: impl FnOnce(T) -> U) -> Step<J, U> {
        match self {
            Step::Io(io) => Step::Io(io),
            Step::Item(value) => Step::Item(item(value)),
            Step::Misuse(misuse) => Step::Misuse(misuse),
            Step::Done(result) => Step::Done(result.map(output)),
        }
    }
}

/// What a driver performs for a machine.
#[derive(Debug)]
pub enum Io {
    /// Provide credentials. If `refresh` is set, the previous ones were rejected or have expired: bypass any cache.
    Credentials {
        /// Whether to bypass caches.
        refresh: bool,
    },
    /// Send this request and wait for the head of the response.
    Send(Box<Transmit>),
    /// Receive the next chunk of the response body.
    Receive,
    /// Do nothing until [`Machine::wake_at`].
    Wait,
    /// Continue with the previous step: the input was accepted, and the machine still needs the result of that
    /// step. Only drivers that give [`Input::Sending`], or [`Input::Wake`] too early, see this.
    Continue,
}

/// A request to send.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Transmit {
    /// The request, complete and signed: absolute URI, `host` and, unless the method is `GET`, `content-length` set.
    /// Send it unchanged, or the signature breaks; `user-agent`, `te` and `connection` may be added.
    pub request: http::Request<Bytes>,
    /// Whether a pooled connection may be used.
    pub reuse: Reuse,
    /// The number of this attempt, from 1.
    pub attempt: u32,
}

/// Whether a request may be sent over a pooled connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reuse {
    /// A pooled connection, if there is one.
    Allowed,
    /// A new connection, after a new DNS lookup: Neptune can move a DNS name to another instance, and it is not
    /// documented how long an address may be cached ([U22](crate::wire_notes#u22)).
    Fresh,
}

/// What a driver gives to a machine.
#[derive(Debug)]
pub enum Input {
    /// Begin, or go on after an item.
    Next,
    /// The credentials that the machine asked for.
    Credentials(Credentials),
    /// The credentials provider failed.
    CredentialsFailed(CredentialsError),
    /// The request is about to be written to a connection with this address; `None` if the address is not known, for
    /// example behind a proxy. Optional: only drivers that cancel [abandoned queries](Machine::abandoned) give it,
    /// after [`Io::Send`] and before the head. If it is given again, the last known address counts.
    Sending(Option<SocketAddr>),
    /// The head of the response.
    Head(http::response::Parts),
    /// The next chunk of its body.
    Chunk(Bytes),
    /// The end of its body, and the trailers, which may be empty.
    End(HeaderMap),
    /// The whole response with its trailers, for drivers that collect bodies themselves. Not accepted by machines
    /// that stream the body: [`BodyChunks`] and [`Rows`](crate::rows::Rows).
    Response(http::Response<Bytes>, HeaderMap),
    /// The request could not be sent, the response broke off, or the driver cannot wait any longer.
    Failure(TransportError),
    /// The time of [`Machine::wake_at`] has come. Accepted in every state, and ignored unless [`Now::mono`] has
    /// reached that time. [`Sent`] says whether the server may have received the request in progress; `Maybe` is
    /// always safe. The value is ignored if no request is in progress.
    Wake(Sent),
}

impl Input {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Input::Next => "Next",
            Input::Credentials(_) => "Credentials",
            Input::CredentialsFailed(_) => "CredentialsFailed",
            Input::Sending(_) => "Sending",
            Input::Head(_) => "Head",
            Input::Chunk(_) => "Chunk",
            Input::End(_) => "End",
            Input::Response(..) => "Response",
            Input::Failure(_) => "Failure",
            Input::Wake(_) => "Wake",
        }
    }
}

/// A state machine that a driver runs: a call, an exchange, a body or rows as they arrive, a waiter, a change stream.
///
#[doc = include_str!("../docs/steps.md")]
///
/// ```
/// use std::time::Duration;
/// use neptunedata::{Error, machine::{AbandonedQuery, Input, Io, Machine, Now, Step}};
///
/// /// A driver is this loop; `perform` does the I/O, and gives [`Input::Wake`] when `wake_at` comes first.
/// fn run<M: Machine>(
///     mut machine: M,
///     now: impl Fn() -> Now,
///     mut perform: impl FnMut(Io, Option<Duration>) -> Input,
///     mut cancel: impl FnMut(AbandonedQuery),
/// ) -> Result<M::Output, Error> {
///     let mut input = Input::Next;
///     loop {
///         let step = machine.resume(input, now());
///         // Only in drivers that cancel queries.
///         while let Some(query) = machine.abandoned() {
///             cancel(query);
///         }
///         input = match step {
///             Step::Io(io) => perform(io, machine.wake_at()),
///             Step::Item(_item) => Input::Next,
///             Step::Misuse(misuse) => return Err(misuse.into()),
///             Step::Done(result) => return result,
///         };
///     }
/// }
/// ```
///
/// Machines of several types fit in one collection once [`map`](Machine::map) has given them the same
/// items and outputs, as `Box<dyn Machine<Item = I, Output = T>>`:
///
/// ```
/// use neptunedata::{
///     Auth, Call, Endpoint, Session, engine::GetEngineStatus, loader::ListLoaderJobs,
///     machine::{Input, Io, Machine, Now, Step},
/// };
/// use std::time::SystemTime;
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let status = Call::new(&session, &GetEngineStatus::new(), 1);
/// let loads = Call::new(&session, &ListLoaderJobs::new(), 2);
/// let mut slab: Vec<Box<dyn Machine<Item = (), Output = String>>> = vec![
///     Box::new(status.map(|never| match never {}, |answer| format!("{:?}", answer.output.status))),
///     Box::new(loads.map(|never| match never {}, |answer| format!("{:?}", answer.output))),
/// ];
/// let now = Now::at(SystemTime::UNIX_EPOCH);
/// for machine in &mut slab {
///     assert!(matches!(machine.resume(Input::Next, now), Step::Io(Io::Send(_))));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Machine {
    /// The type of the items that the machine returns before it ends.
    type Item;
    /// The type of the result of a machine that ends successfully.
    type Output;

    /// Gives the machine the result of its last step, and returns the next step.
    fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, Self::Output>;

    /// The time on the clock of [`Now::mono`] at which the driver must give [`Input::Wake`], whatever the last step
    /// was; `None` if there is no limit. Read it after every [`resume`](Machine::resume).
    ///
    /// It covers the limits of the call and its attempts, pauses between attempts, and the intervals of waiters
    /// and change streams. The limits of a call are suspended while the caller has an item, from the resume that
    /// returns the item to the next resume. The time for decoding that item is not counted either. A limit whose
    /// end a `Duration` cannot represent counts as no limit.
    fn wake_at(&self) -> Option<Duration>;

    /// Returns the next query that may still run on the server although the machine no longer waits for it,
    /// with the exchange that cancels it. Each query is returned once.
    ///
    /// Only drivers that cancel queries call this, until it returns `None`: after every resume, or only at the end
    /// and after [`abandon`](Machine::abandon). In the second case, an attempt that timed out keeps running on the
    /// server while the next attempts are made.
    ///
    /// The cancellation is a machine as well: run it with the same driver, at the same time as the next attempt if
    /// you like, and ignore its result. If the query has ended meanwhile, the server responds with HTTP 400. If
    /// the [address](AbandonedQuery::peer) that received the query is known, connect there, because only that
    /// instance knows the query ([U13](crate::wire_notes#u13)); URI, `host` and TLS name stay as they are.
    ///
    /// `None` unless [`CallOptions::cancel_on_abandon`] or the session's setting is on, and `None` for queries
    /// without an id. An id that the caller chose is shared by all attempts, so such a query is
    /// returned only when the machine has ended.
    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        None
    }

    /// Ends the machine early: it must not be resumed again. Call it before dropping an unfinished machine, for example
    /// in `Drop`; it does nothing if the machine has ended. The query in progress is then
    /// [abandoned](Machine::abandoned), if [`Input::Sending`] was given for it or the head of its response has arrived.
    fn abandon(&mut self) {}

    /// Whether an [`Io::Wait`] is the interval before the next poll of a waiter or a change stream. Otherwise it
    /// is the pause before the next attempt. Meant for log messages.
    fn is_between_polls(&self) -> bool {
        false
    }

    /// Converts the items and the output with functions. Use it to put machines of several types in one
    /// collection, or to process the items.
    fn map<J, U, F, G>(self, item: F, output: G) -> Map<Self, F, G>
    where
        Self: Sized,
        F: FnMut(Self::Item) -> J,
        G: FnMut(Self::Output) -> U,
    {
        Map::new(self, item, output)
    }
}

/// A pointer to a machine is a machine, too.
macro_rules! forward_to_machine {
    ($($pointer:ty),*) => {$(
        impl<M: Machine + ?Sized> Machine for $pointer {
            type Item = M::Item;
            type Output = M::Output;

            fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, Self::Output> {
                (**self).resume(input, now)
            }

            fn wake_at(&self) -> Option<Duration> {
                (**self).wake_at()
            }

            fn abandoned(&mut self) -> Option<AbandonedQuery> {
                (**self).abandoned()
            }

            fn abandon(&mut self) {
                (**self).abandon();
            }

            fn is_between_polls(&self) -> bool {
                (**self).is_between_polls()
            }
        }
    )*};
}
forward_to_machine!(&mut M, Box<M>);

/// How long a call and its attempts may take. `None` means no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// The whole call, with all attempts and pauses.
    pub total: Option<Duration>,
    /// One attempt, from [`Io::Send`] to the end of the response. This includes the wait for a free connection.
    pub attempt: Option<Duration>,
}

/// A decoded response with its metadata and its body.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CallOutput<T> {
    /// The decoded response.
    pub output: T,
    /// Status, headers and attempts.
    pub meta: ResponseMeta,
    /// The body as received, including members that `output` has no field for.
    pub body: Bytes,
}

/// Status, headers and number of attempts of a response, and whether an earlier attempt may have been executed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResponseMeta {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The number of attempts, including the one with this response.
    pub attempts: u32,
    /// Whether an earlier attempt may have been executed as well.
    pub earlier_may_have_executed: bool,
}

impl ResponseMeta {
    /// The request id in the service's logs: the header `x-amzn-requestid`, else `x-amz-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        outcome::request_id(&self.headers)
    }

    /// The media type of the body with its parameters: the header `content-type`, if it is ASCII text.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }
}

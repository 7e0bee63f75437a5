//! The untyped machine under every call: attempts, credentials, time limits, body, trailers. It is not
//! generic over the operation, so that it is compiled once.
//!
//! The states and the ways between them are drawn in `docs/steps.md`, which the documentation of [`Machine`] has.

mod limits;
mod recover;
mod reply;
mod state;

use std::{mem, time::Duration};

use super::{
    AbandonedQuery, CallOptions, CallOutput, Input, Io, Judge, Machine, NamedQuery, Now, Reuse,
    Step, Timeouts, Transmit,
    backoff::Random,
    judge::{HandOut, Undecoded},
};
use crate::{
    credentials::Credentials,
    error::{EncodeError, Error, FieldError, Misuse, ServiceError, Stop, TransportError},
    operation::{Effect, Operation, OperationInfo},
    session::Session,
    wire::request::request_of_call,
};

use limits::{end_of, is_due};
use state::{GivenUp, Once, Outgoing, Peer, State, UsedUp};

/// The items of a streaming exchange.
#[derive(Debug)]
pub enum BodyEvent {
    /// The head of a response with a success status. A second head means that the previous response was
    /// lost and the request was sent again: discard the chunks of the previous one.
    Head(http::response::Parts),
    /// The next chunk of its body.
    Chunk(bytes::Bytes),
}

/// A call whose response is not decoded: the machine under [`Call`](super::Call).
///
/// With [`collecting`](Exchange::collecting) it has no items and ends with the whole body; with
/// [`streaming`](Exchange::streaming) it hands out [`BodyEvent`]s and ends with an empty body. In both
/// cases an error response is an error, also if it arrives in trailers. With the feature `gzip` a
/// compressed body is decompressed, and the headers `content-encoding` and `content-length` are
/// removed from its head.
#[derive(Debug)]
pub struct Exchange {
    plan: Plan,
    tries: Tries,
    state: State,
}

/// Everything that is fixed before the first attempt.
#[derive(Debug)]
struct Plan {
    session: Session,
    info: &'static OperationInfo,
    /// Unsigned: each attempt signs a clone. The first resume reports the error.
    request: Result<http::Request<bytes::Bytes>, EncodeError>,
    /// The query in the request, if it is cancelled when abandoned. Each attempt gives it a new id.
    query: Option<NamedQuery>,
    /// The id in the request, for error texts.
    subject: Option<Box<str>>,
    effect: Effect,
    mode: Mode,
    max_attempts: u32,
    /// Sends again only with other credentials or a corrected time: the polling machine around it makes all
    /// other retries.
    reauth_only: bool,
    max_body_bytes: usize,
    timeouts: Timeouts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Bodies are collected up to the body limit.
    Collect,
    /// Bodies of successful responses go to the judge chunk by chunk.
    Stream,
}

/// What changes from attempt to attempt.
#[derive(Debug)]
struct Tries {
    attempts: u32,
    /// The number of pauses so far. It sets the limit of the next random pause.
    retries: u32,
    random: Random,
    credentials: Option<Credentials>,
    reuse: Reuse,
    used: UsedUp,
    /// The authentication error after which fresh credentials were requested.
    refusal: Option<ServiceError>,
    /// The end of the call's time limit.
    deadline: Option<Duration>,
    /// The caller has used parts of the response; another attempt would deliver them twice.
    committed: bool,
    /// A finished attempt may have been executed.
    executed: bool,
    given_up: Vec<GivenUp>,
}

/// The next step of an exchange. The items are in the judge.
type Flow = Step<(), CallOutput<()>>;

impl Exchange {
    /// An exchange that collects the body, up to [`CallOptions::max_body_bytes`]. See [`Call::new`](super::Call::new)
    /// for `seed`. The first resume reports an invalid request.
    pub fn collecting<O: Operation>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        seed: u64,
    ) -> Self {
        Exchange::new(session, operation, options, Mode::Collect, seed)
    }

    /// An exchange that hands out the body as it arrives, without a limit of its size. See
    /// [`Call::new`](super::Call::new) for `seed`. The first resume reports an invalid request.
    pub fn streaming<O: Operation>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        seed: u64,
    ) -> Self {
        Exchange::new(session, operation, options, Mode::Stream, seed)
    }

    fn new<O: Operation>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        mode: Mode,
        seed: u64,
    ) -> Self {
        let cancels = options
            .cancel_on_abandon
            .unwrap_or(session.cancels_on_abandon());
        let prepared = request_of_call(
            operation,
            session.endpoint(),
            &options.extras,
            seed,
            cancels,
        );
        let effect = match operation.effect() {
            Effect::Write if prepared.has_token => Effect::Idempotent,
            effect => effect,
        };
        let policy = session.retry_policy();
        let limits = session.timeouts();
        Exchange {
            plan: Plan {
                session: session.clone(),
                info: O::INFO,
                request: prepared.request,
                query: prepared.query,
                subject: prepared.subject,
                effect: options.effect.unwrap_or(effect),
                mode,
                max_attempts: options.max_attempts.unwrap_or(policy.max_attempts).max(1),
                reauth_only: options.reauth_only,
                max_body_bytes: options.max_body_bytes.unwrap_or(session.max_body_bytes()),
                timeouts: Timeouts {
                    total: options.timeouts.total.or(limits.total),
                    attempt: options.timeouts.attempt.or(limits.attempt),
                },
            },
            tries: Tries {
                attempts: 0,
                retries: 0,
                random: Random::new(seed),
                credentials: session.credentials(),
                reuse: if options.fresh {
                    Reuse::Fresh
                } else {
                    Reuse::Allowed
                },
                used: UsedUp::default(),
                refusal: None,
                deadline: None,
                committed: false,
                executed: false,
                given_up: Vec::new(),
            },
            state: State::New,
        }
    }

    /// Forbids further attempts. Call it when you have used a [`BodyEvent`], so that a retry cannot deliver it
    /// again.
    pub fn commit(&mut self) {
        self.tries.committed = true;
    }

    /// Replaces the time limit of the whole exchange. Has no effect after the first resume.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.plan.timeouts.total = Some(timeout);
    }

    /// The number of attempts so far.
    pub fn attempts(&self) -> u32 {
        self.tries.attempts
    }

    /// Makes the first resume fail with this error.
    pub(crate) fn refuse(&mut self, fault: FieldError) {
        self.plan.request = Err(EncodeError::new(self.plan.info.name, vec![fault]));
    }

    /// As [`resume`](Machine::resume); `judge` decides whether a response is a success, and holds the items.
    pub(crate) fn resume_with(&mut self, input: Input, now: Now, judge: &mut dyn Judge) -> Flow {
        // Taken out, because each arm owns the data of its state and sets the next state itself.
        match (mem::replace(&mut self.state, State::Done), input) {
            (state, Input::Wake(sent)) => self.wake(state, sent, now),
            (State::New, Input::Next) => {
                let total = self.plan.timeouts.total;
                self.tries.deadline = end_of(total, now);
                self.attempt(now)
            }
            (State::Credentials { refresh }, Input::Credentials(credentials)) => {
                self.take_credentials(credentials, refresh, now)
            }
            (State::Credentials { .. }, Input::CredentialsFailed(error)) => {
                self.without_credentials(error)
            }
            (State::Sent(mut outgoing), Input::Sending(peer)) => {
                outgoing.peer = Peer::Reported(peer.or(outgoing.peer.address()));
                self.state = State::Sent(outgoing);
                Step::Io(Io::Continue)
            }
            (State::Sent(outgoing), Input::Head(head)) => {
                self.take_head(outgoing, head, now, judge)
            }
            (State::Sent(outgoing), Input::Response(response, trailers))
                if self.plan.mode == Mode::Collect =>
            {
                self.take_response(outgoing, response, trailers, now, judge)
            }
            (State::Receiving(reply), Input::Chunk(chunk)) => {
                self.take_chunk(reply, chunk, now, judge)
            }
            (State::Receiving(reply), Input::End(trailers)) => {
                self.take_end(reply, trailers, now, judge)
            }
            (State::Item(mut reply, since), Input::Next) => {
                self.postpone(&mut reply, now.mono.saturating_sub(since));
                self.next_part(reply, now, judge)
            }
            (State::Sent(outgoing), Input::Failure(failure)) => {
                self.fail_sent(outgoing, failure, now)
            }
            (State::Receiving(reply), Input::Failure(failure)) => {
                self.fail_reply(reply, failure, now)
            }
            // The driver cannot wait, for example because its runtime has shut down.
            (State::Waiting { .. }, Input::Failure(failure)) => self.end_unsent(failure),
            (state, input) => {
                self.state = state;
                Step::Misuse(self.misuse(input.name()))
            }
        }
    }

    fn attempt(&mut self, now: Now) -> Flow {
        let request = match &self.plan.request {
            Ok(request) => request,
            Err(error) => {
                let error = Error::new(self.plan.info.name, error.clone());
                return self.end(error);
            }
        };
        if is_due(self.tries.deadline, now) {
            return self.end_at_deadline();
        }
        let session = &self.plan.session;
        let wall = session.skew().apply(now.wall);
        if session.is_signed() {
            let refresh = match &self.tries.credentials {
                Some(credentials) if !credentials.is_expired_at(wall) => None,
                Some(_) => Some(true),
                None => Some(false),
            };
            if let Some(refresh) = refresh {
                return self.request_credentials(refresh);
            }
        }
        let attempt = self.tries.attempts.saturating_add(1);
        let mut request = request.clone();
        if let Some(query) = &mut self.plan.query {
            query.rename(attempt, request.body_mut());
            if let Ok(renamed) = &mut self.plan.request {
                renamed.body_mut().clone_from(request.body());
            }
        }
        if let Some(credentials) = &self.tries.credentials
            && session.is_signed()
            && let Err(error) = session.sign(&mut request, credentials, wall)
        {
            let error = Error::new(self.plan.info.name, error);
            return self.end(error);
        }
        self.tries.attempts = attempt;
        let limit = self.plan.timeouts.attempt;
        self.state = State::Sent(Outgoing {
            at: now,
            deadline: end_of(limit, now),
            peer: Peer::NotReported,
            query: self.plan.query.clone(),
        });
        Step::Io(Io::Send(Box::new(Transmit {
            request,
            reuse: self.tries.reuse,
            attempt,
        })))
    }

    fn request_credentials(&mut self, refresh: bool) -> Flow {
        self.state = State::Credentials { refresh };
        Step::Io(Io::Credentials { refresh })
    }

    fn end_unsent(&mut self, failure: TransportError) -> Flow {
        let error = Error::new(self.plan.info.name, failure);
        self.end(error)
    }

    /// Ends with an error outside an attempt.
    fn end(&mut self, error: Error) -> Flow {
        self.state = State::Done;
        let executed = self.tries.executed;
        Step::fail(
            error
                .with_subject(self.plan.subject.clone())
                .with_effect(self.plan.effect)
                .with_attempts(self.tries.attempts, Stop::Permanent)
                .with_execution(executed, executed),
        )
    }

    fn misuse(&self, input: &'static str) -> Misuse {
        Misuse {
            operation: self.plan.info.name,
            subject: self.plan.subject.clone(),
            state: self.state.name(),
            input,
            attempts: self.tries.attempts,
            may_have_executed: self.tries.executed || self.state.outgoing().is_some(),
        }
    }
}

impl Machine for Exchange {
    type Item = BodyEvent;
    type Output = CallOutput<()>;

    fn resume(&mut self, input: Input, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        let mut parts = HandOut::default();
        let step = match self.plan.mode {
            Mode::Collect => self.resume_with(input, now, &mut Undecoded),
            Mode::Stream => self.resume_with(input, now, &mut parts),
        };
        match step {
            Step::Io(io) => Step::Io(io),
            Step::Misuse(misuse) => Step::Misuse(misuse),
            Step::Done(result) => Step::Done(result),
            Step::Item(()) => match parts.event {
                Some(part) => Step::Item(part),
                // Not reached: a step that is an item has put one there.
                None => Step::Io(Io::Continue),
            },
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        let (deadline, other) = match &self.state {
            State::New | State::Item(..) | State::Done => return None,
            State::Credentials { .. } => (self.tries.deadline, None),
            State::Sent(outgoing) => (self.tries.deadline, outgoing.deadline),
            State::Receiving(reply) => (self.tries.deadline, reply.outgoing.deadline),
            State::Waiting { until } => (self.tries.deadline, Some(*until)),
        };
        deadline.into_iter().chain(other).min()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        let has_ended = matches!(self.state, State::Done);
        let given_up = &mut self.tries.given_up;
        // An id shared by all attempts would also cancel the attempt in progress.
        let next = given_up
            .iter()
            .position(|given_up| has_ended || !given_up.query.is_shared())?;
        let GivenUp { query, peer } = given_up.remove(next);
        // Drawn from a clone: asking for abandoned queries must not change the later pauses.
        let seed = self.tries.random.clone().next();
        let cancel = query.cancel_exchange(&self.plan.session, seed);
        Some(AbandonedQuery { cancel, peer })
    }

    fn abandon(&mut self) {
        match mem::replace(&mut self.state, State::Done) {
            // Not sent, as far as the driver has reported.
            State::Sent(outgoing) if outgoing.peer == Peer::NotReported => {}
            State::Sent(mut outgoing) => self.give_up(&mut outgoing),
            State::Receiving(mut reply) | State::Item(mut reply, _) => {
                self.give_up(&mut reply.outgoing);
            }
            State::New | State::Credentials { .. } | State::Waiting { .. } | State::Done => {}
        }
    }
}

//! The untyped machine under every call: attempts, credentials, body, trailers, limits. Compiled
//! once, whatever the operation.

mod recover;
mod reply;

use std::{
    mem,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{
    AbandonedQuery, CallOptions, CallOutput, Input, Machine, NamedQuery, Now, Reuse, Step,
    Timeouts, Transmit, backoff::Random, body::Body,
};
use crate::{
    credentials::Credentials,
    error::{
        Cause, DecodeError, EncodeError, Error, Misuse, ServiceError, Stop, TransportErrorKind,
    },
    operation::{Effect, Operation, OperationInfo},
    session::Session,
    wire::{coding::Coding, outcome, request::request_of_call},
};

/// Before anything was sent.
const NEVER: Now = Now {
    wall: SystemTime::UNIX_EPOCH,
    mono: Duration::ZERO,
};

/// What a streaming exchange hands out.
#[derive(Debug)]
pub enum BodyEvent {
    /// The head of an answer that is a success so far. A second one means that the answer before was
    /// lost and the request was sent again: forget its chunks.
    Head(http::response::Parts),
    /// The next piece of its body.
    Chunk(Bytes),
}

/// One request and its answer, whatever the operation: the machine under [`Call`](super::Call).
///
/// Made with [`collecting`](Exchange::collecting) it has no items and ends in the whole body; made
/// with [`streaming`](Exchange::streaming) it hands out [`BodyEvent`]s and ends in an empty body. Either
/// way an error answer is an error, also when it comes in trailers. With the feature `gzip` a body
/// that came compressed is inflated, and the headers `content-encoding` and `content-length` are taken
/// out of its head.
#[derive(Debug)]
pub struct Exchange {
    session: Session,
    info: &'static OperationInfo,
    /// Unsigned; signed clones are sent. An error is reported by the first resume.
    request: Result<http::Request<Bytes>, EncodeError>,
    /// The query in it, if it is cancelled when nobody waits for it any more; of the last attempt.
    query: Option<NamedQuery>,
    effect: Effect,
    max_attempts: u32,
    reauth_only: bool,
    max_body_bytes: usize,
    timeouts: Timeouts,
    streaming: bool,
    /// Chunks were used by the caller, so sending again would give them twice.
    committed: bool,
    random: Random,
    credentials: Option<Credentials>,
    state: State,
    attempts: u32,
    retries: u32,
    sent_at: Now,
    /// When the head came.
    answered_at: Now,
    reuse: Reuse,
    /// An attempt before this one may have been executed.
    lost: bool,
    /// A request was handed out, and its answer has neither come to its end nor broken.
    pending: bool,
    /// The queries of attempts that were given up while the server had them, until they are handed out.
    given_up: Vec<NamedQuery>,
    /// It ended in a success.
    succeeded: bool,
    /// Whether an answer is a success is for somebody else to say, after decoding.
    judged_outside: bool,
    constraint_seen: bool,
    wrong_instance_seen: bool,
    time_corrected: bool,
    credentials_refreshed: bool,
    /// What fresh credentials were asked for after.
    refused: Option<ServiceError>,
    head: Option<http::response::Parts>,
    coding: Coding,
    body: Body,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// Credentials were asked for; with or without passing caches by.
    Credentials {
        refresh: bool,
    },
    Sent,
    Receiving,
    /// A part is out.
    Item,
    Waiting,
    Done,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::New => "new",
            State::Credentials { .. } => "waiting for credentials",
            State::Sent => "waiting for an answer",
            State::Receiving => "receiving a body",
            State::Item => "waiting for an item to be taken",
            State::Waiting => "waiting for time to pass",
            State::Done => "done",
        }
    }
}

impl Exchange {
    /// An exchange that collects the body.
    pub fn collecting<O: Operation>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
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
        Exchange {
            session: session.clone(),
            info: O::INFO,
            request: prepared.request,
            query: prepared.query,
            effect: options.effect.unwrap_or(effect),
            reauth_only: options.reauth_only,
            max_attempts: options.max_attempts.unwrap_or(policy.max_attempts).max(1),
            max_body_bytes: options.max_body_bytes.unwrap_or(session.max_body_bytes()),
            timeouts: options.timeouts,
            streaming: false,
            committed: false,
            random: Random::new(seed),
            credentials: session.credentials(),
            state: State::New,
            attempts: 0,
            retries: 0,
            answered_at: NEVER,
            sent_at: NEVER,
            reuse: match options.fresh {
                true => Reuse::Fresh,
                false => Reuse::Allowed,
            },
            lost: false,
            pending: false,
            given_up: Vec::new(),
            succeeded: false,
            judged_outside: false,
            constraint_seen: false,
            wrong_instance_seen: false,
            time_corrected: false,
            credentials_refreshed: false,
            refused: None,
            head: None,
            coding: Coding::Plain,
            body: Body::Empty,
        }
    }

    /// An exchange that hands out the body as it comes. The body limit does not apply.
    pub fn streaming<O: Operation>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        seed: u64,
    ) -> Self {
        Exchange {
            streaming: true,
            ..Exchange::collecting(session, operation, options, seed)
        }
    }

    /// Says that chunks were used, so that the request must not be sent again.
    pub fn commit(&mut self) {
        self.committed = true;
    }

    /// How many attempts were made so far.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Leaves it to the caller to [`accept`](Exchange::accept) or [`reject`](Exchange::reject) what
    /// looks like a success.
    pub(crate) fn judged_outside(mut self) -> Self {
        self.judged_outside = true;
        self
    }

    /// The answer is a success.
    pub(crate) fn accept(&self) {
        if self.attempts == 1 {
            self.session.quota().reward();
        }
    }

    /// The answer looked like a success and does not decode: the error at its tail, a cut that reads
    /// recover from, or just that.
    pub(crate) fn reject(
        &mut self,
        error: DecodeError,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        now: Now,
    ) -> Step<BodyEvent, CallOutput<()>> {
        let cause = outcome::or_tail(error, status, &headers, &body);
        self.failed(cause, Some((status, headers)), body, now)
    }

    /// What is being handed out is not the operation's answer: the end, unless the request may be
    /// sent again for this cause.
    pub(crate) fn break_off(&mut self, cause: Cause, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        let answer = self.head.take().map(|head| (head.status, head.headers));
        self.failed(cause, answer, Bytes::new(), now)
    }

    /// The same for an answer that has ended.
    pub(crate) fn fail(
        &mut self,
        cause: Cause,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        now: Now,
    ) -> Step<BodyEvent, CallOutput<()>> {
        self.failed(cause, Some((status, headers)), body, now)
    }

    fn attempt(&mut self, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        let request = match &self.request {
            Ok(request) => request,
            Err(error) => {
                let error = Error::new(self.info.name, error.clone());
                return self.end(error);
            }
        };
        let wall = self.session.skew().apply(now.wall);
        if self.session.is_signed() {
            let refresh = match &self.credentials {
                Some(credentials) if !credentials.is_expired_at(wall) => None,
                Some(_) => Some(true),
                None => Some(false),
            };
            if let Some(refresh) = refresh {
                self.state = State::Credentials { refresh };
                return Step::Credentials { refresh };
            }
        }
        let attempt = self.attempts.saturating_add(1);
        let mut request = request.clone();
        if let Some(query) = &mut self.query {
            query.rename(attempt, request.body_mut());
            if let Ok(renamed) = &mut self.request {
                renamed.body_mut().clone_from(request.body());
            }
        }
        if let Some(credentials) = &self.credentials
            && self.session.is_signed()
            && let Err(error) = self.session.sign(&mut request, credentials, wall)
        {
            return self.unsigned(error);
        }
        self.attempts = attempt;
        self.state = State::Sent;
        self.pending = true;
        self.sent_at = now;
        self.head = None;
        self.coding = Coding::Plain;
        self.body = Body::Empty;
        let reuse = self.reuse;
        Step::Send(Box::new(Transmit {
            request,
            reuse,
            attempt,
            within: None,
        }))
    }

    /// Whether a request is on its way, so that a failure can mean that it was executed.
    fn is_out(&self) -> bool {
        matches!(self.state, State::Sent | State::Receiving | State::Item)
    }

    /// Ends with an error that is not about an attempt.
    fn end(&mut self, error: Error) -> Step<BodyEvent, CallOutput<()>> {
        self.state = State::Done;
        Step::fail(
            error
                .with_effect(self.effect)
                .with_attempts(self.attempts, Stop::Permanent)
                .with_execution(self.lost, self.lost),
        )
    }

    /// The state stays as it is.
    fn misuse(&self, input: &'static str) -> Step<BodyEvent, CallOutput<()>> {
        let executed = self.lost || self.succeeded || self.is_out();
        let error = Error::new(
            self.info.name,
            Misuse {
                state: self.state.name(),
                input,
            },
        );
        Step::fail(
            error
                .with_attempts(self.attempts, Stop::Permanent)
                .with_execution(executed, self.lost),
        )
    }
}

impl Machine for Exchange {
    type Item = BodyEvent;
    type Output = CallOutput<()>;

    fn resume(&mut self, input: Input, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        match (self.state, input) {
            (State::New, Input::Next) | (State::Waiting, Input::Woken) => self.attempt(now),
            (State::Credentials { refresh }, Input::Credentials(credentials)) => {
                self.take_credentials(credentials, refresh, now)
            }
            (State::Credentials { .. }, Input::CredentialsFailed(error)) => {
                self.without_credentials(error)
            }
            (State::Sent, Input::Head(head)) => self.take_head(head, now),
            (State::Sent, Input::Response(response, trailers)) if !self.streaming => {
                let (head, body) = response.into_parts();
                match self.take_head(head, now) {
                    Step::Receive if !body.is_empty() => match self.take_chunk(body, now) {
                        Step::Receive => self.take_end(trailers, now),
                        step => step,
                    },
                    Step::Receive => self.take_end(trailers, now),
                    step => step,
                }
            }
            (State::Receiving, Input::Chunk(chunk)) => self.take_chunk(chunk, now),
            (State::Receiving, Input::End(trailers)) => self.take_end(trailers, now),
            (State::Item, Input::Next) => self.next_part(now),
            (State::Sent | State::Receiving, Input::Failure(failure)) => {
                self.take_failure(failure, now)
            }
            (
                State::New | State::Credentials { .. } | State::Item | State::Waiting,
                Input::Failure(failure),
            ) if failure.kind() == TransportErrorKind::Deadline => self.take_failure(failure, now),
            (_, input) => self.misuse(input.name()),
        }
    }

    fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        let query = match self.given_up.pop() {
            Some(query) => query,
            // Handed out once, as the others are.
            None if mem::take(&mut self.pending) => self.query.clone()?,
            None => return None,
        };
        // Waits must not depend on who asks.
        let seed = self.random.clone().next();
        Some(query.abandoned(&self.session, seed))
    }
}

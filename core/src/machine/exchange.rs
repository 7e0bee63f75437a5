//! The state machine that all calls share: attempts, credentials, time limits, body, trailers. It is not generic
//! over the operation, so that it is compiled once.
//!
//! The documentation of [`Machine`] contains a diagram of the states (`docs/steps.md`).

mod plan;
mod recover;
mod reply;
mod state;

use std::{mem, time::Duration};

use super::{
    AbandonedQuery, CallOptions, CallOutput, Input, Io, Judge, Machine, Now, Reuse, Step, Timeouts,
    Transmit,
    backoff::Random,
    judge::{HandOut, Undecoded},
};
use crate::{
    error::{
        EncodeError, Error, FieldError, Misuse, Sent, Stop, TransportError, TransportErrorKind,
    },
    operation::{Effect, Operation},
    session::Session,
    wire::request::request_of_call,
};

use plan::{Mode, Plan};
use reply::Reply;
use state::{AbandonedAttempt, OneTimeRetries, OneTimeRetry, Outgoing, Peer, RetryState, State};

/// The items of a streaming exchange.
#[derive(Debug)]
pub enum BodyEvent {
    /// The head of a response with a success status. A second head means that the previous response was
    /// lost and the request was sent again: discard the chunks of the previous one.
    Head(http::response::Parts),
    /// The next chunk of its body.
    Chunk(bytes::Bytes),
}

/// A call whose response is not decoded. [`Call`](super::Call) is built on this machine.
///
/// To read the body of a response as it arrives, use [`BodyChunks`](super::BodyChunks), which retries only before the
/// first chunk, and recognizes truncated JSON.
///
/// An exchange made by [`collecting`](Exchange::collecting) has no items and returns the whole body at the end. An
/// exchange made by [`streaming`](Exchange::streaming) returns [`BodyEvent`]s as items and an empty body at the
/// end. In both cases an error response ends the exchange with an error, even if the error is reported in
/// trailers. With the feature `gzip` a compressed body is decompressed, and the headers `content-encoding` and
/// `content-length` are removed from the response head.
#[derive(Debug)]
pub struct Exchange {
    plan: Plan,
    retry: RetryState,
    state: State,
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
            retry: RetryState {
                attempts: 0,
                retries: 0,
                random: Random::new(seed),
                credentials: session.credentials(),
                reuse: if options.fresh {
                    Reuse::Fresh
                } else {
                    Reuse::Allowed
                },
                used: OneTimeRetries::default(),
                auth_error: None,
                deadline: None,
                committed: false,
                may_have_executed: false,
                abandoned: Vec::new(),
            },
            state: State::New,
        }
    }

    /// Forbids further attempts. Call it when you have used a [`BodyEvent`], so that a retry cannot deliver it again.
    pub fn commit(&mut self) {
        self.retry.committed = true;
    }

    /// Replaces the time limit of the whole exchange. Has no effect after the first resume.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.plan.timeouts.total = Some(timeout);
    }

    /// The number of attempts so far.
    pub fn attempts(&self) -> u32 {
        self.retry.attempts
    }

    /// Makes the first resume fail with this error.
    pub(crate) fn reject(&mut self, error: FieldError) {
        self.plan.request = Err(EncodeError::new(self.plan.info.name, vec![error]));
    }

    /// As [`resume`](Machine::resume); `judge` decides whether a response is a success, and holds the items.
    pub(crate) fn resume_with(&mut self, input: Input, now: Now, judge: &mut dyn Judge) -> Flow {
        // The state is taken out: each arm owns the data of its state, and sets the next state.
        match (mem::replace(&mut self.state, State::Done), input) {
            (state, Input::Wake(sent)) => self.wake(state, sent, now),
            (State::New, Input::Next) => {
                let total = self.plan.timeouts.total;
                self.retry.deadline = end_of(total, now);
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
                self.next_item(reply, now, judge)
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
        let stored = match &mut self.plan.request {
            Ok(request) => request,
            Err(error) => {
                let error = Error::new(self.plan.info.name, error.clone());
                return self.end(error);
            }
        };
        if is_due(self.retry.deadline, now) {
            return self.end_at_deadline();
        }
        let session = &self.plan.session;
        let wall = session.skew().apply(now.wall);
        if session.is_signed() {
            // `true` bypasses caches: the expired credentials may come from a cache, which must not return them again.
            let refresh = match &self.retry.credentials {
                Some(credentials) if !credentials.is_expired_at(wall) => None,
                Some(_) => Some(true),
                None => Some(false),
            };
            if let Some(refresh) = refresh {
                return self.request_credentials(refresh);
            }
        }
        let attempt = self.retry.attempts.saturating_add(1);
        if let Some(query) = &mut self.plan.query {
            query.rename(attempt, stored.body_mut());
        }
        // A clone has no room for the headers of signing: it is kept, and the original is sent.
        let clone = stored.clone();
        let mut request = mem::replace(stored, clone);
        if let Some(credentials) = &self.retry.credentials
            && session.is_signed()
            && let Err(error) = session.sign(&mut request, credentials, wall)
        {
            let error = Error::new(self.plan.info.name, error);
            return self.end(error);
        }
        self.retry.attempts = attempt;
        let limit = self.plan.timeouts.attempt;
        self.state = State::Sent(Outgoing {
            sent_at: now,
            deadline: end_of(limit, now),
            peer: Peer::NotReported,
            query: self.plan.query.clone(),
        });
        Step::Io(Io::Send(Box::new(Transmit {
            request,
            reuse: self.retry.reuse,
            attempt,
        })))
    }

    /// Ends the call, the attempt or the pause whose time limit has passed; otherwise changes nothing.
    fn wake(&mut self, state: State, sent: Sent, now: Now) -> Flow {
        let call_timed_out = is_due(self.retry.deadline, now);
        match state {
            State::Sent(outgoing) if call_timed_out || is_due(outgoing.deadline, now) => {
                let failure = self.timeout_error(call_timed_out, sent);
                self.fail_sent(outgoing, failure, now)
            }
            State::Receiving(reply) if call_timed_out || is_due(reply.outgoing.deadline, now) => {
                let failure = self.timeout_error(call_timed_out, Sent::Maybe);
                self.fail_reply(reply, failure, now)
            }
            State::Credentials { .. } | State::Waiting { .. } if call_timed_out => {
                self.end_at_deadline()
            }
            State::Waiting { until } if is_due(Some(until), now) => self.attempt(now),
            state => {
                self.state = state;
                Step::Io(Io::Continue)
            }
        }
    }

    fn timeout_error(&self, call_timed_out: bool, sent: Sent) -> TransportError {
        let limits = self.plan.timeouts;
        let (kind, limit) = if call_timed_out {
            (TransportErrorKind::Deadline, limits.total)
        } else {
            (TransportErrorKind::Timeout, limits.attempt)
        };
        let error = TransportError::new(kind, sent);
        match limit {
            Some(limit) => error.with_time_limit(limit),
            None => error,
        }
    }

    /// Time during which the caller has an item does not count towards the limits.
    fn postpone(&mut self, reply: &mut Reply, by: Duration) {
        for deadline in [&mut self.retry.deadline, &mut reply.outgoing.deadline] {
            *deadline = deadline.and_then(|deadline| deadline.checked_add(by));
        }
    }

    fn request_credentials(&mut self, refresh: bool) -> Flow {
        self.state = State::Credentials { refresh };
        Step::Io(Io::Credentials { refresh })
    }

    /// Ends at the call's time limit while no request is in progress.
    fn end_at_deadline(&mut self) -> Flow {
        let failure = self.timeout_error(true, Sent::No);
        self.end_unsent(failure)
    }

    fn end_unsent(&mut self, failure: TransportError) -> Flow {
        let error = Error::new(self.plan.info.name, failure);
        self.end(error)
    }

    /// Ends with an error outside an attempt.
    fn end(&mut self, error: Error) -> Flow {
        self.state = State::Done;
        let may_have_executed = self.retry.may_have_executed;
        Step::fail(
            error
                .with_subject(self.plan.subject.clone())
                .with_effect(self.plan.effect)
                .with_attempts(self.retry.attempts, Stop::Permanent)
                .with_execution(may_have_executed, may_have_executed),
        )
    }

    fn misuse(&self, input: &'static str) -> Misuse {
        Misuse {
            operation: self.plan.info.name,
            subject: self.plan.subject.clone(),
            state: self.state.name(),
            input,
            attempts: self.retry.attempts,
            may_have_executed: self.retry.may_have_executed || self.state.outgoing().is_some(),
        }
    }
}

/// When a limit that begins now ends; `None` if there is no limit, or if its end is too far in the future.
fn end_of(limit: Option<Duration>, now: Now) -> Option<Duration> {
    let end = now.mono.checked_add(limit?)?;
    (end < Duration::MAX).then_some(end)
}

fn is_due(deadline: Option<Duration>, now: Now) -> bool {
    deadline.is_some_and(|deadline| deadline <= now.mono)
}

impl Machine for Exchange {
    type Item = BodyEvent;
    type Output = CallOutput<()>;

    fn resume(&mut self, input: Input, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        let mut hand_out = HandOut::default();
        let step = match self.plan.mode {
            Mode::Collect => self.resume_with(input, now, &mut Undecoded),
            Mode::Stream => self.resume_with(input, now, &mut hand_out),
        };
        match step {
            Step::Io(io) => Step::Io(io),
            Step::Misuse(misuse) => Step::Misuse(misuse),
            Step::Done(result) => Step::Done(result),
            Step::Item(()) => match hand_out.event {
                Some(event) => Step::Item(event),
                // Not reached: the judge stores an event before the exchange returns `Step::Item`.
                None => Step::Io(Io::Continue),
            },
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        let (deadline, other) = match &self.state {
            // While the caller has an item, the limits are suspended: `postpone` moves them afterwards.
            State::New | State::Item(..) | State::Done => return None,
            State::Credentials { .. } => (self.retry.deadline, None),
            State::Sent(outgoing) => (self.retry.deadline, outgoing.deadline),
            State::Receiving(reply) => (self.retry.deadline, reply.outgoing.deadline),
            State::Waiting { until } => (self.retry.deadline, Some(*until)),
        };
        deadline.into_iter().chain(other).min()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        let has_ended = matches!(self.state, State::Done);
        let abandoned = &mut self.retry.abandoned;
        // Cancelling an id that all attempts share would also cancel the attempt in progress.
        let next = abandoned
            .iter()
            .position(|abandoned| has_ended || !abandoned.query.is_shared())?;
        let AbandonedAttempt { query, peer } = abandoned.remove(next);
        // Drawn from a clone: asking for abandoned queries must not change the later pauses.
        let seed = self.retry.random.clone().next();
        let cancel = query.cancel_exchange(&self.plan.session, seed);
        Some(AbandonedQuery { cancel, peer })
    }

    fn abandon(&mut self) {
        match mem::replace(&mut self.state, State::Done) {
            // Not sent, as far as the driver has reported.
            State::Sent(outgoing) if outgoing.peer == Peer::NotReported => {}
            State::Sent(mut outgoing) => self.record_abandoned(&mut outgoing),
            State::Receiving(mut reply) | State::Item(mut reply, _) => {
                self.record_abandoned(&mut reply.outgoing);
            }
            State::New | State::Credentials { .. } | State::Waiting { .. } | State::Done => {}
        }
    }
}

//! Repeated calls of one operation with pauses in between, as waiters and change streams need them.

use std::{mem, time::Duration};

use crate::{
    error::{Error, Misuse, TransportError},
    machine::{Call, CallOptions, CallOutput, Input, Io, Machine, Now, Random, Step},
    operation::Operation,
    session::Session,
};

/// Makes calls, pauses and hands out items, as directed by its owner.
#[derive(Debug)]
pub(crate) struct Poller<O> {
    session: Session,
    random: Random,
    state: State<O>,
}

#[derive(Debug)]
enum State<O> {
    New,
    Calling(Box<Call<O>>),
    /// The caller has an item of the owner and has not resumed yet.
    Item,
    Pausing {
        until: Duration,
    },
    Done,
}

impl<O> State<O> {
    fn name(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Calling(_) => "making a call",
            State::Item => "waiting for Next after an item",
            State::Pausing { .. } => "waiting for Wake at the end of a pause",
            State::Done => "done",
        }
    }
}

/// The meaning of an input.
pub(crate) enum PollEvent<T> {
    /// The machine starts.
    Started,
    /// The caller has taken the item.
    ItemTaken,
    /// The pause is over.
    PauseOver,
    /// A call has ended.
    CallDone(Result<CallOutput<T>, Error>),
    /// The driver cannot wait.
    CannotWait(TransportError),
    /// The call needs I/O: return this step.
    Io(Io),
    /// The input is not valid in this state: return this step.
    Misuse(Misuse),
}

impl<O: Operation> Poller<O> {
    pub(crate) fn new(session: &Session, seed: u64) -> Self {
        Poller {
            session: session.clone(),
            random: Random::new(seed),
            state: State::New,
        }
    }

    pub(crate) fn resume(&mut self, input: Input, now: Now) -> PollEvent<O::Output> {
        match (mem::replace(&mut self.state, State::Done), input) {
            (State::Calling(call), input) => self.resume_call(call, input, now),
            (State::Pausing { until }, Input::Wake(_)) if until <= now.mono => PollEvent::PauseOver,
            // A wake-up is valid at any time, and changes nothing if it is early.
            (state, Input::Wake(_)) => {
                self.state = state;
                PollEvent::Io(Io::Continue)
            }
            (State::New, Input::Next) => PollEvent::Started,
            (State::Item, Input::Next) => PollEvent::ItemTaken,
            (State::Pausing { .. }, Input::Failure(failure)) => PollEvent::CannotWait(failure),
            (state, input) => {
                let misuse = Misuse {
                    operation: O::INFO.name,
                    subject: None,
                    state: state.name(),
                    input: input.name(),
                    attempts: 0,
                    may_have_executed: false,
                };
                self.state = state;
                PollEvent::Misuse(misuse)
            }
        }
    }

    fn resume_call(
        &mut self,
        mut call: Box<Call<O>>,
        input: Input,
        now: Now,
    ) -> PollEvent<O::Output> {
        let event = match call.resume(input, now) {
            Step::Io(io) => PollEvent::Io(io),
            Step::Misuse(misuse) => PollEvent::Misuse(misuse),
            Step::Done(result) => return PollEvent::CallDone(result),
            Step::Item(never) => match never {},
        };
        self.state = State::Calling(call);
        event
    }

    /// Makes a call with a timeout of `limit`. Each attempt has the attempt timeout of the options; if that is not
    /// set, the call timeout of the options; if neither is set, the poll timeout of the session.
    pub(crate) fn call(
        &mut self,
        operation: &O,
        options: &CallOptions,
        limit: Duration,
        now: Now,
    ) -> PollEvent<O::Output> {
        let mut options = options.clone();
        let attempt = options.timeouts.attempt.or(options.timeouts.total);
        options.timeouts.attempt = Some(attempt.unwrap_or(self.session.poll_timeout()));
        options.timeouts.total = Some(limit);
        let seed = self.random.next();
        let call = Call::with_options(&self.session, operation, &options, seed);
        self.resume_call(Box::new(call), Input::Next, now)
    }

    /// A pause of `base` doubled `doublings` times, at most `cap`, and then shortened at random by up to a
    /// quarter, so that pollers that start together do not poll together.
    pub(crate) fn interval(&mut self, base: Duration, doublings: u32, cap: Duration) -> Duration {
        self.random.quarter_jitter(base, doublings, cap)
    }

    pub(crate) fn pause(&mut self, time: Duration, now: Now) -> Io {
        let until = now.mono.saturating_add(time);
        self.state = State::Pausing { until };
        Io::Wait
    }

    /// Records that the owner hands out an item.
    pub(crate) fn hand_out(&mut self) {
        self.state = State::Item;
    }

    pub(crate) fn wake_at(&self) -> Option<Duration> {
        match &self.state {
            State::New | State::Item | State::Done => None,
            State::Calling(call) => call.wake_at(),
            State::Pausing { until } => Some(*until),
        }
    }

    pub(crate) fn is_between_polls(&self) -> bool {
        matches!(self.state, State::Pausing { .. })
    }

    /// Ends the poller early.
    pub(crate) fn abandon(&mut self) {
        self.state = State::Done;
    }
}

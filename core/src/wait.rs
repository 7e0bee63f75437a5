//! Waiting for what takes long: [`Wait`], and one file for each thing to wait for.

mod options;
mod waiter;
pub mod waiters;

use std::time::Duration;

use bytes::Bytes;

use crate::{
    error::{Error, ErrorKind, Misuse, Sent, Stop, TransportError, TransportErrorKind},
    machine::{Call, CallOutput, Input, Machine, Now, Random, Step, Timeouts},
    operation::Operation,
    session::Session,
};

pub use crate::error::{WaitError, WaitErrorKind};
pub use options::{PollSchedule, WaitOptions};
pub use waiter::{Observation, Waiter};

/// So long a time of asking may take that begins when the time is over, or almost.
const LAST_POLL: Duration = Duration::from_secs(1);

/// Waits until something has ended, asking again and again.
///
/// A [`Machine`] whose items are the states on the way, and which ends in the state at the end. Give
/// it [`Input::Next`] to begin and after each item. What ended badly, and a time that is over, are
/// errors with a [`WaitError`] as their cause, which keeps the last answer.
///
/// States that nobody knows are waited through. Calls that fail in a way that may pass are made
/// again, up to five in a row; any other failure of a call ends the waiting as it is. In errors about
/// the waiting itself, [`attempts`](Error::attempts) says how often it was asked.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use neptunedata::{
///     Auth, Endpoint, Session, machine::{Input, Machine, Now, Step},
///     wait::{Wait, waiters::{LoadCompleted, LoadOutcome}},
/// };
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let mut wait = Wait::new(&session, LoadCompleted::new("0a237328"), 42);
///
/// // What the server would have answered:
/// let mut answers = ["LOAD_COMPLETED", "LOAD_IN_PROGRESS", "LOAD_IN_QUEUE"].map(|status| {
///     format!(r#"{{"status":"200 OK","payload":{{"overallStatus":{{"status":"{status}","totalRecords":7}}}}}}"#)
/// }).to_vec();
/// let mut now = Now { wall: SystemTime::UNIX_EPOCH, mono: Duration::ZERO };
/// let mut input = Input::Next;
/// let elapsed = loop {
///     input = match wait.resume(input, now) {
///         Step::Send(_) => {
///             let answer = neptunedata::http::Response::new(answers.pop().unwrap().into());
///             Input::Response(answer, Default::default())
///         }
///         Step::Wait(time) => {
///             now.mono += time;
///             Input::Woken
///         }
///         Step::Item(progress) => {
///             println!("{:?} after {:?}", progress.status.overall_status, progress.elapsed);
///             Input::Next
///         }
///         Step::Done(elapsed) => break elapsed?,
///         step => panic!("{step:?}"),
///     };
/// };
/// assert!(matches!(elapsed.result, LoadOutcome::Completed(_)));
/// assert_eq!(elapsed.polls, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Wait<W: Waiter> {
    session: Session,
    watch: W,
    options: WaitOptions,
    random: Random,
    state: State<W::Request>,
    /// When it began, by the monotonic clock.
    began: Option<Duration>,
    polls: u32,
    /// Transient failures in a row.
    failures: u32,
    /// It has ended, and more is being asked about that.
    more: bool,
    /// The last outcome of a poll came when the time was over.
    late: bool,
    /// How often it was waited.
    pauses: u32,
    /// The state and the answer that were seen last.
    seen: Option<String>,
    body: Bytes,
    /// Why the last poll brought nothing.
    trouble: Option<Error>,
}

#[derive(Debug)]
enum State<O> {
    New,
    Asking(Box<Call<O>>),
    /// Progress is out.
    Item,
    Pausing,
    Done,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress<S> {
    /// The state.
    pub status: S,
    /// How often it was asked.
    pub polls: u32,
    /// How long it was waited.
    pub elapsed: Duration,
}

/// What was waited for has come about.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaitOutput<E> {
    /// The state at the end.
    pub result: E,
    /// How often it was asked.
    pub polls: u32,
    /// How long it was waited.
    pub elapsed: Duration,
}

impl<W: Waiter> Wait<W> {
    /// Waits at the waiter's own pace. The `seed` decides the jitter; take a random number.
    pub fn new(session: &Session, watch: W, seed: u64) -> Self {
        Wait::with_options(session, watch, WaitOptions::default(), seed)
    }

    /// Waits, with options.
    pub fn with_options(session: &Session, watch: W, options: WaitOptions, seed: u64) -> Self {
        let mut options = options;
        if let (None, Some(attempts)) = (options.call.max_attempts, W::SCHEDULE.attempts) {
            options.call = options.call.max_attempts(attempts);
        }
        Wait {
            session: session.clone(),
            watch,
            options,
            random: Random::new(seed),
            state: State::New,
            began: None,
            polls: 0,
            failures: 0,
            more: false,
            late: false,
            pauses: 0,
            seen: None,
            body: Bytes::new(),
            trouble: None,
        }
    }

    fn elapsed(&self, now: Now) -> Duration {
        now.mono.saturating_sub(self.began.unwrap_or(now.mono))
    }

    /// What is left of the time.
    fn left(&self, now: Now) -> Duration {
        let timeout = self.options.timeout.unwrap_or(W::SCHEDULE.timeout);
        timeout.saturating_sub(self.elapsed(now))
    }

    fn request(&mut self, now: Now) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        self.polls = self.polls.saturating_add(1);
        let seed = self.random.next();
        let call = Call::with_options(
            &self.session,
            &self.watch.request(),
            &self.options.call,
            seed,
        );
        self.resume_call(Box::new(call), Input::Next, now)
    }

    fn resume_call(
        &mut self,
        mut call: Box<Call<W::Request>>,
        input: Input,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let step = match call.resume(input, now) {
            Step::Done(Ok(answered)) => return self.answered(answered, now),
            Step::Done(Err(error)) if error.kind() == ErrorKind::Misuse => Step::Done(Err(error)),
            Step::Done(Err(error)) => return self.failed(error, now),
            // Between attempts of the call.
            Step::Wait(time) if time >= self.left(now) => return self.timed_out(now),
            Step::Wait(time) => Step::Wait(time),
            Step::Send(mut transmit) => {
                transmit.within = Some(self.left(now).max(LAST_POLL));
                Step::Send(transmit)
            }
            Step::Receive => Step::Receive,
            Step::Credentials { refresh } => Step::Credentials { refresh },
            Step::Item(never) => match never {},
        };
        self.state = State::Asking(call);
        step
    }

    fn answered(
        &mut self,
        answered: CallOutput<<W::Request as Operation>::Output>,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        (self.failures, self.more) = (0, false);
        self.late = self.left(now).is_zero();
        self.trouble = None;
        self.body = answered.body.clone();
        match self.watch.observe(&answered) {
            Ok(sight) => self.take(sight, now),
            Err(error) => self.end(Error::new(W::Request::INFO.name, error)),
        }
    }

    fn failed(
        &mut self,
        error: Error,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let is_over = error.kind() == ErrorKind::Transport(TransportErrorKind::Deadline);
        let left = self.left(now);
        self.late = left.is_zero();
        self.failures = self.failures.saturating_add(1);
        let is_final =
            is_over || !error.is_retryable() || self.failures > self.options.transient_failures;
        // How it ended is known already; what else there is to know may come the next time.
        let may_pass = self.more && !is_final && !self.late;
        let may_pass = may_pass && error.retry_after().is_none_or(|wish| wish <= left);
        if !may_pass
            && (self.more || !is_over)
            && let Some(sight) = self.watch.observe_error(&error)
        {
            if matches!(sight, Observation::Pending(_)) {
                self.failures = 0;
            }
            self.trouble = Some(error);
            return self.take(sight, now);
        }
        if is_over && self.late {
            self.trouble = Some(error);
            return self.timed_out(now);
        }
        if is_final {
            return self.end(error);
        }
        let wish = error.retry_after().unwrap_or_default();
        self.trouble = Some(error);
        self.pause(wish, now)
    }

    fn take(
        &mut self,
        sight: Observation<W::Status, W::Output>,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let (polls, elapsed) = (self.polls, self.elapsed(now));
        match sight {
            Observation::Pending(status) => {
                self.seen = Some(W::name(&status));
                self.state = State::Item;
                Step::Item(Progress {
                    status,
                    polls,
                    elapsed,
                })
            }
            Observation::PollAgain { status } => {
                self.seen = Some(status);
                self.more = true;
                self.request(now)
            }
            Observation::Ready(end) => {
                self.state = State::Done;
                Step::Done(Ok(WaitOutput {
                    result: end,
                    polls,
                    elapsed,
                }))
            }
            Observation::Failed { status, reason } => {
                self.seen = Some(status);
                let error = self.error(WaitErrorKind::Failed, reason, now);
                self.end(error)
            }
        }
    }

    /// Waits before it is asked again, no less than the server wishes, and no longer than there is time.
    fn pause(
        &mut self,
        wish: Duration,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let left = self.left(now);
        if left.is_zero() && !self.late && self.polls > 0 && wish.is_zero() {
            // Who took the item let the time pass.
            return self.request(now);
        }
        if left.is_zero() {
            return self.timed_out(now);
        }
        let first = self.options.interval.unwrap_or(W::SCHEDULE.interval);
        let longest = self
            .options
            .max_interval
            .unwrap_or(W::SCHEDULE.max_interval);
        let wait = self.random.nearly(first, self.pauses, longest.max(first));
        self.pauses = self.pauses.saturating_add(1);
        self.state = State::Pausing;
        Step::Wait(wait.max(wish).min(left))
    }

    fn timed_out(&mut self, now: Now) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        if std::mem::take(&mut self.more) {
            let over = TransportError::new(TransportErrorKind::Deadline, Sent::Maybe);
            let over = Error::new(W::Request::INFO.name, over);
            if let Some(sight @ Observation::Failed { .. }) = self.watch.observe_error(&over) {
                return self.take(sight, now);
            }
        }
        let error = self.error(WaitErrorKind::TimedOut, String::new(), now);
        self.end(error)
    }

    fn error(&mut self, kind: WaitErrorKind, reason: String, now: Now) -> Error {
        let operation = W::Request::INFO.name;
        let error = WaitError {
            kind,
            operation,
            subject: self.watch.subject(),
            status: self.seen.take(),
            reason,
            body: std::mem::take(&mut self.body),
            elapsed: self.elapsed(now),
            trouble: self.trouble.take(),
        };
        Error::new(operation, Box::new(error)).with_attempts(self.polls, Stop::Permanent)
    }

    fn end(&mut self, error: Error) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        self.state = State::Done;
        Step::fail(error)
    }

    fn misuse(
        &mut self,
        state: &'static str,
        input: &Input,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let input = input.name();
        let error = Error::new(W::Request::INFO.name, Misuse { state, input });
        Step::fail(error.with_attempts(self.polls, Stop::Permanent))
    }
}

impl<W: Waiter> Machine for Wait<W> {
    type Item = Progress<W::Status>;
    type Output = WaitOutput<W::Output>;

    /// In all what was set, and a second more for asking a last time. An attempt of one of the calls
    /// may take as long as [`WaitOptions::call`] says, or as is [left](crate::machine::Transmit::within).
    fn timeouts(&self) -> Timeouts {
        let total = self.options.timeout.unwrap_or(W::SCHEDULE.timeout);
        let call = self.options.call.timeouts();
        Timeouts {
            total: Some(total.saturating_add(LAST_POLL)),
            attempt: call.attempt.or(call.total),
        }
    }

    fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, Self::Output> {
        let state = std::mem::replace(&mut self.state, State::Done);
        match (state, input) {
            (State::New, Input::Next) => {
                self.began = Some(now.mono);
                match W::SCHEDULE.waits_first {
                    true => self.pause(Duration::ZERO, now),
                    false => self.request(now),
                }
            }
            (State::Asking(call), input) => self.resume_call(call, input, now),
            (State::Item, Input::Next) => self.pause(Duration::ZERO, now),
            (State::Pausing, Input::Woken) => self.request(now),
            (State::New | State::Item | State::Pausing, Input::Failure(failure))
                if failure.kind() == TransportErrorKind::Deadline =>
            {
                let error = Error::new(W::Request::INFO.name, failure);
                self.end(error.with_attempts(self.polls, Stop::Permanent))
            }
            (state, input) => {
                let name = match &state {
                    State::New => "new",
                    State::Asking(_) => "asking",
                    State::Item => "waiting for an item to be taken",
                    State::Pausing => "waiting for time to pass",
                    State::Done => "done",
                };
                self.state = state;
                self.misuse(name, &input)
            }
        }
    }
}

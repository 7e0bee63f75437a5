//! Waiting for what takes long: [`Wait`], and one file for each thing to wait for.

mod options;
mod waiter;
pub mod waiters;

use std::time::Duration;

use bytes::Bytes;

use crate::{
    error::{Error, ErrorKind, Sent, Stop, TransportError, TransportErrorKind},
    machine::{CallOutput, Input, Machine, Now, Step},
    operation::Operation,
    poll::{Poller, Turn},
    session::Session,
};

pub use crate::error::{WaitError, WaitErrorKind};
pub use options::{PollSchedule, WaitOptions};
pub use waiter::{Observation, Waiter};

/// Minimum time allowed for the final poll.
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
/// use std::time::SystemTime;
/// use neptunedata::{
///     Auth, Endpoint, Session, machine::{Input, Io, Machine, Now, Step}, transport::Sent,
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
/// let mut now = Now::at(SystemTime::UNIX_EPOCH);
/// let mut input = Input::Next;
/// let elapsed = loop {
///     input = match wait.resume(input, now) {
///         Step::Io(Io::Send(_)) => {
///             let answer = neptunedata::http::Response::new(answers.pop().unwrap().into());
///             Input::Response(answer, Default::default())
///         }
///         Step::Io(Io::Wait) => {
///             now.mono = wait.wake_at().unwrap(); // … sleep until then.
///             Input::Wake(Sent::No)
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
    poller: Poller<W::Request>,
    watch: W,
    options: WaitOptions,
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
            poller: Poller::new(session, seed),
            watch,
            options,
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
        let limit = self.left(now).max(LAST_POLL);
        let turn = self
            .poller
            .call(&self.watch.request(), &self.options.call, limit, now);
        self.take_turn(turn, now)
    }

    fn take_turn(
        &mut self,
        turn: Turn<<W::Request as Operation>::Output>,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        match turn {
            Turn::Begun => {
                self.began = Some(now.mono);
                if W::SCHEDULE.waits_first {
                    self.pause(Duration::ZERO, now)
                } else {
                    self.request(now)
                }
            }
            Turn::ItemTaken => self.pause(Duration::ZERO, now),
            Turn::PauseOver => self.request(now),
            Turn::Called(Ok(answered)) => self.answered(answered, now),
            Turn::Called(Err(error)) => self.failed(error, now),
            Turn::CannotWait(failure) => {
                let error = Error::new(W::Request::INFO.name, failure);
                Step::fail(error.with_attempts(self.polls, Stop::Permanent))
            }
            Turn::Io(io) => Step::Io(io),
            Turn::Misuse(misuse) => Step::Misuse(misuse),
        }
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
            Err(error) => Step::fail(Error::new(W::Request::INFO.name, error)),
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
        // A call has as much time as is left, so its deadline is that of the waiting.
        if is_over {
            self.trouble = Some(error);
            return self.timed_out(now);
        }
        if is_final {
            return Step::fail(error);
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
                self.poller.hand_out();
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
            Observation::Ready(end) => Step::Done(Ok(WaitOutput {
                result: end,
                polls,
                elapsed,
            })),
            Observation::Failed { status, reason } => {
                self.seen = Some(status);
                let error = self.error(WaitErrorKind::Failed, reason, now);
                Step::fail(error)
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
        let wait = self.poller.interval(first, self.pauses, longest.max(first));
        self.pauses = self.pauses.saturating_add(1);
        Step::Io(self.poller.pause(wait.max(wish).min(left), now))
    }

    fn timed_out(&mut self, now: Now) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        if std::mem::take(&mut self.more) {
            let over = TransportError::new(TransportErrorKind::Deadline, Sent::Maybe);
            let over = Error::new(W::Request::INFO.name, over);
            if let Some(sight @ Observation::Failed { .. }) = self.watch.observe_error(&over) {
                return self.take(sight, now);
            }
        }
        Step::fail(self.error(WaitErrorKind::TimedOut, String::new(), now))
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
}

impl<W: Waiter> Machine for Wait<W> {
    type Item = Progress<W::Status>;
    type Output = WaitOutput<W::Output>;

    fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, Self::Output> {
        let turn = self.poller.resume(input, now);
        self.take_turn(turn, now)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.poller.wake_at()
    }
}

//! Waiting for long-running operations: [`Wait`], and the [`waiters`].

mod options;
mod waiter;
pub mod waiters;

use std::time::Duration;

use bytes::Bytes;

use crate::{
    error::{Error, ErrorKind, Sent, Stop, TransportError, TransportErrorKind},
    machine::{CallOutput, Input, Machine, Now, Step},
    operation::Operation,
    poll::{PollEvent, Poller},
    session::Session,
};

pub use crate::error::{WaitError, WaitErrorKind};
pub use options::{PollSchedule, WaitOptions};
pub use waiter::{Observation, Waiter};

/// Minimum time allowed for the final poll.
const LAST_POLL: Duration = Duration::from_secs(1);

/// Polls the status of a long-running operation until it has ended.
///
/// This is a [`Machine`] whose items are the intermediate statuses, and whose output is the final status. Resume
/// it with [`Input::Next`] to start and after each item. If the operation fails or the timeout passes, the cause
/// of the error is a [`WaitError`], which contains the last response.
///
/// An unknown status is treated as in progress. Calls that fail with a transient error are repeated, up to five times
/// in a row; any other error of a call is returned unchanged, unless the waiter [interprets it](Waiter::observe_error).
/// In an error with the cause [`WaitError`], [`attempts`](Error::attempts) is the number of polls.
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
/// // The responses that a server could return, in reverse order:
/// let mut responses = ["LOAD_COMPLETED", "LOAD_IN_PROGRESS", "LOAD_IN_QUEUE"].map(|status| {
///     format!(r#"{{"status":"200 OK","payload":{{"overallStatus":{{"status":"{status}","totalRecords":7}}}}}}"#)
/// }).to_vec();
/// let mut now = Now::at(SystemTime::UNIX_EPOCH);
/// let mut input = Input::Next;
/// let output = loop {
///     input = match wait.resume(input, now) {
///         Step::Io(Io::Send(_)) => {
///             let response = neptunedata::http::Response::new(responses.pop().unwrap().into());
///             Input::Response(response, Default::default())
///         }
///         Step::Io(Io::Wait) => {
///             now.mono = wait.wake_at().unwrap(); // … sleep until this time.
///             Input::Wake(Sent::No)
///         }
///         Step::Item(progress) => {
///             println!("{:?} after {:?}", progress.status.overall_status, progress.elapsed);
///             Input::Next
///         }
///         Step::Done(output) => break output?,
///         step => panic!("{step:?}"),
///     };
/// };
/// assert!(matches!(output.result, LoadOutcome::Completed(_)));
/// assert_eq!(output.polls, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Wait<W: Waiter> {
    poller: Poller<W::Request>,
    waiter: W,
    options: WaitOptions,
    /// The start by the monotonic clock.
    started: Option<Duration>,
    polls: u32,
    /// Transient failures in a row.
    failures: u32,
    /// The waiter has returned [`Observation::PollAgain`]: the operation has ended, and this poll asks for details.
    polls_details: bool,
    /// The time was over when the last poll ended.
    was_overdue: bool,
    pauses: u32,
    /// The last status and the last response body.
    last_status: Option<String>,
    last_body: Bytes,
    /// The error of the last poll, if it failed.
    last_error: Option<Error>,
}

/// A status that was received before the operation ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress<S> {
    /// The status.
    pub status: S,
    /// The number of polls.
    pub polls: u32,
    /// The time since the start.
    pub elapsed: Duration,
}

/// The output of a [`Wait`] that ended successfully.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaitOutput<E> {
    /// The final status.
    pub result: E,
    /// The number of polls.
    pub polls: u32,
    /// The time since the start.
    pub elapsed: Duration,
}

impl<W: Waiter> Wait<W> {
    /// Waits with the [schedule](Waiter::SCHEDULE) of the waiter. The `seed` determines the jitter of
    /// pauses: use a random number, or [`Session::next_seed`](crate::session::Session::next_seed).
    pub fn new(session: &Session, waiter: W, seed: u64) -> Self {
        Wait::with_options(session, waiter, WaitOptions::default(), seed)
    }

    /// Like [`new`](Wait::new), with options.
    pub fn with_options(session: &Session, waiter: W, options: WaitOptions, seed: u64) -> Self {
        let mut options = options;
        if let (None, Some(attempts)) = (options.call.max_attempts, W::SCHEDULE.attempts) {
            options.call = options.call.max_attempts(attempts);
        }
        Wait {
            poller: Poller::new(session, seed),
            waiter,
            options,
            started: None,
            polls: 0,
            failures: 0,
            polls_details: false,
            was_overdue: false,
            pauses: 0,
            last_status: None,
            last_body: Bytes::new(),
            last_error: None,
        }
    }

    fn elapsed(&self, now: Now) -> Duration {
        now.mono.saturating_sub(self.started.unwrap_or(now.mono))
    }

    fn remaining(&self, now: Now) -> Duration {
        let timeout = self.options.timeout.unwrap_or(W::SCHEDULE.timeout);
        timeout.saturating_sub(self.elapsed(now))
    }

    fn request(&mut self, now: Now) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        self.polls = self.polls.saturating_add(1);
        let limit = self.remaining(now).max(LAST_POLL);
        let event = self
            .poller
            .call(&self.waiter.request(), &self.options.call, limit, now);
        self.on_event(event, now)
    }

    fn on_event(
        &mut self,
        event: PollEvent<<W::Request as Operation>::Output>,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        match event {
            PollEvent::Started => {
                self.started = Some(now.mono);
                if W::SCHEDULE.waits_first {
                    self.pause(Duration::ZERO, now)
                } else {
                    self.request(now)
                }
            }
            PollEvent::ItemTaken => self.pause(Duration::ZERO, now),
            PollEvent::PauseOver => self.request(now),
            PollEvent::CallDone(Ok(output)) => self.on_output(output, now),
            PollEvent::CallDone(Err(error)) => self.on_error(error, now),
            PollEvent::CannotWait(failure) => {
                let error = Error::new(W::Request::INFO.name, failure);
                Step::fail(error.with_attempts(self.polls, Stop::Permanent))
            }
            PollEvent::Io(io) => Step::Io(io),
            PollEvent::Misuse(misuse) => Step::Misuse(misuse),
        }
    }

    fn on_output(
        &mut self,
        output: CallOutput<<W::Request as Operation>::Output>,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        (self.failures, self.polls_details) = (0, false);
        self.was_overdue = self.remaining(now).is_zero();
        self.last_error = None;
        self.last_body = output.body.clone();
        match self.waiter.observe(&output) {
            Ok(observation) => self.on_observation(observation, now),
            Err(error) => Step::fail(Error::new(W::Request::INFO.name, error)),
        }
    }

    fn on_error(
        &mut self,
        error: Error,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let is_deadline = error.kind() == ErrorKind::Transport(TransportErrorKind::Deadline);
        let remaining = self.remaining(now);
        self.was_overdue = remaining.is_zero();
        self.failures = self.failures.saturating_add(1);
        let is_final =
            is_deadline || !error.is_retryable() || self.failures > self.options.transient_failures;
        // A failed poll for details is repeated while there is time. The waiter only sees its error after that.
        let retries_details = self.polls_details
            && !is_final
            && !self.was_overdue
            && error.retry_after().is_none_or(|time| time <= remaining);
        if !retries_details
            && (self.polls_details || !is_deadline)
            && let Some(observation) = self.waiter.observe_error(&error)
        {
            if matches!(observation, Observation::Pending(_)) {
                self.failures = 0;
            }
            self.last_error = Some(error);
            return self.on_observation(observation, now);
        }
        // The time limit of a call is the remaining time, so a deadline is the timeout of the wait.
        if is_deadline {
            self.last_error = Some(error);
            return self.timed_out(now);
        }
        if is_final {
            return Step::fail(error);
        }
        let retry_after = error.retry_after().unwrap_or_default();
        self.last_error = Some(error);
        self.pause(retry_after, now)
    }

    fn on_observation(
        &mut self,
        observation: Observation<W::Status, W::Output>,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let (polls, elapsed) = (self.polls, self.elapsed(now));
        match observation {
            Observation::Pending(status) => {
                self.last_status = Some(W::name(&status));
                self.poller.hand_out();
                Step::Item(Progress {
                    status,
                    polls,
                    elapsed,
                })
            }
            Observation::PollAgain { status } => {
                self.last_status = Some(status);
                self.polls_details = true;
                self.request(now)
            }
            Observation::Ready(result) => Step::Done(Ok(WaitOutput {
                result,
                polls,
                elapsed,
            })),
            Observation::Failed { status, reason } => {
                self.last_status = Some(status);
                let error = self.error(WaitErrorKind::Failed, reason, now);
                Step::fail(error)
            }
        }
    }

    /// Pauses before the next poll, at least for `retry_after` and at most for the remaining time.
    fn pause(
        &mut self,
        retry_after: Duration,
        now: Now,
    ) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        let remaining = self.remaining(now);
        // The time ended while the caller had the item, so the final poll is still due.
        if remaining.is_zero() && !self.was_overdue && self.polls > 0 && retry_after.is_zero() {
            return self.request(now);
        }
        if remaining.is_zero() {
            return self.timed_out(now);
        }
        let first = self.options.interval.unwrap_or(W::SCHEDULE.interval);
        let longest = self
            .options
            .max_interval
            .unwrap_or(W::SCHEDULE.max_interval);
        let interval = self.poller.interval(first, self.pauses, longest.max(first));
        self.pauses = self.pauses.saturating_add(1);
        let time = interval.max(retry_after).min(remaining);
        Step::Io(self.poller.pause(time, now))
    }

    fn timed_out(&mut self, now: Now) -> Step<Progress<W::Status>, WaitOutput<W::Output>> {
        // If the operation is known to have failed, report that instead of the timeout.
        if std::mem::take(&mut self.polls_details) {
            let deadline = TransportError::new(TransportErrorKind::Deadline, Sent::Maybe);
            let deadline = Error::new(W::Request::INFO.name, deadline);
            if let Some(observation @ Observation::Failed { .. }) =
                self.waiter.observe_error(&deadline)
            {
                return self.on_observation(observation, now);
            }
        }
        Step::fail(self.error(WaitErrorKind::TimedOut, String::new(), now))
    }

    fn error(&mut self, kind: WaitErrorKind, reason: String, now: Now) -> Error {
        let operation = W::Request::INFO.name;
        let error = WaitError {
            kind,
            operation,
            subject: self.waiter.subject(),
            status: self.last_status.take(),
            reason,
            body: std::mem::take(&mut self.last_body),
            elapsed: self.elapsed(now),
            last_error: self.last_error.take(),
        };
        Error::new(operation, Box::new(error)).with_attempts(self.polls, Stop::Permanent)
    }
}

impl<W: Waiter> Machine for Wait<W> {
    type Item = Progress<W::Status>;
    type Output = WaitOutput<W::Output>;

    fn resume(&mut self, input: Input, now: Now) -> Step<Self::Item, Self::Output> {
        let event = self.poller.resume(input, now);
        self.on_event(event, now)
    }

    fn wake_at(&self) -> Option<Duration> {
        self.poller.wake_at()
    }

    fn abandon(&mut self) {
        self.poller.abandon();
    }

    fn is_between_polls(&self) -> bool {
        self.poller.is_between_polls()
    }
}

//! The intervals and limits of polling.

use std::time::Duration;

use crate::machine::CallOptions;

/// Options for waiting. Options that are not set are taken from the [`PollSchedule`] of the waiter.
///
/// ```
/// use std::time::Duration;
/// use neptunedata::wait::WaitOptions;
///
/// // For a progress bar: every second, for an hour at most.
/// let options = WaitOptions::new()
///     .interval(Duration::from_secs(1))
///     .max_interval(Duration::from_secs(1))
///     .timeout(Duration::from_secs(3600));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaitOptions {
    pub(super) interval: Option<Duration>,
    pub(super) max_interval: Option<Duration>,
    pub(super) timeout: Option<Duration>,
    pub(super) transient_failures: u32,
    pub(super) call: CallOptions,
}

impl Default for WaitOptions {
    fn default() -> Self {
        WaitOptions {
            interval: None,
            max_interval: None,
            timeout: None,
            transient_failures: 5,
            call: CallOptions::default(),
        }
    }
}

impl WaitOptions {
    /// The defaults of the waiter.
    pub fn new() -> Self {
        WaitOptions::default()
    }

    /// The interval between the first and the second poll. The interval doubles with every poll, up to
    /// [`max_interval`](WaitOptions::max_interval). Each interval is shortened at random by up to a quarter,
    /// so that waiters that start together do not poll together.
    #[must_use]
    pub fn interval(mut self, time: Duration) -> Self {
        self.interval = Some(time);
        self
    }

    /// The maximum interval between two polls. If it is not greater than
    /// [`interval`](WaitOptions::interval), all intervals are the same.
    #[must_use]
    pub fn max_interval(mut self, time: Duration) -> Self {
        self.max_interval = Some(time);
        self
    }

    /// The maximum time to wait in all, by the monotonic clock.
    ///
    /// If the timeout passes during a pause, the machine polls once more, even if the server requested a longer
    /// pause (`Retry-After`). This final poll, and any poll that starts in the last second, may take one second.
    /// Every other poll is aborted when the timeout passes.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// The maximum number of polls in a row that fail with a transient error, 5 by default. Each poll is a
    /// call with its own attempts. A successful poll resets the count.
    #[must_use]
    pub fn transient_failures(mut self, failures: u32) -> Self {
        self.transient_failures = failures;
        self
    }

    /// Options for each poll. Their `timeout` and `attempt_timeout` limit one attempt of a poll; the
    /// [`timeout`](WaitOptions::timeout) of the wait limits the wait as a whole.
    #[must_use]
    pub fn call(mut self, options: CallOptions) -> Self {
        self.call = options;
        self
    }
}

/// The intervals and limits of a waiter, unless [`WaitOptions`] override them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollSchedule {
    /// The interval between the first and the second poll. It doubles with every poll, up to `max_interval`.
    pub interval: Duration,
    /// The maximum interval.
    pub max_interval: Duration,
    /// The maximum time to wait in all.
    pub timeout: Duration,
    /// Whether to pause before the first poll.
    pub waits_first: bool,
    /// The maximum number of attempts per call; `None` for the default of the session.
    pub attempts: Option<u32>,
}

impl PollSchedule {
    /// Intervals of 2 to 30 seconds and a timeout of one day, for operations that take minutes to hours.
    pub const SLOW: PollSchedule =
        PollSchedule::new(Duration::from_secs(2), Duration::from_secs(30));

    /// These intervals, with a timeout of one day, no pause before the first poll, and the session's number
    /// of attempts.
    pub const fn new(interval: Duration, max_interval: Duration) -> PollSchedule {
        PollSchedule {
            interval,
            max_interval,
            timeout: Duration::from_secs(24 * 60 * 60),
            waits_first: false,
            attempts: None,
        }
    }
}

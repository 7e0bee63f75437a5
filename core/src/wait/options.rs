//! How often to ask, and how long.

use std::time::Duration;

use crate::machine::CallOptions;

/// How often to ask, and how long. What is not set here the waiter decides: see [`PollSchedule`].
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
    /// The waiter decides.
    pub fn new() -> Self {
        WaitOptions::default()
    }

    /// How long to wait before asking a second time. The time doubles with every time of asking, up
    /// to [`max_interval`](WaitOptions::max_interval), and each wait is shortened at random by up to a
    /// quarter, so that waiters that begin together do not ask together.
    #[must_use]
    pub fn interval(mut self, time: Duration) -> Self {
        self.interval = Some(time);
        self
    }

    /// The longest wait between two times of asking. One that is not longer than the interval means
    /// the same wait each time.
    #[must_use]
    pub fn max_interval(mut self, time: Duration) -> Self {
        self.max_interval = Some(time);
        self
    }

    /// How long to wait in all, by the monotonic clock. At the end it is asked a last time, also where the
    /// server wishes for a longer wait (`Retry-After`, which is respected until then). That may
    /// take a second, and so may a time of asking that began within the last second; all others are
    /// given up at the end.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// How many times of asking in a row may fail in a way that may pass, 5 by default; each is a
    /// call with attempts of its own. One success, and they count from zero again.
    #[must_use]
    pub fn transient_failures(mut self, failures: u32) -> Self {
        self.transient_failures = failures;
        self
    }

    /// Options for each call.
    #[must_use]
    pub fn call(mut self, options: CallOptions) -> Self {
        self.call = options;
        self
    }
}

/// How often a waiter asks, and how long, unless [`WaitOptions`] say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollSchedule {
    /// The first wait.
    pub interval: Duration,
    /// The longest wait.
    pub max_interval: Duration,
    /// How long to wait in all.
    pub timeout: Duration,
    /// Whether to wait before asking the first time.
    pub waits_first: bool,
    /// How many attempts each call has; None for as many as the session says.
    pub attempts: Option<u32>,
}

impl PollSchedule {
    /// From 2 to 30 seconds between times of asking, and a day in all, as for work that takes
    /// minutes to hours.
    pub const SLOW: PollSchedule =
        PollSchedule::new(Duration::from_secs(2), Duration::from_secs(30));

    /// This pace, for a day in all.
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

//! How a change stream is followed.

use std::time::Duration;

use crate::machine::CallOptions;

/// How a change stream is followed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ChangesOptions {
    pub(super) stop_at_end: bool,
    pub(super) page_limit: i64,
    pub(super) poll_interval: Duration,
    pub(super) max_poll_interval: Duration,
    pub(super) lag_tolerance: Duration,
    pub(super) transient_failures: u32,
    pub(super) transaction_limit: usize,
    pub(super) call: CallOptions,
}

impl Default for ChangesOptions {
    fn default() -> Self {
        ChangesOptions {
            stop_at_end: false,
            page_limit: 100_000,
            poll_interval: Duration::from_secs(1),
            max_poll_interval: Duration::from_secs(15),
            lag_tolerance: Duration::from_secs(30),
            transient_failures: 10,
            transaction_limit: 1_000_000,
            call: CallOptions::default(),
        }
    }
}

impl ChangesOptions {
    /// The defaults.
    pub fn new() -> Self {
        ChangesOptions::default()
    }

    /// Ends where the stream ends, in place of waiting for what comes.
    #[must_use]
    pub fn stop_at_end(mut self) -> Self {
        self.stop_at_end = true;
        self
    }

    /// The most records to ask for at once, 1 to 100,000; the latter by default. It begins with
    /// 1,000 and goes by the size of the records from then on: the service ends a page at 10 MB, and
    /// the client may have a [limit of its own](CallOptions::max_body_bytes).
    #[must_use]
    pub fn page_limit(mut self, records: i64) -> Self {
        self.page_limit = records.clamp(1, 100_000);
        self
    }

    /// How long to wait when nothing new is there: from `shortest`, 1 second by default, doubling up
    /// to `longest`, 15 seconds by default, shortened at random by up to a quarter. No source
    /// recommends an interval ([U16](crate::wire_notes#u16)); the stream is read with what queries have for themselves too.
    #[must_use]
    pub fn poll_interval(mut self, shortest: Duration, longest: Duration) -> Self {
        self.poll_interval = shortest;
        self.max_poll_interval = longest.max(shortest);
        self
    }

    /// How long the stream may end before the place that was read last, or keep back what follows it,
    /// 30 seconds by default. Replicas lag behind; where there are none, zero is right.
    #[must_use]
    pub fn lag_tolerance(mut self, time: Duration) -> Self {
        self.lag_tolerance = time;
        self
    }

    /// How many times of asking in a row may fail in a way that may pass, 10 by default; each is a
    /// call of one attempt, unless [`call`](Self::call) says otherwise. Being refused for load does not
    /// count, it only slows down; a longer wait that the server wishes for is respected up to 60 s.
    #[must_use]
    pub fn transient_failures(mut self, failures: u32) -> Self {
        self.transient_failures = failures;
        self
    }

    /// The most records of one transaction, 1,000,000 by default; at least 1. They are all in memory
    /// when [`Transactions`](crate::changes::Transactions) are handed out; single [`Changes`](crate::changes::Changes)
    /// have no limit. It counts records and not their size, so choose it by what yours have.
    #[must_use]
    pub fn transaction_limit(mut self, records: usize) -> Self {
        self.transaction_limit = records.max(1);
        self
    }

    /// Options for each call.
    #[must_use]
    pub fn call(mut self, options: CallOptions) -> Self {
        self.call = options;
        self
    }
}

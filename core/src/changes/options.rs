//! Options for following a change stream.

use std::time::Duration;

use crate::machine::CallOptions;

/// Options for following a change stream.
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

    /// Stops at the end of the stream instead of polling for new records.
    ///
    /// If the engine does not mark the last record of a transaction, [`Transactions`](crate::changes::Transactions)
    /// then does not hand out the last transaction of the stream: only a record of the next transaction would show
    /// that it is complete. The next start delivers it again.
    #[must_use]
    pub fn stop_at_end(mut self) -> Self {
        self.stop_at_end = true;
        self
    }

    /// The maximum number of records per request, 100,000 by default. Numbers outside 1 to 100,000 are
    /// changed to the nearest bound. The machine starts with at most 1,000 records per request. It then
    /// adapts the number to the size of the records, up to this maximum, because the service ends a page at
    /// 10 MB and the client can have a [lower limit](CallOptions::max_body_bytes).
    #[must_use]
    pub fn page_limit(mut self, records: i64) -> Self {
        self.page_limit = records.clamp(1, 100_000);
        self
    }

    /// The interval between polls without new records: `min` (1 second by default) at first, then doubling
    /// up to `max` (15 seconds by default). Each interval is shortened at random by up to a quarter.
    ///
    /// No source recommends an interval ([U16](crate::wire_notes#u16)). Polls use the same resources of the
    /// server as queries.
    #[must_use]
    pub fn poll_interval(mut self, min: Duration, max: Duration) -> Self {
        self.poll_interval = min;
        self.max_poll_interval = max.max(min);
        self
    }

    /// How long the machine tolerates that the end of the stream, as reported by the service, contradicts the last
    /// position read; 30 seconds by default. After this time, the contradiction is an error. Replicas cause it for
    /// a short time, because they lag behind the writer; without replicas, use zero.
    #[must_use]
    pub fn lag_tolerance(mut self, time: Duration) -> Self {
        self.lag_tolerance = time;
        self
    }

    /// The maximum number of transient failures in a row, 10 by default. Each of them is a call with one attempt,
    /// unless [`call`](Self::call) sets [`max_attempts`](CallOptions::max_attempts). Throttling and out-of-memory
    /// errors of the server do not count; they only slow the machine down. A `Retry-After` of the server is
    /// respected up to 60 seconds.
    #[must_use]
    pub fn transient_failures(mut self, failures: u32) -> Self {
        self.transient_failures = failures;
        self
    }

    /// The maximum number of records in a transaction, 1,000,000 by default; 0 counts as 1.
    ///
    /// The limit applies to [`Transactions`](crate::changes::Transactions), which keeps all records of a transaction in
    /// memory, but not to [`Changes`](crate::changes::Changes). The memory needed depends on the size of your records.
    #[must_use]
    pub fn transaction_limit(mut self, records: usize) -> Self {
        self.transaction_limit = records.max(1);
        self
    }

    /// Options for each poll. Their `timeout` and `attempt_timeout` limit one attempt of a poll.
    #[must_use]
    pub fn call(mut self, options: CallOptions) -> Self {
        self.call = options;
        self
    }
}

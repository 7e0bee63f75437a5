//! Which connections of a client may serve another request.

use std::{net::SocketAddr, time::Duration};

use crate::{machine::Reuse, transport::ClientOptions};

/// A close this soon after a response cannot be the server's idle time-out.
const EARLY_CLOSE: Duration = Duration::from_secs(1);
/// The number of early closes in a row after which connections are not reused.
const MAX_EARLY_CLOSES: u32 = 2;
/// How long connections are not reused after so many early closes.
const SINGLE_USE: Duration = Duration::from_secs(60);

/// Decides which of a client's connections may serve another request. A pool has one `ReusePolicy`, and one
/// [`ConnectionRecord`] for each connection. Times are durations on a monotonic clock with an arbitrary start.
///
/// A connection is not reused if
///
/// - it was idle for [`idle_timeout`](ClientOptions::idle_timeout),
/// - it is older than [`max_connection_age`](ClientOptions::max_connection_age), or
/// - it was opened before the last [`retire_all`](Self::retire_all).
///
/// Some servers close each connection right after its first response and do not announce it. A pool that
/// checks idle connections cannot see a close that has not arrived yet. The next request on such a connection
/// then fails, and may have been executed. If the server closes two connections in a row within a second
/// after their first response, no connection is reused for a minute.
///
/// ```
/// use std::time::Duration;
/// use neptunedata::transport::{ClientOptions, ReusePolicy};
///
/// let seconds = Duration::from_secs;
/// let mut policy = ReusePolicy::new(&ClientOptions::new().idle_timeout(seconds(50)));
/// let mut connection = policy.open(seconds(0));
/// policy.note_response(&mut connection, seconds(1));
/// assert!(policy.may_reuse(&connection, seconds(50)));
/// assert!(!policy.may_reuse(&connection, seconds(51)), "idle for 50 s");
///
/// policy.retire_all();
/// assert!(!policy.may_reuse(&connection, seconds(2)), "opened before");
/// ```
#[derive(Debug, Clone)]
pub struct ReusePolicy {
    idle_timeout: Duration,
    max_age: Duration,
    /// Increased by `retire_all`.
    generation: u64,
    /// Early closes in a row.
    early_closes: u32,
    single_use_until: Option<Duration>,
}

/// The purpose of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A request of a call.
    #[default]
    Call,
    /// Cancels a query, at this address if it is known. Such a connection does not count towards
    /// [`max_connections`](ClientOptions::max_connections); the client limits the number of cancellations.
    Cancel(Option<SocketAddr>),
}

impl Purpose {
    /// The address that the connection must lead to; `None` if any address will do.
    pub fn address(self) -> Option<SocketAddr> {
        match self {
            Purpose::Call => None,
            Purpose::Cancel(address) => address,
        }
    }

    /// Whether a connection to this server serves the purpose.
    pub fn fits(self, server: Option<SocketAddr>) -> bool {
        self.address().is_none() || self.address() == server
    }
}

/// What a [`ReusePolicy`] knows about one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionRecord {
    generation: u64,
    opened: Duration,
    /// The end of the last response; before the first one, the time of opening.
    idle_since: Duration,
    /// The responses that were read to their end. A connection with any other response is not reused.
    responses: u64,
}

impl ConnectionRecord {
    /// Whether the connection has served a request before.
    pub fn is_reused(&self) -> bool {
        self.responses > 0
    }
}

impl ReusePolicy {
    /// The policy of these options.
    pub fn new(options: &ClientOptions) -> ReusePolicy {
        ReusePolicy {
            idle_timeout: options.get_idle_timeout(),
            max_age: options.get_max_connection_age(),
            generation: 0,
            early_closes: 0,
            single_use_until: None,
        }
    }

    /// The record of a connection that is about to be opened. Call this before the name look-up, because the
    /// age of a connection counts from the lookup of its address.
    pub fn open(&self, now: Duration) -> ConnectionRecord {
        ConnectionRecord {
            generation: self.generation,
            opened: now,
            idle_since: now,
            responses: 0,
        }
    }

    /// Notes that a request begins. If a call needs a [fresh](Reuse::Fresh) connection, all connections that exist now
    /// are [retired](Self::retire_all), because the reason concerns them all. A cancellation retires none: its own
    /// connection failed, which says nothing about those of the calls.
    pub fn begin(&mut self, reuse: Reuse, purpose: Purpose) {
        if reuse == Reuse::Fresh && purpose == Purpose::Call {
            self.retire_all();
        }
    }

    /// Excludes all connections that exist now from reuse, for example because one of them broke or leads to a
    /// former writer instance.
    pub fn retire_all(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// Notes that a response was read to its end.
    pub fn note_response(&mut self, connection: &mut ConnectionRecord, now: Duration) {
        if connection.is_reused() {
            // The server does not close each connection after its first response.
            self.early_closes = 0;
            self.single_use_until = None;
        }
        connection.responses = connection.responses.saturating_add(1);
        connection.idle_since = now;
    }

    /// Notes that the server has closed a connection without announcing it: while it was idle, or instead of
    /// responding to a request. Data that arrives while the connection is idle is not a close.
    pub fn note_close(&mut self, connection: &ConnectionRecord, now: Duration) {
        let idle = now.saturating_sub(connection.idle_since);
        if connection.responses != 1 || idle > EARLY_CLOSE {
            return;
        }
        self.early_closes = self.early_closes.saturating_add(1);
        if self.early_closes >= MAX_EARLY_CLOSES {
            self.single_use_until = now.checked_add(SINGLE_USE);
        }
    }

    /// The time at which an idle connection must be closed; `None` if `Duration` cannot represent it.
    pub fn expiry(&self, connection: &ConnectionRecord) -> Option<Duration> {
        let idle = connection.idle_since.checked_add(self.idle_timeout);
        let age = connection.opened.checked_add(self.max_age);
        match (idle, age) {
            (Some(idle), Some(age)) => Some(idle.min(age)),
            (idle, age) => idle.or(age),
        }
    }

    /// Whether an idle connection may serve another request. The pool checks in addition that the connection is
    /// still open.
    pub fn may_reuse(&self, connection: &ConnectionRecord, now: Duration) -> bool {
        connection.generation == self.generation
            && self.expiry(connection).is_none_or(|expiry| now < expiry)
            && self.single_use_until.is_none_or(|until| now >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn policy() -> ReusePolicy {
        let options = ClientOptions::new().idle_timeout(seconds(50));
        ReusePolicy::new(&options.max_connection_age(seconds(300)))
    }

    /// A connection that was opened at `opened` and has served so many requests at that time.
    fn served(policy: &mut ReusePolicy, opened: Duration, responses: u64) -> ConnectionRecord {
        let mut connection = policy.open(opened);
        for _ in 0..responses {
            policy.note_response(&mut connection, opened);
        }
        connection
    }

    #[test]
    fn age_and_idle_time_end_reuse() {
        let mut policy = policy();
        let mut connection = served(&mut policy, seconds(0), 1);
        assert_eq!(policy.expiry(&connection), Some(seconds(50)));
        policy.note_response(&mut connection, seconds(280));
        assert_eq!(policy.expiry(&connection), Some(seconds(300)));
        assert!(policy.may_reuse(&connection, seconds(299)));
        assert!(!policy.may_reuse(&connection, seconds(300)));

        let forever = ClientOptions::new().idle_timeout(Duration::MAX);
        let policy = ReusePolicy::new(&forever.max_connection_age(Duration::MAX));
        let connection = policy.open(seconds(1));
        assert_eq!(policy.expiry(&connection), None);
        assert!(policy.may_reuse(&connection, Duration::MAX));
    }

    #[test]
    fn a_connection_that_was_being_opened_is_retired_with_the_others() {
        let mut policy = policy();
        let opening = policy.open(seconds(0));
        policy.retire_all();
        assert!(!policy.may_reuse(&opening, seconds(1)));
        assert!(policy.may_reuse(&policy.open(seconds(1)), seconds(1)));
    }

    #[test]
    fn a_fresh_connection_retires_the_others_only_for_calls() {
        let mut policy = policy();
        let idle = served(&mut policy, seconds(0), 1);
        let address = SocketAddr::from(([10, 0, 0, 1], 8182));
        for purpose in [Purpose::Cancel(None), Purpose::Cancel(Some(address))] {
            policy.begin(Reuse::Fresh, purpose);
            assert!(policy.may_reuse(&idle, seconds(1)), "{purpose:?}");
            assert!(purpose.fits(Some(address)));
        }
        assert!(!Purpose::Cancel(Some(address)).fits(None));
        policy.begin(Reuse::Allowed, Purpose::Call);
        assert!(policy.may_reuse(&idle, seconds(1)));
        policy.begin(Reuse::Fresh, Purpose::Call);
        assert!(!policy.may_reuse(&idle, seconds(1)));
    }

    #[test]
    fn two_early_closes_in_a_row_end_reuse_for_a_minute() {
        let mut policy = policy();
        let (now, soon) = (seconds(10), seconds(11));
        let (once, twice) = (served(&mut policy, now, 1), served(&mut policy, now, 2));
        let idle = policy.open(soon);
        policy.note_close(&once, soon);
        // Resets the count.
        served(&mut policy, now, 2);
        policy.note_close(&once, soon);
        // These are not early: the second response, the idle time-out.
        policy.note_close(&twice, soon);
        policy.note_close(&once, seconds(12));
        assert!(policy.may_reuse(&idle, soon));
        policy.note_close(&once, soon);
        assert!(!policy.may_reuse(&idle, soon));
        assert!(!policy.may_reuse(&policy.open(seconds(70)), seconds(70)));
        assert!(policy.may_reuse(&policy.open(seconds(71)), seconds(71)));
        served(&mut policy, now, 2);
        assert!(policy.may_reuse(&idle, soon));
    }
}

//! Until when something may take, and what it means to be late.

use std::{
    fmt, io,
    time::{Duration, Instant},
};

use neptunedata::transport::TransportErrorKind;

/// The times at which a call gives up. None is: never.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Limits {
    total: Option<Instant>,
    attempt: Option<Instant>,
    connect: Option<Instant>,
}

impl Limits {
    /// Limits of a call that begins now.
    pub(crate) fn of_call(timeout: Option<Duration>) -> Self {
        Limits {
            total: timeout.and_then(from_now),
            ..Limits::default()
        }
    }

    /// The same call, with an attempt that begins now.
    pub(crate) fn with_attempt(self, timeout: Option<Duration>) -> Self {
        Limits {
            attempt: timeout.and_then(from_now),
            ..self
        }
    }

    /// The same call, between two attempts.
    pub(crate) fn without_attempt(self) -> Self {
        Limits {
            attempt: None,
            ..self
        }
    }

    /// The same, while a connection is made.
    pub(crate) fn with_connect(self, timeout: Duration) -> Self {
        Limits {
            connect: from_now(timeout),
            ..self
        }
    }

    /// Moves them on, for time that was the caller's own.
    pub(crate) fn postpone(&mut self, by: Duration) {
        for limit in [&mut self.total, &mut self.attempt, &mut self.connect] {
            *limit = limit.and_then(|limit| limit.checked_add(by));
        }
    }

    /// The time left, None if there is no limit.
    ///
    /// # Errors
    ///
    /// What it is called when nothing is left.
    pub(crate) fn left(&self) -> Result<Option<Duration>, TransportErrorKind> {
        let limits = [
            (self.total, TransportErrorKind::Deadline),
            (self.attempt, TransportErrorKind::Timeout),
            (self.connect, TransportErrorKind::ConnectTimeout),
        ];
        let now = Instant::now();
        let mut least = None;
        for (limit, kind) in limits {
            let Some(limit) = limit else { continue };
            let left = limit.saturating_duration_since(now);
            if left.is_zero() {
                return Err(kind);
            }
            least = Some(least.map_or(left, |least: Duration| least.min(left)));
        }
        Ok(least)
    }
}

fn from_now(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}

/// A limit was reached; travels inside of an [`io::Error`].
#[derive(Debug)]
struct Late(TransportErrorKind);

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time set for it is over")
    }
}

impl std::error::Error for Late {}

pub(crate) fn late(kind: TransportErrorKind) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, Late(kind))
}

/// Which limit the error reports, if it does.
pub(crate) fn lateness(error: &io::Error) -> Option<TransportErrorKind> {
    let late = error.get_ref()?.downcast_ref::<Late>()?;
    Some(late.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_counts_and_names_the_failure() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Limits::default().left(), Ok(None));
        assert_eq!(Limits::of_call(Some(Duration::MAX)).left(), Ok(None));
        let limits = Limits::of_call(Some(hour * 2)).with_attempt(Some(hour));
        let left = limits.left().unwrap().unwrap();
        assert!(left <= hour && left > hour / 2, "{left:?}");

        let over = Some(Duration::ZERO);
        let kind = |limits: Limits| limits.left().unwrap_err();
        assert_eq!(kind(limits.with_attempt(over)), TransportErrorKind::Timeout);
        assert_eq!(
            kind(limits.with_connect(Duration::ZERO)),
            TransportErrorKind::ConnectTimeout
        );
        let dead = Limits::of_call(over).with_attempt(over);
        assert_eq!(kind(dead), TransportErrorKind::Deadline);
        assert_eq!(kind(dead.without_attempt()), TransportErrorKind::Deadline);

        let mut postponed = dead;
        postponed.postpone(hour);
        assert!(postponed.left().is_ok());
        assert_eq!(
            lateness(&late(TransportErrorKind::Timeout)),
            Some(TransportErrorKind::Timeout)
        );
        assert_eq!(lateness(&io::ErrorKind::TimedOut.into()), None);
    }
}

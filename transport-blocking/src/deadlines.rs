//! Deadlines of a call, and the I/O error of one that has passed.

use std::{
    fmt, io,
    time::{Duration, Instant},
};

use neptunedata::transport::TransportErrorKind;

/// The times at which a step gives up. None is: never.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Limits {
    /// When the machine wants to be woken; reported as [`TransportErrorKind::Timeout`].
    wake: Option<Instant>,
    connect: Option<Instant>,
}

impl Limits {
    /// The limits of a step, after which the machine wants to be woken.
    pub(crate) fn until(wake: Option<Instant>) -> Self {
        Limits {
            wake,
            connect: None,
        }
    }

    /// The same, while a connection is made.
    pub(crate) fn with_connect(self, timeout: Duration) -> Self {
        Limits {
            connect: from_now(timeout),
            ..self
        }
    }

    /// The time left, None if there is no limit.
    ///
    /// # Errors
    ///
    /// What it is called when nothing is left.
    pub(crate) fn left(&self) -> Result<Option<Duration>, TransportErrorKind> {
        let limits = [
            (self.wake, TransportErrorKind::Timeout),
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
struct Elapsed(TransportErrorKind);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time set for it is over")
    }
}

impl std::error::Error for Elapsed {}

pub(crate) fn elapsed(kind: TransportErrorKind) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, Elapsed(kind))
}

/// Which limit the error reports, if it does.
pub(crate) fn elapsed_kind(error: &io::Error) -> Option<TransportErrorKind> {
    let elapsed = error.get_ref()?.downcast_ref::<Elapsed>()?;
    Some(elapsed.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_counts_and_names_the_failure() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Limits::default().left(), Ok(None));
        let limits = Limits::until(from_now(hour * 2)).with_connect(hour);
        let left = limits.left().unwrap().unwrap();
        assert!(left <= hour && left > hour / 2, "{left:?}");

        let kind = |limits: Limits| limits.left().unwrap_err();
        let connect = limits.with_connect(Duration::ZERO);
        assert_eq!(kind(connect), TransportErrorKind::ConnectTimeout);
        let over = Limits::until(from_now(Duration::ZERO));
        assert_eq!(kind(over), TransportErrorKind::Timeout);
        let both = over.with_connect(Duration::ZERO);
        assert_eq!(kind(both), TransportErrorKind::Timeout);

        assert_eq!(
            elapsed_kind(&elapsed(TransportErrorKind::Timeout)),
            Some(TransportErrorKind::Timeout)
        );
        assert_eq!(elapsed_kind(&io::ErrorKind::TimedOut.into()), None);
    }
}

//! The deadlines of a call, and the I/O error when one has passed.

use std::{
    io,
    time::{Duration, Instant},
};

use neptunedata::transport::TransportErrorKind;

/// The deadlines of a step; `None` means no deadline.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Limits {
    /// When the machine must be woken; reported as [`TransportErrorKind::Timeout`].
    wake: Option<Instant>,
    connect: Option<Instant>,
}

impl Limits {
    /// The limits of a step that ends when the machine must be woken.
    pub(crate) fn until(wake: Option<Instant>) -> Self {
        Limits {
            wake,
            connect: None,
        }
    }

    /// These limits and one for opening a connection, from now.
    pub(crate) fn with_connect(self, timeout: Duration) -> Self {
        Limits {
            connect: from_now(timeout),
            ..self
        }
    }

    /// The time left; `None` if there is no limit.
    ///
    /// # Errors
    ///
    /// The kind of the limit that was reached, when no time is left.
    pub(crate) fn left(&self) -> Result<Option<Duration>, TransportErrorKind> {
        let limits = [
            (self.wake, TransportErrorKind::Timeout),
            (self.connect, TransportErrorKind::ConnectTimeout),
        ];
        let mut now = None;
        let mut shortest = None;
        for (limit, kind) in limits {
            let Some(limit) = limit else { continue };
            // Without limits, the clock is not read.
            let now = *now.get_or_insert_with(Instant::now);
            let left = limit.saturating_duration_since(now);
            if left.is_zero() {
                return Err(kind);
            }
            shortest = Some(shortest.map_or(left, |shortest: Duration| shortest.min(left)));
        }
        Ok(shortest)
    }
}

fn from_now(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}

/// A limit was reached. Wrapped in an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("time limit exceeded")]
struct Elapsed(TransportErrorKind);

pub(crate) fn elapsed(kind: TransportErrorKind) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, Elapsed(kind))
}

/// The limit that the error reports, if it is one of these errors.
pub(crate) fn elapsed_kind(error: &io::Error) -> Option<TransportErrorKind> {
    let elapsed = error.get_ref()?.downcast_ref::<Elapsed>()?;
    Some(elapsed.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_reached_determines_the_error() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Limits::default().left(), Ok(None));
        let limits = Limits::until(from_now(hour * 2)).with_connect(hour);
        let left = limits.left().unwrap().unwrap();
        assert!(left <= hour && left > hour / 2, "{left:?}");

        let kind = |limits: Limits| limits.left().unwrap_err();
        let connect = limits.with_connect(Duration::ZERO);
        assert_eq!(kind(connect), TransportErrorKind::ConnectTimeout);
        let passed = Limits::until(from_now(Duration::ZERO));
        assert_eq!(kind(passed), TransportErrorKind::Timeout);
        let both = passed.with_connect(Duration::ZERO);
        assert_eq!(kind(both), TransportErrorKind::Timeout);

        assert_eq!(
            elapsed_kind(&elapsed(TransportErrorKind::Timeout)),
            Some(TransportErrorKind::Timeout)
        );
        assert_eq!(elapsed_kind(&io::ErrorKind::TimedOut.into()), None);
    }
}

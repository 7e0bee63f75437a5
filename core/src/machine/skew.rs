//! The difference between the server's clock and ours, shared by the calls of a session.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime},
};

use super::Now;

/// Milliseconds that the server's clock is ahead of ours.
#[derive(Debug, Default)]
pub(crate) struct Skew(AtomicI64);

/// Within this the server accepts a signature; a little is left for the way there.
const TOLERATED: Duration = Duration::from_secs(4 * 60);

/// Whether a signature can carry the time: the years 1970 to 9999.
fn is_date(time: SystemTime) -> bool {
    const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
    time.duration_since(SystemTime::UNIX_EPOCH)
        .is_ok_and(|since| since < YEAR_10000)
}

impl Skew {
    /// Our time, corrected; as it is where that cannot be written as a date, which no honest server
    /// leads to.
    pub(crate) fn apply(&self, wall: SystemTime) -> SystemTime {
        self.corrected(wall)
            .filter(|corrected| is_date(*corrected))
            .unwrap_or(wall)
    }

    fn corrected(&self, wall: SystemTime) -> Option<SystemTime> {
        let millis = self.0.load(Ordering::Relaxed);
        let difference = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 {
            wall.checked_sub(difference)
        } else {
            wall.checked_add(difference)
        }
    }

    /// Takes the server's time into account, which was read half-way between sending and the head.
    /// Returns whether the signature that was just refused was off by more than is tolerated, so
    /// that signing again makes sense.
    pub(super) fn correct(&self, server: SystemTime, sent: Now, received: Now) -> bool {
        // A driver may stop its monotonic clock while nobody waits.
        let by_wall = received.wall.duration_since(sent.wall);
        let between = received
            .mono
            .saturating_sub(sent.mono)
            .max(by_wall.unwrap_or_default());
        // Half of that may be wrong by as much: it lay somewhere, and the time says nothing.
        if between > TOLERATED {
            return false;
        }
        let half = between.checked_div(2).unwrap_or_default();
        let Some(ours) = sent.wall.checked_add(half) else {
            return false;
        };
        let signed = self.apply(ours);
        let (ahead, difference) = match server.duration_since(ours) {
            Ok(ahead) => (true, ahead),
            Err(behind) => (false, behind.duration()),
        };
        let Ok(millis) = i64::try_from(difference.as_millis()) else {
            return false;
        };
        let off = match server.duration_since(signed) {
            Ok(ahead) => ahead > TOLERATED,
            Err(behind) => behind.duration() > TOLERATED,
        };
        if off {
            self.0.store(
                if ahead { millis } else { millis.wrapping_neg() },
                Ordering::Relaxed,
            );
        }
        off
    }
}

//! The difference between the server's clock and the local one, shared by the calls of a session.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime},
};

use super::Now;

/// How far the server's clock is ahead of the local one, in milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Skew(AtomicI64);

/// The server accepts signatures that are up to 5 minutes off; one minute is left for the transfer.
const TOLERATED: Duration = Duration::from_secs(4 * 60);

/// Whether a signature can carry the time: the years 1970 to 9999.
fn is_date(time: SystemTime) -> bool {
    const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
    time.duration_since(SystemTime::UNIX_EPOCH)
        .is_ok_and(|since| since < YEAR_10000)
}

impl Skew {
    /// The local time, corrected. Uncorrected if the result is outside the years that a signature can carry,
    /// which only a broken server causes.
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

    /// Corrects the difference, assuming that the server read its clock half-way between `sent` and `received`. Returns
    /// whether the rejected signature was off by more than the server tolerates, so that signing again makes sense.
    pub(super) fn correct(&self, server: SystemTime, sent: Now, received: Now) -> bool {
        // A driver may stop `mono` while the caller does not poll the call, so the larger difference counts.
        let by_wall = received.wall.duration_since(sent.wall);
        let between = received
            .mono
            .saturating_sub(sent.mono)
            .max(by_wall.unwrap_or_default());
        // The estimate can be wrong by half the round trip. After a round trip that is longer than the tolerance,
        // it is useless.
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
            Err(error) => (false, error.duration()),
        };
        let Ok(millis) = i64::try_from(difference.as_millis()) else {
            return false;
        };
        let off = match server.duration_since(signed) {
            Ok(ahead) => ahead > TOLERATED,
            Err(error) => error.duration() > TOLERATED,
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

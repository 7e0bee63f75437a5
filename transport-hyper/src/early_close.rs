//! Servers that close each connection behind its first answer and do not say so.
//!
//! A look at a connection before it is used again finds most such ends, but not one that is on its way,
//! and then a write is lost: sent, perhaps executed, not answered. When two connections in a row have
//! ended like that, connections are not used again for a minute, which costs nothing with such a
//! server.

use std::time::{Duration, Instant};

/// An end so soon after an answer is no time-out of the server's.
const EARLY: Duration = Duration::from_secs(1);
/// So many in a row are no coincidence.
const EARLY_ENDS: u32 = 2;
/// How long connections are used once, then.
const CAUTION: Duration = Duration::from_secs(60);

/// What is known about how the server ends connections.
#[derive(Default)]
pub(crate) struct EarlyCloseDetector {
    /// How many connections in a row ended right after their first answer.
    early_ends: u32,
    until: Option<Instant>,
}

impl EarlyCloseDetector {
    /// A connection that had brought so many answers ended although nothing had been said, so long
    /// after the last of them.
    pub(crate) fn note_end(&mut self, answers: u64, after: Duration, now: Instant) {
        if answers != 1 || after > EARLY {
            return;
        }
        self.early_ends = self.early_ends.saturating_add(1);
        if self.early_ends >= EARLY_ENDS {
            self.until = now.checked_add(CAUTION);
        }
    }

    /// A connection brought a second answer, so they can be used again.
    pub(crate) fn note_reuse(&mut self) {
        *self = EarlyCloseDetector::default();
    }

    /// Whether connections are not to be used again at this moment.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_early_ends_in_a_row_count_for_a_minute() {
        let (now, soon) = (Instant::now(), Duration::from_millis(1));
        let mut caution = EarlyCloseDetector::default();
        caution.note_end(1, soon, now);
        caution.note_reuse();
        caution.note_end(1, soon, now);
        // Neither of these is the server's habit.
        caution.note_end(2, soon, now);
        caution.note_end(1, Duration::from_secs(2), now);
        assert!(!caution.is_due(now));
        caution.note_end(1, soon, now);
        assert!(caution.is_due(now));
        assert!(caution.is_due(now + Duration::from_secs(59)));
        assert!(!caution.is_due(now + Duration::from_secs(60)));
        caution.note_reuse();
        assert!(!caution.is_due(now));
    }
}

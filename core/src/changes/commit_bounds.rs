//! Detects missing records by the bounds of commits.

use crate::streams::EventId;

/// The last record read, and how this stream marks the bounds of its commits.
///
/// Not all engines mark the last record of a commit, and it is not documented that the first record has the
/// number 1. So a bound is only required after the stream has shown it once.
#[derive(Debug, Default)]
pub(super) struct CommitBounds {
    /// The last record read, and whether it was the last of its commit.
    last: Option<(EventId, bool)>,
    /// The stream marks the last record of a commit.
    marks_ends: bool,
    /// The stream starts commits with record 1. Only commits after another commit count, because the
    /// first commit read may be incomplete.
    starts_at_one: bool,
}

impl CommitBounds {
    /// If records are missing before `next`, the record after which they are missing.
    pub(super) fn gap_before(&self, next: EventId) -> Option<EventId> {
        let (last, was_end) = self.last?;
        let is_same = next.commit_num == last.commit_num;
        let lacks_end = self.marks_ends && !was_end && !is_same;
        let lacks_beginning = self.starts_at_one && !is_same && next.op_num > 1;
        (lacks_end || lacks_beginning).then_some(last)
    }

    pub(super) fn record(&mut self, id: EventId, is_end: bool) {
        let is_next_commit = self
            .last
            .is_some_and(|(last, _)| last.commit_num != id.commit_num);
        self.starts_at_one |= is_next_commit && id.op_num == 1;
        self.marks_ends |= is_end;
        self.last = Some((id, is_end));
    }
}

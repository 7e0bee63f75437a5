//! Where commits begin and end, to notice that some of one is missing.

use crate::streams::EventId;

/// What was passed, and how this stream marks its commits.
///
/// Engines differ in whether they tell the last record of a commit, and nothing promises that the first has the
/// number 1. So nothing is expected of a stream that it has not shown before.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// The record passed last, and whether it was the last of its commit.
    last: Option<(EventId, bool)>,
    /// The last record of a commit is marked.
    are_told: bool,
    /// A commit that came behind the end of another began with its record 1.
    begin_at_one: bool,
}

impl Ends {
    /// The record behind which others must be missing if this one is the next.
    pub(super) fn gap_before(&self, next: EventId) -> Option<EventId> {
        let (last, was_end) = self.last?;
        let is_same = next.commit_num == last.commit_num;
        let lacks_end = self.are_told && !was_end && !is_same;
        let lacks_beginning = self.begin_at_one && !is_same && next.op_num > 1;
        (lacks_end || lacks_beginning).then_some(last)
    }

    pub(super) fn pass(&mut self, id: EventId, is_end: bool) {
        let is_next = self
            .last
            .is_some_and(|(last, _)| last.commit_num != id.commit_num);
        self.begin_at_one |= is_next && id.op_num == 1;
        self.are_told |= is_end;
        self.last = Some((id, is_end));
    }
}

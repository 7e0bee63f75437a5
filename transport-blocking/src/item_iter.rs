//! The items of a running machine as an iterator.

use std::{fmt, iter::FusedIterator};

use neptunedata::{Error, machine::Machine};

use crate::Run;

/// The items of a running machine as an iterator over results: a [`RowIter`](crate::RowIter),
/// [`ChangeIter`](crate::ChangeIter) or [`RecordIter`](crate::RecordIter).
///
/// Nothing is sent before the first item is requested. An error is the last item.
#[must_use = "nothing is sent before the first item is requested"]
pub struct ItemIter<M: Machine> {
    pub(crate) run: Run<M>,
    /// The end or an error was returned.
    is_done: bool,
}

impl<M: Machine> ItemIter<M> {
    pub(crate) fn new(run: Run<M>) -> Self {
        ItemIter {
            run,
            is_done: false,
        }
    }

    /// The summary at the end of the iteration. `None` before the end, and after an error.
    pub fn summary(&self) -> Option<&M::Output> {
        self.run.outcome.as_ref()?.as_ref().ok()
    }
}

impl<M: Machine> Iterator for ItemIter<M> {
    type Item = Result<M::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let item = self.run.next_item().transpose();
        self.is_done = self.run.outcome.is_some();
        item
    }
}

impl<M: Machine> FusedIterator for ItemIter<M> {}

impl<M: Machine> fmt::Debug for ItemIter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemIter")
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

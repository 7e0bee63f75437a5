//! The items of a running machine as an iterator.

use neptunedata::{Error, machine::Machine};

use crate::Run;

/// The items of a running machine.
pub(crate) struct Items<M: Machine> {
    run: Run<M>,
    /// The end or an error was returned.
    is_done: bool,
}

impl<M: Machine> Items<M> {
    pub(crate) fn new(run: Run<M>) -> Items<M> {
        Items {
            run,
            is_done: false,
        }
    }

    /// The next item; at the end the error, once, if the machine has failed; then `None`.
    pub(crate) fn next(&mut self) -> Option<Result<M::Item, Error>> {
        if self.is_done {
            return None;
        }
        let item = self.run.next_item().transpose();
        self.is_done = self.run.has_ended();
        item
    }

    pub(crate) fn machine(&self) -> &M {
        self.run.machine()
    }

    /// The output, if the machine has ended without an error.
    pub(crate) fn peek_output(&self) -> Option<&M::Output> {
        self.run.peek_output()
    }
}

//! The items of a running machine as a stream.

use std::{
    future::poll_fn,
    mem,
    task::{Context, Poll},
};

use neptunedata::{Error, machine::Machine};

use crate::{Run, run::PauseOnDrop};

/// The items of a running machine.
pub(crate) struct Items<M: Machine> {
    run: Box<Run<M>>,
    /// The end or an error was returned. Also set while the machine is polled, so that it stays set if that
    /// panics.
    is_done: bool,
}

impl<M: Machine> Items<M> {
    pub(crate) fn new(run: Run<M>) -> Items<M> {
        Items {
            run: Box::new(run),
            is_done: false,
        }
    }

    /// The next item; at the end the error, once, if the machine has failed; then `None`. If the future is
    /// dropped, the machine's clock stops until the next call.
    pub(crate) async fn next(&mut self) -> Option<Result<M::Item, Error>> {
        let Items { run, is_done } = self;
        let this = PauseOnDrop(run);
        poll_fn(|cx| poll(this.0, is_done, cx)).await
    }

    /// Like [`next`](Items::next), but the machine's clock does not stop when the caller stops polling.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<M::Item, Error>>> {
        poll(&mut self.run, &mut self.is_done, cx)
    }

    /// Whether the end or an error was returned.
    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }

    pub(crate) fn machine(&self) -> &M {
        self.run.machine()
    }

    /// The output, if the machine has ended without an error.
    pub(crate) fn peek_output(&self) -> Option<&M::Output> {
        self.run.outcome()?.as_ref().ok()
    }
}

fn poll<M: Machine>(
    run: &mut Run<M>,
    is_done: &mut bool,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<M::Item, Error>>> {
    if mem::replace(is_done, true) {
        return Poll::Ready(None);
    }
    let item = run.poll_next_item(cx).map(Result::transpose);
    *is_done = matches!(item, Poll::Ready(None | Some(Err(_))));
    item
}

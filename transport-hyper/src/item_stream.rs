//! The items of a machine by polling.

use std::{
    future::poll_fn,
    mem,
    task::{Context, Poll},
};

use neptunedata::{Error, machine::Machine};

use crate::{Run, run::Waiting};

/// A machine at work whose items are polled for.
pub(crate) struct Items<M: Machine> {
    running: Box<Run<M>>,
    /// All was said, or it is polled; stays so if that panics.
    over: bool,
}

impl<M: Machine> Items<M> {
    pub(crate) fn new(running: Run<M>) -> Items<M> {
        Items {
            running: Box::new(running),
            over: false,
        }
    }

    /// The next item; the error that it ended in, once; nothing more. Can be dropped and called again; the
    /// time between is the caller's own.
    pub(crate) async fn next(&mut self) -> Option<Result<M::Item, Error>> {
        let Items { running, over } = self;
        let waiting = Waiting(running);
        poll_fn(|cx| poll(waiting.0, over, cx)).await
    }

    /// The same. It is not known when nobody polls any more.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<M::Item, Error>>> {
        poll(&mut self.running, &mut self.over, cx)
    }

    /// Nothing more comes.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// What it knows, also while something is waited for.
    pub(crate) fn machine(&self) -> &M {
        self.running.machine()
    }

    /// What it ended in, if it did.
    pub(crate) fn peek_output(&self) -> Option<&M::Output> {
        self.running.outcome()?.as_ref().ok()
    }
}

fn poll<M: Machine>(
    running: &mut Run<M>,
    over: &mut bool,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<M::Item, Error>>> {
    if mem::replace(over, true) {
        return Poll::Ready(None);
    }
    let item = running.poll_advance(cx).map(Result::transpose);
    *over = matches!(item, Poll::Ready(None | Some(Err(_))));
    item
}

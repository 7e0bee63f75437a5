//! The items of a machine by polling.

use std::{
    future::poll_fn,
    mem,
    task::{Context, Poll},
};

use neptunedata::{Error, Machine};

use crate::{Running, running::Waiting};

/// What a machine knows and is asked for from outside, also while it is at work.
pub(crate) trait Keeps: Machine {
    type Kept: Default;

    /// Brings it up to date.
    fn keep(&self, kept: &mut Self::Kept);
}

/// A machine at work whose items are polled for.
pub(crate) struct Items<M: Keeps> {
    running: Box<Running<M>>,
    kept: M::Kept,
    /// All was said, or it is polled; stays so if that panics.
    over: bool,
}

impl<M: Keeps> Items<M> {
    pub(crate) fn new(running: Running<M>) -> Items<M> {
        let mut kept = M::Kept::default();
        running.machine().keep(&mut kept);
        Items {
            running: Box::new(running),
            kept,
            over: false,
        }
    }

    /// The next item; the error that it ended in, once; nothing more. Can be dropped and called again; the
    /// time between is the caller's own.
    pub(crate) async fn next(&mut self) -> Option<Result<M::Item, Error>> {
        let Items {
            running,
            kept,
            over,
        } = self;
        let waiting = Waiting(running);
        poll_fn(|cx| poll(waiting.0, kept, over, cx)).await
    }

    /// The same. It is not known when nobody polls any more.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<M::Item, Error>>> {
        poll(&mut self.running, &mut self.kept, &mut self.over, cx)
    }

    /// Nothing more comes.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// What the machine knew after its last step.
    pub(crate) fn kept(&self) -> &M::Kept {
        &self.kept
    }

    /// What it ended in, if it did.
    pub(crate) fn output(&self) -> Option<&M::Output> {
        self.running.outcome()?.as_ref().ok()
    }
}

fn poll<M: Keeps>(
    running: &mut Running<M>,
    kept: &mut M::Kept,
    over: &mut bool,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<M::Item, Error>>> {
    if mem::replace(over, true) {
        return Poll::Ready(None);
    }
    let item = running.poll_advance(cx).map(Result::transpose);
    running.machine().keep(kept);
    *over = matches!(item, Poll::Ready(None | Some(Err(_))));
    item
}

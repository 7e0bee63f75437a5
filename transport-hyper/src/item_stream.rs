//! The items of a running machine as a stream.

use std::{
    fmt,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{FusedStream, Stream};
use neptunedata::{Error, machine::Machine};

use crate::{Run, run::PauseOnDrop};

/// The items of a running machine as a stream of results: a [`RowStream`](crate::RowStream),
/// [`BodyStream`](crate::BodyStream), [`ChangeStream`](crate::ChangeStream) or [`RecordStream`](crate::RecordStream).
///
/// Nothing is sent before the first item is requested. An error is the last item.
#[must_use = "nothing is sent before the first item is requested"]
pub struct ItemStream<M: Machine> {
    pub(crate) run: Box<Run<M>>,
    /// The end or an error was returned. Also set while the machine is polled, so that it stays set if that
    /// panics.
    is_done: bool,
}

impl<M: Machine> ItemStream<M> {
    pub(crate) fn new(run: Run<M>) -> Self {
        ItemStream {
            run: Box::new(run),
            is_done: false,
        }
    }

    /// The next item, or `None` at the end and after an error.
    ///
    /// The future can be dropped at any time without losing an item.
    pub async fn next(&mut self) -> Option<Result<M::Item, Error>> {
        let ItemStream { run, is_done } = self;
        let this = PauseOnDrop(run);
        poll_fn(|cx| poll(this.0, is_done, cx)).await
    }

    /// The summary at the end of the stream. `None` before the end, and after an error.
    pub fn summary(&self) -> Option<&M::Output> {
        self.run.outcome.as_ref()?.as_ref().ok()
    }
}

/// Unlike with [`next`](ItemStream::next), time limits continue when the caller stops polling.
impl<M: Machine> Stream for ItemStream<M> {
    type Item = Result<M::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let ItemStream { run, is_done } = &mut *self;
        poll(run, is_done, cx)
    }
}

impl<M: Machine> FusedStream for ItemStream<M> {
    fn is_terminated(&self) -> bool {
        self.is_done
    }
}

impl<M: Machine> fmt::Debug for ItemStream<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream")
            .field("run", &self.run)
            .finish_non_exhaustive()
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

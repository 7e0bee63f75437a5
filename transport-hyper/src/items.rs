//! The items of a machine by polling.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use neptunedata::{Error, Input, Machine};

use crate::Running;

/// What a machine knows and is asked for from outside, also while it is at work.
pub(crate) trait Keeps: Machine {
    type Kept: Default;

    /// Brings it up to date.
    fn keep(&self, kept: &mut Self::Kept);

    /// Lets go of what is shared with the machine, before that goes on: alone with it, the machine need
    /// not copy it to change it.
    fn let_go(_: &mut Self::Kept) {}
}

type Step<M> = Pin<Box<dyn Future<Output = (Box<Running<M>>, Input)> + Send>>;

/// A machine at work whose items are polled for. What is waited for lives here, so that who waits may
/// stop and come again and loses nothing.
pub(crate) struct Items<M: Keeps> {
    state: State<M>,
    kept: M::Kept,
    /// All was said.
    over: bool,
}

enum State<M: Machine> {
    Idle(Box<Running<M>>),
    /// Something is waited for.
    Busy(Step<M>),
    /// While it is polled; stays only if that panics.
    Gone,
}

impl<M> Items<M>
where
    M: Keeps + Send + 'static,
    M::Output: Send,
{
    pub(crate) fn new(running: Running<M>) -> Items<M> {
        let mut kept = M::Kept::default();
        running.machine().keep(&mut kept);
        Items {
            kept,
            state: State::Idle(Box::new(running)),
            over: false,
        }
    }

    /// The next item; the error that it ended in, once; nothing more.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<M::Item, Error>>> {
        loop {
            let (mut running, input) = match mem::replace(&mut self.state, State::Gone) {
                State::Idle(running) if running.outcome().is_some() => {
                    let error = match running.outcome() {
                        Some(Err(error)) if !self.over => Some(Err(error.clone())),
                        _ => None,
                    };
                    self.over = true;
                    self.state = State::Idle(running);
                    return Poll::Ready(error);
                }
                // Most items come out of what was received already.
                State::Idle(mut running) => match running.at_once() {
                    Some(input) => (running, input),
                    None => {
                        self.state = State::Busy(Box::pin(async move {
                            let input = running.perform().await;
                            (running, input)
                        }));
                        continue;
                    }
                },
                State::Busy(mut step) => match step.as_mut().poll(cx) {
                    Poll::Ready(done) => done,
                    Poll::Pending => {
                        self.state = State::Busy(step);
                        return Poll::Pending;
                    }
                },
                State::Gone => return Poll::Ready(None),
            };
            M::let_go(&mut self.kept);
            let item = running.resume(input);
            running.machine().keep(&mut self.kept);
            self.state = State::Idle(running);
            if let Some(item) = item {
                return Poll::Ready(Some(Ok(item)));
            }
        }
    }

    /// Nothing more comes.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }
}

impl<M: Keeps> Items<M> {
    /// What the machine knew after its last step.
    pub(crate) fn kept(&self) -> &M::Kept {
        &self.kept
    }

    /// What it ended in, if it did.
    pub(crate) fn output(&self) -> Option<&M::Output> {
        self.running()?.outcome()?.as_ref().ok()
    }

    fn running(&self) -> Option<&Running<M>> {
        match &self.state {
            State::Idle(running) => Some(running),
            State::Busy(_) | State::Gone => None,
        }
    }
}

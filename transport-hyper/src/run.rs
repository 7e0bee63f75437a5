//! A running machine: gives it the results of the I/O that it requests.

use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll, ready},
};

use neptunedata::{
    Error,
    machine::{Input, Io, Machine, Step},
    transport::Trace,
};

use crate::{Client, cancellation::cancel_abandoned, clock::PausableClock, driver::Driver};

/// A running machine: see [`Client::start`].
///
/// [`next_item`](Run::next_item) returns the items of the machine, [`output`](Run::output) its output. Dropping a
/// `Run` before the end of a response closes the connection and, if this is enabled, [cancels the
/// query](crate#cancelling-abandoned-queries). Dropping the future of `output` does the same.
///
/// The future of `next_item` can be dropped at any time, as `select!` and time-outs do, without losing
/// anything. The `Run` keeps the connection that is being opened, the response or the pause, and its permit
/// of the connection pool; the next call of `next_item` continues from there.
///
/// Between an item, or a dropped future, and the next call of `next_item`, the time limits of calls and attempts are
/// paused. Three limits continue: opening a connection, the pause before an attempt and, after an item, the limit of a
/// [`Wait`](neptunedata::wait::Wait).
#[must_use]
pub struct Run<M: Machine> {
    pub(crate) machine: M,
    /// The machine's clock. It pauses when a future of `next_item` is dropped while I/O is in progress, and while the
    /// caller has an item of a response that continues.
    clock: PausableClock,
    pub(crate) driver: Driver,
    pub(crate) outcome: Option<Result<M::Output, Error>>,
}

impl<M: Machine> Run<M> {
    pub(crate) fn new(client: &Client, machine: M, operation: &'static str) -> Self {
        Run {
            machine,
            clock: PausableClock::new(client.0.clock.clone()),
            driver: Driver::new(client.clone(), Trace::new(operation)),
            outcome: None,
        }
    }

    /// The next item, or `None` at the end. The future can be dropped without losing an item; the next call continues.
    ///
    /// # Errors
    ///
    /// When the machine has failed. Each further call returns the same error.
    pub async fn next_item(&mut self) -> Result<Option<M::Item>, Error> {
        let this = PauseOnDrop(self);
        poll_fn(|cx| this.0.poll_next_item(cx)).await
    }

    /// Runs the machine to its end and returns its output. Items are discarded.
    ///
    /// # Errors
    ///
    /// When the machine fails or has failed.
    pub fn output(self) -> impl Future<Output = Result<M::Output, Error>> {
        // The future of an `async fn` would hold `self` twice: as the argument and as the local variable.
        let mut run = self;
        async move {
            loop {
                if let Some(outcome) = run.outcome.take() {
                    return outcome;
                }
                let input = poll_fn(|cx| run.poll_input(cx)).await;
                drop(run.resume(input));
            }
        }
    }

    /// Like [`next_item`](Run::next_item), without [`PauseOnDrop`]: it is unknown when the caller stops polling.
    pub(crate) fn poll_next_item(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<M::Item>, Error>> {
        loop {
            match &self.outcome {
                Some(Ok(_)) => return Poll::Ready(Ok(None)),
                Some(Err(error)) => return Poll::Ready(Err(error.clone())),
                None => {}
            }
            let input = ready!(self.poll_input(cx));
            if let Some(item) = self.resume(input) {
                return Poll::Ready(Ok(Some(item)));
            }
        }
    }

    /// The result of the I/O that the machine waits for, or its deadline.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        // The clock stays paused while the machine hands out items of what it has received.
        if self.driver.has_response() {
            return Poll::Ready(Input::Next);
        }
        // After an item, or a dropped future.
        self.clock.resume();
        let deadline = self.machine.wake_at().and_then(|at| self.clock.at(at));
        self.driver.poll(deadline, cx)
    }

    /// Gives the machine an input, and begins what it requests next.
    fn resume(&mut self, input: Input) -> Option<M::Item> {
        let now = self.clock.now();
        let is_wake = matches!(input, Input::Wake(_));
        let step = self.machine.resume(input, now);
        // A timer may fire a moment early. The machine then continues with the step before.
        if is_wake && !matches!(step, Step::Io(Io::Continue)) {
            self.driver.time_out();
        }
        match step {
            Step::Item(item) => {
                self.driver.hold();
                if self.driver.has_response() {
                    // The time for which the caller has an item does not count. While the clock is paused, the machine
                    // need not postpone its limits, and no clock is read for each item of a chunk.
                    self.clock.pause_at(now);
                }
                return Some(item);
            }
            Step::Io(io) => {
                let is_pause = matches!(io, Io::Wait);
                self.driver.begin(io);
                if is_pause {
                    // An attempt that timed out may still run on the server. Its cancellation does not wait for the end
                    // of the call.
                    self.cancel_abandoned();
                    let until = self.machine.wake_at().unwrap_or_default();
                    let wait = until.saturating_sub(now.mono);
                    self.driver
                        .trace
                        .waiting(wait, self.machine.is_between_polls());
                }
            }
            Step::Misuse(misuse) => self.conclude(Err(misuse.into())),
            Step::Done(outcome) => self.conclude(outcome),
        }
        None
    }

    fn conclude(&mut self, outcome: Result<M::Output, Error>) {
        self.driver.trace.ended(&outcome);
        self.abandon();
        self.outcome = Some(outcome);
    }

    /// Closes the connection, then cancels the query if it may still run.
    fn abandon(&mut self) {
        self.driver.stop();
        // No effect on a machine that has ended. After a misuse, the machine has not ended.
        self.machine.abandon();
        self.cancel_abandoned();
    }

    fn cancel_abandoned(&mut self) {
        cancel_abandoned(&self.driver.client, &mut self.machine);
    }
}

/// Pauses the machine's clock if a future of `next_item` is dropped before its end. The clock continues in pauses, and
/// while the caller has an item of a machine that waits for no response: both are measured by the machine.
pub(crate) struct PauseOnDrop<'a, M: Machine>(pub(crate) &'a mut Run<M>);

impl<M: Machine> Drop for PauseOnDrop<'_, M> {
    fn drop(&mut self) {
        if self.0.driver.is_working() {
            let now = self.0.clock.now();
            self.0.clock.pause_at(now);
        }
    }
}

impl<M: Machine> Drop for Run<M> {
    fn drop(&mut self) {
        self.abandon();
    }
}

impl<M: Machine> fmt::Debug for Run<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("client", &self.driver.client)
            .field("ended", &self.outcome.is_some())
            .finish_non_exhaustive()
    }
}

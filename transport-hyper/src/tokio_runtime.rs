//! The parts of tokio that a client has unless it is given others.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use tokio::runtime::Handle;

use crate::Task;

/// Runs the task if there is a runtime; nothing depends on it.
pub(crate) fn spawn(task: Task) {
    if let Ok(handle) = Handle::try_current() {
        handle.spawn(task);
    }
}

/// Why nothing can be done outside of tokio.
pub(crate) const NO_RUNTIME: &str =
    "no tokio runtime: call within one, or set ClientBuilder::connector and ClientBuilder::timer";

/// Whether tokio's timer can be used here; if not, why.
pub(crate) fn check() -> Result<(), &'static str> {
    if Handle::try_current().is_err() {
        return Err(NO_RUNTIME);
    }
    let sleep = caught(|| drop(tokio::time::sleep(Duration::ZERO)));
    sleep.ok_or("the tokio runtime has timers disabled: call Builder::enable_time")
}

/// None in place of a panic, which is how tokio reports that a runtime was built without I/O or time.
pub(crate) fn caught<T>(what: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(what)).ok()
}

/// tokio's timer, which does not panic outside of tokio: a sleep there is over at once, so [`check`] must be called first.
#[derive(Debug)]
pub(crate) struct LenientTimer;

impl Timer for LenientTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        match Handle::try_current() {
            Ok(_) => TokioTimer::new().sleep(duration),
            Err(_) => Box::pin(Over),
        }
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        match Handle::try_current() {
            Ok(_) => TokioTimer::new().sleep_until(deadline),
            Err(_) => Box::pin(Over),
        }
    }

    fn now(&self) -> Instant {
        TokioTimer::new().now()
    }
}

/// A sleep that is over.
struct Over;

impl Future for Over {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl Sleep for Over {}

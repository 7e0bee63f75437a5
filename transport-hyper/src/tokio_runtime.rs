//! The parts of tokio that a client has unless it is given others.

use std::{
    future::Future,
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

/// tokio's timer, which does not panic where there is no tokio. No connection can be made there
/// either, so that the error of the call says it.
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
        match Handle::try_current() {
            Ok(_) => TokioTimer::new().now(),
            Err(_) => Instant::now(),
        }
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

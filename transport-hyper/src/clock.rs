//! Time: the clocks that a call is run by, and waits that end with whatever comes first.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::{Duration, Instant, SystemTime},
};

use hyper::rt::{Sleep, Timer};
use neptunedata::machine::Now;

use crate::runtime_id::RuntimeId;

/// Says why a timer cannot be used where it is asked.
pub(crate) type Check = fn() -> Result<(), &'static str>;

/// The timer of the runtime at hand, and what `Now::mono` counts from.
#[derive(Clone)]
pub(crate) struct Clock {
    timer: Arc<dyn Timer + Send + Sync>,
    check: Check,
    start: Instant,
}

impl Clock {
    pub(crate) fn new(timer: Arc<dyn Timer + Send + Sync>, check: Check) -> Self {
        let start = timer.now();
        Clock {
            timer,
            check,
            start,
        }
    }

    /// Whether time can be measured here; if not, why.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        (self.check)()
    }

    /// The time of the timer: that of a test which moves it, if there is one.
    pub(crate) fn instant(&self) -> Instant {
        self.timer.now()
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            wall: SystemTime::now(),
            mono: self.instant().saturating_duration_since(self.start),
        }
    }

    /// The instant at which [`Now::mono`] is this; none if it is too far to ever come.
    pub(crate) fn at(&self, mono: Duration) -> Option<Instant> {
        self.start.checked_add(mono)
    }

    /// The time this far ahead; none if it is too far to ever come.
    pub(crate) fn after(&self, time: Duration) -> Option<Instant> {
        self.instant().checked_add(time)
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn sleep(&self, time: Duration) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep(time)
    }

    pub(crate) fn sleep_until(&self, until: Instant) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep_until(until)
    }

    /// What the future ends in, or nothing if the time comes first. What is ready at once is taken
    /// whatever the time, and costs no timer.
    pub(crate) async fn within<F: Future>(
        &self,
        until: Option<Instant>,
        future: F,
    ) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut sleep = None;
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            let Some(until) = until else {
                return Poll::Pending;
            };
            sleep
                .get_or_insert_with(|| self.sleep_until(until))
                .as_mut()
                .poll(cx)
                .map(|()| None)
        })
        .await
    }
}

/// The end of a time, for a wait that can be dropped and begun again.
#[derive(Default)]
pub(crate) struct Alarm(Option<Set>);

/// An end, the runtime that it was set in, and the timer.
type Set = (Instant, RuntimeId, Pin<Box<dyn Sleep>>);

impl Alarm {
    /// As [`Clock::within`]. Dropped and called again it goes on, with the timer that it has unless
    /// the time has changed, or the runtime, which may not drive it any more.
    pub(crate) async fn within<F: Future>(
        &mut self,
        clock: &Clock,
        until: Option<Instant>,
        future: F,
    ) -> Option<F::Output> {
        let mut future = pin!(future);
        let output = poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            let Some(until) = until else {
                return Poll::Pending;
            };
            let home = RuntimeId::here();
            let (.., sleep) = match self.0.take() {
                Some(set) if (set.0, set.1) == (until, home) => self.0.insert(set),
                _ => self.0.insert((until, home, clock.sleep_until(until))),
            };
            sleep.as_mut().poll(cx).map(|()| None)
        })
        .await;
        self.0 = None;
        output
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

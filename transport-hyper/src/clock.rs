//! The client's clocks, and futures with a deadline.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant, SystemTime},
};

use hyper::rt::{Sleep, Timer};
use neptunedata::machine::Now;

use crate::runtime_id::RuntimeId;

/// Checks that a timer can be used in the current context; the error is the reason if not.
pub(crate) type Check = fn() -> Result<(), &'static str>;

/// The timer of the client, and the start of `Now::mono`.
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

    /// Checks that the timer can be used here; the error is the reason if not.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        (self.check)()
    }

    /// The current time of the timer, which a test may control.
    pub(crate) fn instant(&self) -> Instant {
        self.timer.now()
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            wall: SystemTime::now(),
            mono: self.instant().saturating_duration_since(self.start),
        }
    }

    /// The instant at which [`Now::mono`] is this; `None` if it is too far in the future.
    pub(crate) fn at(&self, mono: Duration) -> Option<Instant> {
        self.start.checked_add(mono)
    }

    /// The current time plus this; `None` if it is too far in the future.
    pub(crate) fn after(&self, time: Duration) -> Option<Instant> {
        self.instant().checked_add(time)
    }

    pub(crate) fn sleep_until(&self, until: Instant) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep_until(until)
    }

    /// The output of the future, or `None` if the deadline passes first. A future that is ready at the first poll
    /// wins even after the deadline, and needs no timer.
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

/// A clock that can be paused.
pub(crate) struct PausableClock {
    clock: Clock,
    /// While the clock is paused: the time that it returns.
    paused: Option<Now>,
    /// For how long in total the clock was paused.
    total: Duration,
}

impl PausableClock {
    pub(crate) fn new(clock: Clock) -> PausableClock {
        PausableClock {
            clock,
            paused: None,
            total: Duration::ZERO,
        }
    }

    /// Pauses the clock at this time, the latest that it returned. Has no effect if the clock is paused.
    pub(crate) fn pause_at(&mut self, now: Now) {
        self.paused.get_or_insert(now);
    }

    /// Has no effect if the clock is not paused.
    pub(crate) fn resume(&mut self) {
        if let Some(since) = self.paused.take() {
            let pause = self.now().mono.saturating_sub(since.mono);
            self.total = self.total.saturating_add(pause);
        }
    }

    /// The current time; while the clock is paused, the time of the pause.
    pub(crate) fn now(&self) -> Now {
        self.paused.unwrap_or_else(|| {
            let mut now = self.clock.now();
            now.mono = now.mono.saturating_sub(self.total);
            now
        })
    }

    /// The instant at which [`Now::mono`] is this if the clock is not paused until then; `None` if it is too far
    /// in the future.
    pub(crate) fn at(&self, mono: Duration) -> Option<Instant> {
        self.clock.at(mono.checked_add(self.total)?)
    }
}

/// A timer for a deadline that can change. It is kept across futures.
#[derive(Default)]
pub(crate) struct Alarm(Option<Timed>);

/// The deadline, the runtime of the timer, and the timer.
type Timed = (Instant, RuntimeId, Pin<Box<dyn Sleep>>);

impl Alarm {
    /// Waits until the deadline. Continues with the timer of the last call, unless the deadline or the runtime has
    /// changed: the previous runtime may no longer drive its timers.
    pub(crate) fn poll(&mut self, clock: &Clock, until: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let runtime = RuntimeId::here();
        let (.., sleep) = match self.0.take() {
            Some(timed) if (timed.0, timed.1) == (until, runtime) => self.0.insert(timed),
            _ => self.0.insert((until, runtime, clock.sleep_until(until))),
        };
        ready!(sleep.as_mut().poll(cx));
        // A timer must not be polled after its end.
        self.0 = None;
        Poll::Ready(())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

//! The task that closes idle connections in time, when nobody calls any more.

use std::{sync::Weak, time::Instant};

use super::Shared;
use crate::{clock::Clock, runtime_id::RuntimeId};

/// Not a reason to keep the pool.
pub(super) struct Reaper {
    pool: Weak<Shared>,
    runtime: RuntimeId,
    /// The pool does not count on it any more.
    ended: bool,
}

impl Reaper {
    /// One that the pool has noted for this runtime.
    pub(super) fn new(pool: Weak<Shared>, runtime: RuntimeId) -> Reaper {
        Reaper {
            pool,
            runtime,
            ended: false,
        }
    }

    /// Closes idle connections when they are due, until there are none.
    pub(super) async fn run(mut self, clock: Clock) {
        while let Some(due) = self.next() {
            // The executor may have put the task where the timer does not work.
            if clock.check().is_err() {
                return;
            }
            clock.sleep_until(due).await;
        }
    }

    fn next(&mut self) -> Option<Instant> {
        let next = self.pool.upgrade()?.sweep_for(self.runtime);
        self.ended = next.is_none();
        next
    }
}

/// Also when the runtime that ran the task is gone: another task is started when there is need.
impl Drop for Reaper {
    fn drop(&mut self) {
        if !self.ended
            && let Some(pool) = self.pool.upgrade()
        {
            pool.state()
                .reaped
                .retain(|runtime| *runtime != self.runtime);
        }
    }
}

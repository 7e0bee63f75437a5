//! The task that closes idle connections in time while no calls are made.

use std::{sync::Weak, time::Instant};

use super::Shared;
use crate::{clock::Clock, runtime_id::RuntimeId};

/// Holds the pool weakly, so that dropping the client ends the task.
pub(super) struct Reaper {
    pool: Weak<Shared>,
    runtime: RuntimeId,
    /// The pool has removed the task from its list.
    ended: bool,
}

impl Reaper {
    /// A task that is in the pool's list for this runtime.
    pub(super) fn new(pool: Weak<Shared>, runtime: RuntimeId) -> Reaper {
        Reaper {
            pool,
            runtime,
            ended: false,
        }
    }

    /// Closes idle connections when they are due, until no connection is idle.
    pub(super) async fn run(mut self, clock: Clock) {
        while let Some(due) = self.next() {
            // The executor may run the task where the timer does not work.
            if clock.check().is_err() {
                return;
            }
            clock.sleep_until(due).await;
        }
    }

    fn next(&mut self) -> Option<Instant> {
        let next = self.pool.upgrade()?.reap(self.runtime);
        self.ended = next.is_none();
        next
    }
}

/// Also if the runtime shut down: another task starts when a connection becomes idle.
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

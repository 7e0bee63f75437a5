//! Permits for connections, and waiting for them.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_lock::{Semaphore, SemaphoreGuardArc};

use super::{Pooled, Shared};
use crate::clock::Clock;

/// How often a waiter checks whether a permit is free, without being woken.
const RECHECK_INTERVAL: Duration = Duration::from_millis(250);

/// Waits for a permit, first come, first served. Returns `None` at the deadline. The waiter that the semaphore wakes
/// may never be polled again, for example in a `select!`, so the other waiters check from time to time.
pub(crate) async fn acquire_permit(
    permits: &Arc<Semaphore>,
    clock: &Clock,
    deadline: Option<Instant>,
) -> Option<SemaphoreGuardArc> {
    let mut permit = pin!(permits.acquire_arc());
    loop {
        let recheck = clock.after(RECHECK_INTERVAL);
        let until = match (deadline, recheck) {
            (Some(deadline), Some(recheck)) => Some(deadline.min(recheck)),
            (deadline, recheck) => deadline.or(recheck),
        };
        if let Some(permit) = clock.within(until, permit.as_mut()).await {
            return Some(permit);
        }
        if deadline.is_some_and(|deadline| deadline <= clock.instant()) {
            return None;
        }
    }
}

/// The right to one connection in use.
pub(super) struct Permit {
    pub(super) shared: Arc<Shared>,
    /// A connection whose response was read to its end, and which can serve another request. It becomes idle when the
    /// permit is dropped.
    pub(super) returned: Option<Pooled>,
    /// None for a connection beyond the limit, which cancels a query.
    guard: Option<SemaphoreGuardArc>,
}

impl Permit {
    pub(super) fn new(shared: Arc<Shared>, guard: Option<SemaphoreGuardArc>) -> Permit {
        let mut state = shared.state();
        state.in_use = state.in_use.saturating_add(1);
        drop(state);
        Permit {
            shared,
            returned: None,
            guard,
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let returned = self.returned.take();
        let mut state = self.shared.state();
        // Counted down and added to `idle` under one lock, so that `total` never counts the connection twice
        // or not at all.
        state.in_use = state.in_use.saturating_sub(1);
        let Some(mut pooled) = returned else { return };
        let now = self.shared.now();
        state.policy.note_response(&mut pooled.record, now);
        let has_room =
            self.guard.is_some() || state.total() < self.shared.options.get_max_connections();
        if has_room && state.policy.may_reuse(&pooled.record, now) {
            state.idle.push(pooled);
            self.shared.start_reaper(state);
        } else {
            // Closed without the lock, and before the permit is released.
            drop(state);
            drop(pooled);
        }
    }
}

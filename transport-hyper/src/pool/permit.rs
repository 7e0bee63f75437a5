//! Permits for connections, and waiting for them.

use std::{
    mem,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_lock::{Semaphore, SemaphoreGuardArc};

use super::{Shared, State};
use crate::clock::Clock;

/// How often a waiter checks by itself whether a permit is free.
const RECHECK_INTERVAL: Duration = Duration::from_millis(250);

/// Waits for a permit, first come, first served. The waiter that was woken may never be polled again, as in a
/// `select!`, so the others check by themselves from time to time. Returns None at the deadline.
pub(crate) async fn in_turn(
    places: &Arc<Semaphore>,
    clock: &Clock,
    deadline: Option<Instant>,
) -> Option<SemaphoreGuardArc> {
    let mut permit = pin!(places.acquire_arc());
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
    shared: Arc<Shared>,
    counted: bool,
    /// None for a connection beyond the limit, which cancels a query.
    permit: Option<SemaphoreGuardArc>,
}

impl Permit {
    pub(super) fn new(shared: Arc<Shared>, permit: Option<SemaphoreGuardArc>) -> Permit {
        let mut state = shared.state();
        state.in_use = state.in_use.saturating_add(1);
        drop(state);
        Permit {
            shared,
            counted: true,
            permit,
        }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Whether the connection is beyond the limit.
    pub(super) fn is_extra(&self) -> bool {
        self.permit.is_none()
    }

    pub(super) fn leave(&mut self, state: &mut State) {
        if mem::replace(&mut self.counted, false) {
            state.in_use = state.in_use.saturating_sub(1);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.state();
        self.leave(&mut state);
    }
}

//! Places in the pool, and how they are waited for.

use std::{
    mem,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_lock::{Semaphore, SemaphoreGuardArc};

use super::{Shared, State};
use crate::clock::Clock;

/// How long one waits for its turn until it looks by itself whether there is a place.
const RECHECK_INTERVAL: Duration = Duration::from_millis(250);

/// Waits for a place, in turn. The one whose turn it is may have been put aside, polled once and not
/// again, so the others recheck by themselves from time to time. None when the time is over.
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

/// One of the connections that may be in use.
pub(super) struct Permit {
    shared: Arc<Shared>,
    counted: bool,
    /// None beyond the limit of calls.
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

    /// Whether it is not one of the calls' places.
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

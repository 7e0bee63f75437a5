//! Waiting for a permit.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_lock::{Semaphore, SemaphoreGuardArc};

use crate::clock::Clock;

/// How often a waiter checks by itself whether a permit is free.
const RECHECK_INTERVAL: Duration = Duration::from_millis(250);

/// Waits for a permit, first come, first served. The waiter that was woken may never be polled again, as in a
/// `select!`, so the others check by themselves from time to time. Returns None at the deadline.
pub(crate) async fn in_turn(
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

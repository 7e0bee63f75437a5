//! What retries cost: a session's tokens, so that an outage is not answered with a flood.

use std::sync::atomic::{AtomicU32, Ordering};

const CAPACITY: u32 = 500;
const RETRY: u32 = 5;
const AFTER_TIMEOUT: u32 = 10;

/// The tokens of a session, shared by its calls.
#[derive(Debug)]
pub(crate) struct Quota(AtomicU32);

impl Quota {
    pub(crate) fn new() -> Self {
        Quota(AtomicU32::new(CAPACITY))
    }

    /// Pays for a retry; false if there is not enough left.
    pub(super) fn pay(&self, after_timeout: bool) -> bool {
        let cost = if after_timeout { AFTER_TIMEOUT } else { RETRY };
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(cost)
            })
            .is_ok()
    }

    /// A success on the first try gives one token back.
    pub(super) fn reward(&self) {
        // An Err means that the quota is full.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left < CAPACITY).then(|| left.saturating_add(1))
            });
    }

    pub(crate) fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

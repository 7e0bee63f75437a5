//! The retry quota that the calls of a session share, so that an outage does not cause a flood of retries.

use std::sync::atomic::{AtomicU32, Ordering};

// The costs of the standard retry mode of the AWS SDKs.
const RETRY_COST: u32 = 5;
const TIMEOUT_RETRY_COST: u32 = 10;

/// The tokens of a session.
#[derive(Debug)]
pub(crate) struct Quota(Option<Bucket>);

#[derive(Debug)]
struct Bucket {
    capacity: u32,
    left: AtomicU32,
}

impl Quota {
    /// A full quota. Without a capacity, retries are not limited.
    pub(crate) fn new(capacity: Option<u32>) -> Self {
        Quota(capacity.map(|capacity| Bucket {
            capacity,
            left: AtomicU32::new(capacity),
        }))
    }

    /// Pays for a retry; false if too few tokens are left.
    pub(super) fn pay(&self, after_timeout: bool) -> bool {
        let Some(bucket) = &self.0 else { return true };
        let cost = if after_timeout {
            TIMEOUT_RETRY_COST
        } else {
            RETRY_COST
        };
        bucket
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(cost)
            })
            .is_ok()
    }

    /// Returns one token, after a success on the first attempt.
    pub(super) fn reward(&self) {
        let Some(bucket) = &self.0 else { return };
        // An Err means that the bucket is full.
        let _ = bucket
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left < bucket.capacity).then(|| left.saturating_add(1))
            });
    }

    pub(crate) fn left(&self) -> Option<u32> {
        let bucket = self.0.as_ref()?;
        Some(bucket.left.load(Ordering::Relaxed))
    }
}

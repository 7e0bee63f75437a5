//! Limits the number of connections of a client, and decides which ones may be reused. ureq holds the idle connections.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use neptunedata::{
    TransportError,
    machine::Reuse,
    transport::{ClientOptions, ConnectionRecord, Purpose, ReusePolicy, TransportErrorKind},
};

use crate::{deadlines::Limits, tcp::limit_reached};

/// Shared by the calls and the connections of a client.
pub(crate) struct Pool {
    permits: Permits,
    acquire_timeout: Duration,
    max_head_bytes: usize,
    policy: Mutex<ReusePolicy>,
    start: Instant,
}

impl Pool {
    pub(crate) fn new(options: &ClientOptions) -> Self {
        Pool {
            permits: Permits::new(options.get_max_connections()),
            acquire_timeout: options.get_acquire_timeout(),
            max_head_bytes: options.get_max_head_bytes(),
            policy: Mutex::new(ReusePolicy::new(options)),
            start: Instant::now(),
        }
    }

    /// Waits for the permission to use one connection.
    pub(crate) fn acquire(&self, limits: &Limits) -> Result<Permit, TransportError> {
        let left = limits.left().map_err(limit_reached)?;
        let wait = left.map_or(self.acquire_timeout, |left| left.min(self.acquire_timeout));
        let permit = self.permits.acquire(wait);
        // A request must not begin after its limit.
        limits.left().map_err(limit_reached)?;
        permit.ok_or_else(|| {
            limit_reached(TransportErrorKind::PoolLimit).with_time_limit(self.acquire_timeout)
        })
    }

    pub(crate) fn max_head_bytes(&self) -> usize {
        self.max_head_bytes
    }

    /// See [`ReusePolicy::begin`].
    pub(crate) fn begin(&self, reuse: Reuse, purpose: Purpose) {
        self.policy().begin(reuse, purpose);
    }

    /// See [`ReusePolicy::open`].
    pub(crate) fn open(&self) -> ConnectionRecord {
        self.policy().open(self.now())
    }

    /// Notes that a response was read to its end. Returns whether the connection may be reused.
    pub(crate) fn note_response(&self, connection: &mut ConnectionRecord) -> bool {
        let (mut policy, now) = (self.policy(), self.now());
        policy.note_response(connection, now);
        policy.may_reuse(connection, now)
    }

    /// See [`ReusePolicy::note_close`].
    pub(crate) fn note_close(&self, connection: &ConnectionRecord) {
        self.policy().note_close(connection, self.now());
    }

    /// See [`ReusePolicy::may_reuse`].
    pub(crate) fn may_reuse(&self, connection: &ConnectionRecord) -> bool {
        self.policy().may_reuse(connection, self.now())
    }

    fn policy(&self) -> MutexGuard<'_, ReusePolicy> {
        self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A counting semaphore for threads.
#[derive(Clone)]
pub(crate) struct Permits(Arc<(Mutex<Count>, Condvar)>);

struct Count {
    free: usize,
    /// The number of threads that wait. Without any, returning a permit needs no system call.
    waiting: usize,
}

/// A permit of [`Permits`]. Dropping the permit returns it.
pub(crate) struct Permit(Permits);

impl Permits {
    pub(crate) fn new(permits: usize) -> Self {
        let count = Count {
            free: permits,
            waiting: 0,
        };
        Permits(Arc::new((Mutex::new(count), Condvar::new())))
    }

    /// Waits for a permit, for this long at most.
    pub(crate) fn acquire(&self, wait: Duration) -> Option<Permit> {
        let (count, returned) = &*self.0;
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        if count.free == 0 {
            count.waiting = count.waiting.saturating_add(1);
            let waited = returned.wait_timeout_while(count, wait, |count| count.free == 0);
            count = waited.unwrap_or_else(PoisonError::into_inner).0;
            count.waiting = count.waiting.saturating_sub(1);
        }
        // A permit that was returned at the last moment is taken, so that its notification is not lost.
        count.free = count.free.checked_sub(1)?;
        Some(Permit(self.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (count, returned) = &*self.0.0;
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        count.free = count.free.saturating_add(1);
        let is_awaited = count.waiting > 0;
        drop(count);
        if is_awaited {
            returned.notify_one();
        }
    }
}

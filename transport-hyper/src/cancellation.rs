//! Cancelling abandoned queries on the server.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use async_lock::{RwLock, Semaphore};
use neptunedata::{
    machine::{AbandonedQuery, Machine},
    transport::{ClientOptions, Purpose},
};

use crate::{
    Client, Run,
    pool::{Spawn, acquire_permit},
    runtime_id::RuntimeId,
};

/// The maximum number of queries that wait to be cancelled. The oldest are dropped first, because they will have
/// ended by themselves.
const MAX_WAITING: usize = 1024;

/// The queries of a client that wait to be cancelled.
pub(crate) struct Abandoned {
    waiting: Mutex<VecDeque<AbandonedQuery>>,
    /// Locked for reading during each cancellation, so a writer waits for all of them.
    in_progress: Arc<RwLock<()>>,
    /// Limits the cancellations at the same time, in each runtime: another runtime may not be running.
    permits: Mutex<Vec<(RuntimeId, Weak<Semaphore>)>>,
    spawn: Option<Spawn>,
}

impl Abandoned {
    pub(crate) fn new(spawn: Option<Spawn>) -> Abandoned {
        Abandoned {
            waiting: Mutex::default(),
            in_progress: Arc::default(),
            permits: Mutex::default(),
            spawn,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<AbandonedQuery>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The permits in this runtime.
    fn permits(&self) -> Arc<Semaphore> {
        let here = RuntimeId::here();
        let mut permits = self.permits.lock().unwrap_or_else(PoisonError::into_inner);
        permits.retain(|(_, permits)| permits.strong_count() > 0);
        let known = permits.iter().find(|(runtime, _)| *runtime == here);
        if let Some(known) = known.and_then(|(_, permits)| permits.upgrade()) {
            return known;
        }
        let new = Arc::new(Semaphore::new(ClientOptions::MAX_EXTRA_CONNECTIONS));
        permits.push((here, Arc::downgrade(&new)));
        new
    }
}

/// Takes over the queries that the machine has abandoned so far. If there is an executor, tasks cancel them.
pub(crate) fn cancel_abandoned(client: &Client, machine: &mut impl Machine) {
    let abandoned = &client.0.abandoned;
    while let Some(query) = machine.abandoned() {
        let mut waiting = abandoned.waiting();
        if waiting.len() >= MAX_WAITING {
            waiting.pop_front();
        }
        waiting.push_back(query);
        drop(waiting);
        if let Some(spawn) = &abandoned.spawn {
            let client = client.clone();
            // Also the queries that were abandoned where no task could run.
            spawn(Box::pin(async move { while cancel_next(&client).await {} }));
        }
    }
}

/// Cancels the next query, and returns whether there was one. A cancellation does not wait for connections of calls:
/// the queries to cancel may use all of them. It waits for its turn among cancellations, and its time limit begins
/// then.
async fn cancel_next(client: &Client) -> bool {
    let abandoned = &client.0.abandoned;
    let clock = &client.0.clock;
    let _permit = match clock.check() {
        Ok(()) => acquire_permit(&abandoned.permits(), clock, None).await,
        // The cancellation fails at once.
        Err(_) => None,
    };
    let _in_progress = abandoned.in_progress.read_arc().await;
    let Some(query) = abandoned.waiting().pop_front() else {
        return false;
    };
    let mut run = Run::new(client, query.cancel, "(cancel)");
    run.driver.purpose = Purpose::Cancel(query.peer);
    // Its result is ignored.
    let _ = run.output().await;
    true
}

impl Client {
    /// [Cancels the abandoned queries](crate#cancelling-abandoned-queries) that are waiting to be cancelled,
    /// and waits until all cancellations have ended, including those on the executor. Each cancellation takes
    /// at most 5 s; at most two run at the same time in each runtime
    /// ([`MAX_EXTRA_CONNECTIONS`](neptunedata::transport::ClientOptions::MAX_EXTRA_CONNECTIONS)), and the
    /// others wait for their turn. A cancellation in another runtime ends only when that runtime runs.
    ///
    /// Call this method before a runtime shuts down, or from time to time if there is no executor.
    pub async fn flush_cancellations(&self) {
        loop {
            while cancel_next(self).await {}
            drop(self.0.abandoned.in_progress.write().await);
            if self.0.abandoned.waiting().is_empty() {
                return;
            }
        }
    }
}

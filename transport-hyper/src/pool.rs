//! The connections of a client: how many, and which one a request gets.
//!
//! This is not hyper-util's pool, because a data API must know exactly whether a request can have reached the
//! server. hyper-util's pool sends over a connection that the server has closed, if the runtime has not noticed
//! yet, and reports a failure afterwards. This pool checks the socket for the server's FIN before it uses an idle
//! connection. It also knows whether a connection was used before and how old it is, limits the number of
//! connections, and does not keep a connection whose response was not read to its end. All of this is one short list
//! that one lock protects, because a client has one host and one protocol.
//!
//! If there is an executor, one task is spawned in each runtime: it closes idle connections in time, and ends
//! when no connection is idle. A connection is reused only in the runtime that opened it: see
//! [`RuntimeId`](crate::runtime_id::RuntimeId).

mod permit;

use std::{
    fmt, mem,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use async_lock::{Semaphore, SemaphoreGuardArc};
use bytes::Bytes;
use http::{Request, response};
use neptunedata::{
    TransportError,
    machine::Reuse,
    transport::{ClientOptions, ConnectionRecord, Purpose, ReusePolicy, Sent, TransportErrorKind},
};

use crate::{
    Task,
    clock::Clock,
    connect::Connector,
    connection::{Connection, Probe},
    round_trip::{BodyPart, RoundTrip},
    runtime_id::RuntimeId,
};
use permit::Permit;
pub(crate) use permit::acquire_permit;

/// Starts a task.
pub(crate) type Spawn = Arc<dyn Fn(Task) + Send + Sync>;

/// The connections of a client; clones share them.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    connector: Connector,
    clock: Clock,
    options: ClientOptions,
    /// One permit for each connection that may be in use. Idle connections have no permit: a call with a
    /// permit takes an idle connection, or closes one to make room for a new connection.
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    spawn: Option<Spawn>,
}

struct State {
    /// In the order of their last use.
    idle: Vec<Pooled>,
    /// The number of [`Permit`]s that exist, including those of cancellations.
    in_use: usize,
    policy: ReusePolicy,
    /// Whether new connections read heads with many fields. Set when a head or trailers were too large: a server or
    /// proxy that sends that many fields sends them in each response.
    has_many_fields: bool,
    /// The runtimes that have a task that closes idle connections. The weak pointer shows whether the task still
    /// exists: a task ends with its runtime. Each runtime has its own task, because another runtime may not be running.
    reapers: Vec<(RuntimeId, Weak<()>)>,
}

/// A connection, and the data that decide whether it may be reused.
struct Pooled {
    /// In a box, because each call moves it out of the list and back.
    connection: Box<Connection>,
    record: ConnectionRecord,
    runtime: RuntimeId,
}

impl Pool {
    pub(crate) fn new(
        connector: Connector,
        clock: Clock,
        options: &ClientOptions,
        spawn: Option<Spawn>,
    ) -> Pool {
        Pool(Arc::new(Shared {
            connector,
            clock,
            options: options.clone(),
            permits: Arc::new(Semaphore::new(options.get_max_connections())),
            state: Mutex::new(State {
                idle: Vec::new(),
                in_use: 0,
                policy: ReusePolicy::new(options),
                has_many_fields: false,
                reapers: Vec::new(),
            }),
            spawn,
        }))
    }

    /// A connection for one request: an idle one that is open, or a new one.
    pub(crate) async fn lease(
        &self,
        reuse: Reuse,
        purpose: Purpose,
    ) -> Result<Lease, TransportError> {
        let shared = &self.0;
        let guard = match purpose {
            Purpose::Call => Some(shared.acquire().await?),
            // The queries to cancel may have all permits.
            Purpose::Cancel(_) => None,
        };
        let permit = Permit::new(Arc::clone(shared), guard);
        while let Some(mut pooled) = shared.take_idle(reuse, purpose) {
            match pooled.connection.probe().await {
                Probe::Nothing => return Ok(Lease { pooled, permit }),
                // The input belongs to no request. The connection is dropped, but this does not count as
                // a close by the server.
                Probe::Input => {}
                Probe::End => shared.note_close(&pooled.record),
            }
        }
        shared.make_room();
        // In a box, so that the futures of calls have no room for it: most calls find an idle connection.
        let pooled = Box::pin(shared.open(purpose.address())).await?;
        Ok(Lease { pooled, permit })
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state();
        f.debug_struct("Pool")
            .field("in_use", &state.in_use)
            .field("idle", &state.idle.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Never held across an await, or while a connection is closed: a custom connection's `drop` can do anything.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.clock.now().mono
    }

    /// Waits for a permit, first come, first served.
    async fn acquire(&self) -> Result<SemaphoreGuardArc, TransportError> {
        if let Some(guard) = self.permits.try_acquire_arc() {
            return Ok(guard);
        }
        let limit = self.options.get_acquire_timeout();
        let guard = acquire_permit(&self.permits, &self.clock, self.clock.after(limit)).await;
        guard.ok_or_else(|| {
            TransportError::new(TransportErrorKind::PoolLimit, Sent::No).with_time_limit(limit)
        })
    }

    /// The most recently used idle connection of this runtime that may be reused and fits. Closes those that may not
    /// be reused: with [`Reuse::Fresh`], all that are idle when a call begins.
    fn take_idle(&self, reuse: Reuse, purpose: Purpose) -> Option<Pooled> {
        let (here, now) = (RuntimeId::here(), self.now());
        let mut state = self.state();
        // Has no effect if reuse is allowed, and only then is this function called again for the same request.
        state.policy.begin(reuse, purpose);
        let unusable = state.take_unusable(now);
        let fits = |idle: &Pooled| {
            reuse == Reuse::Allowed && idle.runtime == here && purpose.fits(idle.connection.peer)
        };
        // The most recently used, so that the others become idle for long enough to be closed.
        let index = state.idle.iter().rposition(fits);
        let taken = index.map(|index| state.idle.remove(index));
        drop(state);
        drop(unusable);
        taken
    }

    /// Opens a connection, to this address if one is given.
    async fn open(&self, peer: Option<SocketAddr>) -> Result<Pooled, TransportError> {
        // Before the name look-up: a connection is as old as the address that it leads to.
        let now = self.now();
        let (record, has_many_fields) = {
            let state = self.state();
            (state.policy.open(now), state.has_many_fields)
        };
        let runtime = RuntimeId::here();
        let connect = async {
            let stream = self.connector.connect(peer, &self.clock).await?;
            let max_head_bytes = self.options.get_max_head_bytes();
            Connection::new(stream, &self.connector, max_head_bytes, has_many_fields).await
        };
        let limit = self.options.get_connect_timeout();
        // `within` polls the future before the timer, so a connector that is ready at once would succeed with
        // a limit of zero.
        let connected = if limit.is_zero() {
            None
        } else {
            self.clock.within(self.clock.after(limit), connect).await
        };
        let connection = connected.unwrap_or_else(|| {
            let error = TransportError::new(TransportErrorKind::ConnectTimeout, Sent::No);
            Err(error
                .with_target(self.connector.peer())
                .with_time_limit(limit))
        })?;
        Ok(Pooled {
            connection: Box::new(connection),
            record,
            runtime,
        })
    }

    /// Notes that the server closed a connection without announcing it.
    fn note_close(&self, record: &ConnectionRecord) {
        let now = self.now();
        self.state().policy.note_close(record, now);
    }

    /// Notes that a head or trailers were too large, perhaps because of the number of their fields.
    fn note_large_head(&self) {
        let mut state = self.state();
        if !mem::replace(&mut state.has_many_fields, true) {
            state.policy.retire_all();
        }
    }

    /// Closes the idle connections that may not be reused, and returns when the next one expires. If none
    /// expires, removes this runtime's task from the list under the same lock, so that a new task can start.
    fn reap(&self, here: RuntimeId) -> Option<Instant> {
        let now = self.now();
        let mut state = self.state();
        let unusable = state.take_unusable(now);
        let next = state.next_expiry().and_then(|next| self.clock.at(next));
        if next.is_none() {
            state.reapers.retain(|(runtime, _)| *runtime != here);
        }
        drop(state);
        drop(unusable);
        next
    }

    /// Closes idle connections, the least recently used first, until the number of connections, idle and in
    /// use, is within the limit.
    fn make_room(&self) {
        let mut state = self.state();
        let excess = state
            .total()
            .saturating_sub(self.options.get_max_connections());
        let excess = excess.min(state.idle.len());
        let closed: Vec<_> = state.idle.drain(..excess).collect();
        drop(state);
        drop(closed);
    }

    /// Starts a task that closes idle connections in time, if there is an executor and no such task yet. Unlocks the
    /// state first, because the executor may run any code.
    fn start_reaper(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let Some(spawn) = &self.spawn else { return };
        let here = RuntimeId::here();
        state.reapers.retain(|(_, task)| task.strong_count() > 0);
        if state.reapers.iter().any(|(runtime, _)| *runtime == here) {
            return;
        }
        // Calculated before the task runs: when it first runs, the connection may be in use again. If it ended then,
        // each call would start a task.
        let due = state.next_expiry().and_then(|next| self.clock.at(next));
        let Some(mut due) = due else { return };
        let task = Arc::new(());
        state.reapers.push((here, Arc::downgrade(&task)));
        drop(state);
        // Weak, so that dropping the client ends the task.
        let (pool, clock) = (Arc::downgrade(self), self.clock.clone());
        spawn(Box::pin(async move {
            let _task = task;
            while pool.strong_count() > 0 {
                // The executor may run the task where the timer does not work.
                if clock.check().is_err() {
                    return;
                }
                clock.sleep_until(due).await;
                match pool.upgrade().and_then(|pool| pool.reap(here)) {
                    Some(next) => due = next,
                    None => return,
                }
            }
        }));
    }
}

impl State {
    /// The number of connections, idle and in use.
    fn total(&self) -> usize {
        self.in_use.saturating_add(self.idle.len())
    }

    /// Removes the idle connections that may not be reused. The caller closes them without the lock.
    fn take_unusable(&mut self, now: Duration) -> Vec<Pooled> {
        let policy = &self.policy;
        self.idle
            .extract_if(.., |idle| !policy.may_reuse(&idle.record, now))
            .collect()
    }

    fn next_expiry(&self) -> Option<Duration> {
        let expiries = self
            .idle
            .iter()
            .map(|idle| self.policy.expiry(&idle.record));
        expiries.flatten().min()
    }
}

/// A connection in use. Dropping the lease closes the connection.
pub(crate) struct Lease {
    // Declared before the permit, so that it is closed before the permit is released.
    pooled: Pooled,
    permit: Permit,
}

impl RoundTrip for Lease {
    fn send(&mut self, request: Request<Bytes>) {
        self.pooled.connection.send(request);
    }

    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<response::Parts, TransportError>> {
        let Pooled {
            connection, record, ..
        } = &mut self.pooled;
        let head = ready!(connection.poll_head(cx));
        Poll::Ready(head.map_err(|error| {
            match error.kind() {
                // The server closed the connection instead of responding.
                TransportErrorKind::Closed => self.permit.shared.note_close(record),
                TransportErrorKind::HeadTooLarge => self.permit.shared.note_large_head(),
                _ => {}
            }
            if record.is_reused() {
                error.on_reused_connection()
            } else {
                error
            }
        }))
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.pooled.connection.peer
    }

    fn sent(&self) -> Sent {
        self.pooled.connection.sent()
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<BodyPart, TransportError>> {
        let part = self.pooled.connection.poll_body(cx);
        // The error is about trailers.
        if let Poll::Ready(Err(error)) = &part
            && error.kind() == TransportErrorKind::HeadTooLarge
        {
            self.permit.shared.note_large_head();
        }
        part
    }

    fn finish(self: Box<Self>, cx: &mut Context<'_>) {
        let Lease {
            mut pooled,
            mut permit,
        } = *self;
        if pooled.connection.settle(cx) {
            permit.returned = Some(pooled);
        } else {
            // Closed before the permit is released.
            drop(pooled);
        }
    }
}

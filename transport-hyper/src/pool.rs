//! The connections of a client: how many, how old, and which one a request gets.
//!
//! This is not hyper-util's pool, because a data API must know exactly whether a request can have reached the
//! server. hyper-util's pool sends over a connection that the server has closed, if the runtime has not noticed
//! yet, and reports a failure afterwards. This pool checks the socket for the server's FIN before it uses an idle
//! connection. It also knows whether a connection was used before and how old it is, never exceeds its limit, and
//! does not keep a connection whose response was not read to its end. All of that is one short list behind one
//! lock, because a client has one host and one protocol.
//!
//! Using the pool spawns nothing. If there is an executor, a task closes idle connections in time; it ends when
//! no connection is idle. A connection is reused only in the runtime that opened it: see
//! [`RuntimeId`](crate::runtime_id::RuntimeId).

mod permit;
mod reaper;

use std::{
    fmt, mem,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_lock::{Semaphore, SemaphoreGuardArc};
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use neptunedata::{
    TransportError,
    transport::{ClientOptions, Sent, TransportErrorKind},
};

use crate::{
    Task,
    clock::Clock,
    connect::Connector,
    connection::{BodyEvent, Connection, Origin},
    early_close::EarlyCloseDetector,
    runtime_id::RuntimeId,
};
use permit::Permit;
pub(crate) use permit::in_turn;
use reaper::Reaper;

/// Starts a task.
pub(crate) type Spawn = Arc<dyn Fn(Task) + Send + Sync>;

/// The connections of a client; clones share them.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

/// The purpose of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Purpose {
    #[default]
    Call,
    /// Cancels a query, at this address if it is known. Does not count against the limit of connections; the
    /// caller limits the number of cancellations.
    Cancel(Option<SocketAddr>),
}

struct Shared {
    connector: Connector,
    clock: Clock,
    limits: Limits,
    /// One permit for each connection that may be in use. Idle connections have no permit: a call with a
    /// permit takes an idle connection, or closes one to make room for a new connection.
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    spawn: Option<Spawn>,
}

struct Limits {
    connections: usize,
    acquire_timeout: Duration,
    connect: Duration,
    idle: Duration,
    age: Duration,
    head: usize,
}

#[derive(Default)]
struct State {
    /// In the order of their last use.
    idle: Vec<Idle>,
    /// Including connections that cancel queries.
    in_use: usize,
    /// Connections of earlier generations are not used again.
    generation: u64,
    caution: EarlyCloseDetector,
    /// The runtimes with a task that closes idle connections. Each runtime has its own task, because
    /// another runtime may not be running.
    reaped: Vec<RuntimeId>,
}

struct Idle {
    connection: Connection,
    since: Instant,
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
            permits: Arc::new(Semaphore::new(options.get_max_connections())),
            limits: Limits {
                connections: options.get_max_connections(),
                acquire_timeout: options.get_acquire_timeout(),
                connect: options.get_connect_timeout(),
                idle: options.get_idle_timeout(),
                age: options.get_max_connection_age(),
                head: options.get_max_head_bytes(),
            },
            state: Mutex::default(),
            spawn,
        }))
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Waits for a permit, first come, first served.
    async fn permit(&self) -> Result<SemaphoreGuardArc, TransportError> {
        let Shared { clock, limits, .. } = &*self.0;
        let deadline = clock.after(limits.acquire_timeout);
        in_turn(&self.0.permits, clock, deadline)
            .await
            .ok_or_else(|| {
                TransportError::new(TransportErrorKind::PoolLimit, Sent::No)
                    .with_time_limit(limits.acquire_timeout)
            })
    }

    /// A connection for one request: an idle one that is open, or a new one. A request for a fresh connection
    /// retires all existing connections, idle or in use, because the reason concerns them all. A cancellation,
    /// which needs one certain address, retires none.
    pub(crate) async fn lease(
        &self,
        which: neptunedata::machine::Reuse,
        purpose: Purpose,
    ) -> Result<Lease, TransportError> {
        let shared = &self.0;
        let (permit, to) = match purpose {
            Purpose::Call => (Some(self.permit().await?), None),
            Purpose::Cancel(to) => (None, to),
        };
        let place = Permit::new(Arc::clone(shared), permit);
        let runtime = RuntimeId::here();
        match which {
            neptunedata::machine::Reuse::Allowed => {
                while let Some(Idle {
                    mut connection,
                    since,
                }) = shared.take_idle(runtime, to)
                {
                    let idle = shared.clock.instant().saturating_duration_since(since);
                    if connection.is_alive().await {
                        return Ok(Lease {
                            connection,
                            place,
                            idle: Some(idle),
                        });
                    }
                    shared.note_end(connection.served(), idle);
                }
            }
            neptunedata::machine::Reuse::Fresh if to.is_some() => {}
            neptunedata::machine::Reuse::Fresh => {
                let mut state = shared.state();
                state.generation = state.generation.wrapping_add(1);
                let doubtful = mem::take(&mut state.idle);
                drop(state);
                drop(doubtful);
            }
        }
        shared.make_room();
        let origin = Origin {
            at: shared.clock.instant(),
            runtime,
            // Taken before connecting: a connection is as old as the look-up of its address.
            generation: shared.state().generation,
        };
        let connect = async {
            let stream = shared.connector.connect(to, &shared.clock).await?;
            Connection::new(stream, shared.limits.head, origin).await
        };
        let time = shared.limits.connect;
        // A future that is ready at once would be taken even with no time left, so check first.
        let connected = if time.is_zero() {
            None
        } else {
            shared.clock.within(shared.clock.after(time), connect).await
        };
        let connection = connected.unwrap_or_else(|| {
            let error = TransportError::new(TransportErrorKind::ConnectTimeout, Sent::No);
            Err(error
                .with_target(shared.connector.peer())
                .with_time_limit(time))
        })?;
        Ok(Lease {
            connection,
            place,
            idle: None,
        })
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
    /// Never held across an await, or while a connection is closed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The most recently used idle connection of this runtime that is within its limits, to this address if
    /// one is given.
    fn take_idle(&self, runtime: RuntimeId, to: Option<SocketAddr>) -> Option<Idle> {
        self.sweep();
        let mut state = self.state();
        let fits = |idle: &Idle| {
            let connection = &idle.connection;
            connection.origin.runtime == runtime && (to.is_none() || connection.peer() == to)
        };
        let place = state.idle.iter().rposition(fits)?;
        Some(state.idle.remove(place))
    }

    /// Records that the server closed a connection this long after its last response.
    fn note_end(&self, answers: u64, after: Duration) {
        let now = self.clock.instant();
        self.state().caution.note_end(answers, after, now);
    }

    /// Closes idle connections that are past their idle time or age.
    fn sweep(&self) {
        let now = self.clock.instant();
        let mut state = self.state();
        let over = self.take_over(&mut state, now);
        drop(state);
        drop(over);
    }

    /// As [`sweep`](Shared::sweep), and returns when the next connection is due. If none is, removes this
    /// runtime's task from the list under the same lock, so that a new task can start.
    fn sweep_for(&self, reaper: RuntimeId) -> Option<Instant> {
        let now = self.clock.instant();
        let mut state = self.state();
        let over = self.take_over(&mut state, now);
        let next = state.idle.iter().filter_map(|idle| self.due(idle)).min();
        if next.is_none() {
            state.reaped.retain(|runtime| *runtime != reaper);
        }
        drop(state);
        drop(over);
        next
    }

    fn take_over(&self, state: &mut State, now: Instant) -> Vec<Idle> {
        let (kept, over): (Vec<_>, Vec<_>) = mem::take(&mut state.idle)
            .into_iter()
            .partition(|idle| self.due(idle).is_none_or(|due| now < due));
        state.idle = kept;
        over
    }

    fn due(&self, idle: &Idle) -> Option<Instant> {
        let by_rest = idle.since.checked_add(self.limits.idle);
        let by_age = idle.connection.origin.at.checked_add(self.limits.age);
        match (by_rest, by_age) {
            (Some(rest), Some(age)) => Some(rest.min(age)),
            (rest, age) => rest.or(age),
        }
    }

    /// Closes idle connections, the least recently used first, until a new one fits within the limit.
    fn make_room(&self) {
        let mut surplus = Vec::new();
        let mut state = self.state();
        while state.in_use.saturating_add(state.idle.len()) > self.limits.connections
            && !state.idle.is_empty()
        {
            surplus.push(state.idle.remove(0));
        }
        drop(state);
        drop(surplus);
    }

    fn keep(self: &Arc<Self>, connection: Connection, mut place: Permit) {
        let since = self.clock.instant();
        let idle = Idle { connection, since };
        if self.due(&idle).is_some_and(|due| due <= since) {
            return;
        }
        let mut state = self.state();
        if idle.connection.served() > 1 {
            state.caution.note_reuse();
        }
        let is_old = idle.connection.origin.generation != state.generation;
        let connections = state.in_use.saturating_add(state.idle.len());
        let is_extra = place.is_extra() && connections > self.limits.connections;
        if is_old || is_extra || state.caution.is_due(since) {
            // Closed without the lock, and before its permit is released.
            drop(state);
            drop(idle);
            return;
        }
        state.idle.push(idle);
        // Under the same lock, so that the connection is never counted twice.
        place.leave(&mut state);
        let runtime = RuntimeId::here();
        let spawn = self
            .spawn
            .as_ref()
            .filter(|_| !state.reaped.contains(&runtime));
        if spawn.is_some() {
            state.reaped.push(runtime);
        }
        drop(state);
        drop(place);
        if let Some(spawn) = spawn {
            let reaper = Reaper::new(Arc::downgrade(self), runtime);
            spawn(Box::pin(reaper.run(self.clock.clone())));
        }
    }
}

/// A connection in use. Dropping the lease closes the connection.
pub(crate) struct Lease {
    // Declared before the permit, so that it is closed before the permit is released.
    connection: Connection,
    place: Permit,
    /// How long the connection was idle, if it has served requests before.
    idle: Option<Duration>,
}

impl Lease {
    /// See [`Connection::send`].
    pub(crate) fn send(&mut self, request: Request<Bytes>) {
        self.connection.send(request);
    }

    /// See [`Connection::head`].
    pub(crate) async fn head(&mut self) -> Result<Response<Incoming>, TransportError> {
        let result = self.connection.head().await;
        if let (Err(error), Some(idle)) = (&result, self.idle)
            && error.kind() == TransportErrorKind::Closed
        {
            let served = self.connection.served();
            self.place.shared().note_end(served, idle);
        }
        result
    }

    /// See [`Connection::peer`].
    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.connection.peer()
    }

    /// See [`Connection::sent`].
    pub(crate) fn sent(&self) -> Sent {
        self.connection.sent()
    }

    /// See [`Connection::receive`].
    pub(crate) async fn receive(
        &mut self,
        body: &mut Incoming,
    ) -> Result<BodyEvent, TransportError> {
        self.connection.receive(body).await
    }

    /// Returns the connection to the pool after the response was read to its end, if it can serve another
    /// request.
    pub(crate) async fn finish(self, body: Incoming) {
        drop(body);
        let Lease {
            mut connection,
            place,
            ..
        } = self;
        if connection.settle().await {
            let shared = Arc::clone(place.shared());
            shared.keep(connection, place);
        } else {
            // Closed before the permit is released.
            drop(connection);
        }
    }
}

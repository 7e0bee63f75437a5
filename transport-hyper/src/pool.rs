//! The connections of a client: how many, how old, and which one a request gets.
//!
//! Our own and not that of hyper-util, for what a data API must know exactly. Whether a request can
//! have reached the server: hyper-util's pool sends over a connection whose end the runtime has not
//! noticed yet, and says afterwards that something broke; here an idle connection is asked, past the
//! runtime, whether the server's FIN lies in the socket, before a request is put on it. Whether a
//! connection was used before, how old it is, that no more than so many exist at any moment, that
//! none is kept which a call left in the middle: all of that is in one list behind one lock. There
//! is one host and one protocol, so it is short.
//!
//! Nothing is spawned to use it. Only to close idle connections in time, when nobody calls any more,
//! is there a task, for as long as connections lie idle and if there is an executor.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use async_lock::{Semaphore, SemaphoreGuardArc};
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use neptunedata::{ClientOptions, Sent, TransportError, TransportErrorKind};

use crate::{
    Task,
    caution::Caution,
    clock::Clock,
    connect::Connector,
    connection::{Connection, Piece},
    fault,
};

/// Starts a task.
pub(crate) type Spawn = Arc<dyn Fn(Task) + Send + Sync>;

/// The connections of a client; clones share them.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    connector: Connector,
    clock: Clock,
    limits: Limits,
    /// As many as connections may be in use. Those that lie idle are not counted here: whoever gets
    /// a permit takes one of them, or makes room for a new one.
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    spawn: Option<Spawn>,
}

struct Limits {
    connections: usize,
    connection_wait: Duration,
    connect: Duration,
    idle: Duration,
    age: Duration,
    head: usize,
}

#[derive(Default)]
struct State {
    /// In the order in which they were put back; the last one is the warmest.
    idle: Vec<Idle>,
    in_use: usize,
    caution: Caution,
    /// Whether a task sees to the idle ones.
    reaped: bool,
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
            permits: Arc::new(Semaphore::new(options.max_connections)),
            limits: Limits {
                connections: options.max_connections,
                connection_wait: options.connection_wait,
                connect: options.connect_timeout,
                idle: options.idle_timeout,
                age: options.max_connection_age,
                head: options.head_limit,
            },
            state: Mutex::default(),
            spawn,
        }))
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// A connection for one request: an idle one that is alive, or a new one. After a demand for a
    /// fresh one the idle ones are closed too: what makes one of them doubtful concerns them all.
    pub(crate) async fn lease(
        &self,
        which: neptunedata::Connection,
    ) -> Result<Lease, TransportError> {
        let shared = &self.0;
        let patience = shared.clock.after(shared.limits.connection_wait);
        let permit = shared
            .clock
            .within(patience, shared.permits.acquire_arc())
            .await
            .ok_or_else(|| TransportError::new(TransportErrorKind::PoolLimit, Sent::No))?;
        let place = Place::new(Arc::clone(shared), permit);
        match which {
            neptunedata::Connection::Any => {
                while let Some(Idle {
                    mut connection,
                    since,
                }) = shared.take_idle()
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
            neptunedata::Connection::Fresh => {
                let doubtful = mem::take(&mut shared.state().idle);
                drop(doubtful);
            }
        }
        shared.make_room();
        let created = shared.clock.instant();
        let connect = async {
            let stream = shared.connector.connect(&shared.clock).await?;
            Connection::new(stream, shared.limits.head, created).await
        };
        let connection = shared
            .clock
            .within(shared.clock.after(shared.limits.connect), connect)
            .await
            .unwrap_or_else(|| {
                let reason = format!("it took longer than {:?}", shared.limits.connect);
                Err(fault::not_sent(TransportErrorKind::ConnectTimeout, reason))
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
    /// Held for moments only, never while something is awaited or closed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The idle connection used last, if it is still young enough.
    fn take_idle(&self) -> Option<Idle> {
        self.sweep();
        self.state().idle.pop()
    }

    /// A connection ended on its own, so long after its last answer.
    fn note_end(&self, answers: u64, after: Duration) {
        let now = self.clock.instant();
        self.state().caution.note_end(answers, after, now);
    }

    /// Closes what has lain or lived too long, and says when the next one is due.
    fn sweep(&self) -> Option<Instant> {
        let now = self.clock.instant();
        let mut state = self.state();
        let (kept, over): (Vec<_>, Vec<_>) = mem::take(&mut state.idle)
            .into_iter()
            .partition(|idle| self.due(idle).is_none_or(|due| now < due));
        state.idle = kept;
        let next = state.idle.iter().filter_map(|idle| self.due(idle)).min();
        drop(state);
        drop(over);
        next
    }

    fn due(&self, idle: &Idle) -> Option<Instant> {
        let by_rest = idle.since.checked_add(self.limits.idle);
        let by_age = idle.connection.created.checked_add(self.limits.age);
        match (by_rest, by_age) {
            (Some(rest), Some(age)) => Some(rest.min(age)),
            (rest, age) => rest.or(age),
        }
    }

    /// Closes idle connections, the longest idle first, until a new one fits within the limit.
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

    fn keep(self: &Arc<Self>, connection: Connection, mut place: Place) {
        let since = self.clock.instant();
        let idle = Idle { connection, since };
        if self.due(&idle).is_some_and(|due| due <= since) {
            return;
        }
        let mut state = self.state();
        if idle.connection.served() > 1 {
            state.caution.note_reuse();
        }
        if state.caution.is_due(since) {
            // Closed without the lock, and before its place is free.
            drop(state);
            drop(idle);
            return;
        }
        state.idle.push(idle);
        // In the same moment, so that it is never counted twice.
        place.leave(&mut state);
        let spawn = self
            .spawn
            .as_ref()
            .filter(|_| !mem::replace(&mut state.reaped, true));
        drop(state);
        drop(place);
        if let Some(spawn) = spawn {
            let pool = Arc::downgrade(self);
            let clock = self.clock.clone();
            spawn(Box::pin(reap(Reaper(pool), clock)));
        }
    }
}

/// Closes idle connections when they are due, until there are none.
async fn reap(reaper: Reaper, clock: Clock) {
    while let Some(due) = reaper.next() {
        clock.sleep_until(due).await;
    }
}

/// Not a reason to keep the pool.
struct Reaper(Weak<Shared>);

impl Reaper {
    fn next(&self) -> Option<Instant> {
        self.0.upgrade()?.sweep()
    }
}

/// Also when the runtime that ran the task is gone: the next one is started in another.
impl Drop for Reaper {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            pool.state().reaped = false;
        }
    }
}

/// One of the connections that may be in use.
struct Place {
    shared: Arc<Shared>,
    counted: bool,
    _permit: SemaphoreGuardArc,
}

impl Place {
    fn new(shared: Arc<Shared>, permit: SemaphoreGuardArc) -> Place {
        let mut state = shared.state();
        state.in_use = state.in_use.saturating_add(1);
        drop(state);
        Place {
            shared,
            counted: true,
            _permit: permit,
        }
    }

    fn leave(&mut self, state: &mut State) {
        if mem::replace(&mut self.counted, false) {
            state.in_use = state.in_use.saturating_sub(1);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.state();
        self.leave(&mut state);
    }
}

/// A connection in use. Dropping it closes it.
pub(crate) struct Lease {
    // Closed before its place is free.
    connection: Connection,
    place: Place,
    /// How long it had been idle, if it had served requests before.
    idle: Option<Duration>,
}

impl Lease {
    /// See [`Connection::send`].
    pub(crate) async fn send(
        &mut self,
        request: Request<Bytes>,
    ) -> Result<Response<Incoming>, TransportError> {
        let result = self.connection.send(request).await;
        if let (Err(error), Some(idle)) = (&result, self.idle)
            && error.kind() == TransportErrorKind::Closed
        {
            let served = self.connection.served();
            self.place.shared.note_end(served, idle);
        }
        result
    }

    /// See [`Connection::sent`].
    pub(crate) fn sent(&self) -> Sent {
        self.connection.sent()
    }

    /// See [`Connection::receive`].
    pub(crate) async fn receive(&mut self, body: &mut Incoming) -> Result<Piece, TransportError> {
        self.connection.receive(body).await
    }

    /// The answer has been read to its end: the connection lies idle from now on, if it can serve
    /// another request.
    pub(crate) async fn finish(self, body: Incoming) {
        drop(body);
        let Lease {
            mut connection,
            place,
            ..
        } = self;
        if connection.settle().await {
            let shared = Arc::clone(&place.shared);
            shared.keep(connection, place);
        }
    }
}

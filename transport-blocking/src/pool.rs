//! The connections of a client: how many there are, which lie idle, which may still be used.
//!
//! ureq has a pool of its own, and it is left empty. It probes a connection only for being open in TCP's
//! eyes, so that a session ticket of TLS 1.3 that came late costs the connection, and a TLS end that came
//! early goes unseen; it knows no age beside the idle time, no limit and no waiting; and it does not tell
//! whether a connection was used before, without which a failed request cannot be judged.

use std::{
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use neptunedata::{ClientOptions, Sent, TransportError, TransportErrorKind};

use crate::{limits::Limits, socket::Socket};

/// All connections of a client lead to the same place, so one list is enough.
pub(crate) struct Pool {
    state: Mutex<State>,
    freed: Condvar,
    max_connections: usize,
    wait: Duration,
    idle_timeout: Duration,
    max_age: Duration,
}

#[derive(Default)]
struct State {
    /// The most recently used last.
    idle: Vec<Idle>,
    /// Leases that are out.
    leased: usize,
    /// Connections of earlier generations are not used again.
    generation: u64,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

struct Connection {
    socket: Socket,
    opened: Instant,
    generation: u64,
}

impl Pool {
    pub(crate) fn new(options: &ClientOptions) -> Self {
        Pool {
            state: Mutex::default(),
            freed: Condvar::new(),
            max_connections: options.max_connections,
            wait: options.connection_wait,
            idle_timeout: options.idle_timeout,
            max_age: options.max_connection_age,
        }
    }

    /// The right to one connection, which is waited for as long as the options and the limits allow.
    pub(crate) fn lease(self: &Arc<Self>, limits: &Limits) -> Result<Lease, TransportError> {
        let failed = |kind| TransportError::new(kind, Sent::No);
        let give_up = Instant::now().checked_add(self.wait);
        let mut state = self.state();
        loop {
            // Also where there is nothing to wait for: what is late must not begin.
            let left = limits.left().map_err(failed)?;
            if state.leased < self.max_connections {
                state.leased = state.leased.saturating_add(1);
                return Ok(Lease {
                    pool: Arc::clone(self),
                    connection: None,
                    reused: false,
                });
            }
            let patience = give_up.map(|end| end.saturating_duration_since(Instant::now()));
            if patience.is_some_and(|patience| patience.is_zero()) {
                return Err(failed(TransportErrorKind::PoolLimit));
            }
            let wait = [patience, left].into_iter().flatten().min();
            state = match wait {
                Some(wait) => {
                    let woken = self.freed.wait_timeout(state, wait);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = self.freed.wait(state);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is half-changed when a panic lets go of the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_good(&self, idle: &Idle, generation: u64) -> bool {
        idle.connection.generation == generation
            && idle.since.elapsed() < self.idle_timeout
            && idle.connection.opened.elapsed() < self.max_age
    }

    /// Takes out what became too old.
    fn take_stale(&self, state: &mut State) -> Vec<Idle> {
        let generation = state.generation;
        let (good, stale) = mem::take(&mut state.idle)
            .into_iter()
            .partition(|idle| self.is_good(idle, generation));
        state.idle = good;
        stale
    }
}

/// The right to one connection. Without [`keep`](Lease::keep) the connection is closed in the end.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    connection: Option<Connection>,
    reused: bool,
}

impl Lease {
    /// Takes an idle connection that is still usable, if there is one.
    pub(crate) fn reuse(&mut self) -> bool {
        loop {
            let (stale, found) = {
                let mut state = self.pool.state();
                let stale = self.pool.take_stale(&mut state);
                (stale, state.idle.pop())
            };
            // Closing may take time, so it waits until the lock is free.
            drop(stale);
            let Some(Idle { mut connection, .. }) = found else {
                return false;
            };
            if connection.socket.is_quiet() {
                self.connection = Some(connection);
                self.reused = true;
                return true;
            }
        }
    }

    /// Makes room for a new connection: idle ones count against the limit too. With `retire` all
    /// connections that there are now will not be used again.
    pub(crate) fn make_room(&mut self, retire: bool) {
        let mut closed = Vec::new();
        {
            let mut state = self.pool.state();
            if retire {
                state.generation = state.generation.wrapping_add(1);
                closed = mem::take(&mut state.idle);
            }
            let room = self.pool.max_connections.saturating_sub(state.leased);
            let surplus = state.idle.len().saturating_sub(room);
            closed.extend(state.idle.drain(..surplus));
        }
        drop(closed);
    }

    /// Puts a new connection in. `generation` is that of before it was made.
    pub(crate) fn put(&mut self, socket: Socket, generation: u64) {
        self.connection = Some(Connection {
            socket,
            opened: Instant::now(),
            generation,
        });
        self.reused = false;
    }

    /// The generation that a connection made from now on belongs to.
    pub(crate) fn generation(&self) -> u64 {
        self.pool.state().generation
    }

    /// Whether the connection had served requests before.
    pub(crate) fn is_reused(&self) -> bool {
        self.reused
    }

    pub(crate) fn socket(&mut self) -> Option<&mut Socket> {
        self.connection
            .as_mut()
            .map(|connection| &mut connection.socket)
    }

    /// Ends the lease and keeps the connection for others.
    pub(crate) fn keep(mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let idle = Idle {
            connection,
            since: Instant::now(),
        };
        let pool = Arc::clone(&self.pool);
        let rejected = {
            let mut state = pool.state();
            if pool.is_good(&idle, state.generation) {
                state.idle.push(idle);
                None
            } else {
                Some(idle)
            }
        };
        drop(rejected);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Closed first, so that there are never more connections than there may be.
        self.connection = None;
        let mut state = self.pool.state();
        state.leased = state.leased.saturating_sub(1);
        drop(state);
        self.pool.freed.notify_one();
    }
}

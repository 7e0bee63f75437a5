//! The connections of a client: how many there are, which lie idle, which may still be used.
//!
//! ureq has a pool of its own, and it is left empty. It probes a connection only for being open in TCP's
//! eyes, so that a session ticket of TLS 1.3 that came late costs the connection, and a TLS end that came
//! early goes unseen; it knows no age beside the idle time, no limit and no waiting; and it does not tell
//! whether a connection was used before, without which a failed request cannot be judged.
//!
//! # Servers that close after each answer
//!
//! Some close a connection right after its first answer and do not say so. A look at the connection before
//! it is used again finds most such ends, but not one that is on its way, and then a write is lost: sent,
//! perhaps executed, not answered. When two connections in a row have ended like that, connections are not
//! used again for a minute, which costs nothing with such a server.

mod permit;

use std::{
    mem,
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use neptunedata::{
    TransportError,
    transport::{ClientOptions, Sent, TransportErrorKind},
};

use crate::{deadlines::Limits, socket::Socket};
use permit::Permit;

/// A close within this time after a response is not the server's idle time-out.
const EARLY: Duration = Duration::from_secs(1);
/// After so many early closes in a row, connections are not reused for a while.
const EARLY_ENDS: u32 = 2;
/// How long connections are not reused then.
const CAUTION: Duration = Duration::from_secs(60);

/// All connections of a client lead to the same host, so one list is enough.
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
    /// Leases that are out and count towards the limit.
    leased: usize,
    /// Those beyond it, to cancel queries.
    extra: usize,
    /// Connections of earlier generations are not used again.
    generation: u64,
    /// How many connections in a row ended right after their first answer.
    early_ends: u32,
    /// Until then, connections are not used again.
    careful_until: Option<Instant>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

struct Connection {
    socket: Socket,
    opened: Instant,
    generation: u64,
    /// How many answers it has brought.
    answers: u32,
}

impl Pool {
    pub(crate) fn new(options: &ClientOptions) -> Self {
        Pool {
            state: Mutex::default(),
            freed: Condvar::new(),
            max_connections: options.get_max_connections(),
            wait: options.get_acquire_timeout(),
            idle_timeout: options.get_idle_timeout(),
            max_age: options.get_max_connection_age(),
        }
    }

    /// The right to one connection, which is waited for as long as the options and the limits allow.
    pub(crate) fn lease(self: &Arc<Self>, limits: &Limits) -> Result<Lease, TransportError> {
        let failed = |kind| TransportError::new(kind, Sent::No);
        let give_up = Instant::now().checked_add(self.wait);
        let mut state = self.state();
        loop {
            // Also where there is nothing to wait for: what is late must not begin.
            let left = match limits.left() {
                Ok(left) => left,
                Err(kind) => {
                    // It may have consumed a wake-up for a free permit: pass it on.
                    if state.leased < self.max_connections {
                        self.freed.notify_one();
                    }
                    return Err(failed(kind));
                }
            };
            if state.leased < self.max_connections {
                state.leased = state.leased.saturating_add(1);
                return Ok(Lease {
                    pool: Arc::clone(self),
                    connection: None,
                    idle: None,
                    permit: Permit::Limited,
                });
            }
            let remaining = give_up.map(|end| end.saturating_duration_since(Instant::now()));
            if remaining.is_some_and(|remaining| remaining.is_zero()) {
                return Err(failed(TransportErrorKind::PoolLimit).with_time_limit(self.wait));
            }
            let wait = [remaining, left].into_iter().flatten().min();
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

    /// The right to one connection beyond the limit. The caller limits the number of cancellations.
    pub(crate) fn lease_extra(self: &Arc<Self>) -> Lease {
        let mut state = self.state();
        state.extra = state.extra.saturating_add(1);
        drop(state);
        Lease {
            pool: Arc::clone(self),
            connection: None,
            idle: None,
            permit: Permit::Extra,
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

    /// A connection ended although nothing had been said. `after` is the time since its last answer.
    fn note_end(&self, answers: u32, after: Duration) {
        if answers != 1 || after > EARLY {
            return;
        }
        let mut state = self.state();
        state.early_ends = state.early_ends.saturating_add(1);
        if state.early_ends >= EARLY_ENDS {
            state.careful_until = Instant::now().checked_add(CAUTION);
        }
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
    /// How long the connection had been idle, if it had served requests before.
    idle: Option<Duration>,
    permit: Permit,
}

impl Lease {
    /// Takes an idle connection that is still usable, if there is one; it leads to this address if
    /// only that will do.
    pub(crate) fn reuse(&mut self, to: Option<SocketAddr>) -> bool {
        loop {
            let (stale, found) = {
                let mut state = self.pool.state();
                let stale = self.pool.take_stale(&mut state);
                let fits = |idle: &Idle| to.is_none() || idle.connection.socket.peer() == to;
                let place = state.idle.iter().rposition(fits);
                (stale, place.map(|place| state.idle.remove(place)))
            };
            // Closing may take time, so it waits until the lock is free.
            drop(stale);
            let Some(Idle {
                mut connection,
                since,
            }) = found
            else {
                return false;
            };
            let idle = since.elapsed();
            if connection.socket.is_quiet() {
                self.connection = Some(connection);
                self.idle = Some(idle);
                return true;
            }
            self.pool.note_end(connection.answers, idle);
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
            let room = self.pool.max_connections.saturating_sub(state.in_use());
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
            answers: 0,
        });
        self.idle = None;
    }

    /// The generation that a connection made from now on belongs to.
    pub(crate) fn generation(&self) -> u64 {
        self.pool.state().generation
    }

    /// Whether the connection had served requests before.
    pub(crate) fn is_reused(&self) -> bool {
        self.idle.is_some()
    }

    /// The connection ended without a byte of an answer.
    pub(crate) fn ended(&self) {
        if let (Some(connection), Some(idle)) = (&self.connection, self.idle) {
            self.pool.note_end(connection.answers, idle);
        }
    }

    pub(crate) fn socket(&mut self) -> Option<&mut Socket> {
        self.connection
            .as_mut()
            .map(|connection| &mut connection.socket)
    }

    /// Ends the lease and keeps the connection for others.
    pub(crate) fn keep(mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        connection.answers = connection.answers.saturating_add(1);
        let reused = self.is_reused();
        let idle = Idle {
            connection,
            since: Instant::now(),
        };
        let pool = Arc::clone(&self.pool);
        let rejected = {
            let mut state = pool.state();
            if reused {
                // So they can be used again.
                state.early_ends = 0;
                state.careful_until = None;
            }
            let careful = state.careful_until.is_some_and(|end| end > Instant::now());
            let connections = state.in_use().saturating_add(state.idle.len());
            let surplus = self.permit == Permit::Extra && connections > pool.max_connections;
            if !careful && !surplus && pool.is_good(&idle, state.generation) {
                state.idle.push(idle);
                // In the same moment, so that it is never counted twice.
                state.leave(&mut self.permit);
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
        self.pool.state().leave(&mut self.permit);
        self.pool.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn pool(places: usize) -> Arc<Pool> {
        let options = ClientOptions::new().max_connections(places);
        Arc::new(Pool::new(&options.acquire_timeout(LONG)))
    }

    /// Leases a place on a thread of its own; says how that went and how long it took.
    fn waiter(
        pool: &Arc<Pool>,
        limits: Limits,
    ) -> thread::JoinHandle<(Option<TransportErrorKind>, Duration)> {
        let pool = Arc::clone(pool);
        thread::spawn(move || {
            let begun = Instant::now();
            let lease = pool.lease(&limits);
            (lease.err().map(|error| error.kind()), begun.elapsed())
        })
    }

    /// One is woken for the place that became free, but its time is over when it comes to look.
    #[test]
    fn who_comes_too_late_for_a_place_wakes_the_next() {
        let pool = pool(1);
        let none = Limits::default();
        let lease = pool.lease(&none).unwrap();
        let time = Duration::from_millis(200);
        let first = waiter(&pool, Limits::until(Instant::now().checked_add(time)));
        thread::sleep(time / 4);
        let second = waiter(&pool, none);
        thread::sleep(time / 4);
        {
            // What the end of the lease does; whoever is woken cannot look yet.
            let mut state = pool.state();
            state.leased = 0;
            pool.freed.notify_one();
            thread::sleep(time);
        }
        let (late, _) = first.join().unwrap();
        assert_eq!(late, Some(TransportErrorKind::Timeout));
        let (failed, took) = second.join().unwrap();
        assert!(failed.is_none() && took < LONG / 2, "{failed:?} {took:?}");
        // It was handed back by hand, and once more by its lease.
        drop(lease);
    }

    /// However many give up at the moment in which a place becomes free, nobody waits beside a free one.
    #[test]
    fn no_place_lies_free_while_somebody_waits() {
        let pool = pool(2);
        let (done, finished) = mpsc::channel();
        let threads: Vec<_> = (0..16_u64)
            .map(|thread| {
                let (pool, done) = (Arc::clone(&pool), done.clone());
                thread::spawn(move || {
                    for round in 0..300_u64 {
                        // Half of them have hardly any remaining.
                        let micros = 20 + (thread * 31 + round * 17) % 150;
                        let limits = match thread % 2 {
                            0 => Limits::until(
                                Instant::now().checked_add(Duration::from_micros(micros)),
                            ),
                            _ => Limits::default(),
                        };
                        let begun = Instant::now();
                        if let Ok(lease) = pool.lease(&limits) {
                            thread::sleep(Duration::from_micros(micros / 2));
                            drop(lease);
                        }
                        assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
                    }
                    done.send(()).unwrap();
                })
            })
            .collect();
        for _ in &threads {
            finished.recv_timeout(LONG * 2).unwrap();
        }
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(pool.state().leased, 0);
    }
}

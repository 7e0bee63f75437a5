//! The counts of the server.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// For how many connections requests are counted individually; older ones are dropped.
const MAX_CONNECTIONS: usize = 10_000;

/// The counts of a server's connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connections {
    /// The number of accepted connections.
    pub accepted: u64,
    /// How many are open.
    pub open: usize,
    /// The highest number of connections that were open at the same time.
    pub peak: usize,
    /// The number of requests read from each connection, in the order in which the connections were accepted;
    /// only for the newest 10,000 connections.
    pub requests: Vec<u64>,
    /// The number of connections that were closed without reading a request, by
    /// [`Server::close_before_reading`](crate::Server::close_before_reading) or a fault.
    pub unread: u64,
    /// How many bytes of responses were written, before encryption.
    pub bytes_written: u64,
}

/// A TLS handshake, as the server saw it.
#[cfg(feature = "tls")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The server name that the client sent (SNI).
    pub server_name: Option<String>,
    /// The protocols that the client offered by ALPN, in order of preference.
    pub alpn: Vec<String>,
    /// `TLSv1.2` or `TLSv1.3`, once negotiated.
    pub version: Option<String>,
    /// Why the handshake failed, for example because the client did not trust the certificate.
    pub failure: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Gauge {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How many changes there were.
    changes: u64,
    /// How many threads wait for a change.
    waiting: usize,
    connections: Connections,
    requests: VecDeque<u64>,
    /// How many connections are idle, by the generation since which they are idle.
    idle: BTreeMap<u64, usize>,
    /// The newest handshakes, and how many were dropped before them.
    #[cfg(feature = "tls")]
    handshakes: (VecDeque<Handshake>, usize),
}

impl Gauge {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        state.changes = state.changes.wrapping_add(1);
        let is_awaited = state.waiting > 0;
        drop(state);
        // Each notification is a system call, and a request makes several changes.
        if is_awaited {
            self.changed.notify_all();
        }
        result
    }

    /// Wakes the waiting threads after a change that is counted elsewhere.
    pub(super) fn touch(&self) {
        self.change(|_| ());
    }

    pub(super) fn connections(&self) -> Connections {
        let state = self.lock();
        Connections {
            requests: state.requests.iter().copied().collect(),
            ..state.connections.clone()
        }
    }

    /// Waits until the condition is true, and checks it after each change.
    pub(super) fn wait_until(&self, within: Duration, mut condition: impl FnMut() -> bool) -> bool {
        let started = Instant::now();
        loop {
            let before = self.lock().changes;
            if condition() {
                return true;
            }
            let Some(left) = within.checked_sub(started.elapsed()) else {
                return false;
            };
            let mut state = self.lock();
            state.waiting += 1;
            // The condition is checked again after any wake-up.
            let (mut state, _) = self
                .changed
                .wait_timeout_while(state, left, |state| state.changes == before)
                .unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }

    /// Whether connections have been idle since this generation or an older one.
    pub(super) fn has_idle(&self, generation: u64) -> bool {
        self.lock().idle.range(..=generation).next().is_some()
    }

    /// Adds a connection, idle since this generation unless a handshake comes first.
    pub(super) fn accepted(self: &Arc<Self>, idle: Option<u64>) -> Slot {
        let number = self.change(|state| {
            let all = &mut state.connections;
            let number = all.accepted;
            all.accepted += 1;
            all.open += 1;
            all.peak = all.peak.max(all.open);
            if let Some(generation) = idle {
                *state.idle.entry(generation).or_default() += 1;
            }
            state.requests.push_back(0);
            if state.requests.len() > MAX_CONNECTIONS {
                state.requests.pop_front();
            }
            number
        });
        Slot {
            gauge: Arc::clone(self),
            number,
            idle,
        }
    }

    #[cfg(feature = "tls")]
    pub(super) fn handshakes(&self) -> Vec<Handshake> {
        self.lock().handshakes.0.iter().cloned().collect()
    }

    /// Records a handshake and returns its number.
    #[cfg(feature = "tls")]
    pub(super) fn handshake(&self, handshake: Handshake) -> usize {
        self.change(|state| {
            let (newest, before) = &mut state.handshakes;
            newest.push_back(handshake);
            if newest.len() > MAX_CONNECTIONS {
                newest.pop_front();
                *before += 1;
            }
            *before + newest.len() - 1
        })
    }

    #[cfg(feature = "tls")]
    pub(super) fn change_handshake(&self, index: usize, change: impl FnOnce(&mut Handshake)) {
        self.change(|state| {
            let (newest, before) = &mut state.handshakes;
            let index = index.checked_sub(*before);
            if let Some(handshake) = index.and_then(|index| newest.get_mut(index)) {
                change(handshake);
            }
        });
    }
}

/// An open connection in the counts. Dropping it counts the connection as closed.
#[derive(Debug)]
pub(super) struct Slot {
    gauge: Arc<Gauge>,
    number: u64,
    idle: Option<u64>,
}

impl Slot {
    pub(super) fn read_a_request(&self) {
        self.gauge.change(|state| {
            let from_end = state.connections.accepted.saturating_sub(self.number);
            let index = usize::try_from(from_end)
                .ok()
                .and_then(|from_end| state.requests.len().checked_sub(from_end));
            if let Some(count) = index.and_then(|index| state.requests.get_mut(index)) {
                *count += 1;
            }
        });
    }

    pub(super) fn left_unread(&self) {
        self.gauge.change(|state| state.connections.unread += 1);
    }

    /// Must be called before the bytes are sent: the client may check the counts as soon as it has them.
    pub(super) fn writes(&self, bytes: usize) {
        self.gauge
            .change(|state| state.connections.bytes_written += bytes as u64);
    }

    /// Marks the connection as idle since this generation.
    pub(super) fn set_idle(&mut self, generation: u64) {
        let before = self.idle.replace(generation);
        self.gauge.change(|state| {
            *state.idle.entry(generation).or_default() += 1;
            if let Some(before) = before {
                state.remove_idle(before);
            }
        });
    }

    pub(super) fn set_busy(&mut self) {
        if let Some(generation) = self.idle.take() {
            self.gauge.change(|state| state.remove_idle(generation));
        }
    }

    /// The generation since which the connection is idle.
    pub(super) fn idle_since(&self) -> Option<u64> {
        self.idle
    }
}

impl State {
    fn remove_idle(&mut self, generation: u64) {
        if let Some(count) = self.idle.get_mut(&generation) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.idle.remove(&generation);
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let idle = self.idle.take();
        self.gauge.change(|state| {
            if let Some(generation) = idle {
                state.remove_idle(generation);
            }
            state.connections.open = state.connections.open.saturating_sub(1);
        });
    }
}

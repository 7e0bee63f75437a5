//! What the server counts.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Of how many connections the requests are counted apart; those of older ones are forgotten.
const MOST_CONNECTIONS: usize = 10_000;

/// What became of the connections of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connections {
    /// How many were accepted.
    pub accepted: u64,
    /// How many are open.
    pub open: usize,
    /// How many were open at the same time, at most.
    pub peak: usize,
    /// How many requests were read from each, in the order in which they were accepted; of the newest 10,000.
    pub requests: Vec<u64>,
    /// How many ended with a request in front of them that was not read, because that was asked for.
    pub unread: u64,
    /// How many bytes of answers were written, before encryption.
    pub bytes_written: u64,
}

/// A TLS handshake, as the server saw it.
#[cfg(feature = "tls")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The name of the server that the client asked for.
    pub server_name: Option<String>,
    /// The protocols that the client offered by ALPN, its favourite first.
    pub alpn: Vec<String>,
    /// `TLSv1.2` or `TLSv1.3`, once that is settled.
    pub version: Option<String>,
    /// Why it failed: the client did not trust the certificate, say.
    pub failure: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Gauge {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How often anything changed.
    changes: u64,
    connections: Connections,
    requests: VecDeque<u64>,
    /// How many connections are idle, by the generation since which they are.
    idle: BTreeMap<u64, usize>,
    /// The newest, and how many there were before them.
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
        drop(state);
        self.changed.notify_all();
        result
    }

    /// Says that something changed that is counted elsewhere.
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

    /// Waits until something is so, looking again whenever anything changed.
    pub(super) fn wait_until(&self, within: Duration, mut is_so: impl FnMut() -> bool) -> bool {
        let started = Instant::now();
        loop {
            let before = self.lock().changes;
            if is_so() {
                return true;
            }
            let Some(left) = within.checked_sub(started.elapsed()) else {
                return false;
            };
            let state = self.lock();
            // Whatever woke it, it looks again.
            let _ = self
                .changed
                .wait_timeout_while(state, left, |state| state.changes == before);
        }
    }

    /// Whether connections are idle since this generation or an older one.
    pub(super) fn has_idle(&self, generation: u64) -> bool {
        self.lock().idle.range(..=generation).next().is_some()
    }

    /// A new connection, idle since this generation unless something has to come before requests.
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
            if state.requests.len() > MOST_CONNECTIONS {
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

    /// Notes a handshake and hands out its place.
    #[cfg(feature = "tls")]
    pub(super) fn handshake(&self, handshake: Handshake) -> usize {
        self.change(|state| {
            let (newest, before) = &mut state.handshakes;
            newest.push_back(handshake);
            if newest.len() > MOST_CONNECTIONS {
                newest.pop_front();
                *before += 1;
            }
            *before + newest.len() - 1
        })
    }

    #[cfg(feature = "tls")]
    pub(super) fn change_handshake(&self, place: usize, change: impl FnOnce(&mut Handshake)) {
        self.change(|state| {
            let (newest, before) = &mut state.handshakes;
            let place = place.checked_sub(*before);
            if let Some(handshake) = place.and_then(|place| newest.get_mut(place)) {
                change(handshake);
            }
        });
    }
}

/// An open connection's place in the counts. It is closed when this is dropped.
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
            let place = usize::try_from(from_end)
                .ok()
                .and_then(|from_end| state.requests.len().checked_sub(from_end));
            if let Some(count) = place.and_then(|place| state.requests.get_mut(place)) {
                *count += 1;
            }
        });
    }

    pub(super) fn left_unread(&self) {
        self.gauge.change(|state| state.connections.unread += 1);
    }

    /// To be called before the client can see them: it may look at once.
    pub(super) fn writes(&self, bytes: usize) {
        self.gauge
            .change(|state| state.connections.bytes_written += bytes as u64);
    }

    /// Nothing is under way any more, since this generation.
    pub(super) fn is_idle(&mut self, generation: u64) {
        let before = self.idle.replace(generation);
        self.gauge.change(|state| {
            *state.idle.entry(generation).or_default() += 1;
            if let Some(before) = before {
                state.is_busy(before);
            }
        });
    }

    pub(super) fn is_busy(&mut self) {
        if let Some(generation) = self.idle.take() {
            self.gauge.change(|state| state.is_busy(generation));
        }
    }

    /// The generation since which it is idle.
    pub(super) fn idle_since(&self) -> Option<u64> {
        self.idle
    }
}

impl State {
    fn is_busy(&mut self, generation: u64) {
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
                state.is_busy(generation);
            }
            state.connections.open = state.connections.open.saturating_sub(1);
        });
    }
}

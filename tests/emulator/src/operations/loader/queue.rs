//! All loads of a cluster: one runs, up to 64 wait, and the last 1,024 are kept.
//!
//! There is no timer: each request first applies what was due before it.

use std::collections::VecDeque;
use std::time::Duration;

use super::Mode;
use super::load::{BulkLoad, State};
use super::script::LoadScript;
use crate::Now;

/// How many loads may wait.
pub(super) const QUEUE: usize = 64;

/// How many loads are kept.
const HISTORY: usize = 1024;

/// The loads, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loader {
    loads: VecDeque<BulkLoad>,
    scripts: VecDeque<LoadScript>,
}

impl Loader {
    pub(crate) fn get(&self, id: &str) -> Option<&BulkLoad> {
        self.loads.iter().find(|load| load.id() == id)
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &BulkLoad> {
        self.loads.iter()
    }

    /// Adds a script. Each new load takes the first one left.
    pub(crate) fn script(&mut self, script: LoadScript) {
        self.scripts.push_back(script);
    }

    /// Removes all loads.
    pub(crate) fn wipe(&mut self) {
        self.loads.clear();
    }

    pub(super) fn is_busy(&self) -> bool {
        self.loads.iter().any(|load| !load.has_ended())
    }

    pub(super) fn queued(&self) -> usize {
        self.loads.iter().filter(|load| load.is_queued()).count()
    }

    /// Adds a load, which starts immediately if no other load runs or waits.
    pub(super) fn start(&mut self, mut load: BulkLoad, mode: Mode, now: Now) {
        // A script has priority over files.
        if let Some(script) = self.scripts.pop_front() {
            load.script = script;
            #[cfg(feature = "engine")]
            {
                load.files = None;
            }
        }
        let mut of_source = self.loads.iter().rev();
        let previous = of_source.find(|other| other.source() == load.source());
        match (mode, previous) {
            (Mode::New, _) | (Mode::Auto, None) => {}
            (Mode::Auto | Mode::Resume, Some(previous)) => load.resume(previous),
            (Mode::Resume, None) => {
                load.state = State::ended("LOAD_FAILED_INVALID_REQUEST", None, Duration::ZERO);
            }
        }
        self.loads.push_back(load);
        let too_many = self.loads.len().saturating_sub(HISTORY);
        self.loads.drain(..too_many);
        self.begin_next(now.mono, now);
    }

    /// When the running load ends, if that is now or earlier.
    pub(super) fn due(&self, now: Now) -> Option<Duration> {
        let running = self.loads.iter().find(|load| load.is_running())?;
        running.end().filter(|end| *end <= now.mono)
    }

    /// Ends the running load at this time, and starts the next one.
    pub(super) fn complete(&mut self, at: Duration, now: Now) {
        if let Some(running) = self.running() {
            running.complete(at);
        }
        self.begin_next(at, now);
    }

    pub(super) fn running(&mut self) -> Option<&mut BulkLoad> {
        self.loads.iter_mut().find(|load| load.is_running())
    }

    /// Starts the first waiting load, if none is running. A load that depends on a failed one fails at this point.
    fn begin_next(&mut self, at: Duration, now: Now) {
        while !self.loads.iter().any(BulkLoad::is_running) {
            let Some(index) = self.loads.iter().position(BulkLoad::is_queued) else {
                return;
            };
            let Some(next) = self.loads.get(index) else {
                return;
            };
            let satisfied = next
                .dependencies
                .iter()
                .all(|id| self.get(id).is_some_and(BulkLoad::has_completed));
            let state = if satisfied {
                State::running(at, now)
            } else {
                let status = "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED";
                State::ended(status, None, Duration::ZERO)
            };
            if let Some(next) = self.loads.get_mut(index) {
                next.state = state;
            }
        }
    }

    /// Cancels a waiting or running load. False if there is no such load.
    pub(super) fn cancel(&mut self, id: &str, now: Now) -> bool {
        let mut loads = self.loads.iter_mut();
        let Some(load) = loads.find(|load| load.id() == id && !load.has_ended()) else {
            return false;
        };
        load.cancel(now.mono);
        self.begin_next(now.mono, now);
        true
    }
}

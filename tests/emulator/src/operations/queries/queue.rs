//! The queries that run and those that wait.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::Failure;
use crate::query_script::registry::Scripts;
use crate::query_script::{QueryScript, ScriptId};
use crate::{Language, QueryRequest};

/// A query that was taken.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) request: Arc<QueryRequest>,
    pub(crate) script: Option<(ScriptId, Arc<QueryScript>)>,
    pub(crate) duration: Duration,
    pub(crate) arrived: Duration,
    /// `None` while it waits.
    pub(crate) started: Option<Duration>,
}

/// How a query ended.
#[derive(Debug)]
pub(crate) enum Conclusion {
    /// It came to its end.
    Done,
    /// It was cancelled.
    Cancelled {
        /// Its client is not told.
        silent: bool,
    },
    /// It came to its end, with this answer.
    #[cfg(feature = "oxigraph")]
    Answered(Box<crate::Response>),
    /// Something else put an end to it.
    Failed(Failure),
}

/// What an emulated instance knows of its queries.
#[derive(Debug, Default)]
pub(crate) struct Queries {
    pub(crate) scripts: Scripts,
    /// The request that was understood last, for the log.
    pub(crate) asked: Option<QueryRequest>,
    last_ticket: u64,
    /// By ticket, which is the order in which they came.
    active: BTreeMap<u64, Job>,
    over: Vec<(u64, Job, Conclusion)>,
    /// How many SPARQL queries were accepted since the last restart.
    pub(crate) sparql_accepted: u64,
}

impl Job {
    /// When it is over. `None` while it waits.
    fn end(&self) -> Option<Duration> {
        Some(self.started?.saturating_add(self.duration))
    }

    /// How long it waited, or has waited.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.started.unwrap_or(now).saturating_sub(self.arrived)
    }

    /// How long it has run.
    pub(crate) fn elapsed(&self, now: Duration) -> Duration {
        self.started
            .map_or(Duration::ZERO, |started| now.saturating_sub(started))
    }
}

impl Queries {
    pub(super) fn enqueue(&mut self, job: Job) -> u64 {
        if job.request.language == Language::Sparql {
            self.sparql_accepted = self.sparql_accepted.saturating_add(1);
        }
        self.last_ticket = self.last_ticket.saturating_add(1);
        self.active.insert(self.last_ticket, job);
        self.last_ticket
    }

    /// The queries of a language that are not over, in the order in which they came.
    pub(crate) fn of(&self, language: Language) -> impl Iterator<Item = &Job> {
        self.active
            .values()
            .filter(move |job| job.request.language == language)
    }

    pub(crate) fn find(&self, language: Language, id: &str) -> Option<&Job> {
        self.of(language).find(|job| job.id == id)
    }

    pub(super) fn has(&self, language: Language, id: &str) -> bool {
        self.find(language, id).is_some()
    }

    /// How many would wait together with one more.
    pub(super) fn waits_behind(&self, slots: usize) -> usize {
        self.active.len().saturating_sub(slots)
    }

    fn running(&self) -> impl Iterator<Item = (u64, &Job)> {
        self.active
            .iter()
            .filter(|(_, job)| job.started.is_some())
            .map(|(ticket, job)| (*ticket, job))
    }

    /// The time at which the next query is over, unless another one comes before.
    pub(crate) fn next_end(&self) -> Option<Duration> {
        self.running().filter_map(|(_, job)| job.end()).min()
    }

    /// Takes the query that is over first, if it is by now. Places that are free are given away before.
    pub(super) fn next_over(&mut self, slots: usize, now: Duration) -> Option<(u64, Job)> {
        self.start_waiting(slots, now);
        let (end, ticket) = self
            .running()
            .filter_map(|(ticket, job)| Some((job.end()?, ticket)))
            .min()?;
        if end > now {
            return None;
        }
        let job = self.active.remove(&ticket)?;
        // Who waited for the place has it from that moment on.
        self.start_waiting(slots, end);
        Some((ticket, job))
    }

    fn start_waiting(&mut self, slots: usize, at: Duration) {
        let free = slots.saturating_sub(self.running().count());
        for job in self
            .active
            .values_mut()
            .filter(|job| job.started.is_none())
            .take(free)
        {
            job.started = Some(at.max(job.arrived));
        }
    }

    /// Ends a query before its time. False if there is none.
    pub(super) fn cancel(&mut self, language: Language, id: &str, silent: bool) -> bool {
        let found = self
            .active
            .iter()
            .find(|(_, job)| job.request.language == language && job.id == id);
        let Some(ticket) = found.map(|(ticket, _)| *ticket) else {
            return false;
        };
        if let Some(job) = self.active.remove(&ticket) {
            self.conclude(ticket, job, Conclusion::Cancelled { silent });
        }
        true
    }

    pub(super) fn conclude(&mut self, ticket: u64, job: Job, conclusion: Conclusion) {
        self.over.push((ticket, job, conclusion));
    }

    /// What has come to its end since the last time.
    pub(crate) fn take_over(&mut self) -> Vec<(u64, Job, Conclusion)> {
        std::mem::take(&mut self.over)
    }

    /// The end of this query, if it has come.
    pub(crate) fn take_this(&mut self, ticket: u64) -> Option<(Job, Conclusion)> {
        let place = self.over.iter().position(|(it, ..)| *it == ticket)?;
        let (_, job, conclusion) = self.over.remove(place);
        Some((job, conclusion))
    }

    /// Every query ends, as all do when the instance restarts.
    pub(crate) fn restart(&mut self, failure: &Failure) {
        for (ticket, job) in std::mem::take(&mut self.active) {
            self.conclude(ticket, job, Conclusion::Failed(failure.clone()));
        }
        self.sparql_accepted = 0;
    }
}

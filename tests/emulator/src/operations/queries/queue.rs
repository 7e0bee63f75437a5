//! The running and the waiting queries.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::Failure;
use crate::query_script::registry::Scripts;
use crate::query_script::{QueryScript, ScriptId};
use crate::{Language, QueryRequest};

/// A query that was submitted.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) request: Arc<QueryRequest>,
    pub(crate) script: Option<(ScriptId, Arc<QueryScript>)>,
    pub(crate) duration: Duration,
    pub(crate) arrived: Duration,
    /// `None` while the query waits.
    pub(crate) started: Option<Duration>,
    /// For a query that a thread of the server executes; `duration` is its time limit then.
    #[cfg(all(feature = "engine", feature = "server"))]
    pub(crate) detached: Option<Detached>,
}

/// The execution of a query in a thread of the server.
#[cfg(all(feature = "engine", feature = "server"))]
#[derive(Debug, Default)]
pub(crate) struct Detached {
    pub(crate) stop: crate::engine::Stop,
    /// Whether the thread has been started.
    pub(crate) is_taken: bool,
    /// The log entry of the request, once the response has begun.
    pub(crate) streamed: Option<crate::LogEntry>,
}

/// How a query ended.
#[derive(Debug)]
pub(crate) enum Conclusion {
    /// The query completed.
    Done,
    /// The query was cancelled.
    Cancelled {
        /// Whether its client gets no error.
        silent: bool,
    },
    /// The query completed with this response.
    #[cfg(feature = "engine")]
    Answered(Box<crate::Response>),
    /// The query was ended by something else, such as a restart.
    Failed(Failure),
}

impl Conclusion {
    /// The error of the query, if it has one.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match self {
            Self::Cancelled { silent: false } => Some(Failure::new(
                "CancelledByUserException",
                "Operation terminated (cancelled by user)",
            )),
            Self::Failed(failure) => Some(failure.clone()),
            _ => None,
        }
    }
}

/// The queries of an emulated instance.
#[derive(Debug, Default)]
pub(crate) struct Queries {
    pub(crate) scripts: Scripts,
    /// Whether queries that are submitted now are executed in threads.
    #[cfg(all(feature = "engine", feature = "server"))]
    pub(crate) detaches: bool,
    /// The query that was parsed last, for the log.
    pub(crate) last_request: Option<QueryRequest>,
    /// The script that matched it, for the log.
    pub(crate) last_script: Option<ScriptId>,
    last_ticket: u64,
    /// The running and the waiting queries by ticket, which is the order of submission.
    active: BTreeMap<u64, Job>,
    ended: Vec<(u64, Job, Conclusion)>,
    /// How many SPARQL queries were accepted since the last restart.
    pub(crate) sparql_accepted: u64,
}

impl Job {
    /// How long the query waited, or has waited.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.started.unwrap_or(now).saturating_sub(self.arrived)
    }

    /// When the query ends, if it is running.
    fn end(&self) -> Option<Duration> {
        Some(self.started?.saturating_add(self.duration))
    }

    /// How long the query has run.
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

    /// The running and waiting queries of a language, in order of submission.
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

    /// Whether one more query could neither run nor wait.
    pub(super) fn is_full(&self, slots: usize, queue: usize) -> bool {
        self.active.len() >= slots.saturating_add(queue)
    }

    /// When the next query ends, if no other is submitted before.
    pub(crate) fn next_query_end(&self) -> Option<Duration> {
        self.active.values().filter_map(Job::end).min()
    }

    /// Removes the query that ends first, if it has ended by now. Free slots are filled before.
    pub(super) fn next_ended(&mut self, slots: usize, now: Duration) -> Option<(u64, Job)> {
        self.start_waiting(slots, now);
        let ends = self.active.iter();
        let ends = ends.filter_map(|(ticket, job)| Some((job.end()?, *ticket)));
        let (end, ticket) = ends.min().filter(|(end, _)| *end <= now)?;
        let job = self.active.remove(&ticket)?;
        // A waiting query starts at the moment at which the slot became free.
        self.start_waiting(slots, end);
        Some((ticket, job))
    }

    fn start_waiting(&mut self, slots: usize, at: Duration) {
        let is_waiting = |job: &&mut Job| job.started.is_none();
        let waiting = self.active.values_mut().filter(is_waiting).count();
        let free = slots.saturating_sub(self.active.len() - waiting);
        let next = self.active.values_mut().filter(is_waiting).take(free);
        next.for_each(|job| job.started = Some(at.max(job.arrived)));
    }

    /// Cancels a query. False if there is no such query.
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

    pub(crate) fn conclude(&mut self, ticket: u64, job: Job, conclusion: Conclusion) {
        #[cfg(all(feature = "engine", feature = "server"))]
        if let Some(detached) = &job.detached {
            detached.stop.stop(conclusion.failure());
        }
        self.ended.push((ticket, job, conclusion));
    }

    #[cfg(all(feature = "engine", feature = "server"))]
    pub(crate) fn get_mut(&mut self, ticket: u64) -> Option<&mut Job> {
        self.active.get_mut(&ticket)
    }

    /// Removes a running or waiting query.
    #[cfg(all(feature = "engine", feature = "server"))]
    pub(crate) fn remove(&mut self, ticket: u64) -> Option<Job> {
        self.active.remove(&ticket)
    }

    /// Inserts a query that was just removed.
    #[cfg(all(feature = "engine", feature = "server"))]
    pub(crate) fn insert(&mut self, ticket: u64, job: Job) {
        self.active.insert(ticket, job);
    }

    /// Stops a query whose client has disconnected, if a thread executes it.
    #[cfg(all(feature = "engine", feature = "server"))]
    pub(crate) fn abandon(&mut self, ticket: u64) {
        let is_detached = |job: &Job| job.detached.is_some();
        if self.active.get(&ticket).is_some_and(is_detached)
            && let Some(job) = self.active.remove(&ticket)
        {
            self.conclude(ticket, job, Conclusion::Cancelled { silent: false });
        }
    }

    /// The queries that have ended since the last call.
    pub(crate) fn take_ended(&mut self) -> Vec<(u64, Job, Conclusion)> {
        std::mem::take(&mut self.ended)
    }

    /// The end of this query, if it has ended.
    pub(crate) fn take_ended_query(&mut self, ticket: u64) -> Option<(Job, Conclusion)> {
        let index = self.ended.iter().position(|(it, ..)| *it == ticket)?;
        let (_, job, conclusion) = self.ended.remove(index);
        Some((job, conclusion))
    }

    /// Numbers the queries after those of `others`.
    pub(crate) fn number_after(&mut self, others: &Self) {
        self.last_ticket = self.last_ticket.max(others.last_ticket);
    }

    /// Ends all queries, as a restart of the instance does.
    pub(crate) fn restart(&mut self, failure: &Failure) {
        for (ticket, job) in std::mem::take(&mut self.active) {
            self.conclude(ticket, job, Conclusion::Failed(failure.clone()));
        }
        self.sparql_accepted = 0;
    }
}

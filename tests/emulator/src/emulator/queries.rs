//! Queries with a duration, and the scripts that set their results.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Arrival, Emulator};
use crate::failure::Failure;
use crate::operations::queries::answer::{Reply, reply};
use crate::operations::queries::queue::{Conclusion, Job};
use crate::operations::{loader, queries};
use crate::{Fault, LogEntry, Now, Outcome, QueryScript, ScriptId};

/// How many outcomes are kept until they are taken; the oldest are dropped first.
const MAX_OUTCOMES: usize = 10_000;

/// Identifies a running query. Use it to get the outcome from [`Emulator::resume`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub(super) u64);

/// Running queries and outcomes that have not been taken.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) arrivals: BTreeMap<u64, Arrival>,
    outcomes: BTreeMap<u64, Outcome>,
}

impl Emulator {
    /// Registers a script for queries.
    pub fn script(&mut self, script: QueryScript) -> ScriptId {
        self.cluster.queries.scripts.add(script)
    }

    /// How many queries a script has matched, whatever the outcome.
    #[must_use]
    pub fn script_matched(&self, script: ScriptId) -> u64 {
        self.cluster.queries.scripts.matched(script)
    }

    /// How many queries with this script were executed to the end: they were not cancelled and did not
    /// fail, before or during the response. A query also counts if a fault then lost or replaced its response.
    #[must_use]
    pub fn script_completions(&self, script: ScriptId) -> u64 {
        self.cluster.queries.scripts.effects(script)
    }

    /// Removes a script: it matches no more queries. Its counts are kept.
    pub fn remove_script(&mut self, script: ScriptId) {
        self.cluster.queries.scripts.retire(script);
    }

    /// Removes all scripts. Their counts are kept.
    pub fn clear_scripts(&mut self) {
        self.cluster.queries.scripts.retire_all();
    }

    /// The outcome of a query with a duration: [`Outcome::Pending`] while the query runs. An outcome can be taken once.
    /// Of the outcomes that have not been taken, the newest 10,000 are kept; a dropped one is
    /// [`Fault::CloseWithoutResponse`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use bytes::Bytes;
    /// use neptunedata_emulator::{Emulator, Now, Outcome, QueryScript};
    ///
    /// let mut neptune = Emulator::default();
    /// neptune.script(QueryScript::gremlin().lasting(Duration::from_secs(60)));
    /// let now = Now::at_unix(1_704_067_200);
    /// let ask = http::Request::get("/gremlin?gremlin=g.V()").body(Bytes::new())?;
    /// let Outcome::Pending(ticket) = neptune.handle(ask, now) else { return Err("at once".into()) };
    ///
    /// let later = now.later(Duration::from_secs(59));
    /// let list = http::Request::get("/gremlin/status").body(Bytes::new())?;
    /// let list = neptune.handle(list, later).into_response().ok_or("no response")?;
    /// assert_eq!(list.to_json().ok_or("not JSON")?["runningQueryCount"], 1);
    /// assert!(matches!(neptune.resume(ticket, later), Outcome::Pending(_)));
    /// let over = neptune.resume(ticket, now.later(Duration::from_secs(60)));
    /// assert!(over.response().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resume(&mut self, ticket: Ticket, now: Now) -> Outcome {
        self.advance_to(now);
        match self.waiting.outcomes.remove(&ticket.0) {
            Some(outcome) => outcome,
            None if self.waiting.arrivals.contains_key(&ticket.0) => Outcome::Pending(ticket),
            None => Fault::CloseWithoutResponse.into(),
        }
    }

    /// Advances the time to `now` without a request: bulk loads and queries whose duration is over are completed.
    pub fn advance_to(&mut self, now: Now) {
        loader::advance(&mut self.cluster, now);
        queries::advance_to(&mut self.cluster, now);
        for (ticket, job, conclusion) in self.cluster.queries.take_ended() {
            if let Some(entry) = self.respond(ticket, &job, conclusion, now) {
                self.on_request.call(&entry);
                self.amend(entry);
            }
        }
    }

    /// Builds the outcome of a query, and returns its completed log entry. The outcome of a streamed response was built
    /// when it began.
    pub(super) fn respond(
        &mut self,
        ticket: u64,
        job: &Job,
        conclusion: Conclusion,
        now: Now,
    ) -> Option<LogEntry> {
        #[cfg(all(feature = "engine", feature = "server"))]
        if let Some(begun) = job.detached.as_ref().and_then(|it| it.streamed.as_ref()) {
            return Some(LogEntry {
                executed: matches!(conclusion, Conclusion::Answered(_)),
                ..begun.clone()
            });
        }
        let Arrival {
            mut entry,
            planned,
            date,
            is_gone,
        } = self.waiting.arrivals.remove(&ticket)?;
        let ran = reply(&self.cluster.config, job, conclusion, &entry.request_id);
        let outcome = self.finish(&mut entry, planned, date, ran, now);
        if !is_gone {
            self.waiting.outcomes.insert(ticket, outcome);
            if self.waiting.outcomes.len() > MAX_OUTCOMES {
                self.waiting.outcomes.pop_first();
            }
        }
        Some(entry)
    }

    /// The time, by [`Now::mono`], at which the next running query ends, if it is not cancelled before;
    /// `None` if no query runs.
    #[must_use]
    pub fn next_query_end(&self) -> Option<Duration> {
        self.cluster.queries.next_query_end()
    }

    /// The outcome of the query that was just submitted, if it has ended already.
    pub(super) fn concluded(
        &mut self,
        ticket: u64,
        request_id: &str,
    ) -> Option<Result<Reply, Failure>> {
        let (job, conclusion) = self.cluster.queries.take_ended_query(ticket)?;
        Some(reply(&self.cluster.config, &job, conclusion, request_id))
    }

    /// Discards the outcome of this query, because its client has disconnected. An engine stops executing it.
    #[cfg(feature = "server")]
    pub(crate) fn abandon(&mut self, ticket: Ticket) {
        self.waiting.outcomes.remove(&ticket.0);
        #[cfg(feature = "engine")]
        self.cluster.queries.abandon(ticket.0);
        if let Some(arrival) = self.waiting.arrivals.get_mut(&ticket.0) {
            arrival.is_gone = true;
        }
    }

    /// Keeps a request until its query ends.
    pub(super) fn wait(&mut self, ticket: u64, arrival: Arrival) -> Outcome {
        self.waiting.arrivals.insert(ticket, arrival);
        Outcome::Pending(Ticket(ticket))
    }

    /// Updates the log entry of a request whose query has ended.
    fn amend(&mut self, entry: LogEntry) {
        if entry.number <= self.forgotten {
            return;
        }
        if let Some(operation) = entry.operation {
            let counts = self.counts.entry(operation).or_default();
            counts.executed += usize::from(entry.executed);
        }
        let found = self.log.binary_search_by_key(&entry.number, |it| it.number);
        if let Ok(index) = found
            && let Some(logged) = self.log.get_mut(index)
        {
            *logged = entry;
        }
    }
}

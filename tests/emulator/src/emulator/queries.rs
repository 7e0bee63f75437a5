//! Queries that take their time, and the scripts that say what becomes of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Arrival, Emulator};
use crate::failure::Failure;
use crate::operations::queries;
use crate::operations::queries::answer::{Reply, reply};
use crate::{Fault, Now, Outcome, QueryScript, Response, ScriptId};

/// How many outcomes are kept for those who come for them; the oldest are forgotten first.
const MOST_OUTCOMES: usize = 10_000;

/// The place of a query that is not over yet, to ask for its outcome with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What is open between queries and those who asked.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    arrivals: BTreeMap<u64, Arrival>,
    outcomes: BTreeMap<u64, Outcome>,
}

impl Emulator {
    /// Registers what queries are answered with.
    pub fn script(&mut self, script: QueryScript) -> ScriptId {
        self.cluster.queries.scripts.add(script)
    }

    /// How many queries a script was found for, whatever became of them.
    #[must_use]
    pub fn script_matched(&self, script: ScriptId) -> u64 {
        self.cluster.queries.scripts.matched(script)
    }

    /// How many of its queries took effect: they came to their end and were neither cancelled nor did they fail, be it in
    /// the middle of their answer. That the answer was then lost or replaced changes nothing about it.
    #[must_use]
    pub fn script_effects(&self, script: ScriptId) -> u64 {
        self.cluster.queries.scripts.effects(script)
    }

    /// Lets a script answer no more. Its counts stay.
    pub fn remove_script(&mut self, script: ScriptId) {
        self.cluster.queries.scripts.retire(script);
    }

    /// Lets no script answer any more.
    pub fn clear_scripts(&mut self) {
        self.cluster.queries.scripts.retire_all();
    }

    /// The outcome of a query that took its time: [`Outcome::Pending`] as long as it is not over. An outcome can be had
    /// once, and by whoever does not come for it in time, that is before 10,000 others, not at all; then it is
    /// [`Fault::CloseWithoutAnswer`].
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
    /// let list = neptune.handle(list, later).into_response().ok_or("no answer")?;
    /// assert_eq!(list.to_json().ok_or("no JSON")?["runningQueryCount"], 1);
    /// assert!(matches!(neptune.resume(ticket, later), Outcome::Pending(_)));
    /// let over = neptune.resume(ticket, now.later(Duration::from_secs(60)));
    /// assert!(over.response().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resume(&mut self, ticket: Ticket, now: Now) -> Outcome {
        self.settle(now);
        match self.waiting.outcomes.remove(&ticket.0) {
            Some(outcome) => outcome,
            None if self.waiting.arrivals.contains_key(&ticket.0) => Outcome::Pending(ticket),
            None => Fault::CloseWithoutAnswer.into(),
        }
    }

    /// Lets time pass without a request: queries whose time is over by then come to their end.
    pub fn settle(&mut self, now: Now) {
        queries::settle(&mut self.cluster, now.mono);
        for (ticket, job, conclusion) in self.cluster.queries.take_over() {
            let Some(arrival) = self.waiting.arrivals.remove(&ticket) else {
                continue;
            };
            let ran = reply(&self.cluster.config, &job, conclusion, &arrival.request_id);
            let (number, operation) = (arrival.number, arrival.operation);
            let is_gone = arrival.is_gone;
            let (outcome, executed) = self.finish(arrival, ran, now);
            self.amend(number, operation, &outcome, executed);
            if is_gone {
                continue;
            }
            self.waiting.outcomes.insert(ticket, outcome);
            if self.waiting.outcomes.len() > MOST_OUTCOMES {
                self.waiting.outcomes.pop_first();
            }
        }
    }

    /// When the next of the queries that run is over, by the monotonic clock, if nothing else happens before.
    #[must_use]
    pub fn next_end(&self) -> Option<Duration> {
        self.cluster.queries.next_end()
    }

    /// The outcome of the query that has just been taken, if it is over already.
    pub(super) fn concluded(
        &mut self,
        ticket: u64,
        request_id: &str,
    ) -> Option<Result<Reply, Failure>> {
        let over = self.cluster.queries.take_this(ticket)?;
        let (job, conclusion) = over;
        Some(reply(&self.cluster.config, &job, conclusion, request_id))
    }

    /// Nobody will come for this outcome.
    #[cfg(feature = "server")]
    pub(crate) fn abandon(&mut self, ticket: Ticket) {
        self.waiting.outcomes.remove(&ticket.0);
        if let Some(arrival) = self.waiting.arrivals.get_mut(&ticket.0) {
            arrival.is_gone = true;
        }
    }

    /// Keeps a request until its query is over.
    pub(super) fn wait(&mut self, ticket: u64, arrival: Arrival) -> Outcome {
        self.waiting.arrivals.insert(ticket, arrival);
        Outcome::Pending(Ticket(ticket))
    }

    /// Says in the log what became of a request that is in there already.
    fn amend(
        &mut self,
        number: u64,
        operation: Option<&'static str>,
        outcome: &Outcome,
        executed: bool,
    ) {
        if number <= self.forgotten {
            return;
        }
        if let Some(operation) = operation {
            let counts = self.counts.entry(operation).or_default();
            counts.executed += usize::from(executed);
        }
        let Ok(place) = self.log.binary_search_by_key(&number, |entry| entry.number) else {
            return;
        };
        let Some(entry) = self.log.get_mut(place) else {
            return;
        };
        entry.status = outcome.any_response().map(Response::status);
        entry.executed = executed;
    }
}

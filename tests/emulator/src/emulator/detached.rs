//! Queries that are executed outside of the emulator, in threads of the server.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;

use super::{Emulator, Ticket};
use crate::engine::{Finished, Stream, Work};
use crate::failure::Failure;
use crate::operations::queries::queue::Conclusion;
use crate::operations::queries::{finished, work};
use crate::{Now, Outcome, Response};

impl Emulator {
    /// Handles a request that has been read. A query for an engine is not executed: its outcome is pending until the
    /// work that [`take_work`](Self::take_work) returns has ended.
    pub(crate) fn handle_detached(&mut self, request: Request<Bytes>, now: Now) -> Outcome {
        self.cluster.queries.detaches = true;
        let outcome = self.handle_read(request, now);
        self.cluster.queries.detaches = false;
        outcome
    }

    /// The work of this query. `None` if the query waits, has no work for an engine, or its work was taken before.
    pub(crate) fn take_work(&mut self, ticket: Ticket, now: Now) -> Option<Result<Work, Failure>> {
        let job = self.cluster.queries.get_mut(ticket.0)?;
        let detached = job.detached.as_mut()?;
        if job.started.is_none() || std::mem::replace(&mut detached.is_taken, true) {
            return None;
        }
        let (request, stop) = (Arc::clone(&job.request), detached.stop.clone());
        work(&mut self.cluster, &request, stop, now)
    }

    /// A thread that executes a query keeps this until it has ended.
    pub(crate) fn executing(&self) -> Arc<()> {
        Arc::clone(&self.cluster.executing)
    }

    /// Sets the time limit of this query.
    pub(crate) fn limit_query(&mut self, ticket: Ticket, limit: Duration) {
        if let Some(job) = self.cluster.queries.get_mut(ticket.0) {
            job.duration = limit;
        }
    }

    /// Begins the response to this query. `None` if the whole response is needed: a planned fault may change it.
    pub(crate) fn stream_query(
        &mut self,
        ticket: Ticket,
        head: Response,
        now: Now,
    ) -> Option<Stream> {
        let arrival = self.waiting.arrivals.get(&ticket.0)?;
        if arrival.planned.is_some() {
            return None;
        }
        let mut job = self.cluster.queries.remove(ticket.0)?;
        let (stream, rest) = Stream::new(arrival.entry.request_id.clone());
        let begun = Conclusion::Answered(Box::new(head.generated(rest)));
        let entry = self.respond(ticket.0, &job, begun, now);
        if let Some(detached) = &mut job.detached {
            detached.streamed = entry;
        }
        self.cluster.queries.insert(ticket.0, job);
        Some(stream)
    }

    /// Ends this query with the result of `finish`, which is not called if the query has ended before.
    pub(crate) fn end_query(
        &mut self,
        ticket: Ticket,
        finish: impl FnOnce() -> Result<Finished, Failure>,
        now: Now,
    ) {
        let Some(job) = self.cluster.queries.remove(ticket.0) else {
            return;
        };
        let conclusion = finished(&mut self.cluster, finish(), now);
        self.cluster.queries.conclude(ticket.0, job, conclusion);
        self.advance_to(now);
    }
}

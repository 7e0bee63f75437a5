//! The entry point: [`Emulator`] takes a request and the time, and returns an outcome.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Request, header, request};

use crate::change_stream::Streams;
use crate::clock::shifted;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::fault_header::{Due, ParseFaultError, Seen};
use crate::ids::Ids;
use crate::incoming::{Incoming, has_word};
use crate::operations::queries::answer::Reply;
use crate::operations::{self, Answer, Route};
use crate::plan::{Date, Plan};
use crate::replacement::Replacement;
use crate::replacement::apply::{self, Context};
use crate::{
    Config, ConnectionEnd, Fault, LogEntry, Now, Outcome, PlannedFault, Response, SignatureCheck,
    Stage, fault_header, sigv4,
};

#[cfg(all(feature = "engine", feature = "server"))]
mod detached;
mod on_request;
mod queries;
mod stamp;
mod state;
mod streams;

use self::on_request::OnRequest;
pub use self::queries::Ticket;
use self::queries::Waiting;
use self::stamp::LastDate;

/// The maximum size of a request body, in bytes.
pub(crate) const MAX_BODY: usize = 157_286_400;

const NO_WEBSOCKETS: &str = "The emulator has no WebSockets. Gremlin runs over HTTP here: \
    send POST /gremlin with the body {\"gremlin\": \"g.V()\"}.";

/// A Neptune cluster in memory.
///
/// It does no I/O, except with `Files::folder`. It reads no clock and uses no randomness, except with
/// `Config::rdf_engine` and in `rand()` of openCypher: the same [`Config`], requests and times give the same outcomes,
/// byte for byte.
#[derive(Debug)]
pub struct Emulator {
    cluster: Cluster,
    plan: Plan,
    seen: Seen,
    /// The log. Older entries, up to a quarter of its limit, come before it until they are dropped.
    log: Vec<LogEntry>,
    counts: BTreeMap<&'static str, Counts>,
    request_ids: Ids,
    last_date: LastDate,
    received: u64,
    /// The number of the last request before the log and the counts were cleared.
    forgotten: u64,
    /// Requests whose queries are still running, and outcomes that have not been taken yet.
    waiting: Waiting,
    on_request: OnRequest,
}

/// A received request, and what is needed to respond to it.
#[derive(Debug)]
struct Arrival {
    entry: LogEntry,
    planned: Option<PlannedFault>,
    date: Date,
    /// Whether the client has disconnected.
    is_gone: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    received: usize,
    executed: usize,
}

impl Default for Emulator {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Emulator {
    /// A cluster that has received no request.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            plan: Plan::default(),
            seen: Seen::default(),
            log: Vec::new(),
            counts: BTreeMap::new(),
            // A separate sequence, so that the ids of jobs do not depend on the number of earlier requests.
            request_ids: Ids::new(!config.seed),
            last_date: LastDate::default(),
            received: 0,
            forgotten: 0,
            waiting: Waiting::default(),
            on_request: OnRequest::default(),
            cluster: Cluster::new(config),
        }
    }

    /// Handles a request at this time. The request is as it was sent over the wire.
    ///
    /// The `host` header is optional if the URI has an authority. Every request gets an outcome: an invalid request
    /// gets one of Neptune's errors.
    pub fn handle(&mut self, request: Request<Bytes>, now: Now) -> Outcome {
        let (head, body) = request.into_parts();
        match self.before_reading(&head) {
            Some(ending) => Fault::BeforeReading(ending).into(),
            None => self.handle_read(Request::from_parts(head, body), now),
        }
    }

    /// How to end the connection before this request is read, if a planned fault says so. Call this once for
    /// each request, before [`handle_read`](Self::handle_read).
    pub(crate) fn before_reading(&mut self, head: &request::Parts) -> Option<ConnectionEnd> {
        // Most requests have no fault, and need not be routed twice.
        if self.plan.is_empty() && !self.cluster.config.fault_header {
            return None;
        }
        let found = operations::find(&head.method, head.uri.path(), head.uri.query());
        let operation = found.ok().map(|(route, _)| {
            operations::of_request(route, &head.uri, &head.headers, &Bytes::new())
        });
        let header_fault = self.header_fault(&head.headers);
        let planned = match &header_fault {
            Some(Ok((_, planned))) => planned.as_ref()?,
            // An invalid header gets an error response, so the request has to be read.
            Some(Err(_)) => return None,
            None => self.plan.first(operation)?,
        };
        let Replacement::CloseBeforeReading(ending) = planned.replacement else {
            return None;
        };
        match header_fault {
            Some(Ok((key, _))) => self.seen.count(key),
            _ => {
                self.plan.take(operation);
            }
        }
        Some(ending)
    }

    /// Handles a request that has been read.
    pub(crate) fn handle_read(&mut self, request: Request<Bytes>, now: Now) -> Outcome {
        self.advance_to(now);
        self.received = self.received.saturating_add(1);
        let request_id = self.request_ids.uuid();
        let uri = request.uri();
        let found = operations::find(request.method(), uri.path(), uri.query());
        let operation = found.as_ref().ok().map(|(route, _)| {
            operations::of_request(route, request.uri(), request.headers(), request.body())
        });
        let header_fault = self.header_fault(request.headers());
        // An invalid header is an error of the client, not a fault.
        let is_valid = !matches!(header_fault, Some(Err(_)));
        let planned = match header_fault {
            Some(Ok((key, planned))) => {
                self.seen.count(key);
                planned
            }
            Some(Err(unknown)) => {
                let text = format!("{}: {}", fault_header::NAME, unknown.message);
                Some(PlannedFault::error("BadRequestException", text))
            }
            None => self.plan.take(operation),
        };
        let date = planned.as_ref().map_or(Date::True, PlannedFault::date);
        let signature = self.check_signature(&request, now, date);
        let stage = planned
            .as_ref()
            .map_or(Stage::Executed, PlannedFault::stage);
        let ran = if stage == Stage::Executed {
            self.execute(found, &request, &signature, now)
        } else {
            // A `Replacement` that sends or alters the response of the request uses this error as that
            // response; the others discard the error.
            let text = "The planned fault prevented the execution.";
            Err(Failure::new("InternalFailureException", text))
        };
        let mut entry = LogEntry::new(self.received, now, request);
        entry.operation = operation;
        entry.request_id = request_id;
        entry.signature = signature;
        entry.fault_applied = is_valid && planned.is_some();
        entry.query = self.cluster.queries.last_request.take();
        entry.script = self.cluster.queries.last_script.take();
        let ran = match ran.map(Answer::into_response) {
            Ok(Ok(response)) => Ok(Reply::from(response)),
            Ok(Err(ticket)) => match self.concluded(ticket, &entry.request_id) {
                Some(ended) => ended,
                None => {
                    self.record(entry.clone());
                    return self.wait(
                        ticket,
                        Arrival {
                            entry,
                            planned,
                            date,
                            is_gone: false,
                        },
                    );
                }
            },
            Err(failure) => Err(failure),
        };
        let outcome = self.finish(&mut entry, planned, date, ran, now);
        self.on_request.call(&entry);
        self.record(entry);
        // Ends queries that this request completed or cancelled.
        self.advance_to(now);
        outcome
    }

    /// Builds the outcome of a request with its planned fault, if any, and completes its log entry.
    fn finish(
        &mut self,
        entry: &mut LogEntry,
        planned: Option<PlannedFault>,
        date: Date,
        ran: Result<Reply, Failure>,
        now: Now,
    ) -> Outcome {
        let request_id = entry.request_id.as_str();
        let reply = ran.unwrap_or_else(|failure| Reply::from(self.refuse(failure, request_id)));
        let context = Context {
            entry,
            region: &self.cluster.config.region,
            message_member: self.cluster.config.message_member,
            now,
        };
        let executed = reply.executed;
        let mut outcome = apply_fault(planned, reply, &context);
        self.last_date.stamp(&mut outcome, request_id, now, date);
        entry.status = outcome.any_response().map(Response::status);
        entry.executed = executed;
        outcome
    }

    /// All received requests, in order. [`Config::log_limit`] limits them.
    #[must_use]
    pub fn log(&self) -> &[LogEntry] {
        let too_many = self.log.len().saturating_sub(self.cluster.config.log_limit);
        self.log.get(too_many..).unwrap_or_default()
    }

    /// Calls this function with the log entry of each request when its outcome is known: for a query with a duration,
    /// when it has ended. It replaces an earlier function. [`Config::log_limit`] does not affect it.
    /// A server calls it while the emulator is locked: keep it short, and do not use the server in it.
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// use bytes::Bytes;
    /// use neptunedata_emulator::{Emulator, Now};
    ///
    /// let (sender, requests) = mpsc::channel();
    /// let mut neptune = Emulator::default();
    /// neptune.on_request(move |entry| drop(sender.send((entry.operation, entry.status))));
    /// let status = http::Request::get("/status").body(Bytes::new())?;
    /// let _ = neptune.handle(status, Now::at_unix(0));
    /// assert_eq!(requests.recv()?, (Some("GetEngineStatus"), Some(http::StatusCode::OK)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_request(&mut self, callback: impl Fn(&LogEntry) + Send + Sync + 'static) {
        self.on_request = OnRequest(Some(Box::new(callback)));
    }

    /// Clears the log and the counts. Jobs and planned faults are kept.
    pub fn clear_log(&mut self) {
        self.log.clear();
        self.counts.clear();
        self.forgotten = self.received;
    }

    /// How many requests of this operation were received, whatever the outcome. `operation` is the name in the service
    /// model, such as `GetEngineStatus`.
    #[must_use]
    pub fn received(&self, operation: &str) -> usize {
        self.counts.get(operation).map_or(0, |it| it.received)
    }

    /// How many requests of this operation were executed (see [`LogEntry::executed`]), whether or not the client
    /// received the response.
    #[must_use]
    pub fn executed(&self, operation: &str) -> usize {
        self.counts.get(operation).map_or(0, |it| it.executed)
    }

    /// Adds a fault to the end of the queue. Each request takes the first fault in the queue that applies to its
    /// operation. Requests that select their own fault ([`Config::fault_header`]) take none from the queue.
    pub fn fail_next(&mut self, planned: PlannedFault) {
        self.plan.push(planned);
    }

    /// How many planned faults are still in the queue.
    #[must_use]
    pub fn planned(&self) -> usize {
        self.plan.len()
    }

    /// Removes all planned faults.
    pub fn clear_planned(&mut self) {
        self.plan.clear();
    }

    /// Changes the configuration, for example `emulator.reconfigure(|config| config.role(Role::Reader))` for a
    /// failover. Running jobs keep their durations, and ids their sequence.
    pub fn reconfigure(&mut self, change: impl FnOnce(Config) -> Config) {
        let streamed = self.cluster.config.streams.enabled;
        self.cluster.config = change(std::mem::take(&mut self.cluster.config));
        self.cluster.status = None;
        if streamed && !self.cluster.config.streams.enabled {
            self.cluster.streams = Streams::default();
        }
    }

    /// Replaces this emulator, for example between two tests. Running queries end, and their outcomes are lost:
    /// [`resume`](Self::resume) returns [`Fault::CloseWithoutResponse`].
    pub fn replace(&mut self, mut fresh: Self) {
        let queries = &mut self.cluster.queries;
        queries.restart(&Failure::new(
            "InternalFailureException",
            "The emulator was reset.",
        ));
        // Old tickets must not be those of new queries.
        fresh.cluster.queries.number_after(queries);
        *self = fresh;
    }

    /// Restarts all instances of the cluster, as maintenance does. In-memory state is lost, such as the token of an
    /// initiated fast reset. [`Config::restart_duration`] sets how long the restart takes.
    pub fn restart(&mut self, now: Now) {
        self.cluster.restart(now);
    }

    /// Makes the temporary keys with this session token expired from now on.
    pub fn expire_token(&mut self, session_token: &str) {
        for identity in &mut self.cluster.config.identities {
            if identity.session_token.as_deref() == Some(session_token) {
                identity.expired = true;
            }
        }
    }

    /// Stops accepting the keys with this access key. IAM authentication stays enabled.
    pub fn remove_identity(&mut self, access_key: &str) {
        let identities = &mut self.cluster.config.identities;
        identities.retain(|identity| identity.access_key != access_key);
    }

    /// The fault that the header of a request selects, if the header is enabled.
    fn header_fault(&self, headers: &HeaderMap) -> Option<Result<Due, ParseFaultError>> {
        if !self.cluster.config.fault_header {
            return None;
        }
        self.seen.due(headers)
    }

    fn check_signature(&self, request: &Request<Bytes>, now: Now, date: Date) -> SignatureCheck {
        let config = &self.cluster.config;
        if !config.iam {
            return SignatureCheck::NotChecked;
        }
        let wall = match date {
            Date::Skewed {
                seconds,
                for_signatures,
            } if for_signatures => shifted(now.wall, seconds),
            _ => now.wall,
        };
        match sigv4::verify(&config.identities, &config.region, request, wall) {
            Ok(access_key) => SignatureCheck::Verified { access_key },
            Err(reason) => SignatureCheck::Refused(reason),
        }
    }

    fn execute(
        &mut self,
        found: Result<(&Route, Vec<&str>), Failure>,
        request: &Request<Bytes>,
        signature: &SignatureCheck,
        now: Now,
    ) -> Result<Answer, Failure> {
        // Before the signature, so that a client whose signature is wrong learns this first.
        if is_websocket_handshake(request.headers()) {
            return Err(Failure::not_emulated(NO_WEBSOCKETS));
        }
        if let SignatureCheck::Refused(reason) = signature {
            return Err(Failure::access_denied(reason.as_str()));
        }
        if request.body().len() > MAX_BODY {
            return Err(Failure::bad_request(format!(
                "Request size exceeds max allowed value of {MAX_BODY} bytes."
            )));
        }
        let (route, labels) = found?;
        self.cluster.check_running(now)?;
        let incoming = Incoming::decode(&labels, request, now)?;
        (route.run)(&mut self.cluster, &incoming)
    }

    fn refuse(&self, failure: Failure, request_id: &str) -> Response {
        failure.into_response(request_id, self.cluster.config.message_member)
    }

    fn record(&mut self, entry: LogEntry) {
        if let Some(operation) = entry.operation {
            let counts = self.counts.entry(operation).or_default();
            counts.received += 1;
            counts.executed += usize::from(entry.executed);
        }
        self.log.push(entry);
        // Old entries are dropped many at a time, because each removal moves all entries that remain.
        let limit = self.cluster.config.log_limit;
        if self.log.len() > limit.saturating_add(limit / 4) {
            self.log.drain(..self.log.len() - limit);
        }
    }
}

/// Other upgrades, such as the one to HTTP/2, are optional: the request is handled without them.
fn is_websocket_handshake(headers: &HeaderMap) -> bool {
    has_word(headers, header::CONNECTION, "upgrade")
        && has_word(headers, header::UPGRADE, "websocket")
}

fn apply_fault(planned: Option<PlannedFault>, reply: Reply, context: &Context<'_>) -> Outcome {
    let Some(planned) = planned else {
        return apply::deliver(reply.response.into(), reply.delivery);
    };
    let mut outcome = planned.replacement.apply(reply.response, context);
    if let Some(Response { head, .. }) = outcome.any_response_mut() {
        head.headers.extend(planned.headers);
    }
    apply::deliver(outcome, planned.delivery)
}

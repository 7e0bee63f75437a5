//! A server with a change stream, and a driver between the server and a machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use http::{HeaderMap, Response, Uri};
use neptunedata::{
    Error, TransportError,
    machine::{Input, Io, Machine, Step},
    streams::{EventId, IteratorType},
    transport::{Sent, TransportErrorKind},
};
use serde_json::{Value, json};

use super::{drive::Clock, script::exception};

/// The stream of the server, and how it responds.
#[derive(Debug)]
pub(crate) struct Server {
    /// The records, and whether each ends its commit.
    pub(crate) log: Vec<(EventId, bool)>,
    /// The number of padding bytes in a record.
    pub(crate) padding: usize,
    /// The maximum number of records in a page, for any requested limit.
    pub(crate) cap: usize,
    /// Whether the last records of commits are marked.
    pub(crate) marks_ends: bool,
    /// Whether the message at the end of the stream names its last record.
    pub(crate) names_head: bool,
    /// The time since the start and the URI of each request.
    pub(crate) requests: Vec<(Duration, Uri)>,
    /// The responses that are returned instead of pages, first to last.
    pub(crate) instead: Vec<Input>,
    /// The last record of every commit, including trimmed ones.
    pub(crate) ends: BTreeSet<EventId>,
    /// The last trimmed commit.
    pub(crate) trimmed: i64,
    /// The last commit at the time of the last request with `LATEST`.
    pub(crate) latest: Option<i64>,
}

impl Server {
    /// A server with commits of these lengths.
    pub(crate) fn with(commits: &[usize]) -> Self {
        let mut server = Server {
            log: Vec::new(),
            padding: 0,
            cap: usize::MAX,
            marks_ends: true,
            names_head: true,
            requests: Vec::new(),
            instead: Vec::new(),
            ends: BTreeSet::new(),
            trimmed: 0,
            latest: None,
        };
        for length in commits {
            server.commit(*length);
        }
        server
    }

    pub(crate) fn commit(&mut self, length: usize) {
        let last = self.head();
        for op in 1..=length {
            let id = EventId::new(last + 1, i64::try_from(op).expect("few"));
            self.log.push((id, op == length));
            self.ends.extend((op == length).then_some(id));
        }
    }

    /// The last commit.
    pub(crate) fn head(&self) -> i64 {
        self.log.last().map_or(0, |(id, _)| id.commit_num)
    }

    /// Removes the oldest commits, but never the last commit.
    pub(crate) fn trim(&mut self, commits: usize) {
        let commits = i64::try_from(commits).expect("few");
        self.trimmed = (self.trimmed + commits).min((self.head() - 1).max(0));
        self.log.retain(|(id, _)| id.commit_num > self.trimmed);
    }

    pub(crate) fn respond_to(&mut self, at: Duration, uri: &Uri) -> Input {
        self.requests.push((at, uri.clone()));
        if !self.instead.is_empty() {
            return self.instead.remove(0);
        }
        let query: BTreeMap<_, _> = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let number = |name: &str| {
            query
                .get(name)
                .map(|text| text.parse::<i64>().expect("a number"))
        };
        let limit = number("limit").unwrap_or(10);
        assert!((1..=100_000).contains(&limit), "{uri}");
        let mut limit = usize::try_from(limit).expect("small").min(self.cap);
        let first = match IteratorType::from(query["iteratorType"]) {
            IteratorType::TrimHorizon => 0,
            IteratorType::Latest => {
                limit = 1;
                self.latest = Some(self.head());
                self.log.len().saturating_sub(1)
            }
            IteratorType::AfterSequenceNumber => {
                let id = EventId::new(number("commitNum").unwrap(), number("opNum").unwrap());
                // After the end of a commit, the next commit follows even if this one is trimmed.
                let follows = id.commit_num + i64::from(self.ends.contains(&id));
                if follows <= self.trimmed {
                    return refuse(400, "ExpiredStreamException");
                }
                self.log.partition_point(|(other, _)| *other <= id)
            }
            other => panic!("{other}"),
        };
        let page = &self.log[first..self.log.len().min(first + limit)];
        if page.is_empty() {
            return self.not_found();
        }
        let mut size = 0;
        let mut records = Vec::new();
        for (id, is_last) in page {
            let record = self.record(*id, *is_last);
            records.push(record);
            size += self.padding + 100;
            // The record that crosses the size limit belongs to the page.
            if size > 10_000_000 {
                break;
            }
        }
        let body = json!({
            "lastEventId": {"commitNum": 1, "opNum": 1},
            "format": "NQUADS",
            "records": records,
            "totalRecords": records.len(),
        });
        respond(200, body.to_string())
    }

    fn record(&self, id: EventId, is_last: bool) -> Value {
        let mut record = json!({
            "eventId": {"commitNum": id.commit_num, "opNum": id.op_num},
            "op": "ADD",
            "data": {"stmt": "x".repeat(self.padding)},
        });
        if is_last && self.marks_ends {
            record["isLastOp"] = json!(true);
        }
        record
    }

    pub(crate) fn not_found(&self) -> Input {
        let message = match (self.log.last(), self.names_head) {
            (Some((head, _)), true) => format!(
                "Requested startEventId is from the future. Last valid eventId is [commitNum = {}, opNum = {}]",
                head.commit_num, head.op_num
            ),
            _ => "nothing there".to_owned(),
        };
        let response = super::script::refusal(404, "StreamRecordsNotFoundException", &message);
        Input::Response(response.whole(), HeaderMap::new())
    }

    /// The query of each request.
    pub(crate) fn queries(&self) -> Vec<&str> {
        self.requests
            .iter()
            .map(|(_, uri)| uri.query().expect("a query"))
            .collect()
    }
}

pub(crate) fn respond(status: u16, body: String) -> Input {
    let response = Response::builder().status(status).body(body.into());
    Input::Response(response.expect("a response"), HeaderMap::new())
}

pub(crate) fn refuse(status: u16, code: &str) -> Input {
    Input::Response(exception(status, code).whole(), HeaderMap::new())
}

pub(crate) fn cut() -> Input {
    Input::Failure(TransportError::new(TransportErrorKind::Closed, Sent::Maybe))
}

/// The result of a run.
#[derive(Debug)]
pub(crate) enum Outcome<I, T> {
    Item(I),
    Done(Result<T, Error>),
    /// The steps are used up.
    Stopped,
}

/// A machine and its clock.
pub(crate) struct Run<M> {
    pub(crate) machine: M,
    pub(crate) clock: Clock,
    pub(crate) began: Duration,
    pub(crate) waits: Vec<Duration>,
    input: Option<Input>,
}

impl<M: Machine> Run<M> {
    pub(crate) fn new(machine: M) -> Self {
        let clock = Clock::new();
        Run {
            machine,
            began: clock.now().mono,
            clock,
            waits: Vec::new(),
            input: Some(Input::Next),
        }
    }

    /// Runs to the next item, for at most `steps` steps.
    pub(crate) fn next(
        &mut self,
        server: &mut Server,
        steps: usize,
    ) -> Outcome<M::Item, M::Output> {
        for _ in 0..steps {
            let input = self.input.take().expect("the machine has ended");
            match self.machine.resume(input, self.clock.now()) {
                Step::Io(Io::Send(transmit)) => {
                    let at = self.clock.now().mono - self.began;
                    self.clock.pass(self.clock.round_trip);
                    self.input = Some(server.respond_to(at, transmit.request.uri()));
                }
                Step::Io(Io::Wait) => {
                    self.waits.push(self.clock.pass_until_wake(&self.machine));
                    self.input = Some(Input::Wake(Sent::No));
                }
                Step::Item(item) => {
                    self.input = Some(Input::Next);
                    return Outcome::Item(item);
                }
                Step::Done(result) => return Outcome::Done(result),
                Step::Io(Io::Receive) => panic!("responses are complete"),
                Step::Io(Io::Continue) => panic!("a wake-up at the requested time changed nothing"),
                Step::Misuse(misuse) => panic!("{misuse}"),
                Step::Io(Io::Credentials { .. }) => panic!("the session is not signed"),
            }
        }
        Outcome::Stopped
    }

    /// Runs to the end and returns all items.
    pub(crate) fn all(&mut self, server: &mut Server) -> (Vec<M::Item>, Result<M::Output, Error>) {
        let mut items = Vec::new();
        loop {
            match self.next(server, 100_000) {
                Outcome::Item(item) => items.push(item),
                Outcome::Done(result) => return (items, result),
                Outcome::Stopped => panic!("the machine does not end"),
            }
        }
    }
}

//! A server with a change stream, and a driver between it and a machine.

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

/// What the server keeps, and how it answers.
#[derive(Debug)]
pub(crate) struct Server {
    /// The records, and whether each ends its commit.
    pub(crate) log: Vec<(EventId, bool)>,
    /// How many bytes of padding a record has.
    pub(crate) padding: usize,
    /// The most records of a page, whatever is asked for.
    pub(crate) cap: usize,
    /// Whether the ends of commits are told.
    pub(crate) tells_ends: bool,
    /// Whether the message at the end of the stream tells how far it goes.
    pub(crate) tells_head: bool,
    /// When each request came, since the beginning, and where to.
    pub(crate) asked: Vec<(Duration, Uri)>,
    /// What is answered in place of pages, first to last.
    pub(crate) instead: Vec<Input>,
    /// The last record of every commit that there ever was.
    pub(crate) ends: BTreeSet<EventId>,
    /// The last commit that is not kept any more.
    pub(crate) trimmed: i64,
    /// The last commit when the stream's end was last asked for.
    pub(crate) latest: Option<i64>,
}

impl Server {
    /// With commits of these lengths.
    pub(crate) fn with(commits: &[usize]) -> Self {
        let mut server = Server {
            log: Vec::new(),
            padding: 0,
            cap: usize::MAX,
            tells_ends: true,
            tells_head: true,
            asked: Vec::new(),
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

    /// Keeps no more of the oldest commits, but always the last.
    pub(crate) fn trim(&mut self, commits: usize) {
        let commits = i64::try_from(commits).expect("few");
        self.trimmed = (self.trimmed + commits).min((self.head() - 1).max(0));
        self.log.retain(|(id, _)| id.commit_num > self.trimmed);
    }

    pub(crate) fn answer(&mut self, at: Duration, uri: &Uri) -> Input {
        self.asked.push((at, uri.clone()));
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
                // What follows the end of a commit follows it also when the commit itself is gone.
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
            // The record that crosses it belongs to the page.
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
        if is_last && self.tells_ends {
            record["isLastOp"] = json!(true);
        }
        record
    }

    pub(crate) fn not_found(&self) -> Input {
        let message = match (self.log.last(), self.tells_head) {
            (Some((head, _)), true) => format!(
                "Requested startEventId is from the future. Last valid eventId is [commitNum = {}, opNum = {}]",
                head.commit_num, head.op_num
            ),
            _ => "nothing there".to_owned(),
        };
        let answer = super::script::refusal(404, "StreamRecordsNotFoundException", &message);
        Input::Response(answer.whole(), HeaderMap::new())
    }

    /// The query of each request.
    pub(crate) fn queries(&self) -> Vec<&str> {
        self.asked
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

/// What a run came to.
#[derive(Debug)]
pub(crate) enum Came<I, T> {
    Item(I),
    Done(Result<T, Error>),
    /// It had its number of steps.
    Stopped,
}

/// A machine, a clock, and where the two are.
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

    /// Goes on up to the next item, or for so many steps.
    pub(crate) fn next(&mut self, server: &mut Server, steps: usize) -> Came<M::Item, M::Output> {
        for _ in 0..steps {
            let input = self.input.take().expect("it is over");
            match self.machine.resume(input, self.clock.now()) {
                Step::Io(Io::Send(transmit)) => {
                    let at = self.clock.now().mono - self.began;
                    self.clock.pass(self.clock.round_trip);
                    self.input = Some(server.answer(at, transmit.request.uri()));
                }
                Step::Io(Io::Wait) => {
                    self.waits.push(self.clock.pass_until_wake(&self.machine));
                    self.input = Some(Input::Wake(Sent::No));
                }
                Step::Item(item) => {
                    self.input = Some(Input::Next);
                    return Came::Item(item);
                }
                Step::Done(result) => return Came::Done(result),
                Step::Io(Io::Receive) => panic!("answers are whole"),
                Step::Io(Io::Continue) => panic!("a wake that was due changed nothing"),
                Step::Misuse(misuse) => panic!("{misuse}"),
                Step::Io(Io::Credentials { .. }) => panic!("the session is not signed"),
            }
        }
        Came::Stopped
    }

    /// All items to the end.
    pub(crate) fn all(&mut self, server: &mut Server) -> (Vec<M::Item>, Result<M::Output, Error>) {
        let mut items = Vec::new();
        loop {
            match self.next(server, 100_000) {
                Came::Item(item) => items.push(item),
                Came::Done(result) => return (items, result),
                Came::Stopped => panic!("it goes on for ever"),
            }
        }
    }
}

//! Other clients against the emulator's engines: their recorded requests, replayed without sockets, clients and clock.
//!
//! `compatibility/engines/README.md` says how the transcripts are recorded.

#![allow(missing_docs)]

use std::{
    fs,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use neptunedata::{
    bytes::Bytes,
    http::{self, HeaderMap, HeaderName, HeaderValue},
};
use neptunedata_emulator::{
    Config, Emulator, Files, Now, Outcome, QueryScript, SignatureCheck, Ticket,
};
use serde::Deserialize;
use serde_json::{Value, json};

const KEYS: (&str, &str) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

/// The clients, and how many requests each sends at least.
const TRANSCRIPTS: [(&str, usize); 7] = [
    ("aws-cli", 18),
    ("awswrangler", 24),
    ("boto3", 90),
    ("graph-notebook", 40),
    ("javascript", 29),
    ("langchain", 14),
    ("tour", 9),
];

/// The members of JSON objects that depend on the clock.
const OF_THE_CLOCK: [&str; 7] = [
    "commitTimestamp",
    "date",
    "elapsed",
    "lastStatisticsComputationTime",
    "lastTrxTimestamp",
    "startTime",
    "statisticsId",
];

/// Headers with which a server sends a response, and the date.
const OF_THE_SERVER: [&str; 2] = ["date", "transfer-encoding"];

/// The first line of a transcript.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "recorded")]
    _recorded: String,
    /// Whether the emulator checked signatures.
    iam: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// When the emulator got the request, in milliseconds since the epoch.
    at: u64,
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn to_http(&self) -> http::Request<Bytes> {
        let headers = self.headers.iter().map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        });
        let mut request = http::Request::new(Bytes::copy_from_slice(self.body.as_bytes()));
        *request.method_mut() = self.method.parse().unwrap();
        *request.uri_mut() = self.target.parse().unwrap();
        *request.headers_mut() = headers.collect::<HeaderMap>();
        request
    }
}

impl Response {
    /// Without what the server adds, and without the time.
    fn of(outcome: &Outcome) -> Self {
        let response = outcome.response().expect("a response");
        let headers = response.head.headers.iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()));
        let mut headers: Vec<_> = headers
            .filter(|(name, _): &(String, String)| !OF_THE_SERVER.contains(&name.as_str()))
            .collect();
        headers.sort();
        Self {
            status: response.status().as_u16(),
            headers,
            body: String::from_utf8(response.body().to_vec()).unwrap(),
        }
        .masked()
    }

    fn masked(mut self) -> Self {
        for name in OF_THE_CLOCK {
            let name = format!("\"{name}\":");
            let mut parts = self.body.split(&name);
            let mut body = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let end = part.find([',', '}']).unwrap_or_default();
                body += &name;
                body += &part[end..];
            }
            self.body = body;
        }
        self
    }
}

fn files(folder: &str) -> Files {
    Files::folder(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

/// The emulator with the settings of `record.py`.
fn emulator(head: &Head) -> Emulator {
    let mut config = Config::default()
        .graph_engine(true)
        .rdf_engine(true)
        .streams(true)
        .s3("s3://tour", files("../emulator/examples/tour"))
        .s3("s3://data", files("compatibility/engines/data"))
        .load_duration(Duration::from_millis(1500))
        .query_timeout(Duration::from_secs(60));
    if head.iam {
        config = config.iam(KEYS.0, KEYS.1, "us-east-1");
    }
    let mut emulator = Emulator::new(config);
    let minute = Duration::from_secs(60);
    for slow in [
        QueryScript::open_cypher(),
        QueryScript::sparql().vars(["s"]),
    ] {
        emulator.script(slow.containing("slow").lasting(minute));
    }
    let count = QueryScript::gremlin().exact("g.V().count()");
    emulator.script(count.rows([json!(3)]));
    emulator
}

/// Replays a transcript, and returns the number of its requests.
fn replay(name: &str, text: &str) -> usize {
    let (head, lines) = text.split_once('\n').expect("a first line");
    let head: Head = serde_json::from_str(head).expect(name);
    let mut emulator = emulator(&head);
    let mut running: Vec<(String, Ticket, Response)> = Vec::new();
    let mut start = None;
    for (line, number) in lines.lines().zip(2..) {
        let place = format!("{name}.jsonl:{number}");
        let Exchange {
            at,
            request,
            response,
        } = serde_json::from_str(line).expect(&place);
        let wall = Duration::from_millis(at);
        let now = Now::new(UNIX_EPOCH + wall, wall - *start.get_or_insert(wall));
        match emulator.handle(request.to_http(), now) {
            Outcome::Pending(ticket) => running.push((place.clone(), ticket, response)),
            outcome => assert_eq!(Response::of(&outcome), response.masked(), "{place}"),
        }
        let checked = &emulator.log().last().expect("an entry").signature;
        let verified = matches!(checked, SignatureCheck::Verified { .. });
        assert_eq!(verified, head.iam, "{place}: {checked:?}");
        // Queries that this request has cancelled.
        for (place, ticket, response) in std::mem::take(&mut running) {
            match emulator.resume(ticket, now) {
                Outcome::Pending(ticket) => running.push((place, ticket, response)),
                outcome => assert_eq!(Response::of(&outcome), response.masked(), "{place}"),
            }
        }
    }
    assert!(
        running.is_empty(),
        "{name}: {} queries still run",
        running.len()
    );
    emulator.log().len()
}

fn transcript(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compatibility/engines/transcripts");
    fs::read_to_string(folder.join(format!("{name}.jsonl"))).expect(name)
}

#[test]
fn the_emulator_gives_the_recorded_responses() {
    for (name, least) in TRANSCRIPTS {
        let requests = replay(name, &transcript(name));
        assert!(requests >= least, "{name}: {requests}");
    }
}

#[test]
fn the_queries_of_the_tour_were_recorded() {
    let script = include_str!("../../emulator/examples/python/tour.py");
    let transcript = transcript("tour");
    let exchanges = transcript
        .lines()
        .skip(1)
        .map(|line| serde_json::from_str(line).unwrap());
    let mut queries = 0;
    for Exchange { request, .. } in exchanges {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        if let Some(query) = body["query"].as_str() {
            assert!(script.contains(&format!("\"{query}\"")), "{query}");
            queries += 1;
        }
    }
    assert_eq!(queries, 3);
}

#[test]
#[should_panic(expected = "langchain.jsonl:15")]
fn another_response_is_noticed() {
    let text = transcript("langchain");
    let last = text.rfind("\\\"}").expect("the text of an error");
    let changed = format!("{}.{}", &text[..last], &text[last..]);
    replay("langchain", &changed);
}

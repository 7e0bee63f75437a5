//! The recorded requests, handed to the emulator without a socket.

use std::time::Duration;

use neptunedata::bytes::Bytes;
use neptunedata_emulator::{ConnectionEnd, Delivery, Emulator, Fault, Outcome, Response};

use crate::{
    cluster,
    transcript::{self, Answer, Body, Ending, Line, Verdict},
};

/// What the server adds to an answer on its way.
const OF_THE_SERVER: [&str; 4] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "trailer",
];
/// The read timeout of boto3 is at least this long.
const READ_TIMEOUT: Duration = Duration::from_millis(500);

/// Replays a transcript, and counts the requests that were read.
pub(crate) fn replay(text: &str) -> u64 {
    let mut emulator = cluster::emulator();
    let (mut read, mut asked) = (0, 0);
    let mut verdicts = Vec::new();
    for line in transcript::parse(text).1 {
        let Some(request) = &line.request else {
            continue;
        };
        let name = format!("{}, {}", line.step, line.operation);
        if let Some(date) = request.header("x-amz-date") {
            assert_eq!(date, cluster::DATE, "{name}");
        }
        // The server asks its clock for each request that it reads, and again for each that has to wait.
        let outcome = emulator.handle(request.to_http(), cluster::now(asked));
        let place = match &outcome {
            Outcome::Fault(Fault::BeforeReading(_)) => None,
            Outcome::Pending(ticket) => {
                let _ = emulator.resume(*ticket, cluster::now(asked + 1));
                asked += 2;
                Some(emulator.log().len() - 1)
            }
            _ => {
                asked += 1;
                Some(emulator.log().len() - 1)
            }
        };
        read += u64::from(place.is_some());
        check_answer(&name, outcome, &line);
        verdicts.push((name, place, line.emulator));
    }
    // At the end, because queries run on after boto3 has stopped waiting for them.
    for (name, place, recorded) in verdicts {
        let verdict = place.map(|place| Verdict::of(&emulator.log()[place]));
        assert_eq!(verdict, recorded, "{name}");
    }
    check_counts(&emulator, text);
    read
}

fn check_answer(name: &str, outcome: Outcome, line: &Line) {
    let (answer, ending) = seen(outcome);
    assert_eq!(line.ending, Some(ending), "{name}");
    let recorded = line.response.as_ref().map(|recorded| Answer {
        status: recorded.status,
        headers: own_headers(&recorded.headers),
        body: recorded.body.clone(),
        trailers: recorded
            .trailers
            .as_deref()
            .map(own_headers)
            .filter(|trailers| !trailers.is_empty()),
        bytes: recorded.bytes.clone(),
    });
    assert_eq!(answer, recorded, "{name}");
}

fn own_headers(headers: &[(String, String)]) -> Vec<(String, String)> {
    let own = |(name, _): &&(String, String)| !OF_THE_SERVER.contains(&name.as_str());
    let mut headers: Vec<_> = headers.iter().filter(own).cloned().collect();
    headers.sort();
    headers
}

/// What a client sees of an outcome.
fn seen(outcome: Outcome) -> (Option<Answer>, Ending) {
    match outcome {
        Outcome::Response(response) => (Some(answer(&response, None, false)), Ending::Open),
        Outcome::Fault(Fault::CutBody { response, after }) => {
            (Some(answer(&response, Some(after), false)), Ending::Fin)
        }
        Outcome::Fault(Fault::Delivered { response, delivery }) => delivered(&response, &delivery),
        // The client closes the connection when it sees bytes that are not HTTP.
        Outcome::Fault(Fault::NotHttp { bytes, .. }) => {
            let answer = Answer {
                status: None,
                headers: Vec::new(),
                body: Body::default(),
                trailers: None,
                bytes: Some(Body::new(&bytes)),
            };
            (Some(answer), Ending::Open)
        }
        Outcome::Fault(Fault::BeforeReading(ending) | Fault::NoResponse { ending, .. }) => {
            (None, end(ending))
        }
        Outcome::Fault(Fault::CloseWithoutResponse) => (None, Ending::Fin),
        Outcome::Fault(other) => panic!("a fault that is new: {other:?}"),
        // It takes longer than boto3 waits.
        Outcome::Pending(_) => (None, Ending::Timeout),
    }
}

fn delivered(response: &Response, delivery: &Delivery) -> (Option<Answer>, Ending) {
    if delivery.delay > READ_TIMEOUT {
        return (None, Ending::Timeout);
    }
    if let Some(stall) = &delivery.stall {
        let answer = answer(response, Some(stall.after), false);
        return (Some(answer), Ending::Timeout);
    }
    let length = response.body().len();
    let cut = delivery.cut.map(|cut| cut.sent_length(length));
    let is_whole = delivery.is_whole();
    let answer = answer(response, cut, is_whole && delivery.force_trailers);
    let ending = if is_whole { Ending::Open } else { Ending::Fin };
    (Some(answer), ending)
}

fn answer(response: &Response, cut: Option<usize>, with_trailers: bool) -> Answer {
    let pairs = |headers: &neptunedata::http::HeaderMap| {
        let pairs = headers.iter();
        let pairs =
            pairs.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        own_headers(&pairs.collect::<Vec<_>>())
    };
    let body: Bytes = response.body();
    let come = body.slice(..cut.unwrap_or(body.len()));
    let trailers =
        (with_trailers && !response.trailers.is_empty()).then(|| pairs(&response.trailers));
    Answer {
        status: Some(response.status().as_u16()),
        headers: pairs(&response.head.headers),
        body: Body::new(&come),
        trailers,
        bytes: None,
    }
}

fn end(ending: ConnectionEnd) -> Ending {
    match ending {
        ConnectionEnd::Fin | ConnectionEnd::Abrupt => Ending::Fin,
        ConnectionEnd::Rst => Ending::Rst,
        ConnectionEnd::Hang => Ending::Timeout,
    }
}

/// The counts of the emulator are those of the recorded log.
fn check_counts(emulator: &Emulator, text: &str) {
    let (_, lines) = transcript::parse(text);
    for name in transcript::operations() {
        let of_it = || {
            let verdicts = lines.iter().filter_map(|line| line.emulator.as_ref());
            verdicts.filter(|verdict| verdict.operation.as_deref() == Some(name))
        };
        assert_eq!(emulator.received(name), of_it().count(), "{name}");
        let executed = of_it().filter(|verdict| verdict.executed).count();
        assert_eq!(emulator.executed(name), executed, "{name}");
    }
}

#[test]
fn the_emulator_gives_the_recorded_answers() {
    assert!(replay(&transcript::committed()) > 150);
}

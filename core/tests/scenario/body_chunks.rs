//! The body of a response as it arrives: only the end shows that the chunks are the whole body.

use http::HeaderMap;
use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind, Operation,
    engine::GetEngineStatus,
    error::{Cause, DecodeErrorKind},
    machine::{BodyChunks, Input, Machine, ResponseMeta},
    ml::CancelMlModelTrainingJob,
    sparql::GetGraph,
    transport::{Sent, TransportErrorKind},
};

use crate::{
    drive::{Clock, Played, Style, play, start, unsigned},
    script::{Answer, Event, answer, error_object, exception},
    steps::Steps,
};

const SIZES: [usize; 4] = [1, 7, 20, 1_000_000];
const LIMIT: ErrorKind = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
const CLOSED: ErrorKind = ErrorKind::Transport(TransportErrorKind::Closed);

type Read = Played<bytes::Bytes, ResponseMeta>;

/// Reads a body that arrives in chunks of `size` bytes. The last event of the script is repeated.
fn read_by(operation: &impl Operation, script: &[Event], size: usize) -> Read {
    let mut machine = BodyChunks::new(&unsigned(), operation, 1);
    let style = Style {
        seed: 1,
        chunks: Some(size),
    };
    let mut clock = Clock::new();
    let read = play(&mut machine, script, style, &mut clock, |machine, chunk| {
        assert!(!chunk.is_empty());
        let meta = machine.meta().expect("a response");
        assert_eq!(meta.attempts, machine.attempts());
    });
    if let Ok(meta) = &read.result {
        assert_eq!(machine.meta(), Some(meta));
    }
    // The machine has ended: any further input is a misuse.
    for input in [Input::Next, Input::End(HeaderMap::new())] {
        machine.misuses(input, clock.now());
    }
    read
}

fn read(script: &[Event], size: usize) -> Read {
    read_by(&GetEngineStatus::new(), script, size)
}

fn typed(media_type: &str, body: impl Into<bytes::Bytes>) -> Answer {
    answer(200, body).header("content-type", media_type)
}

fn cut(answer: Answer) -> Event {
    Event::Cut(answer, TransportErrorKind::Closed, Sent::Maybe)
}

/// Expects this error after one attempt, however the body is divided, and as many bytes of the body before it.
fn fails(event: impl Into<Event>, bytes: usize, check: impl Fn(&Error)) {
    let event = event.into();
    for size in SIZES {
        let read = read_by(&start(), std::slice::from_ref(&event), size);
        let received: usize = read.items.iter().map(bytes::Bytes::len).sum();
        assert_eq!(received, bytes, "{event:?} by {size}");
        assert_eq!(read.sent.len(), 1, "{event:?}");
        check(&read.result.expect_err("a failure"));
    }
}

fn kind(expected: ErrorKind) -> impl Fn(&Error) {
    move |error| assert_eq!(error.kind(), expected, "{error}")
}

fn decode(expected: DecodeErrorKind) -> impl Fn(&Error) {
    move |error| match error.cause() {
        Cause::Decode(cause) => assert_eq!(cause.kind(), expected, "{error}"),
        _ => panic!("{error}"),
    }
}

#[test]
fn chunks_are_the_body_whatever_it_is() {
    let json = "application/json;charset=UTF-8";
    for (media_type, body) in [
        (json, r#"{"status":"healthy"}"#),
        (json, r#"{"a":"{[\"\\","b":[1,{"c":{}}],"code":"x"} "#),
        (json, "\n [1, 2]\n"),
        // What looks like an error object is a row here.
        (
            json,
            r#"{"results":[{"code":"A","message":"m","requestId":"r"}]}"#,
        ),
        // Several documents (U04).
        (
            "application/vnd.gremlin-v3.0+json;types=false",
            r#"{"a":[1]}{"a":[2]}"#,
        ),
        (json, "<html>{"),
        ("application/n-triples", "<urn:s> <urn:p> \"{\" .\n"),
        ("application/n-triples", ""),
        ("application/trig", "{ <urn:s> <urn:p> '{' }"),
        ("text/plain", "{ Query"),
        ("text/html", "<!DOCTYPE html>"),
        ("application/octet-stream", "\0\u{1}\u{2}"),
    ] {
        for size in SIZES {
            let whole = typed(media_type, body).header("x-amzn-requestid", "r-7");
            let whole = whole.trailer("x-neptune-status", "200 OK");
            let read = read(&[whole.into()], size);
            assert_eq!(read.items.concat(), body.as_bytes(), "by {size}");
            let meta = read.result.expect("a success");
            assert_eq!(meta.content_type(), Some(media_type));
            assert_eq!(meta.request_id(), Some("r-7"));
            assert_eq!((meta.status.as_u16(), meta.attempts), (200, 1));
        }
    }
    let empty = typed(json, "");
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let read = read_by(&cancel, &[empty.into()], 1);
    assert!(
        read.result.is_ok(),
        "this operation may answer without a body"
    );
}

#[test]
fn errors_come_before_the_first_chunk() {
    fails(exception(400, "TimeLimitExceededException"), 0, kind(LIMIT));
    fails(answer(500, "<html>"), 0, |error| {
        assert_eq!(error.meta().expect("a response").status, 500);
    });
    let object = error_object("TimeLimitExceededException", "x");
    let long = error_object("TimeLimitExceededException", &"[x]{".repeat(25_000));
    for body in [object, long] {
        let length = body.len().to_string();
        for whole in [body.clone(), format!(" \n{body}\n ")] {
            fails(answer(200, whole.clone()), 0, kind(LIMIT));
            fails(typed("application/n-triples", whole), 0, kind(LIMIT));
        }
        fails(
            answer(200, body.clone()).header("content-length", &length),
            0,
            kind(LIMIT),
        );
    }
    let packed = answer(200, "xyz").header("content-encoding", "br");
    fails(packed, 0, decode(DecodeErrorKind::Encoding));
}

#[test]
fn failures_after_the_first_chunk_are_the_end() {
    let object = error_object("TimeLimitExceededException", "x");
    let triple = "<urn:s> <urn:p> <urn:o> .\n";
    let rows = r#"{"results":[{"a":1},{"a":2}"#;
    for body in [triple, rows] {
        let trailer =
            answer(200, body).trailer("x-neptune-status", "500 TimeLimitExceededException");
        fails(trailer, body.len(), kind(LIMIT));
        let tail = format!("{body}{object}");
        fails(answer(200, tail.clone()), tail.len(), kind(LIMIT));
        fails(cut(answer(200, tail.clone())), tail.len(), kind(LIMIT));
        fails(cut(answer(200, body)), body.len(), kind(CLOSED));
        let announced = (body.len() + 1).to_string();
        let short = answer(200, body).header("content-length", &announced);
        fails(short, body.len(), kind(CLOSED));
    }
    let complete = format!("{rows}]}}{object}");
    fails(answer(200, complete.clone()), complete.len(), kind(LIMIT));
}

/// Old engines only stop sending.
#[test]
fn json_that_is_incomplete_is_an_error() {
    let body = r#"{"results":[{"a":"]}\""},{"a":2}]}"#;
    // The beginning is held back until the first bracket inside.
    for length in 12..body.len() {
        let part = &body[..length];
        fails(
            typed("application/json", part),
            length,
            decode(DecodeErrorKind::Truncated),
        );
        fails(answer(200, part), length, |error| {
            decode(DecodeErrorKind::Truncated)(error);
            let text = error.to_string();
            assert!(
                text.contains("truncated response body: the JSON ends before its last bracket"),
                "{text}"
            );
            assert!(!text.contains("body begins"), "{text}");
            assert_eq!(error.body(), part);
        });
    }
    for length in 1..11 {
        fails(
            answer(200, &body[..length]),
            0,
            decode(DecodeErrorKind::Truncated),
        );
    }
    for blank in ["", " \n"] {
        fails(
            typed("application/json", blank),
            0,
            decode(DecodeErrorKind::Empty),
        );
    }
}

/// Only a body that may be an error object is held back, and never much of it.
#[test]
fn chunks_are_handed_out_as_they_arrive() {
    let begun = || {
        let mut machine = BodyChunks::new(&unsigned(), &GetGraph::default_graph(), 1);
        let now = Clock::new().now();
        machine.sends(Input::Next, now);
        machine.receives(Input::Head(answer(200, "").parts()), now);
        (machine, now)
    };
    for (held, handed_out) in [
        ("", "<urn:s>"),
        (r#"{"requestId":"r","code":1"#, r#","status":{"#),
        (r#"{"re"#, r#"sults":["#),
        (r#"{"requestId":"r"}"#, "<"),
    ] {
        let (mut machine, now) = begun();
        for chunk in [held, " \n"] {
            machine.receives(Input::Chunk(chunk.into()), now);
            assert_eq!(machine.meta(), None);
        }
        let chunk = machine.yields(Input::Chunk(handed_out.into()), now);
        assert_eq!(chunk, format!("{held} \n{handed_out}"));
        for chunk in ["x", "{", "\"", "}"] {
            machine.receives(Input::Next, now);
            assert_eq!(machine.yields(Input::Chunk(chunk.into()), now), chunk);
        }
    }

    let (mut machine, now) = begun();
    let (mut sent, piece) = (0, " ".repeat(10_000));
    while sent + piece.len() <= 256 * 1024 {
        machine.receives(Input::Chunk(piece.clone().into()), now);
        sent += piece.len();
    }
    let chunk = machine.yields(Input::Chunk(piece.clone().into()), now);
    assert_eq!(chunk.len(), sent + piece.len());
    machine.receives(Input::Next, now);
    assert_eq!(machine.yields(Input::Chunk("  ".into()), now), "  ");
}

#[test]
fn a_chunk_held_back_is_handed_out_at_the_end() {
    let body = r#"{"status":"healthy"}"#;
    let mut machine = BodyChunks::new(&unsigned(), &GetEngineStatus::new(), 1);
    let now = Clock::new().now();
    machine.sends(Input::Next, now);
    machine.receives(Input::Head(answer(200, "").parts()), now);
    machine.receives(Input::Chunk(body.into()), now);
    assert_eq!(machine.yields(Input::End(HeaderMap::new()), now), body);
    assert_eq!(machine.wake_at(), None);
    machine.continues(Input::Wake(Sent::Maybe), now);
    machine.misuses(Input::End(HeaderMap::new()), now);
    assert_eq!(machine.succeeds(Input::Next, now).attempts, 1);
}

#[test]
fn attempts_are_repeated_only_before_the_first_chunk() {
    let body = r#"{"status":"healthy"}"#;
    let whole = || Event::from(answer(200, body));
    for lost in [
        cut(answer(200, r#"{"status":"#)),
        answer(200, r#"{"sta"#).into(),
    ] {
        for size in SIZES {
            let read = read(&[lost.clone(), whole()], size);
            assert_eq!((read.items.concat(), read.sent.len()), (body.into(), 2));
            let meta = read.result.expect("a success");
            assert_eq!(meta.attempts, 2);
            assert!(meta.earlier_may_have_executed);

            let read = read_by(&start(), &[lost.clone(), whole()], size);
            assert_eq!((read.items.len(), read.sent.len()), (0, 1));
            assert!(read.result.expect_err("a cut").may_have_executed());
        }
    }
    let begun = r#"{"rows":[1"#;
    for size in SIZES {
        let read = read(&[cut(answer(200, begun)), whole()], size);
        assert_eq!((read.items.concat(), read.sent.len()), (begun.into(), 1));
        kind(CLOSED)(&read.result.expect_err("a cut"));
    }
}

#[test]
fn the_limits_of_the_body_do_not_apply() {
    let options = CallOptions::new().max_body_bytes(3).max_row_bytes(3);
    let mut machine = BodyChunks::with_options(&unsigned(), &GetEngineStatus::new(), &options, 1);
    let script = [answer(200, "<urn:s>").into()];
    let style = Style {
        seed: 1,
        chunks: Some(5),
    };
    let read = play(&mut machine, &script, style, &mut Clock::new(), |_, _| {});
    assert_eq!(read.items, ["<urn:", "s>"]);
    assert!(read.result.is_ok());
}

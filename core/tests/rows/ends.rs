//! The end of a response decides whether the rows before it are a success.

use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind,
    error::{Cause, DecodeErrorKind},
    machine::{Input, Io, Machine, Reuse, Step},
    rows::Rows,
    transport::{Sent, TransportErrorKind},
};
use serde::Deserialize;

use super::{
    drive::{Asked, Clock, unsigned},
    operations::{Cypher, Gremlin, Read, Sparql, read},
    script::{Event, answer, error_object, exception},
    steps::Steps,
};

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Row {
    pub(crate) a: u32,
}

pub(crate) const WHOLE: &str = r#"{"results":[{"a":1},{"a":2},{"a":3}]}"#;
pub(crate) const SIZES: [usize; 4] = [1, 7, 20, 10_000];

pub(crate) fn cypher(script: &[Event], size: usize) -> Read<Row> {
    read(&Cypher, &CallOptions::new(), script, size)
}

/// Reads a response in chunks of all sizes, and expects this number of rows, one request, and an error.
fn ends(event: impl Into<Event>, rows: u32, check: impl Fn(&Error)) {
    let script = [event.into()];
    for size in SIZES {
        let read = cypher(&script, size);
        let expected: Vec<_> = (1..=rows).map(|a| Row { a }).collect();
        assert_eq!(read.items, expected);
        assert_eq!(read.asked, [Asked::Send(Reuse::Allowed)]);
        let error = read.result.expect_err("a failure");
        assert_eq!(error.operation(), "Cypher");
        assert_eq!(error.attempts(), 1);
        check(&error);
    }
}

fn of(kind: ExceptionKind) -> impl Fn(&Error) {
    move |error| assert_eq!(error.kind(), ErrorKind::Service(kind), "{error}")
}

fn decode(kind: DecodeErrorKind, path: &str) -> impl Fn(&Error) {
    move |error| match error.cause() {
        Cause::Decode(cause) => assert_eq!((cause.kind(), cause.path()), (kind, path), "{error}"),
        _ => panic!("{error}"),
    }
}

pub(crate) fn closed(error: &Error) {
    let kind = ErrorKind::Transport(TransportErrorKind::Closed);
    assert_eq!(error.kind(), kind, "{error}");
}

pub(crate) fn cut(body: &str) -> Event {
    Event::Cut(
        answer(200, body.to_owned()),
        TransportErrorKind::Closed,
        Sent::Maybe,
    )
}

fn limit() -> String {
    error_object("TimeLimitExceededException", "m")
}

const LIMIT: ExceptionKind = ExceptionKind::TimeLimitExceededException;

#[test]
fn complete_responses_are_successes() {
    for size in SIZES {
        let read = cypher(
            &[answer(200, WHOLE).header("x-amzn-requestid", "r-7").into()],
            size,
        );
        assert_eq!(read.items, [Row { a: 1 }, Row { a: 2 }, Row { a: 3 }]);
        let end = read.result.expect("a success");
        assert_eq!(end.rows, 3);
        assert_eq!(end.meta.request_id(), Some("r-7"));
        assert_eq!(end.meta.attempts, 1);
    }
    let fine = answer(200, WHOLE)
        .trailer("x-neptune-status", "200 OK")
        .trailer("x-neptune-detail", "");
    assert!(cypher(&[fine.into()], 9).result.is_ok());
}

#[test]
fn a_failing_trailer_after_valid_rows() {
    let detail = "%7B%22requestId%22%3A%22r%22%2C%22code%22%3A%22TimeLimitExceededException%22%2C\
                  %22detailedMessage%22%3A%22too+long%22%7D";
    let failing = answer(200, WHOLE)
        .trailer("x-neptune-status", "500 TimeLimitExceededException")
        .trailer("x-neptune-detail", detail);
    ends(failing, 3, |error| {
        of(LIMIT)(error);
        assert_eq!(error.service().expect("a failure").message, "too long");
    });
}

/// Any trailer that reports a failure counts, in any order.
#[test]
fn any_failing_trailer_counts() {
    let named = "%7B%22code%22%3A%22TimeLimitExceededException%22%7D";
    let (good, bad) = ("200 OK", "500 TimeLimitExceededException");
    for (statuses, details) in [
        (&[good, bad][..], &[][..]),
        (&[bad, good], &[]),
        (&[good, good, bad], &["", ""]),
        (&["200 OK, 500 TimeLimitExceededException"], &[]),
        (&["200 OK,500 TimeLimitExceededException, 200 OK"], &[]),
        (&[], &[named]),
        (&[], &["", named]),
        (&[], &["%7B%7D", named]),
        (&[good], &[named]),
        (&[good, "500"], &["", named]),
    ] {
        let mut failing = answer(200, WHOLE);
        for status in statuses {
            failing = failing.trailer("x-neptune-status", status);
        }
        for detail in details {
            failing = failing.trailer("x-neptune-detail", detail);
        }
        ends(failing, 3, |error| {
            of(LIMIT)(error);
            assert_eq!(error.service().expect("a failure").status, 500);
        });
    }
    for (statuses, details) in [
        (&[good, "200", "204 No Content"][..], &["", ""][..]),
        (&["200 OK, 200 OK", good], &[]),
        (&["200 OK, all of it"], &[""]),
        (&[], &["", "done", "%7B%7D", "%7B%22code%22%3A200%7D"]),
    ] {
        let mut fine = answer(200, WHOLE);
        for status in statuses {
            fine = fine.trailer("x-neptune-status", status);
        }
        for detail in details {
            fine = fine.trailer("x-neptune-detail", detail);
        }
        let read = cypher(&[fine.into()], 9);
        assert!(read.result.is_ok(), "{statuses:?} {details:?}");
    }
}

#[test]
fn an_error_object_after_an_incomplete_body() {
    let object = limit();
    for (before, rows) in [
        (r#"{"results":[{"a":1},{"a":2},"#, 2),
        (r#"{"results":[{"a":1},{"a":2}"#, 2),
        (r#"{"results":[{"a":1},{"a":2"#, 1),
        (r#"{"results":[{"a":1},{"a":"x"#, 1),
        (r#"{"results":[{"a":1},{"a":2},{"#, 2),
        (r#"{"results":["#, 0),
        (r#"{"results":[{"a":1}]"#, 1),
        (r#"{"results":[{"a":1}]}"#, 1),
    ] {
        ends(answer(200, format!("{before}{object}")), rows, of(LIMIT));
        ends(cut(&format!("{before}{object}")), rows, of(LIMIT));
        // The trailers override the error object.
        let both = answer(200, format!("{before}{object}"))
            .trailer("x-neptune-status", "500 MemoryLimitExceededException");
        if rows > 0 {
            ends(both, rows, of(ExceptionKind::MemoryLimitExceededException));
        }
    }
}

#[test]
fn truncated_json() {
    for (body, rows, path) in [
        (r#"{"results":[{"a":1},{"a":2},"#, 2, "results[2]"),
        (r#"{"results":[{"a":1},{"a":2}"#, 2, "results"),
        (r#"{"results":[{"a":1},{"a":2"#, 1, "results[1]"),
        (r#"{"results":[{"a":1}]"#, 1, ""),
    ] {
        ends(answer(200, body), rows, |error| {
            decode(DecodeErrorKind::Truncated, path)(error);
            // The error has the body that arrived.
            assert!(error.body().ends_with(b"1}]") || error.body().len() == body.len());
        });
    }
}

/// Any error of the transport is returned: a missing last chunk, a reset, a timeout.
#[test]
fn a_broken_connection() {
    ends(cut(r#"{"results":[{"a":1},{"a":2"#), 1, closed);
    ends(cut(WHOLE), 3, closed);
    let timeout = Event::Cut(answer(200, WHOLE), TransportErrorKind::Timeout, Sent::Maybe);
    let kind = ErrorKind::Transport(TransportErrorKind::Timeout);
    ends(timeout, 3, |error| assert_eq!(error.kind(), kind));
    // Trailers above the limit of the transport.
    let protocol = Event::Cut(
        answer(200, WHOLE),
        TransportErrorKind::Protocol,
        Sent::Maybe,
    );
    let kind = ErrorKind::Transport(TransportErrorKind::Protocol);
    ends(protocol, 3, |error| assert_eq!(error.kind(), kind));
    // A body that is shorter than its content length.
    ends(answer(200, WHOLE).header("content-length", "38"), 3, closed);
}

#[test]
fn a_body_that_is_an_error_object() {
    ends(answer(200, limit()), 0, of(LIMIT));
    // The object can be long, for example if it repeats the query.
    let long = error_object("MalformedQueryException", &"x".repeat(100_000));
    let read = cypher(&[answer(200, long.clone()).into()], 1000);
    of(ExceptionKind::MalformedQueryException)(&read.result.expect_err("an error"));
    let read = cypher(&[exception(400, "MalformedQueryException").into()], 1000);
    of(ExceptionKind::MalformedQueryException)(&read.result.expect_err("an error"));
}

#[test]
fn invalid_bodies() {
    for (body, kind, path) in [
        ("", DecodeErrorKind::Empty, ""),
        ("<html></html>", DecodeErrorKind::Syntax, ""),
        ("{}", DecodeErrorKind::Shape, "results"),
        ("[]", DecodeErrorKind::Syntax, ""),
    ] {
        ends(answer(200, body), 0, decode(kind, path));
    }
    let packed = answer(200, WHOLE).header("content-encoding", "br");
    ends(packed, 0, decode(DecodeErrorKind::Encoding, ""));
    let plain = answer(200, WHOLE).header("content-encoding", "identity");
    assert!(cypher(&[plain.into()], 5).result.is_ok());
}

/// The error is returned without waiting for the rest of the body.
#[test]
fn a_row_of_another_type() {
    let body = r#"{"results":[{"a":1},{"a":"x"},{"a":3}]}"#;
    let failing = answer(200, body).trailer("x-neptune-status", "500 TimeLimitExceededException");
    ends(failing, 1, |error| {
        decode(DecodeErrorKind::Shape, "results[1].a")(error);
        assert_eq!(error.body().as_ref(), br#"{"a":"x"}"#);
        assert!(error.may_have_executed());
        assert_eq!(error.meta().expect("a response").status, 200);
        assert_eq!(
            error.to_string(),
            "Cypher: unexpected JSON in the response body at results[1].a: invalid type: \
             string \"x\", expected u32 at line 1 column 8; the request may have been executed"
        );
    });
}

#[test]
fn a_row_is_returned_without_the_comma_after_it() {
    let mut machine = Rows::<Row>::new(&unsigned(), &Cypher, 1);
    let now = Clock::new().now();
    machine.sends(Input::Next, now);
    let _ = machine.resume(Input::Head(answer(200, "").parts()), now);
    let step = machine.resume(Input::Chunk(r#"{"results":[{"a":1}"#.into()), now);
    assert!(matches!(step, Step::Item(Row { a: 1 })), "{step:?}");
}

#[test]
fn a_row_above_the_limit() {
    let body = format!(
        r#"{{"results":[{{"a":1}},{{"a":2,"b":"{}"}}]}}"#,
        "x".repeat(100)
    );
    let options = CallOptions::new().max_row_bytes(50).max_body_bytes(1);
    for size in SIZES {
        let read: Read<Row> = read(&Cypher, &options, &[answer(200, body.clone()).into()], size);
        assert_eq!(read.items, [Row { a: 1 }]);
        let error = read.result.expect_err("a row above the limit");
        decode(DecodeErrorKind::TooLarge, "results[1]")(&error);
        assert!(
            error
                .to_string()
                .contains("longer than max_row_bytes (50 bytes)"),
            "{error}"
        );
        assert_eq!(error.body().len(), 50);
    }
}

/// Only a limited part of an invalid body is received.
#[test]
fn an_endless_invalid_body() {
    let garbage = format!(r#"{{"results":[{{"a":1}},{{x{}"#, "y".repeat(3_000_000));
    let options = CallOptions::new().max_row_bytes(1000);
    let mut machine = Rows::<Row>::with_options(&unsigned(), &Cypher, &options, 1);
    let now = Clock::new().now();
    machine.sends(Input::Next, now);
    let mut step = machine.resume(Input::Head(answer(200, "").parts()), now);
    let mut received = 0;
    let mut rows = 0;
    for chunk in garbage.as_bytes().chunks(10_000) {
        step = match step {
            Step::Io(Io::Receive) => machine.resume(Input::Chunk(chunk.to_vec().into()), now),
            step => step,
        };
        received += 1;
        if let Step::Item(_) = step {
            rows += 1;
            step = machine.resume(Input::Next, now);
        }
        if let Step::Done(Err(error)) = &step {
            decode(DecodeErrorKind::Syntax, "results[1]")(error);
            break;
        }
    }
    assert!(matches!(step, Step::Done(Err(_))));
    assert_eq!(rows, 1);
    assert!(received < 120, "{received}");
}

/// The limit counts from the position where the body became invalid: the rows before it do not count.
#[test]
fn the_end_of_a_long_body_says_why_it_is_invalid() {
    let rows = format!(r#"{{"a":1,"b":"{}"}},"#, "y".repeat(900)).repeat(1300);
    let invalid = "y".repeat(2000);
    let body = format!(r#"{{"results":[{rows}{{x{invalid}{}"#, limit());
    let options = CallOptions::new().max_row_bytes(1000);
    let read: Read<Row> = read(&Cypher, &options, &[answer(200, body).into()], 1000);
    assert_eq!(read.items.len(), 1300);
    of(LIMIT)(&read.result.expect_err("an error"));
}

#[test]
fn other_formats_end_the_same_way() {
    let typed = r#"{"requestId":"r","status":{"code":200},"result":{"data":{"@type":"g:List","@value":[{"a":1},"#;
    let read: Read<Row> = read(
        &Gremlin,
        &CallOptions::new(),
        &[answer(200, format!("{typed}{}", limit())).into()],
        9,
    );
    assert_eq!(read.items, [Row { a: 1 }]);
    of(LIMIT)(&read.result.expect_err("an error"));

    let ask = answer(200, r#"{"head":{},"boolean":false}"#);
    let read: Read<Row> = super::operations::read(&Sparql, &CallOptions::new(), &[ask.into()], 9);
    assert_eq!(
        read.result.expect("a success").envelope.boolean(),
        Some(false)
    );
}

//! Responses that end in unusual ways: both clients treat them alike, and do not wait for bytes that never arrive.

use std::{io::Write, time::Instant};

use neptunedata::{
    ErrorKind,
    transport::{ClientOptions, TransportErrorKind},
};
use neptunedata_tests::{
    client::Driver,
    raw_server::{RawServer, read_request},
};

use crate::support::{HEALTHY as BODY, LONG, once, status, write};

const LENGTH: usize = BODY.len();

fn chunked(end: &str) -> String {
    format!("transfer-encoding: chunked\r\n\r\n{LENGTH:x}\r\n{BODY}\r\n{end}")
}

/// How a read and a write end, with both clients, each in one attempt.
fn outcomes(answer: &str, closes: bool) -> Vec<Option<ErrorKind>> {
    let bytes = answer.to_owned();
    let server = RawServer::start(move |mut stream, _| {
        while read_request(&mut stream).is_some() {
            if stream.write_all(bytes.as_bytes()).is_err() || closes {
                return;
            }
        }
    });
    let mut outcomes = Vec::new();
    for driver in Driver::ALL {
        // One each: what the server does after its answer does not matter here.
        let client = || driver.client(&server.url(), ClientOptions::new().timeout(LONG));
        let begun = Instant::now();
        let read = client().call(&status(), once()).err();
        let write = client().call(&write("a"), once()).err();
        assert!(begun.elapsed() < LONG / 2, "{answer}");
        for error in [&read, &write].into_iter().flatten() {
            assert!(error.may_have_executed(), "{driver}: {answer}: {error}");
        }
        outcomes.extend([read, write].map(|error| error.map(|error| error.kind())));
    }
    outcomes
}

#[test]
fn damaged_answers() {
    use TransportErrorKind::{Closed, Protocol};
    let ok = "HTTP/1.1 200 OK\r\n";
    let after = |head: &str, end: &str| format!("{head}{}", chunked(end));
    let failing = "X-Neptune-Status: 500 InternalFailureException\r\n";
    for (answer, closes, kind) in [
        (after(ok, "0\r\n"), true, Closed),
        (after(ok, "0\r\nx: y\r\n"), true, Closed),
        (after(ok, "0\r\nX-Neptune-Sta"), true, Closed),
        (after(ok, &format!("0\r\n{failing}")), true, Closed),
        (after(ok, "0\r\nno colon\r\n\r\n"), false, Protocol),
        (
            after(ok, &format!("0\r\nno colon\r\n{failing}\r\n")),
            false,
            Protocol,
        ),
        (
            after(ok, "0\r\n\r\n").replace("\r\n", "\n"),
            false,
            Protocol,
        ),
        (
            after(ok, "0\r\n\r\n").replace(": chunked", ": chunked, gzip"),
            false,
            Protocol,
        ),
        (
            after(ok, "0\r\n\r\n").replace(": chunked", ": xchunked"),
            true,
            Protocol,
        ),
        (after("HTTP/1.0 200 OK\r\n", "0\r\n\r\n"), true, Protocol),
        (
            format!("{ok}content-length: {LENGTH}\r\ntransfer-encoding: identity\r\n\r\n{BODY}"),
            false,
            Protocol,
        ),
    ] {
        let expected = Some(ErrorKind::Transport(kind));
        assert_eq!(outcomes(&answer, closes), [expected; 4], "{answer}");
    }
}

/// The answer as it is, with this line before its only chunk, and this one before its end.
fn with_sizes(size: &str, last: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size}\r\n{BODY}\r\n{last}\r\n\r\n"
    )
}

#[test]
fn invalid_sizes_of_chunks() {
    let long = |length: usize| format!("14;{}", "x".repeat(length));
    let protocol = Some(ErrorKind::Transport(TransportErrorKind::Protocol));
    for (size, last) in [
        ("+14", "0"),
        (" 14", "0"),
        ("\t14", "0"),
        ("\u{a0}14", "0"),
        ("14\u{a0}", "0"),
        ("0x14", "0"),
        ("1 4", "0"),
        ("", "0"),
        ("14;x\n", "0"),
        ("14\rx", "0"),
        ("10000000000000014", "0"),
        ("14", "+0"),
        ("14", "-0"),
        ("13", "0"),
        (&*long(16_384), "0"),
        (&*long(100_000), "0"),
    ] {
        let answer = with_sizes(size, last);
        assert_eq!(outcomes(&answer, false), [protocol; 4], "{answer}");
    }
}

#[test]
fn trailers_end_in_whole_line_ends() {
    use TransportErrorKind::{Closed, Protocol};
    let failing = "X-Neptune-Status: 500 InternalFailureException\r\n";
    for (end, closes, kind) in [
        // One more line seems to come.
        ("x: y\n\r\n".to_owned(), true, Closed),
        ("\n".to_owned(), true, Closed),
        ("x: y\nz: y\r\n\r\n".to_owned(), false, Protocol),
        (format!("x: y\n{failing}\r\n"), false, Protocol),
        (format!("\n{failing}\r\n"), false, Protocol),
        ("x: y\r\n z\r\n\r\n".to_owned(), false, Protocol),
        ("x : y\r\n\r\n".to_owned(), false, Protocol),
        ("x: y\rz\r\n\r\n".to_owned(), false, Protocol),
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{}", chunked(&format!("0\r\n{end}")));
        let expected = Some(ErrorKind::Transport(kind));
        assert_eq!(outcomes(&answer, closes), [expected; 4], "{answer}");
    }
}

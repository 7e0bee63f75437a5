//! Answers whose end is told in odd ways: both clients make the same of them, and nobody waits for what does not come.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use neptunedata::{CallOptions, ClientOptions, FailureKind, GetEngineStatus, TransportErrorKind};
use neptunedata_tests::scenarios::{Caller, Driver, Keys};

use crate::support::{PATIENCE, write};

const BODY: &str = r#"{"status":"healthy"}"#;
const LENGTH: usize = BODY.len();

/// Answers each request with these bytes, and closes or does nothing more.
fn server(answer: String, closes: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), answer.clone());
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                let mut request = Vec::new();
                while let Ok(length) = stream.read(&mut buffer) {
                    request.extend_from_slice(&buffer[..length]);
                    if length == 0 {
                        return;
                    }
                    if request.windows(4).any(|window| window == b"\r\n\r\n") {
                        request.clear();
                        let _ = stream.write_all(answer.as_bytes());
                        if closes {
                            return;
                        }
                    }
                }
            });
        }
    });
    url
}

fn chunked(end: &str) -> String {
    format!("transfer-encoding: chunked\r\n\r\n{LENGTH:x}\r\n{BODY}\r\n{end}")
}

/// A read, and a write, in an attempt each.
fn outcomes(answer: &str, closes: bool) -> Vec<Option<FailureKind>> {
    let url = server(answer.to_owned(), closes);
    let mut outcomes = Vec::new();
    for driver in Driver::ALL {
        // One for each: what the server closes behind an answer is no matter here.
        let caller = || {
            let options = ClientOptions::new().timeout(PATIENCE);
            Caller::new(driver, &url, options, Keys::None).unwrap()
        };
        let once = || CallOptions::new().max_attempts(1);
        let begun = Instant::now();
        let read = caller().call(&GetEngineStatus::new(), once()).err();
        let write = caller().call(&write("a"), once()).err();
        assert!(begun.elapsed() < Duration::from_secs(5), "{answer}");
        for error in [&read, &write].into_iter().flatten() {
            assert!(error.may_have_executed(), "{driver}: {answer}: {error}");
        }
        outcomes.extend([read, write].map(|error| error.map(|error| error.kind())));
    }
    outcomes
}

#[test]
fn whole_answers() {
    for (answer, closes) in [
        (
            format!("HTTP/1.1 200 OK\r\n{}", chunked("0\r\n\r\n")),
            false,
        ),
        (
            format!("HTTP/1.1 200 OK\r\n{}", chunked("0\r\nx: y\r\n\r\n")),
            true,
        ),
        (
            format!("HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n{BODY}"),
            false,
        ),
        (format!("HTTP/1.1 200 OK\r\n\r\n{BODY}"), true),
        (format!("HTTP/1.0 200 OK\r\n\r\n{BODY}"), true),
    ] {
        assert_eq!(outcomes(&answer, closes), [None; 4], "{answer}");
    }
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
        let expected = Some(FailureKind::Transport(kind));
        assert_eq!(outcomes(&answer, closes), [expected; 4], "{answer}");
    }
}

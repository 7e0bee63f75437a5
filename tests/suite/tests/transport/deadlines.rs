//! Time limits in every phase of a call. Times are asserted generously: what matters is which limit ends the wait.

use std::{
    io::Write,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use neptunedata::{
    CallOptions, ErrorKind,
    transport::{Sent, TransportErrorKind},
};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, ok, read_request, until_closed},
};

use crate::support::*;

const DEADLINE: ErrorKind = ErrorKind::Transport(TransportErrorKind::Deadline);
const TIMEOUT: ErrorKind = ErrorKind::Transport(TransportErrorKind::Timeout);

/// Does this with the first connections, and answers on all others.
fn first(connections: usize, serve: fn(TcpStream)) -> RawServer {
    RawServer::start(move |mut stream, number| {
        if number <= connections {
            return serve(stream);
        }
        while read_request(&mut stream).is_some() {
            stream.write_all(ok(HEALTHY).as_bytes()).unwrap();
        }
    })
}

fn silent(mut stream: TcpStream) {
    until_closed(&mut stream);
}

fn stalls_in_the_body(mut stream: TcpStream) {
    read_request(&mut stream).unwrap();
    let part = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{";
    stream.write_all(part.as_bytes()).unwrap();
    until_closed(&mut stream);
}

fn trickles(mut stream: TcpStream) {
    read_request(&mut stream).unwrap();
    let part = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{";
    stream.write_all(part.as_bytes()).unwrap();
    while stream.write_all(b" ").is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn time_limits_while_a_response_is_awaited_or_read() {
    for driver in Driver::ALL {
        for serve in [silent, stalls_in_the_body, trickles] {
            let server = first(2, serve);
            let client = driver.client(&server.url(), quick().timeout(SHORT));
            let error = soon(|| client.send(&write("job")).unwrap_err());
            assert_eq!(facts(&error), (DEADLINE, 1, true), "{driver}: {error}");
            // The limit of the call comes before that of the client, and a read is not sent again either.
            let client = driver.client(&server.url(), quick().timeout(LONG));
            let error = soon(|| client.call(&status(), timeout(SHORT)).unwrap_err());
            assert_eq!(facts(&error), (DEADLINE, 1, true), "{driver}: {error}");
            // The connection is not used again.
            client.send(&write("next")).unwrap();
            assert_eq!(server.accepted(), 3, "{driver}");
        }
    }
}

#[test]
fn an_attempt_that_takes_too_long_is_followed_by_another_only_if_it_can_be_repeated() {
    let impatient = CallOptions::new().attempt_timeout(SHORT);
    for driver in Driver::ALL {
        let server = first(1, silent);
        let client = driver.client(&server.url(), quick());
        let answered = soon(|| client.call(&status(), impatient.clone()).unwrap());
        assert_eq!((answered.meta.attempts, server.accepted()), (2, 2));

        let server = RawServer::silent();
        let client = driver.client(&server.url(), quick().attempt_timeout(SHORT));
        let error = soon(|| client.send(&write("job")).unwrap_err());
        assert_eq!(facts(&error), (TIMEOUT, 1, true), "{driver}: {error}");
        assert_eq!(server.accepted(), 1);
    }
}

/// The server cannot have executed a request that it has not received completely.
#[test]
fn time_limits_while_a_request_is_written() {
    for driver in Driver::ALL {
        let server = RawServer::start(|stream, _| {
            thread::sleep(LONG);
            drop(stream);
        });
        let client = driver.client(&server.url(), quick());
        for (limit, kind) in [
            (once().attempt_timeout(SHORT * 2), TIMEOUT),
            (once().timeout(SHORT * 2), DEADLINE),
        ] {
            let large = limit.clone().extra("x", "x".repeat(LARGE));
            let error = soon(|| client.call(&write("job"), large).unwrap_err());
            assert_eq!(facts(&error), (kind, 1, false), "{driver}: {error}");
            assert_eq!(sent(&error), Sent::No);

            let error = soon(|| client.call(&write("job"), limit).unwrap_err());
            assert_eq!(facts(&error), (kind, 1, true), "{driver}: {error}");
            assert_eq!(sent(&error), Sent::Maybe);
        }
    }
}

#[test]
fn a_pause_beyond_the_deadline_is_not_begun() {
    let body = r#"{"code":"ThrottlingException","detailedMessage":"later","requestId":"r"}"#;
    let throttled = format!(
        "HTTP/1.1 429 Too Many Requests\r\nretry-after: 20\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = RawServer::answering(throttled);
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), quick());
        let begun = Instant::now();
        let error = client.call(&write("job"), timeout(Duration::from_secs(19)));
        let error = error.unwrap_err();
        // The call ends at once, with the error before the pause.
        assert!(begun.elapsed() < Duration::from_secs(9), "{driver}");
        assert_eq!(error.service().unwrap().status, 429);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
        assert_eq!((error.attempts(), error.may_have_executed()), (1, false));
    }
}

/// The time of an attempt begins before there is a connection. Nothing is sent without one.
#[test]
fn time_limits_while_a_connection_is_opened() {
    let server = RawServer::silent();
    let url = format!("https://{}", server.address);
    let options = || quick().connect_timeout(SHORT * 2);
    for driver in Driver::ALL {
        let client = |options| driver.client(&url, options);
        let error = soon(|| client(options()).send(&write("job")).unwrap_err());
        let connect = transport(TransportErrorKind::ConnectTimeout);
        assert_eq!(facts(&error), (connect, 3, false), "{driver}: {error}");

        let deadline = options().timeout(SHORT);
        let error = soon(|| client(deadline).send(&write("job")).unwrap_err());
        assert_eq!(facts(&error), (DEADLINE, 1, false), "{driver}: {error}");

        let before = server.accepted();
        let attempts = options().attempt_timeout(SHORT);
        let error = soon(|| client(attempts).send(&write("job")).unwrap_err());
        assert_eq!(facts(&error), (TIMEOUT, 3, false), "{driver}: {error}");
        let text = error.to_string();
        assert!(text.contains("before the request was sent"), "{text}");
        assert_eq!(server.accepted() - before, 3);
    }
}

#[test]
fn time_limits_while_a_call_waits_for_a_connection() {
    for driver in Driver::ALL {
        let server = RawServer::silent();
        let client = driver.client(&server.url(), quick().max_connections(1));
        thread::scope(|scope| {
            let holder = scope.spawn(|| client.call(&write("holder"), timeout(SHORT * 8)));
            eventually(|| server.accepted() == 1);
            let error = soon(|| client.call(&write("job"), timeout(SHORT)).unwrap_err());
            assert_eq!(facts(&error), (DEADLINE, 1, false), "{driver}: {error}");

            let attempts = CallOptions::new().attempt_timeout(SHORT);
            let error = soon(|| client.call(&write("job"), attempts).unwrap_err());
            assert_eq!(facts(&error), (TIMEOUT, 3, false), "{driver}: {error}");
            let text = error.to_string();
            assert!(text.contains("before the request was sent"), "{text}");
            assert_eq!(server.accepted(), 1);
            holder.join().unwrap().unwrap_err();
        });
    }
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let server = RawServer::answering(ok(HEALTHY));
    for driver in Driver::ALL {
        let client = driver.client(&server.url(), quick());
        // There is an idle connection, which would be ready at once.
        client.send(&write("first")).unwrap();
        for _ in 0..20 {
            let error = client.call(&write("late"), timeout(Duration::ZERO));
            let error = error.unwrap_err();
            assert_eq!(error.kind(), DEADLINE);
            assert!(!error.may_have_executed(), "{driver}: {error}");
        }
        let answered = client.call(&write("last"), timeout(LONG)).unwrap();
        assert_eq!(answered.meta.attempts, 1);
    }
}

#[test]
fn the_time_of_the_caller_between_items_does_not_count() {
    let limit = SHORT * 2;
    for driver in Driver::ALL {
        let server = RawServer::start(|mut stream, _| {
            read_request(&mut stream).unwrap();
            let answer = ok(HEALTHY);
            let (head, body) = answer.split_at(answer.len() - HEALTHY.len());
            stream.write_all(head.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(20));
            stream.write_all(body.as_bytes()).unwrap();
            until_closed(&mut stream);
        });
        let options = quick().timeout(limit).attempt_timeout(limit);
        let client = driver.client(&server.url(), options);
        let mut run = client.start(streaming(&client));
        let mut items = 0;
        while run.next_item().unwrap().is_some() {
            items += 1;
            thread::sleep(limit);
        }
        assert!(items >= 2, "{driver}");
        run.output().unwrap();
    }
}

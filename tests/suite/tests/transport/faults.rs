//! Failures of an exchange: how they are reported, and whether the request may have been executed.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind,
    transport::{ClientOptions, Sent, TransportErrorKind},
};
use neptunedata_tests::{
    client::{Driver, quick},
    raw_server::{RawServer, chunked, ok, read_request, until_closed, unused_address},
};

use crate::support::*;

const OK: &str = "HTTP/1.1 200 OK\r\n";

/// The error of a write to a server that answers with these bytes and closes.
fn answered_with(driver: Driver, answer: &str) -> Error {
    let bytes = answer.to_owned();
    let server = RawServer::start(move |mut stream, _| {
        read_request(&mut stream).unwrap();
        let _ = stream.write_all(bytes.as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        until_closed(&mut stream);
    });
    let client = driver.client(&server.url(), quick());
    let error = client.send(&write("job")).unwrap_err();
    assert_eq!(server.accepted(), 1, "a write is not sent again");
    error
}

#[test]
fn responses_that_are_cut_or_not_valid_http() {
    use TransportErrorKind::{Closed, Protocol};
    let in_chunks = |rest: &str| format!("{OK}transfer-encoding: chunked\r\n\r\n{rest}");
    for (answer, kind) in [
        (String::new(), Closed),
        (format!("{OK}content-le"), Closed),
        (format!("{OK}content-length: 7"), Closed),
        (
            format!("{OK}content-length: 20\r\n\r\n{{\"status\""),
            Closed,
        ),
        (in_chunks(""), Closed),
        (in_chunks("1"), Closed),
        (in_chunks("14\r\n{\"sta"), Closed),
        (in_chunks("6\r\n{\"id\":\r\n"), Closed),
        (in_chunks("14\r\n{\"status\":\"healthy\"}\r\n"), Closed),
        (in_chunks("zz\r\n{}\r\n"), Protocol),
        ("SSH-2.0-OpenSSH_9.6\r\n".to_owned(), Protocol),
        ("220 smtp.example.com ESMTP\r\n\r\n".to_owned(), Protocol),
        ("\0\0\0\0\0\0".to_owned(), Protocol),
        ("HTTP/1.1 999999 OK\r\n\r\n".to_owned(), Protocol),
        (format!("{OK}no colon\r\n\r\n"), Protocol),
        (format!("{OK}content-length: many\r\n\r\n"), Protocol),
    ] {
        for driver in Driver::ALL {
            let error = answered_with(driver, &answer);
            assert_eq!(
                facts(&error),
                (transport(kind), 1, true),
                "{driver}: {answer:?}: {error}"
            );
        }
    }
}

#[test]
fn heads_and_trailers_have_a_limit() {
    let long = format!("x: {}\r\n", "y".repeat(70_000));
    let many = "x: y\r\n".repeat(20_000);
    let too_large = TransportErrorKind::HeadTooLarge;
    for driver in Driver::ALL {
        for answer in [
            format!("{OK}{long}content-length: 2\r\n\r\n{{}}"),
            format!(
                "{OK}{}content-length: 2\r\n\r\n{{}}",
                "x: y\r\n".repeat(1100)
            ),
            format!("{OK}x: {}", "y".repeat(1 << 20)),
            chunked(&["{}"], &long),
            // Each of them is short.
            chunked(&["{}"], &many),
            chunked(&["{}"], &(many.clone() + "X-Neptune-Status: 500 x\r\n")),
        ] {
            let error = answered_with(driver, &answer);
            assert_eq!(
                facts(&error),
                (transport(too_large), 1, true),
                "{driver}: {error}"
            );
        }
        let length = HEALTHY.len();
        let server = RawServer::answering(format!(
            "{OK}{long}content-length: {length}\r\n\r\n{HEALTHY}"
        ));
        let client = |bytes| driver.client(&server.url(), quick().max_head_bytes(bytes));
        client(80_000).send(&status()).unwrap();
        let error = client(16).send(&status()).unwrap_err();
        assert_eq!(error.kind(), transport(too_large), "{driver}");
    }
}

/// A server that adds this many fields to the head of its first response on each connection, and to the trailers of
/// its second one.
fn with_fields(head: usize, trailers: usize) -> RawServer {
    let fields = |count| -> String { (0..count).map(|n| format!("x-{n}: {n}\r\n")).collect() };
    let head = ok(HEALTHY).replacen("\r\n", &format!("\r\n{}", fields(head)), 1);
    let trailers = chunked(&[HEALTHY], &fields(trailers));
    RawServer::start(move |mut stream, _| {
        for answer in [&head, &trailers] {
            if read_request(&mut stream).is_none() {
                return;
            }
            let _ = stream.write_all(answer.as_bytes());
        }
        until_closed(&mut stream);
    })
}

#[test]
fn heads_and_trailers_can_have_many_fields() {
    for driver in Driver::ALL {
        let (head, trailers) = match driver {
            // hyper reads 100 fields, unless it reserves room for more.
            Driver::Hyper => (98, 100),
            // ureq reads 128 fields, with the two that the server adds.
            Driver::Blocking => (126, 1000),
        };
        let server = with_fields(head, trailers);
        let client = driver.client(&server.url(), quick());
        let answered = client.call(&status(), once()).unwrap();
        assert_eq!(answered.meta.headers.len(), head + 2, "{driver}");
        client.call(&status(), once()).unwrap();
        assert_eq!(server.accepted(), 1, "{driver}");
    }
}

#[test]
fn after_too_many_fields_the_async_client_reads_up_to_the_maximum() {
    let too_large = transport(TransportErrorKind::HeadTooLarge);
    let many = ClientOptions::MAX_HEAD_FIELDS - 2;
    // The number of fields in heads, and the index of the first response with too many.
    for (head, failing) in [(many, 0), (98, 1)] {
        let server = with_fields(head, many);
        let client = Driver::Hyper.client(&server.url(), quick());
        // The connection after the failure serves two calls.
        for index in 0..failing + 3 {
            let failed = client.send(&status()).err().map(|error| error.kind());
            let expected = (index == failing).then_some(too_large);
            assert_eq!(failed, expected, "head of {head}, call {index}");
        }
        assert_eq!(server.accepted(), 2, "head of {head}");
    }
}

#[test]
fn a_body_that_ends_with_its_connection_is_as_complete_as_its_json() {
    for driver in Driver::ALL {
        let server = RawServer::start(|mut stream, number| {
            read_request(&mut stream).unwrap();
            let body = if number == 1 { "{\"status\":" } else { HEALTHY };
            write!(stream, "{OK}\r\n{body}").unwrap();
        });
        let client = driver.client(&server.url(), quick());
        let answered = client.call(&status(), CallOptions::new()).unwrap();
        assert_eq!(answered.meta.attempts, 2, "{driver}");
    }
}

#[test]
fn an_error_in_the_trailers_leaves_the_connection_usable() {
    let good = "X-Neptune-Status: 200 OK\r\n";
    let bad = "X-Neptune-Status: 500 TimeLimitExceededException\r\n";
    let detail = "X-Neptune-Detail: too+long\r\n";
    let kind = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
    for trailers in [[bad, detail], [good, bad], [bad, good]] {
        for driver in Driver::ALL {
            let server = RawServer::answering(chunked(&[HEALTHY], &trailers.concat()));
            let client = driver.client(&server.url(), quick());
            for _ in 0..2 {
                let error = client.send(&status()).unwrap_err();
                assert_eq!(error.kind(), kind, "{driver}, {trailers:?}: {error}");
            }
            assert_eq!(server.accepted(), 1, "{driver}");
        }
    }
}

/// Reads the start of a request and leaves the rest unread, so that closing resets the connection.
fn read_some(stream: &mut TcpStream) {
    stream.read_exact(&mut [0; 20]).unwrap();
}

#[test]
fn resets_are_closed_connections() {
    let resets: [fn(TcpStream); 2] = [
        |mut stream| read_some(&mut stream),
        // A reset does not end a body without a length.
        |mut stream| {
            read_some(&mut stream);
            write!(stream, "{OK}\r\n{HEALTHY}").unwrap();
            thread::sleep(Duration::from_millis(50));
        },
    ];
    for driver in Driver::ALL {
        for reset in resets {
            let server = RawServer::start(move |stream, _| reset(stream));
            let client = driver.client(&server.url(), quick());
            let error = client.send(&write("job")).unwrap_err();
            let closed = transport(TransportErrorKind::Closed);
            assert_eq!(facts(&error), (closed, 1, true), "{driver}: {error}");
            assert_eq!(server.accepted(), 1);
        }
    }
}

#[test]
fn a_request_that_was_not_sent_completely_was_not_executed() {
    for driver in Driver::ALL {
        let server = RawServer::start(|mut stream, _| read_some(&mut stream));
        let client = driver.client(&server.url(), quick());
        let large = CallOptions::new().extra("x", "x".repeat(LARGE));
        let error = client.call(&write("job"), large).unwrap_err();
        let closed = transport(TransportErrorKind::Closed);
        assert_eq!(facts(&error), (closed, 3, false), "{driver}: {error}");
        assert_eq!(sent(&error), Sent::No);
    }
}

#[test]
fn servers_that_cannot_be_reached() {
    let unused = format!("http://{}", unused_address());
    for driver in Driver::ALL {
        let error = driver
            .client(&unused, quick())
            .send(&write("job"))
            .unwrap_err();
        let connect = transport(TransportErrorKind::Connect);
        assert_eq!(facts(&error), (connect, 3, false), "{driver}: {error}");
        assert_eq!(sent(&error), Sent::No);

        let options = || quick().connect_timeout(LONG);
        for client in [
            driver.client("http://no-such-host.invalid", options()),
            driver.client(&unused, options().connect_to("no-such-host.invalid:8182")),
        ] {
            let error = client.call(&write("job"), once()).unwrap_err();
            let dns = transport(TransportErrorKind::Dns);
            assert_eq!(facts(&error), (dns, 1, false), "{driver}: {error}");
        }
    }
}

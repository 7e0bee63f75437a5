//! HTTP written by hand, and functions of the server that concern connections.

use std::io::Write as _;
use std::time::{Duration, Instant};

use http::{HeaderValue, StatusCode, header};
use neptunedata_emulator::{
    Close, ConnectionEnd, Emulator, PlannedFault, Response, Server, ServerOptions,
};

use crate::raw::{
    Ended, OK, Raw, STATUS, WAIT_LIMIT, announced, counts, parts, start, status, until_fin,
};
use crate::support::{Ask, assert_contains, assert_ends, assert_lacks, assert_starts};

fn start_with(options: ServerOptions) -> Server {
    options.start(Emulator::default()).expect("a server")
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = start();
    let nowhere = STATUS.replace("/status", "/nowhere");
    let mut raw = Raw::ask(&server, &format!("\r\n{STATUS}{nowhere}{STATUS}"));
    for expected in ["200 OK", "400 Bad Request", "200 OK"] {
        assert_starts(&raw.one(), &format!("HTTP/1.1 {expected}\r\n"));
    }
    assert_eq!(server.connections().requests, [3]);
}

#[test]
fn bodies_may_come_byte_by_byte() {
    let server = start();
    for request in [
        "POST /x HTTP/1.1\r\nhost: n\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
        "POST /x HTTP/1.1\r\nhost: n\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n2;ext=1\r\nhe\r\n3\r\nllo\r\n0\r\nt: 1\r\n\r\n",
    ] {
        let mut raw = Raw::connect(&server);
        raw.stream.set_nodelay(true).expect("set");
        for byte in request.chars() {
            raw.send(&byte.to_string());
            // Without a pause, the server reads several at once.
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_contains(&raw.one(), "Bad route: /x");
        raw.ends(Ended::Fin);
        server.with(|neptune| assert_eq!(Ask::last(neptune).body, "hello"));
    }
}

#[test]
fn expect_continue_is_answered() {
    let server = start();
    let mut raw = Raw::ask(
        &server,
        "POST /x HTTP/1.1\r\nhost: n\r\ncontent-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
    );
    let (answer, ended) = raw.some();
    assert_eq!(answer, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(ended, Ended::Open);
    raw.send("hi");
    assert_starts(&raw.until_end().0, "HTTP/1.1 400 ");
}

#[test]
fn invalid_requests_are_rejected() {
    let server = start();
    let long = format!("GET /status HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(70_000));
    let invalid = [
        "content-length: 1\r\ncontent-length: 2\r\n\r\n",
        "content-length: +1\r\n\r\n",
        "content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        "transfer-encoding: gzip\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nxyz\r\n",
        "transfer-encoding: chunked\r\n\r\n1\r\nabc",
    ];
    let invalid = invalid.map(|rest| (format!("GET /status HTTP/1.1\r\n{rest}"), 400));
    let others = [
        ("nonsense\r\n\r\n".to_owned(), 400),
        ("\x16\x03\x01\x02\x00\x01".to_owned(), 400),
        (long, 431),
    ];
    for (text, status) in invalid.into_iter().chain(others) {
        let answer = until_fin(&server, &text);
        assert_starts(&answer, &format!("HTTP/1.1 {status} "));
        assert_ends(
            &answer,
            "\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        );
    }
    server.with(|neptune| assert!(neptune.log().is_empty()));
    // A request whose client disconnects in the middle is not received.
    let half = "POST /status HTTP/1.1\r\ncontent-length: 10\r\n\r\nhal";
    drop(Raw::ask(&server, half));
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
    assert_eq!(counts(&server), (0, 0));
}

/// Drivers compare the first four bytes of the answer with `HTTP`, to tell their user.
#[test]
fn bolt_handshakes_are_answered_in_http() {
    const MAGIC: [u8; 4] = [0x60, 0x60, 0xB0, 0x17];
    let server = start();
    let versions = [[0, 0, 4, 4], [0, 2, 2, 4], [0, 0, 0, 1], [0; 4]].concat();
    let handshake = [&MAGIC, versions.as_slice()].concat();
    for split in 0..=handshake.len() {
        let mut raw = Raw::connect(&server);
        raw.stream.set_nodelay(true).expect("set");
        for part in [&handshake[..split], &handshake[split..]] {
            raw.stream.write_all(part).expect("written");
            // Without a pause, the server reads both at once.
            std::thread::sleep(Duration::from_millis(1));
        }
        let (answer, ended) = raw.until_end();
        assert_starts(&answer, "HTTP/1.1 501 Not Implemented\r\n");
        assert_contains(parts(&answer).1, "openCypher runs over HTTP here");
        assert_eq!(announced(&answer), parts(&answer).1.len());
        assert_eq!(ended, Ended::Fin, "{split}");
    }
    server.with(|neptune| assert!(neptune.log().is_empty()));
}

#[test]
fn old_clients_are_served() {
    const KEEP_ALIVE: &str = "GET /status HTTP/1.0\r\nconnection: keep-alive\r\n\r\n";
    let server = start();
    let answer = until_fin(&server, "GET /status HTTP/1.0\r\n\r\n");
    assert_contains(&answer, "\r\nconnection: close\r\n");
    let mut raw = Raw::connect(&server);
    assert_contains(&raw.answer(KEEP_ALIVE), "\r\nconnection: keep-alive\r\n");
    // They know no chunks.
    let chunks = Response::new(StatusCode::OK, "").chunks(["abc", "def"]);
    server.with(|neptune| neptune.fail_next(PlannedFault::instead(chunks)));
    raw.send(KEEP_ALIVE);
    let (answer, ended) = raw.until_end();
    assert_eq!((parts(&answer).1, ended), ("abcdef", Ended::Fin));
}

#[test]
fn answers_are_taken_at_their_word() {
    let server = start();
    let lie = Response::new(StatusCode::OK, "hello")
        .header(header::CONTENT_LENGTH, 9.into())
        .header(header::CONNECTION, HeaderValue::from_static("close"));
    server.with(|neptune| {
        neptune.fail_next(PlannedFault::instead(lie));
        neptune.fail_next(PlannedFault::instead(Response::new(
            StatusCode::NO_CONTENT,
            "",
        )));
    });
    let answer = until_fin(&server, STATUS);
    assert_contains(&answer, "content-length: 9\r\n");
    assert_eq!(parts(&answer).1, "hello");
    let (answer, ended) = Raw::ask(&server, STATUS).some();
    assert_starts(&answer, "HTTP/1.1 204 No Content\r\n");
    assert_lacks(&answer, "content-length");
    assert_eq!(ended, Ended::Open);
}

#[test]
fn everything_is_counted() {
    let server = start();
    let mut first = Raw::connect(&server);
    let mut bytes = first.answer(STATUS).len();
    let mut second = Raw::connect(&server);
    for _ in 0..2 {
        bytes += second.answer(STATUS).len();
    }
    let seen = server.connections();
    let counted = (seen.accepted, seen.open, seen.peak, seen.unread);
    assert_eq!(counted, (2, 2, 2, 0));
    assert_eq!(seen.requests, [1, 2]);
    assert_eq!(seen.bytes_written, u64::try_from(bytes).expect("few"));
    drop(first);
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 1));
    assert_eq!(server.connections().peak, 2);
    assert!(!server.wait_until(Duration::from_millis(5), || server.connections().open == 0));
}

#[test]
fn idle_connections_close_on_command() {
    let server = start();
    let mut used = Raw::connect(&server);
    used.answer(STATUS);
    let mut busy = Raw::ask(&server, &status("answer-late; delay=400"));
    let mut fresh = Raw::connect(&server);
    let are_there = || counts(&server).0 == 2 && server.connections().open == 3;
    assert!(server.wait_until(WAIT_LIMIT, are_there));
    server.close_idle();
    assert_eq!(server.connections().open, 1);
    used.ends(Ended::Fin);
    fresh.ends(Ended::Fin);
    // The busy one is not concerned, and was not idle then.
    assert_starts(&busy.one(), OK);
    busy.ends(Ended::Open);
    server.close_idle();
    busy.ends(Ended::Fin);
}

#[test]
fn idle_connections_close_by_themselves() {
    let server = start_with(ServerOptions::new().idle_limit(Duration::from_millis(30)));
    let started = Instant::now();
    Raw::connect(&server).ends(Ended::Fin);
    assert!(started.elapsed() >= Duration::from_millis(20));
    server.set_idle_limit(None);
    let mut raw = Raw::connect(&server);
    raw.answer(STATUS);
    raw.ends(Ended::Open);
    // For connections that are open already, too.
    server.set_idle_limit(Some(Duration::from_millis(1)));
    raw.ends(Ended::Fin);
}

#[test]
fn connections_close_after_answers() {
    let server = start_with(ServerOptions::new().close_after_response(Close::WithoutHeader));
    assert_lacks(&until_fin(&server, STATUS), "connection:");
    server.set_close_after_response(Close::WithHeader);
    assert_contains(&until_fin(&server, STATUS), "\r\nconnection: close\r\n");
    server.set_close_after_response(Close::Never);
    let mut raw = Raw::connect(&server);
    assert_lacks(&raw.answer(STATUS), "connection:");
    raw.ends(Ended::Open);
}

#[test]
fn requests_are_left_unread() {
    let server = start();
    let mut kept = Raw::connect(&server);
    kept.answer(STATUS);
    server.close_before_reading(2, ConnectionEnd::Rst);
    kept.send(STATUS);
    kept.ends(Ended::Rst);
    Raw::ask(&server, STATUS).ends(Ended::Rst);
    server.close_before_reading(1, ConnectionEnd::Fin);
    Raw::ask(&server, STATUS).ends(Ended::Fin);
    assert_eq!(counts(&server), (1, 1));
    assert_eq!(server.connections().unread, 3);
    assert_starts(&Raw::connect(&server).answer(STATUS), OK);
}

#[test]
fn the_server_can_fall_silent() {
    let server = start();
    let mut raw = Raw::connect(&server);
    raw.answer(STATUS);
    server.set_reading(false);
    raw.send(STATUS);
    raw.ends(Ended::Open);
    assert_eq!(counts(&server), (1, 1));
    // New connections are accepted, and get no answers either.
    let mut other = Raw::ask(&server, STATUS);
    other.ends(Ended::Open);
    server.set_reading(true);
    assert_starts(&raw.one(), OK);
    assert_starts(&other.one(), OK);
    assert_eq!(counts(&server), (3, 3));
}

#[test]
fn stopping_does_not_wait_for_open_requests() {
    let server = start();
    let mut hanging = Raw::ask(&server, &status("stop-answering"));
    assert!(server.wait_until(WAIT_LIMIT, || counts(&server) == (1, 1)));
    server.set_reading(false);
    let mut silent = Raw::ask(&server, STATUS);
    let started = Instant::now();
    drop(server);
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_millis(900), "{elapsed:?}");
    assert_ne!(hanging.until_end().1, Ended::Open);
    assert_ne!(silent.until_end().1, Ended::Open);
}

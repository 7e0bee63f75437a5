//! HTTP written by hand, and functions of the server that concern connections.

use std::time::{Duration, Instant};

use http::StatusCode;
use neptunedata_emulator::{Close, Emulator, Ending, Planned, Response, Server, ServerOptions};

use crate::raw::{Ended, Raw, WAIT_LIMIT, counts, start};

const STATUS: &str = "GET /status HTTP/1.1\r\nhost: neptune\r\n\r\n";

fn exchange(server: &Server, text: &str) -> (String, Ended) {
    let mut raw = Raw::connect(server);
    raw.send(text);
    raw.until_end()
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = start();
    let mut raw = Raw::connect(&server);
    raw.send(&format!(
        "\r\n{STATUS}GET /nowhere HTTP/1.1\r\nhost: neptune\r\n\r\n{STATUS}"
    ));
    for expected in ["200 OK", "400 Bad Request", "200 OK"] {
        let answer = raw.one();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {expected}\r\n")),
            "{answer}"
        );
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
        for byte in request.chars() {
            raw.send(&byte.to_string());
        }
        let (answer, ended) = raw.until_end();
        assert!(
            answer.contains("Bad route: /x") && ended == Ended::Fin,
            "{answer}"
        );
        server.with(|neptune| assert_eq!(neptune.log().last().expect("an entry").body, "hello"));
    }
}

#[test]
fn expect_continue_is_answered() {
    let server = start();
    let mut raw = Raw::connect(&server);
    raw.send("POST /x HTTP/1.1\r\nhost: n\r\ncontent-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n");
    assert_eq!(
        raw.some(),
        ("HTTP/1.1 100 Continue\r\n\r\n".to_owned(), Ended::Open)
    );
    raw.send("hi");
    assert!(raw.until_end().0.starts_with("HTTP/1.1 400 "));
}

#[test]
fn invalid_requests_are_rejected() {
    let server = start();
    let long = format!("GET /status HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(70_000));
    for (text, status) in [
        ("nonsense\r\n\r\n", 400),
        ("\x16\x03\x01\x02\x00\x01", 400),
        (
            "GET /status HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            400,
        ),
        ("GET /status HTTP/1.1\r\ncontent-length: +1\r\n\r\n", 400),
        (
            "GET /status HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            400,
        ),
        (
            "GET /status HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
            400,
        ),
        (
            "GET /status HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            400,
        ),
        (
            "GET /status HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc",
            400,
        ),
        (&long, 431),
    ] {
        let (answer, ended) = exchange(&server, text);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{text}: {answer}"
        );
        assert!(
            answer.ends_with("\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
            "{answer}"
        );
        assert_eq!(ended, Ended::Fin, "{text}");
    }
    server.with(|neptune| assert!(neptune.log().is_empty()));
    // Who goes away in the middle was not received.
    let mut raw = Raw::connect(&server);
    raw.send("POST /status HTTP/1.1\r\ncontent-length: 10\r\n\r\nhal");
    drop(raw);
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
    assert_eq!(counts(&server), (0, 0));
}

#[test]
fn old_clients_are_served() {
    let server = start();
    let (answer, ended) = exchange(&server, "GET /status HTTP/1.0\r\n\r\n");
    assert!(
        answer.contains("\r\nconnection: close\r\n") && ended == Ended::Fin,
        "{answer}"
    );
    let mut raw = Raw::connect(&server);
    raw.send("GET /status HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
    assert!(raw.one().contains("\r\nconnection: keep-alive\r\n"));
    // They know no chunks.
    server.with(|neptune| {
        neptune.fail_next(Planned::instead(
            Response::new(StatusCode::OK, "").chunks(["abc", "def"]),
        ));
    });
    raw.send("GET /status HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
    let (answer, ended) = raw.until_end();
    assert!(
        answer.ends_with("\r\n\r\nabcdef") && ended == Ended::Fin,
        "{answer}"
    );
}

#[test]
fn answers_are_taken_at_their_word() {
    let server = start();
    let lie = || {
        Response::new(StatusCode::OK, "hello")
            .header(http::header::CONTENT_LENGTH, 9.into())
            .header(
                http::header::CONNECTION,
                http::HeaderValue::from_static("close"),
            )
    };
    server.with(|neptune| {
        neptune.fail_next(Planned::instead(lie()));
        neptune.fail_next(Planned::instead(Response::new(StatusCode::NO_CONTENT, "")));
    });
    let (answer, ended) = exchange(&server, STATUS);
    assert!(
        answer.contains("content-length: 9\r\n") && answer.ends_with("\r\n\r\nhello"),
        "{answer}"
    );
    assert_eq!(ended, Ended::Fin);
    let mut raw = Raw::connect(&server);
    raw.send(STATUS);
    let (answer, ended) = raw.some();
    assert!(
        answer.starts_with("HTTP/1.1 204 No Content\r\n") && !answer.contains("content-length"),
        "{answer}"
    );
    assert_eq!(ended, Ended::Open);
}

#[test]
fn everything_is_counted() {
    let server = start();
    let mut first = Raw::connect(&server);
    first.send(STATUS);
    let mut bytes = first.one().len();
    let mut second = Raw::connect(&server);
    for _ in 0..2 {
        second.send(STATUS);
        bytes += second.one().len();
    }
    let seen = server.connections();
    assert_eq!(
        (seen.accepted, seen.open, seen.peak, seen.unread),
        (2, 2, 2, 0)
    );
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
    used.send(STATUS);
    used.one();
    let mut busy = Raw::connect(&server);
    busy.send(&crate::raw::status("answer-late; delay=400"));
    let mut fresh = Raw::connect(&server);
    assert!(server.wait_until(WAIT_LIMIT, || counts(&server).0 == 2
        && server.connections().open == 3));
    server.close_idle();
    assert_eq!(server.connections().open, 1);
    assert_eq!(used.until_end(), (String::new(), Ended::Fin));
    assert_eq!(fresh.until_end(), (String::new(), Ended::Fin));
    // The busy one is not concerned, and was not idle then.
    assert!(busy.one().starts_with("HTTP/1.1 200 OK"));
    assert_eq!(busy.rest(), (String::new(), Ended::Open));
    server.close_idle();
    assert_eq!(busy.until_end(), (String::new(), Ended::Fin));
}

#[test]
fn idle_connections_close_by_themselves() {
    let server = ServerOptions::new()
        .idle_limit(Duration::from_millis(30))
        .start(Emulator::default())
        .expect("a server");
    let started = Instant::now();
    assert_eq!(
        Raw::connect(&server).until_end(),
        (String::new(), Ended::Fin)
    );
    assert!(started.elapsed() >= Duration::from_millis(20));
    server.set_idle_limit(None);
    let mut raw = Raw::connect(&server);
    raw.send(STATUS);
    raw.one();
    assert_eq!(raw.rest(), (String::new(), Ended::Open));
    // For connections that are open already, too.
    server.set_idle_limit(Some(Duration::from_millis(1)));
    assert_eq!(raw.until_end(), (String::new(), Ended::Fin));
}

#[test]
fn connections_close_after_answers() {
    let server = ServerOptions::new()
        .close_after_answer(Close::Silently)
        .start(Emulator::default())
        .expect("a server");
    let (answer, ended) = exchange(&server, STATUS);
    assert!(
        !answer.contains("connection:") && ended == Ended::Fin,
        "{answer}"
    );
    server.set_close_after_answer(Close::Announced);
    let (answer, ended) = exchange(&server, STATUS);
    assert!(
        answer.contains("\r\nconnection: close\r\n") && ended == Ended::Fin,
        "{answer}"
    );
    server.set_close_after_answer(Close::Never);
    let mut raw = Raw::connect(&server);
    raw.send(STATUS);
    assert!(!raw.one().contains("connection:"));
    assert_eq!(raw.rest(), (String::new(), Ended::Open));
}

#[test]
fn requests_are_left_unread() {
    let server = start();
    let mut kept = Raw::connect(&server);
    kept.send(STATUS);
    kept.one();
    server.close_before_reading(2, Ending::Rst);
    kept.send(STATUS);
    assert_eq!(kept.until_end(), (String::new(), Ended::Rst));
    assert_eq!(exchange(&server, STATUS), (String::new(), Ended::Rst));
    server.close_before_reading(1, Ending::Fin);
    assert_eq!(exchange(&server, STATUS), (String::new(), Ended::Fin));
    assert_eq!(counts(&server), (1, 1));
    assert_eq!(server.connections().unread, 3);
    let mut raw = Raw::connect(&server);
    raw.send(STATUS);
    assert!(raw.one().starts_with("HTTP/1.1 200 OK"));
}

#[test]
fn the_server_can_fall_silent() {
    let server = start();
    let mut raw = Raw::connect(&server);
    raw.send(STATUS);
    raw.one();
    server.set_answering(false);
    raw.send(STATUS);
    assert_eq!(raw.rest(), (String::new(), Ended::Open));
    assert_eq!(counts(&server), (1, 1));
    // New connections are taken, and meet the same.
    let mut other = Raw::connect(&server);
    other.send(STATUS);
    assert_eq!(other.rest(), (String::new(), Ended::Open));
    server.set_answering(true);
    assert!(raw.one().starts_with("HTTP/1.1 200 OK"));
    assert!(other.one().starts_with("HTTP/1.1 200 OK"));
    assert_eq!(counts(&server), (3, 3));
}

#[test]
fn stopping_does_not_wait_for_open_requests() {
    let server = start();
    let mut hanging = Raw::connect(&server);
    hanging.send(&crate::raw::status("stop-answering"));
    assert!(server.wait_until(WAIT_LIMIT, || counts(&server) == (1, 1)));
    server.set_answering(false);
    let mut silent = Raw::connect(&server);
    silent.send(STATUS);
    let started = Instant::now();
    drop(server);
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "{:?}",
        started.elapsed()
    );
    assert_ne!(hanging.until_end().1, Ended::Open);
    assert_ne!(silent.until_end().1, Ended::Open);
}

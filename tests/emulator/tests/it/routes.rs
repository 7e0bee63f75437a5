//! Unknown routes, and the format of errors.

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator};
use serde_json::json;

use crate::support::{
    Ask, BAD_REQUEST, Json, NOT_ALLOWED, assert_contains, bad, get, header, request, send,
    with_header,
};

#[test]
fn unknown_routes_are_bad_requests() {
    let mut neptune = Emulator::default();
    for path in [
        "/statu",
        "/status/",
        "//status",
        "/ml/modeltraining/",
        "/ml/modeltraining/a/b",
        "/STATUS",
    ] {
        let expected = bad(&format!("Bad route: {path}"));
        neptune.refuses_as(get(path), expected);
        assert_eq!(neptune.last().operation, None);
    }
    neptune.refuses(request(Method::OPTIONS, "*"), BAD_REQUEST);
}

#[test]
fn wrong_methods_are_405() {
    let mut neptune = Emulator::default();
    for (method, path) in [
        (Method::POST, "/status"),
        // Gremlin comes there by POST.
        (Method::GET, "/"),
        (Method::HEAD, "/status"),
        (Method::PUT, "/ml/modeltraining"),
        (Method::DELETE, "/ml/modeltraining"),
        (Method::POST, "/ml/modeltraining/a"),
    ] {
        neptune.refuses(request(method, path), NOT_ALLOWED);
    }
}

/// A GET with these headers for an upgrade.
fn upgrade(path: &str, connection: &'static str, protocols: &'static str) -> Request<Bytes> {
    let request = with_header(get(path), "connection", connection);
    with_header(request, "upgrade", protocols)
}

#[test]
fn websocket_handshakes_are_refused_with_the_http_route() {
    let signed = Config::default().iam("AKIDEXAMPLE", "secret", "us-east-1");
    for mut neptune in [Emulator::default(), Emulator::new(signed)] {
        for path in ["/gremlin", "/", "/openCypher", "/status", "/nowhere"] {
            for connection in ["Upgrade", "upgrade", "keep-alive, Upgrade"] {
                for protocols in ["websocket", "WebSocket", "h2c, websocket"] {
                    let handshake = upgrade(path, connection, protocols);
                    let text = neptune.refuses(handshake, (501, "UnsupportedOperationException"));
                    assert_contains(&text, "Gremlin runs over HTTP here");
                }
            }
        }
    }
}

#[test]
fn other_upgrades_are_ignored() {
    let mut neptune = Emulator::default();
    for (connection, protocols) in [
        ("Upgrade, HTTP2-Settings", "h2c"),
        ("upgrade", "TLS/1.2"),
        ("keep-alive", "websocket"),
    ] {
        neptune.ask(upgrade("/status", connection, protocols));
    }
}

#[test]
fn broken_encoding_is_a_bad_request() {
    let mut neptune = Emulator::default();
    for target in [
        "/ml/modeltraining/%zz",
        "/ml/modeltraining/%FF",
        "/ml/modeltraining/a?clean=%F",
        "/status?%80",
    ] {
        neptune.refuses(get(target), BAD_REQUEST);
    }
}

#[test]
fn message_member_repeats_the_text() {
    let mut neptune = Emulator::new(Config::default().message_member(false));
    let plain = neptune.answer(get("/nowhere")).body();
    let id = &neptune.log()[0].request_id;
    let expected = format!(
        r#"{{"requestId":"{id}","code":"BadRequestException","detailedMessage":"Bad route: /nowhere"}}"#
    );
    assert_eq!(plain, expected);
    let newer = Emulator::default().answer(get("/nowhere"));
    let text = "Bad route: /nowhere";
    let both = json!({ "message": text, "detailedMessage": text });
    newer.to_json().expect("JSON").has(both);
}

#[test]
fn bodies_have_a_limit() {
    let mut neptune = Emulator::default();
    let body = Bytes::from(vec![b' '; 157_286_401]);
    let with_body = |body| send(Method::GET, "/status", "text/plain", body);
    let expected = bad("Request size exceeds max allowed value of 157286400 bytes.");
    neptune.refuses_as(with_body(body.clone()), expected);
    neptune.ask(with_body(body.slice(1..)));
}

#[test]
fn same_seed_same_bytes() {
    let answers = |seed| {
        let mut neptune = Emulator::new(Config::default().seed(seed));
        ["/status", "/nowhere"].map(|path| {
            let answer = neptune.answer(get(path));
            (
                header(&answer, "x-amzn-requestid").to_owned(),
                answer.body(),
            )
        })
    };
    assert_eq!(answers(1), answers(1));
    assert_ne!(answers(1), answers(2));
}

#[test]
fn a_bounded_log_has_the_newest_entries() {
    for limit in [0, 1, 7, 40] {
        let mut neptune = Emulator::new(Config::default().log_limit(limit));
        for number in 1..=100 {
            neptune.get("/status");
            let log = neptune.log().iter().map(|entry| entry.number);
            let newest = (1..=number).rev().take(limit);
            assert_eq!(log.rev().collect::<Vec<_>>(), newest.collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_log_can_be_bounded_and_cleared() {
    let mut neptune = Emulator::new(Config::default().log_limit(2));
    for _ in 0..5 {
        neptune.get("/status");
    }
    let numbers: Vec<u64> = neptune.log().iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [4, 5]);
    assert_eq!(neptune.counts("GetEngineStatus"), (5, 5));
    assert_eq!(neptune.received("CancelMLModelTrainingJob"), 0);
    neptune.clear_log();
    assert!(neptune.log().is_empty());
    assert_eq!(neptune.received("GetEngineStatus"), 0);
}

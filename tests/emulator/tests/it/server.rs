//! The server, over plain sockets.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use neptunedata_emulator::{
    Config, Emulator, Fault, JobStatus, MlKind, Now, PlannedFault, Response, Server, ServerHandle,
    ServerOptions,
};
use serde_json::json;

use crate::raw::{LAST_STATUS, OK, Raw, STATUS, parts, until_fin};
use crate::support::{Ask, assert_contains, assert_starts, job, post};

fn start() -> Server {
    Server::start(Emulator::default()).expect("a server")
}

/// Replaces the answers to the next requests.
fn replace(server: &Server, answers: impl IntoIterator<Item = PlannedFault>) {
    server.with(|emulator| answers.into_iter().for_each(|it| emulator.fail_next(it)));
}

#[test]
fn one_connection_many_requests() {
    let server = start();
    let endpoint = format!("http://127.0.0.1:{}", server.address().port());
    assert_eq!(server.endpoint(), endpoint);
    let mut raw = Raw::connect(&server);
    let body = job("job-1").to_string();
    let length = body.len();
    for (request, status, part) in [
        ("GET /status", "200 OK", "\"status\":\"healthy\""),
        ("POST /ml/modeltraining", "200 OK", "\"id\":\"job-1\""),
        (
            "GET /ml/modeltraining/job-1",
            "200 OK",
            "\"status\":\"InProgress\"",
        ),
        (
            "DELETE /ml/modeltraining/job-1?clean=True",
            "200 OK",
            "{\"status\":\"200 OK\"}",
        ),
        ("GET /ml/modeltraining", "200 OK", "{\"ids\":[\"job-1\"]}"),
        ("GET /nowhere", "400 Bad Request", "Bad route: /nowhere"),
    ] {
        let body = match request {
            "POST /ml/modeltraining" => {
                format!("content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
            }
            _ => "\r\n".to_owned(),
        };
        let answer = raw.answer(&format!("{request} HTTP/1.1\r\nhost: neptune\r\n{body}"));
        assert_starts(&answer, &format!("HTTP/1.1 {status}\r\n"));
        assert_contains(&answer, part);
    }
    assert_eq!(server.with(|emulator| emulator.log().len()), 6);
}

#[test]
fn chunks_and_trailers_go_out() {
    let server = start();
    let (name, value) = (
        HeaderName::from_static("x-neptune-status"),
        HeaderValue::from_static("200"),
    );
    let answer = Response::new(StatusCode::OK, "")
        .chunks(["{\"a\"", ":1}"])
        .trailer(name, value);
    replace(
        &server,
        [
            PlannedFault::instead(answer.clone()),
            PlannedFault::instead(answer),
        ],
    );
    let with_trailers = LAST_STATUS.replace("\r\n\r\n", "\r\nte: trailers\r\n\r\n");
    let all = until_fin(&server, &with_trailers);
    assert_contains(&all, "\r\ntransfer-encoding: chunked\r\n");
    assert_contains(&all, "\r\ntrailer: x-neptune-status\r\n");
    assert_eq!(
        parts(&all).1,
        "4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nx-neptune-status: 200\r\n\r\n"
    );
    // Clients that do not ask for trailers get only the chunks.
    let all = until_fin(&server, LAST_STATUS);
    assert_eq!(parts(&all).1, "4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n");
}

#[test]
fn head_has_no_body() {
    let all = until_fin(&start(), &LAST_STATUS.replace("GET", "HEAD"));
    assert_starts(&all, "HTTP/1.1 405 Method Not Allowed\r\n");
    assert_eq!(parts(&all).1, "");
}

#[test]
fn cut_after_exactly_so_many_bytes() {
    let server = start();
    let cut = |response: Response, after| {
        let response = Box::new(response);
        replace(
            &server,
            [PlannedFault::instead(Fault::CutBody { response, after })],
        );
        until_fin(&server, STATUS)
    };
    let large = vec![b'x'; 5_000_000];
    for (body, after, arrives) in [
        (&large[..], 4_567_890, 4_567_890),
        (&large[..], 1, 1),
        (&large[..], 0, 0),
        (&large[..3], 3, 3),
        (&large[..3], 99, 3),
        (&large[..0], 0, 0),
    ] {
        let all = cut(Response::new(StatusCode::OK, body.to_vec()), after);
        let (head, rest) = parts(&all);
        assert_contains(head, &format!("\r\ncontent-length: {}\r\n", body.len()));
        assert_eq!(rest.len(), arrives, "{after}");
    }
    // A chunked body lacks its end.
    for (after, rest) in [
        (4, "3\r\nabc\r\n1\r\nd\r\n"),
        (6, "3\r\nabc\r\n3\r\ndef\r\n"),
    ] {
        let all = cut(
            Response::new(StatusCode::OK, "").chunks(["abc", "def"]),
            after,
        );
        assert_eq!(parts(&all).1, rest);
    }
}

#[test]
fn time_can_be_put_ahead() {
    let server = start();
    let before = server.now();
    server.with(|emulator| {
        emulator
            .at(before)
            .ask(post("/ml/modeltraining", &job("job-1")))
    });
    server.advance(Duration::from_secs(10));
    let after = server.now();
    let passed = after.wall.duration_since(before.wall).expect("later");
    assert!(passed < Duration::from_secs(10));
    let job = |emulator: &mut Emulator| {
        emulator
            .ml_job(MlKind::ModelTraining, "job-1")
            .expect("a job")
            .status(after)
    };
    assert_eq!(server.with(job), JobStatus::Completed);
    let get = LAST_STATUS.replace("/status", "/ml/modeltraining/job-1");
    assert_contains(&until_fin(&server, &get), "\"status\":\"Completed\"");
}

#[test]
fn the_clock_can_be_wrong() {
    let clock = || Now::at_unix(1_440_938_160);
    let server =
        Server::start_with_clock("127.0.0.1:0", Emulator::default(), clock).expect("a server");
    server.advance(Duration::from_secs(3));
    assert_eq!(server.now(), Now::new(clock().wall, Duration::from_secs(3)));
    let answer = until_fin(&server, LAST_STATUS);
    assert_contains(&answer, "\r\ndate: Sun, 30 Aug 2015 12:36:00 GMT\r\n");
}

#[test]
fn a_panic_in_with_is_survived() {
    let server = start();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        server.with(|_| panic!("on purpose"))
    }));
    assert!(panicked.is_err());
    assert_starts(&until_fin(&server, LAST_STATUS), OK);
}

#[test]
fn dropping_it_closes_idle_connections_and_the_port() {
    let server = start();
    let address = server.address();
    let mut idle = Raw::connect(&server);
    idle.answer(STATUS);
    let untouched = Raw::connect(&server);
    let half = Raw::ask(&server, "GET /sta");
    drop(server);
    for mut raw in [idle, untouched, half] {
        let mut rest = Vec::new();
        match raw.stream.read_to_end(&mut rest) {
            Ok(_) => assert!(rest.is_empty()),
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn control_routes_do_not_count_as_requests() {
    let routes = |server: ServerHandle<'_>, request: Request<Bytes>| {
        let received = server.with(|emulator| emulator.log().len());
        if request.method() == "DELETE" {
            server.reset(Emulator::default());
        }
        let body = json!({ "received": received, "path": request.uri().path(), "body": request.body().to_vec() });
        Response::json(StatusCode::OK, &body)
    };
    let config = Config::default().iam("AKID", "secret", "us-east-1");
    let server = ServerOptions::new().control(routes);
    let server = server.start(Emulator::new(config)).expect("a server");
    replace(&server, [PlannedFault::close(), PlannedFault::close()]);
    server.advance(Duration::from_secs(60));
    let mut raw = Raw::connect(&server);
    let ask = "POST /_emulator/a?b HTTP/1.1\r\nhost: neptune\r\ncontent-length: 1\r\n\r\n\u{1}";
    let answer = raw.answer(ask);
    assert_starts(&answer, OK);
    assert_contains(
        &answer,
        r#"{"body":[1],"path":"/_emulator/a","received":0}"#,
    );
    assert_eq!(server.with(|emulator| emulator.planned()), 2);
    let before = server.now().mono;
    raw.answer(&ask.replace("POST", "DELETE"));
    assert!(server.now().mono < before);
    // The emulator after the reset needs no signatures, and has no faults.
    assert_starts(&raw.answer(STATUS), OK);
    assert_contains(&raw.answer(ask), r#""received":1"#);
    // Other paths are Neptune's.
    let other = raw.answer("GET /_emulator HTTP/1.1\r\nhost: neptune\r\n\r\n");
    assert_contains(&other, "Bad route: /_emulator");
}

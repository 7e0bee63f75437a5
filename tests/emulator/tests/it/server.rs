//! The server, over plain sockets.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use neptunedata_emulator::{Emulator, Fault, JobStatus, Now, Planned, Response, Server};

use crate::raw::read_one;
use crate::support::job;

const STATUS: &str = "GET /status HTTP/1.1\r\nhost: neptune\r\n\r\n";
const LAST_STATUS: &str = "GET /status HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n";
const WITH_TRAILERS: &str =
    "GET /status HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\nte: trailers\r\n\r\n";

fn start() -> Server {
    Server::start(Emulator::default()).expect("a server")
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    // Only so that a broken test ends.
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a time-out");
    stream
}

/// Everything that comes back until the connection is closed.
fn exchange(server: &Server, request: &str) -> String {
    String::from_utf8(exchange_bytes(server, request)).expect("text")
}

fn exchange_bytes(server: &Server, request: &str) -> Vec<u8> {
    let mut stream = connect(server.address());
    stream.write_all(request.as_bytes()).expect("written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("read");
    answer
}

#[test]
fn one_connection_many_requests() {
    let server = start();
    assert_eq!(
        server.endpoint(),
        format!("http://127.0.0.1:{}", server.address().port())
    );
    let mut stream = connect(server.address());
    let body = job("job-1").to_string();
    let start = format!(
        "POST /ml/modeltraining HTTP/1.1\r\nhost: neptune\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for (request, expected) in [
        (STATUS, "\"status\":\"healthy\""),
        (start.as_str(), "\"id\":\"job-1\""),
        (
            "GET /ml/modeltraining/job-1 HTTP/1.1\r\nhost: neptune\r\n\r\n",
            "\"status\":\"InProgress\"",
        ),
        (
            "DELETE /ml/modeltraining/job-1?clean=True HTTP/1.1\r\nhost: neptune\r\n\r\n",
            "{\"status\":\"200 OK\"}",
        ),
        (
            "GET /ml/modeltraining HTTP/1.1\r\nhost: neptune\r\n\r\n",
            "{\"ids\":[\"job-1\"]}",
        ),
    ] {
        stream.write_all(request.as_bytes()).expect("written");
        let answer = read_one(&mut stream);
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(expected),
            "{answer}"
        );
    }
    stream
        .write_all(b"GET /nowhere HTTP/1.1\r\nhost: neptune\r\n\r\n")
        .expect("written");
    let answer = read_one(&mut stream);
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n")
            && answer.contains("Bad route: /nowhere"),
        "{answer}"
    );
    assert_eq!(server.with(|emulator| emulator.log().len()), 6);
}

#[test]
fn chunked_bodies_come_in() {
    let server = start();
    let body = job("job-1").to_string();
    let (first, second) = body.split_at(7);
    let start = format!(
        "POST /ml/modeltraining HTTP/1.1\r\nhost: neptune\r\ncontent-type: application/json\r\nconnection: close\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    assert!(exchange(&server, &start).starts_with("HTTP/1.1 200 OK\r\n"));
    server.with(|emulator| assert_eq!(emulator.log()[0].body, body.as_bytes()));
}

#[test]
fn chunks_and_trailers_go_out() {
    let server = start();
    let answer = Response::new(StatusCode::OK, "")
        .chunks(["{\"a\"", ":1}"])
        .trailer(
            HeaderName::from_static("x-neptune-status"),
            HeaderValue::from_static("200"),
        );
    server.with(|emulator| {
        emulator.fail_next(Planned::instead(answer.clone()));
        emulator.fail_next(Planned::instead(answer));
    });
    let all = exchange(&server, WITH_TRAILERS);
    assert!(
        all.contains("\r\ntransfer-encoding: chunked\r\n")
            && all.contains("\r\ntrailer: x-neptune-status\r\n"),
        "{all}"
    );
    assert!(
        all.ends_with("\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nx-neptune-status: 200\r\n\r\n"),
        "{all}"
    );
    // Who does not ask for trailers gets none.
    let all = exchange(&server, LAST_STATUS);
    assert!(
        all.ends_with("\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n"),
        "{all}"
    );
}

#[test]
fn head_has_no_body() {
    let server = start();
    let all = exchange(
        &server,
        "HEAD /status HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n",
    );
    assert!(
        all.starts_with("HTTP/1.1 405 Method Not Allowed\r\n") && all.ends_with("\r\n\r\n"),
        "{all}"
    );
}

#[test]
fn closed_without_an_answer() {
    let server = start();
    server.with(|emulator| {
        emulator.fail_next(Planned::close());
        emulator.fail_next(Planned::executed_but_closed());
    });
    for executed in [0, 1] {
        // The connection stays open for more, were it not for the fault.
        assert_eq!(exchange(&server, STATUS), "");
        assert_eq!(
            server.with(|emulator| emulator.executed("GetEngineStatus")),
            executed
        );
    }
    assert!(exchange(&server, LAST_STATUS).starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn cut_after_exactly_so_many_bytes() {
    let server = start();
    let large = vec![b'x'; 5_000_000];
    for (body, after, arrives) in [
        (&large[..], 4_567_890, 4_567_890),
        (&large[..], 1, 1),
        (&large[..], 0, 0),
        (&large[..3], 3, 3),
        (&large[..3], 99, 3),
        (&large[..0], 0, 0),
    ] {
        let response = Response::new(StatusCode::OK, body.to_vec());
        server.with(|emulator| {
            emulator.fail_next(Planned::instead(Fault::CutBody {
                response: Box::new(response),
                after,
            }))
        });
        let all = exchange_bytes(&server, STATUS);
        let end = all
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("a head")
            + 4;
        let head = std::str::from_utf8(&all[..end]).expect("text");
        assert!(
            head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())),
            "{head}"
        );
        assert_eq!(all.len() - end, arrives, "{after}");
    }
    // A chunked body lacks its end.
    let response = Box::new(Response::new(StatusCode::OK, "").chunks(["abc", "def"]));
    server.with(|emulator| {
        emulator.fail_next(Planned::instead(Fault::CutBody { response, after: 4 }))
    });
    assert!(exchange(&server, STATUS).ends_with("\r\n\r\n3\r\nabc\r\n1\r\nd\r\n"));
    let response = Box::new(Response::new(StatusCode::OK, "").chunks(["abc", "def"]));
    server.with(|emulator| {
        emulator.fail_next(Planned::instead(Fault::CutBody { response, after: 6 }))
    });
    assert!(exchange(&server, STATUS).ends_with("\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n"));
}

#[test]
fn time_can_be_put_ahead() {
    let server = start();
    let before = server.now();
    server.with(|emulator| {
        let start = crate::support::post("/ml/modeltraining", &job("job-1"));
        assert!(
            emulator
                .handle(start, before)
                .response()
                .is_some_and(|answer| answer.status().is_success())
        );
    });
    server.advance(Duration::from_secs(10));
    let after = server.now();
    assert!(
        after
            .wall
            .duration_since(before.wall)
            .is_ok_and(|passed| passed < Duration::from_secs(10))
    );
    server.with(|emulator| {
        assert_eq!(
            emulator.training_job("job-1").expect("a job").status(after),
            JobStatus::Completed
        );
    });
    let answer = exchange(
        &server,
        "GET /ml/modeltraining/job-1 HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n",
    );
    assert!(answer.contains("\"status\":\"Completed\""), "{answer}");
}

#[test]
fn the_clock_can_be_wrong() {
    let clock = || Now::at_unix(1_440_938_160);
    let server =
        Server::start_with_clock("127.0.0.1:0", Emulator::default(), clock).expect("a server");
    server.advance(Duration::from_secs(3));
    assert_eq!(server.now(), Now::new(clock().wall, Duration::from_secs(3)));
    let answer = exchange(&server, LAST_STATUS);
    assert!(
        answer.contains("\r\ndate: Sun, 30 Aug 2015 12:36:00 GMT\r\n"),
        "{answer}"
    );
}

#[test]
fn a_panic_in_with_is_survived() {
    let server = start();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        server.with(|_| panic!("on purpose"))
    }));
    assert!(panicked.is_err());
    assert!(exchange(&server, LAST_STATUS).starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn dropping_it_closes_idle_connections_and_the_port() {
    let server = start();
    let address = server.address();
    let mut idle = connect(address);
    idle.write_all(STATUS.as_bytes()).expect("written");
    read_one(&mut idle);
    let mut untouched = connect(address);
    let mut half = connect(address);
    half.write_all(b"GET /sta").expect("written");
    drop(server);
    for stream in [&mut idle, &mut untouched, &mut half] {
        let mut rest = Vec::new();
        match stream.read_to_end(&mut rest) {
            Ok(_) => assert!(rest.is_empty()),
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }
    assert!(TcpStream::connect(address).is_err());
}

//! Long-running queries, over a socket.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use neptunedata_emulator::{Emulator, QueryScript, Server};
use serde_json::json;

const ID: &str = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
const WAIT_LIMIT: Duration = Duration::from_secs(10);

fn server(lasting: Duration) -> Server {
    let mut emulator = Emulator::default();
    emulator.script(
        QueryScript::gremlin()
            .lasting(lasting)
            .rows([json!("done")]),
    );
    Server::start(emulator).expect("a server")
}

fn send(server: &Server, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream
        .set_read_timeout(Some(WAIT_LIMIT))
        .expect("a time-out");
    let request = format!("{request} HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    stream
}

fn read(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn running(server: &Server) -> bool {
    server.with(|emulator| emulator.next_end().is_some())
}

fn query(server: &Server) -> TcpStream {
    let stream = send(server, &format!("GET /gremlin?gremlin=g.V()&queryId={ID}"));
    assert!(server.wait_until(WAIT_LIMIT, || running(server)));
    stream
}

#[test]
fn the_answer_arrives_after_the_duration_of_the_query() {
    let time = Duration::from_millis(150);
    let server = server(time);
    let started = Instant::now();
    let answer = read(send(&server, "GET /gremlin?gremlin=g.V()"));
    assert!(started.elapsed() >= time);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains("done"),
        "{answer}"
    );
}

#[test]
fn the_clock_can_be_put_ahead() {
    let server = server(Duration::from_secs(3600));
    let stream = query(&server);
    server.advance(Duration::from_secs(3600));
    assert!(read(stream).contains("done"));
}

#[test]
fn a_cancel_answers_both() {
    let server = server(Duration::from_secs(3600));
    let stream = query(&server);
    let cancelled = read(send(&server, &format!("DELETE /gremlin/status/{ID}")));
    assert!(cancelled.contains("{\"status\":\"200 OK\"}"), "{cancelled}");
    let answer = read(stream);
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(answer.contains("CancelledByUserException"), "{answer}");
}

#[test]
fn a_query_runs_on_after_its_client_disconnects() {
    let server = server(Duration::from_secs(3600));
    drop(query(&server));
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
    let listed = read(send(&server, "GET /gremlin/status"));
    assert!(listed.contains("\"runningQueryCount\":1"), "{listed}");
    server.advance(Duration::from_secs(3600));
    let listed = read(send(&server, "GET /gremlin/status"));
    assert!(listed.contains("\"runningQueryCount\":0"), "{listed}");
    assert_eq!(
        server.with(|emulator| emulator.executed("ExecuteGremlinQuery")),
        1
    );
}

#[test]
fn a_server_can_be_stopped_meanwhile() {
    let server = server(Duration::from_secs(3600));
    let stream = query(&server);
    let started = Instant::now();
    drop(server);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(read(stream), "");
}

#[test]
fn waiting_takes_no_time_of_the_processor() {
    let server = server(Duration::from_secs(3600));
    let stream = query(&server);
    let before = processor_time();
    std::thread::sleep(Duration::from_millis(300));
    // In clock ticks, of which there are a hundred in a second; the other tests of this process have theirs.
    if let (Some(before), Some(after)) = (before, processor_time()) {
        assert!(after - before < 15, "{before} {after}");
    }
    stream.shutdown(Shutdown::Both).expect("closed");
}

/// The processor time of the server's thread, if the system reports it.
fn processor_time() -> Option<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let mut most = None;
    for task in tasks.filter_map(Result::ok) {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        if stat.contains("(neptune-emulat") {
            let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
            let used =
                fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
            most = most.max(Some(used));
        }
    }
    most
}

//! Long-running queries, over a socket.

use std::time::{Duration, Instant};

use neptunedata_emulator::{Emulator, QueryScript, Server};
use serde_json::json;

use crate::raw::{OK, Raw, WAIT_LIMIT, until_fin};
use crate::support::{assert_contains, assert_starts};

const ID: &str = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
const HOUR: Duration = Duration::from_secs(3600);

fn server(lasting: Duration) -> Server {
    let mut emulator = Emulator::default();
    let script = QueryScript::gremlin().lasting(lasting);
    emulator.script(script.rows([json!("done")]));
    Server::start(emulator).expect("a server")
}

/// The only request on a connection.
fn only(request: &str) -> String {
    format!("{request} HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n")
}

/// A query that runs.
fn query(server: &Server) -> Raw {
    let request = only(&format!("GET /gremlin?gremlin=g.V()&queryId={ID}"));
    let raw = Raw::ask(server, &request);
    let runs = || server.with(|emulator| emulator.next_query_end().is_some());
    assert!(server.wait_until(WAIT_LIMIT, runs));
    raw
}

#[test]
fn the_answer_arrives_after_the_duration_of_the_query() {
    let time = Duration::from_millis(150);
    let server = server(time);
    let started = Instant::now();
    let answer = until_fin(&server, &only("GET /gremlin?gremlin=g.V()"));
    assert!(started.elapsed() >= time);
    assert_starts(&answer, OK);
    assert_contains(&answer, "done");
}

#[test]
fn the_clock_can_be_put_ahead() {
    let server = server(HOUR);
    let mut raw = query(&server);
    server.advance(HOUR);
    assert_contains(&raw.until_end().0, "done");
}

#[test]
fn a_cancel_answers_both() {
    let server = server(HOUR);
    let mut raw = query(&server);
    let cancelled = until_fin(&server, &only(&format!("DELETE /gremlin/status/{ID}")));
    assert_contains(&cancelled, "{\"status\":\"200 OK\"}");
    let (answer, _) = raw.until_end();
    assert_starts(&answer, "HTTP/1.1 500 ");
    assert_contains(&answer, "CancelledByUserException");
}

#[test]
fn a_query_runs_on_after_its_client_disconnects() {
    let server = server(HOUR);
    drop(query(&server));
    assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
    let listed = || until_fin(&server, &only("GET /gremlin/status"));
    assert_contains(&listed(), "\"runningQueryCount\":1");
    server.advance(HOUR);
    assert_contains(&listed(), "\"runningQueryCount\":0");
    let executed = server.with(|emulator| emulator.executed("ExecuteGremlinQuery"));
    assert_eq!(executed, 1);
}

#[test]
fn a_server_can_be_stopped_meanwhile() {
    let server = server(HOUR);
    let mut raw = query(&server);
    let started = Instant::now();
    drop(server);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(raw.until_end().0, "");
}

#[test]
fn waiting_takes_no_time_of_the_processor() {
    let server = server(HOUR);
    let _raw = query(&server);
    let before = processor_time();
    std::thread::sleep(Duration::from_millis(300));
    // In clock ticks, of which there are a hundred in a second; the other tests of this process have theirs.
    if let (Some(before), Some(after)) = (before, processor_time()) {
        assert!(after - before < 15, "{before} {after}");
    }
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

//! Queries that the graph engine executes in threads of the server.

use std::time::Duration;

use neptunedata_emulator::{ChangeStream, Config, Emulator, Server};
use serde_json::{Value, json};

use crate::engine_queries::get_last;
use crate::graph_streams::run;
use crate::raw::{OK, Raw, WAIT_LIMIT, chunked, parts, until_fin};
use crate::support::{Ask, assert_contains, assert_starts, encoded, get};

/// The time limit of the cluster.
const LIMIT: Duration = Duration::from_secs(120);
/// More paths than the engine can follow, because each node leads to each other node.
const LONG: &str = "MATCH (a)-[*1..9]->(b) RETURN count(*) AS n";
const LONG_WRITE: &str = "MATCH (a)-[*1..9]->(b) SET a.x = 1";

fn server() -> Server {
    let mut neptune = Emulator::new(Config::default().graph_engine(true).streams(true));
    let create = "UNWIND range(1, 12) AS n CREATE (:N {n: n}) WITH count(*) AS c \
                  MATCH (a:N), (b:N) WHERE a.n <> b.n CREATE (a)-[:TO]->(b)";
    run(&mut neptune, create, &json!({}));
    Server::start(neptune).expect("a server")
}

/// A request with this text, the last on its connection.
fn request(text: &str) -> String {
    let body = format!("query={}", encoded(text));
    format!(
        "POST /openCypher HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\nte: trailers\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The list of running queries, over the socket.
fn listed(server: &Server) -> Value {
    let answer = until_fin(server, &get_last("/openCypher/status"));
    serde_json::from_str(parts(&answer).1).expect("JSON")
}

fn wait_until_running(server: &Server, count: u64) {
    let is_running = || listed(server)["runningQueryCount"] == count;
    assert!(server.wait_until(WAIT_LIMIT, is_running));
}

/// Checks that nothing has been written since the start.
fn check_unchanged(server: &Server) {
    let commits = server.with(|neptune| neptune.last_event(ChangeStream::PropertyGraph).commit_num);
    assert_eq!(commits, 1);
    let answer = until_fin(server, &request("MATCH (n) RETURN count(n.x) AS n"));
    assert_contains(chunked(&answer), "[{\"n\":0}]");
}

#[test]
fn a_long_query_is_listed_and_cancelled_while_others_are_answered() {
    let server = server();
    for text in [LONG, LONG_WRITE] {
        let mut raw = Raw::ask(&server, &request(text));
        wait_until_running(&server, 1);
        assert_starts(&until_fin(&server, &get_last("/status")), OK);
        let other = until_fin(&server, &request("MATCH (n {n: 3}) RETURN n.n AS n"));
        assert_contains(chunked(&other), "[{\"n\":3}]");
        let entry = &listed(&server)["queries"][0];
        assert_eq!(entry["queryString"], text);
        let id = entry["queryId"].as_str().expect("an id");
        let cancel = format!("/openCypher/status?cancelQuery&queryId={id}");
        until_fin(&server, &get_last(&cancel));
        let (answer, _) = raw.until_end();
        assert_starts(&answer, "HTTP/1.1 500 ");
        assert_contains(&answer, "\"code\":\"CancelledByUserException\"");
        assert_eq!(listed(&server)["runningQueryCount"], 0);
    }
    check_unchanged(&server);
}

#[test]
fn a_query_ends_at_its_time_limit() {
    let server = server();
    let hinted = format!("USING QUERY:TIMEOUTMILLISECONDS 60000 {LONG}");
    for (text, limit) in [(LONG, LIMIT), (LONG_WRITE, LIMIT), (&hinted, LIMIT / 2)] {
        let mut raw = Raw::ask(&server, &request(text));
        // A hint is known once the text is parsed.
        let is_limited = || {
            let end = server.with(|neptune| neptune.next_query_end());
            end.is_some_and(|end| end <= server.now().mono + limit)
        };
        assert!(server.wait_until(WAIT_LIMIT, is_limited));
        server.advance(limit);
        let (answer, _) = raw.until_end();
        assert_starts(&answer, "HTTP/1.1 500 ");
        assert_contains(&answer, "\"code\":\"TimeLimitExceededException\"");
        assert_contains(&answer, "Operation terminated (deadline exceeded)");
    }
    check_unchanged(&server);
}

#[test]
fn a_query_is_stopped_when_its_client_disconnects() {
    let server = server();
    for text in [LONG, LONG_WRITE] {
        let raw = Raw::ask(&server, &request(text));
        wait_until_running(&server, 1);
        drop(raw);
        wait_until_running(&server, 0);
    }
    check_unchanged(&server);
}

#[test]
fn a_server_is_stopped_while_queries_run() {
    let server = server();
    let mut clients: Vec<Raw> = [LONG, LONG_WRITE]
        .iter()
        .map(|text| Raw::ask(&server, &request(text)))
        .collect();
    wait_until_running(&server, 2);
    drop(server);
    for client in &mut clients {
        assert_eq!(client.until_end().0, "");
    }
}

/// Each write sees what the others have written.
#[test]
fn concurrent_writes_wait_for_each_other() {
    let server = server();
    let add = "MERGE (c:Counter {`~id`: 'c'}) ON CREATE SET c.n = 1 ON MATCH SET c.n = c.n + 1";
    let mut clients: Vec<Raw> = (0..8).map(|_| Raw::ask(&server, &request(add))).collect();
    for client in &mut clients {
        assert_starts(&client.until_end().0, OK);
    }
    let read = format!(
        "/openCypher?query={}",
        encoded("MATCH (c:Counter) RETURN c.n AS n")
    );
    let found = server.with(|neptune| neptune.ask(get(&read)));
    assert_eq!(found["results"], json!([{ "n": 8 }]));
    let commits = server.with(|neptune| neptune.last_event(ChangeStream::PropertyGraph).commit_num);
    assert_eq!(commits, 9);
}

#[test]
fn large_results_are_streams() {
    let server = server();
    let text = "MATCH (a)-[r]->(b), (c)-[s]->(d) RETURN a, r, d";
    let answer = until_fin(&server, &request(text));
    let rows = chunked(&answer).matches("\"a\":{").count();
    assert!(rows > 10_000, "{rows}");
    assert!(answer.matches("\r\n").count() > 20, "few chunks");
    assert_contains(&answer, "\r\n0\r\nx-neptune-status: 200 OK\r\n");
}

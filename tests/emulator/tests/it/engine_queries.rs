//! Queries that the RDF engine executes in threads of the server.

use std::io::Read as _;
use std::time::Duration;

use neptunedata_emulator::{ChangeStream, Config, Emulator, EventId, PlannedFault, Server};
use serde_json::Value;

use crate::raw::{OK, Raw, WAIT_LIMIT, chunked, parts, until_fin};
use crate::rdf::update;
use crate::support::{
    Ask, assert_contains, assert_ends, assert_lacks, assert_starts, encoded, get,
};

pub(crate) const ID: &str = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
/// The time limit of the cluster.
const LIMIT: Duration = Duration::from_secs(120);
const TRIPLES: usize = 100;
/// All combinations of six triples: far more than a test can read.
pub(crate) const ENDLESS: &str = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r";

fn server() -> Server {
    let mut neptune = Emulator::new(Config::default().rdf_engine(true).streams(true));
    let triples = (0..TRIPLES).map(|number| format!("<urn:s> <urn:p> {number} ."));
    let triples: String = triples.collect();
    update(&mut neptune, &format!("INSERT DATA {{ {triples} }}"));
    Server::start(neptune).expect("a server")
}

/// A request with this text, the last on its connection.
pub(crate) fn request(parameter: &str, text: &str) -> String {
    with_id(&format!("queryId={ID}&"), parameter, text)
}

fn with_id(id: &str, parameter: &str, text: &str) -> String {
    let body = format!("{id}{parameter}={}", encoded(text));
    format!(
        "POST /sparql HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\nte: trailers\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The requests that never end by themselves: a query, an update and a stream.
pub(crate) fn endless() -> [String; 3] {
    [
        request("query", &format!("SELECT (COUNT(*) AS ?x) {{ {ENDLESS} }}")),
        request(
            "update",
            &format!("INSERT {{ ?a ?b 'new' }} WHERE {{ {ENDLESS} }}"),
        ),
        request("query", &format!("SELECT * {{ {ENDLESS} }}")),
    ]
}

pub(crate) fn get_last(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n")
}

/// The list of running queries, over the socket.
fn listed(server: &Server) -> Value {
    let answer = until_fin(server, &get_last("/sparql/status"));
    serde_json::from_str(parts(&answer).1).expect("JSON")
}

fn wait_until_running(server: &Server, count: u64) {
    let is_running = || listed(server)["runningQueryCount"] == count;
    assert!(server.wait_until(WAIT_LIMIT, is_running));
}

/// Checks the number of triples, without another thread.
fn check_triples(server: &Server, expected: usize) {
    let text = "SELECT (COUNT(*) AS ?x) { ?s ?p ?o }";
    let found =
        server.with(|neptune| neptune.ask(get(&format!("/sparql?query={}", encoded(text)))));
    let count = &found["results"]["bindings"][0]["x"]["value"];
    assert_eq!(*count, expected.to_string().as_str());
}

#[test]
fn a_query_that_never_ends_is_listed_and_cancelled_while_others_are_answered() {
    let server = server();
    for (query, begins) in endless().iter().zip(["HTTP/1.1 500 ", "HTTP/1.1 500 ", OK]) {
        let mut raw = Raw::ask(&server, query);
        wait_until_running(&server, 1);
        assert_starts(&until_fin(&server, &get_last("/status")), OK);
        if begins == OK {
            raw.stream.read_exact(&mut [0; 100_000]).expect("rows");
        }
        let entry = &listed(&server)["queries"][0];
        assert_eq!(entry["queryId"], ID);
        assert_contains(entry["queryString"].as_str().expect("text"), ENDLESS);
        assert_contains(
            &until_fin(&server, &request("query", "ASK {}")),
            "is in use",
        );
        until_fin(
            &server,
            &get_last(&format!("/sparql/status?cancelQuery&queryId={ID}")),
        );
        assert_eq!(listed(&server)["runningQueryCount"], 0);
        let (answer, _) = raw.until_end();
        assert!(begins == OK || answer.starts_with(begins), "{answer}");
        assert_contains(&answer, "\"code\":\"CancelledByUserException\"");
        if begins == OK {
            assert_contains(
                &answer,
                "\r\n0\r\nx-neptune-status: 500 CancelledByUserException\r\n",
            );
        }
    }
    check_triples(&server, TRIPLES);
    server.with(|neptune| {
        assert_eq!(neptune.counts("ExecuteSparqlUpdate"), (2, 1));
        let last = neptune.last_event(ChangeStream::Sparql);
        assert_eq!(last, EventId::new(1, TRIPLES as u64));
        assert_eq!(neptune.counts("ExecuteSparqlQuery"), (6, 1));
    });
}

#[test]
fn results_of_a_query_that_is_cancelled_silently_are_complete_json() {
    let server = server();
    let [_, _, stream] = endless();
    let mut raw = Raw::ask(&server, &stream.replace("te: trailers\r\n", ""));
    let mut start = vec![0; 100_000];
    raw.stream.read_exact(&mut start).expect("rows");
    let cancel = format!("/sparql/status?cancelQuery&queryId={ID}&silent=true");
    until_fin(&server, &get_last(&cancel));
    let (rest, _) = raw.until_end();
    assert!(rest.ends_with("]}}\r\n0\r\n\r\n"));
}

#[test]
fn a_query_ends_at_the_time_limit_of_the_cluster() {
    let server = server();
    for query in endless() {
        let mut raw = Raw::ask(&server, &query);
        wait_until_running(&server, 1);
        server.advance(LIMIT);
        let (answer, _) = raw.until_end();
        assert_contains(&answer, "\"code\":\"TimeLimitExceededException\"");
        assert_contains(&answer, "Operation terminated (deadline exceeded)");
        assert_eq!(listed(&server)["runningQueryCount"], 0);
    }
    check_triples(&server, TRIPLES);
}

#[test]
fn a_query_ends_at_the_time_limit_of_its_hint() {
    let server = server();
    let hinted = |text: &str| {
        let prefix = "PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints#>";
        format!("{prefix} {text} {{ hint:Query hint:queryTimeout 60000 . {ENDLESS} }}")
    };
    for query in [
        request("query", &hinted("SELECT (COUNT(*) AS ?x)")),
        request("update", &hinted("INSERT { ?a ?b 'new' } WHERE")),
    ] {
        let mut raw = Raw::ask(&server, &query);
        // The hint is known once the text is parsed.
        let is_limited = || {
            let end = server.with(|neptune| neptune.next_query_end());
            end.is_some_and(|end| end < server.now().mono + LIMIT / 2)
        };
        assert!(server.wait_until(WAIT_LIMIT, is_limited));
        server.advance(LIMIT / 2);
        let (answer, _) = raw.until_end();
        assert_starts(&answer, "HTTP/1.1 500 ");
        assert_contains(&answer, "\"code\":\"TimeLimitExceededException\"");
    }
}

#[test]
fn a_query_is_stopped_when_its_client_disconnects() {
    let server = server();
    for query in endless() {
        let raw = Raw::ask(&server, &query);
        wait_until_running(&server, 1);
        drop(raw);
        wait_until_running(&server, 0);
    }
    let mut started = Raw::ask(&server, &endless()[2]);
    started.stream.read_exact(&mut [0; 100_000]).expect("rows");
    drop(started);
    wait_until_running(&server, 0);
    check_triples(&server, TRIPLES);
}

/// There may be no other request whose handling could report it.
#[test]
fn a_query_that_is_stopped_is_reported_at_once() {
    for stops_the_server in [false, true] {
        for query in endless() {
            let server = server();
            let (sender, reports) = std::sync::mpsc::channel();
            let raw = Raw::ask(&server, &query);
            wait_until_running(&server, 1);
            server.with(|neptune| {
                neptune.on_request(move |entry| drop(sender.send(entry.query.clone())));
            });
            let _rest = if stops_the_server {
                drop(server);
                (None, Some(raw))
            } else {
                drop(raw);
                (Some(server), None)
            };
            let report = reports.recv_timeout(WAIT_LIMIT).expect("a report");
            assert_contains(&report.expect("a query").text, ENDLESS);
        }
    }
}

#[test]
fn a_waiting_query_starts_when_a_running_one_is_stopped() {
    let server = server();
    server.with(|neptune| neptune.reconfigure(|config| config.query_slots(1)));
    let running = Raw::ask(&server, &endless()[0]);
    wait_until_running(&server, 1);
    let mut waiting = Raw::ask(&server, &with_id("", "query", "ASK {}"));
    let both = || server.with(|neptune| neptune.received("ExecuteSparqlQuery")) == 2;
    assert!(server.wait_until(WAIT_LIMIT, both));
    drop(running);
    assert_contains(&waiting.until_end().0, "\"boolean\":true");
}

#[test]
fn large_results_are_streams() {
    let server = server();
    let rows = TRIPLES * TRIPLES;
    let pairs = "{ ?a ?b ?c . ?d ?e ?f }";
    let select = until_fin(&server, &request("query", &format!("SELECT * {pairs}")));
    assert_eq!(chunked(&select).matches("\"a\":{").count(), rows);
    assert!(select.matches("\r\n").count() > 20, "few chunks");
    assert_ends(
        &select,
        "0\r\nx-neptune-status: 200 OK\r\nx-neptune-detail: \r\n\r\n",
    );
    let template = "CONSTRUCT { <urn:s> <urn:p> ?x }";
    let construct = format!("{template} {{ {{ SELECT (?c * 1000 + ?f AS ?x) {pairs} }} }}");
    let graph = until_fin(&server, &request("query", &construct));
    assert_eq!(chunked(&graph).matches("<urn:s> <urn:p> ").count(), rows);
    server.with(|neptune| {
        assert_eq!(neptune.counts("ExecuteSparqlQuery"), (2, 2));
        let status = neptune.last().status.map(|status| status.as_u16());
        assert_eq!((status, neptune.last().executed), (Some(200), true));
        neptune.fail_next(PlannedFault::executed_but_cut(100_000));
    });
    // A fault changes the whole response.
    let cut = until_fin(&server, &request("query", &format!("SELECT * {pairs}")));
    assert!((100_000..110_000).contains(&parts(&cut).1.len()));
}

#[test]
fn a_server_is_stopped_while_queries_run() {
    let server = server();
    let mut clients: Vec<Raw> = Vec::new();
    for (number, query) in endless().iter().enumerate() {
        let id = ID.replacen('f', &number.to_string(), 1);
        clients.push(Raw::ask(&server, &query.replace(ID, &id)));
    }
    wait_until_running(&server, 3);
    drop(server);
    for mut client in clients {
        assert_lacks(&client.until_end().0, "Exception");
    }
}

/// The engine is recursive. More than it can bear is refused.
#[test]
fn long_chains_and_deep_nesting_do_not_end_the_process() {
    let chains = [
        ("FILTER(1", " + 1", ")"),
        ("FILTER(1", " || 1", ")"),
        ("FILTER(1", " && 1", ")"),
        ("{}", " UNION { ?s ?p 1 }", ""),
        ("", "OPTIONAL { ?s ?p 1 } ", ""),
        ("", "MINUS { ?s ?p 1 } ", ""),
        ("", "FILTER(true) ", ""),
        ("?s <urn:p>", "|<urn:p>", " ?o"),
    ];
    let nested = [
        ("FILTER EXISTS { ", "", "}"),
        ("OPTIONAL { ?s ?p 1 ", "", "}"),
        ("{ SELECT * { ", "", "} }"),
        ("FILTER EXISTS { ?s (<urn:p>|<urn:q>)* 1 ", "", "}"),
    ];
    let server = server();
    let answer =
        |pattern: &str| until_fin(&server, &request("query", &format!("ASK {{ {pattern} }}")));
    for (count, expected) in [(30, OK), (1_000, "HTTP/1.1 400 ")] {
        for (start, more, end) in chains {
            let text = format!("{start}{}{end}", more.repeat(2 * count));
            assert_starts(&answer(&text), expected);
        }
        for (open, inner, close) in nested {
            let text = format!("{}{inner}{}", open.repeat(count), close.repeat(count));
            assert_starts(&answer(&text), expected);
        }
    }
    let chain = "?s ?p ?o . ".repeat(1_000);
    assert_contains(&answer(&chain), "MalformedQueryException");
}

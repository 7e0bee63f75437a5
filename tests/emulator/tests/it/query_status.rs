//! Status and cancellation of queries.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Outcome, QueryScript, Ticket};
use serde_json::{Value, json};

use crate::support::{
    Ask, Json, Refusal, assert_starts, at, delete, encoded, form, get, header, invalid, media_type,
    now, post, refusal, text,
};

const ID: &str = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn emulator(config: Config) -> Emulator {
    let mut neptune = Emulator::new(config);
    for script in [
        QueryScript::gremlin().rows([json!(1)]),
        QueryScript::open_cypher().rows([json!({ "n": 1 })]),
        QueryScript::sparql().vars(["x"]),
    ] {
        neptune.script(script.containing("long").lasting(Duration::from_secs(60)));
    }
    neptune
}

fn gremlin(id: &str) -> Request<Bytes> {
    post(
        "/gremlin",
        &json!({ "gremlin": "g.V().long()", "queryId": id }),
    )
}

fn unknown(id: &str) -> Refusal {
    invalid(&format!("Supplied queryId {id} is invalid"))
}

/// Checks that a query has ended with an error.
#[track_caller]
fn check_failed(neptune: &mut Emulator, ticket: Ticket, seconds: u64, error: Value) {
    let (status, body) = neptune.after(seconds).over(ticket);
    assert_eq!(status, 500);
    body.has(error);
}

/// The error of a query that was cancelled.
fn cancelled_error() -> Value {
    let text = "Operation terminated (cancelled by user)";
    json!({ "code": "CancelledByUserException", "detailedMessage": text })
}

/// What a list has if no query runs or waits.
fn none_listed(accepted: u64) -> Value {
    json!({ "acceptedQueryCount": accepted, "runningQueryCount": 0, "queries": [] })
}

#[test]
fn gremlin_queries_are_listed_and_cancelled() {
    let mut neptune = emulator(Config::default());
    let ticket = neptune.pending(gremlin(ID));
    assert_eq!(neptune.log()[0].status, None);
    assert!(!neptune.log()[0].executed);
    let entry = json!({
        "queryId": ID, "queryString": "g.V().long()",
        "queryEvalStats": { "waited": 0, "elapsed": 23_000, "cancelled": false },
    });
    let listed = json!({ "acceptedQueryCount": 1, "runningQueryCount": 1, "queries": [entry] });
    let target = format!("/gremlin/status/{ID}");
    let mut then = neptune.after(23);
    then.get("/gremlin/status").is(listed.clone());
    then.ask(form("/gremlin/status", "includeWaiting=True"))
        .is(listed);
    for request in [
        get(&target),
        get(&format!("/gremlin/status?queryId={ID}")),
        form("/gremlin/status", &format!("queryId={ID}")),
    ] {
        assert_eq!(neptune.after(23).ask(request), entry);
        assert_eq!(neptune.last().operation, Some("GetGremlinQueryStatus"));
    }
    for (request, id) in [
        (get("/gremlin/status/no-such-id"), "no-such-id"),
        (delete("/gremlin/status/no-such-id"), "no-such-id"),
        (
            form("/gremlin/status", "cancelQuery&queryId=no-such-id"),
            "no-such-id",
        ),
        // Of another language.
        (delete(&format!("/openCypher/status/{ID}")), ID),
    ] {
        neptune.after(23).refuses_as(request, unknown(id));
    }

    neptune
        .after(24)
        .delete(&target)
        .is(json!({ "status": "200 OK" }));
    check_failed(&mut neptune, ticket, 24, cancelled_error());
    assert_eq!(neptune.log()[0].status.map(|it| it.as_u16()), Some(500));
    neptune.after(24).refuses_as(get(&target), unknown(ID));
    neptune.after(24).get("/gremlin/status").is(none_listed(0));
    assert_eq!(neptune.executed("ExecuteGremlinQuery"), 0);
    assert_eq!(neptune.executed("CancelGremlinQuery"), 1);

    let ticket = neptune.after(30).pending(gremlin(ID));
    let silently = format!("cancelQuery&queryId={ID}&silent=true");
    neptune.after(30).ask(form("/gremlin/status", &silently));
    // Gremlin has no silence.
    check_failed(&mut neptune, ticket, 30, cancelled_error());
}

#[test]
fn silently_cancelled_queries_have_the_variables_of_their_text() {
    let mut neptune = Emulator::default();
    for script in [QueryScript::open_cypher(), QueryScript::sparql()] {
        neptune.script(script.lasting(Duration::from_secs(60)));
    }
    for (language, query, expected) in [
        (
            "openCypher",
            "MATCH(a)-->(b) RETURN a, b.x AS c ORDER BY a",
            json!(["a", "c"]),
        ),
        ("openCypher", "MATCH (a) RETURN *", json!([])),
        (
            "sparql",
            "SELECT ?s (1 AS ?o) { ?s ?p 1 }",
            json!(["s", "o"]),
        ),
        ("sparql", "SELECT * { ?s ?p ?o }", json!(["s", "p", "o"])),
    ] {
        let query = encoded(query);
        let ticket = neptune.pending(get(&format!("/{language}?query={query}")));
        let listed = neptune.get(&format!("/{language}/status"));
        let id = text(&listed["queries"][0]["queryId"]);
        // As graph-notebook sends it.
        let cancel = format!("queryId={id}&cancelQuery=True&silent=True");
        neptune.ask(form(&format!("/{language}/status"), &cancel));
        let none = json!({ "head": { "vars": expected }, "results": { "bindings": [] } });
        assert_eq!(neptune.over(ticket), (200, none));
    }
}

#[test]
fn open_cypher_queries_are_listed_and_cancelled() {
    for bindings in [false, true] {
        let mut neptune = emulator(Config::default().silent_cancel_as_bindings(bindings));
        for (silent, path) in [
            (false, "/opencypher/status/{id}"),
            (false, "/openCypher/status?queryId={id}"),
            (true, "/openCypher/status?queryId={id}&silent=True"),
            (true, "/opencypher/status/{id}?silent=true"),
        ] {
            let ticket = neptune.pending(get("/openCypher?query=long"));
            let listed = neptune.get("/opencypher/status");
            assert_eq!(listed["acceptedQueryCount"], 1);
            let id = text(&listed["queries"][0]["queryId"]);
            let one = neptune.get(&format!("/openCypher/status?queryId={id}"));
            assert_eq!(one, listed["queries"][0]);
            let cancelled = neptune.delete(&path.replace("{id}", &id));
            cancelled.is(json!({ "status": "200 OK", "payload": true }));
            if silent {
                let none = if bindings {
                    // M21
                    json!({ "head": { "vars": ["n"] }, "results": { "bindings": [] } })
                } else {
                    json!({ "results": [] })
                };
                assert_eq!(neptune.over(ticket), (200, none));
            } else {
                check_failed(&mut neptune, ticket, 0, cancelled_error());
            }
            // U12
            let one = get(&format!("/openCypher/status/{id}"));
            neptune.refuses_as(one, unknown(&id));
        }
    }
}

#[test]
fn sparql_queries_are_listed_and_cancelled() {
    let mut neptune = emulator(Config::default());
    let query = || form("/sparql", &format!("query=long&queryId={ID}"));
    let ticket = neptune.pending(query());
    let listed = json!({ "acceptedQueryCount": 1, "runningQueryCount": 1, "queries": [{
        "queryId": ID, "queryString": "long",
        "queryEvalStats": { "subqueries": 0, "elapsed": 5_000, "cancelled": false },
    }] });
    let mut then = neptune.after(5);
    then.get("/sparql/status").is(listed.clone());
    then.get(&format!("/sparql/status?queryId={ID}")).is(listed);
    for id in [OTHER, "no-such-id"] {
        let answer = then.answer(get(&format!("/sparql/status?queryId={id}")));
        assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 0));
    }
    for target in [
        "/sparql/status?cancelQuery&queryId=mine",
        "/sparql?query=long&queryId=mine",
    ] {
        let bad = neptune.after(5).answer(get(target));
        assert_eq!(bad.status(), 400);
        assert_eq!(media_type(&bad), "text/plain;charset=UTF-8");
        assert_eq!(bad.body(), "Invalid queryId (not a UUID): mine");
        assert!(!neptune.last().executed);
    }
    let other = format!("/sparql/status?cancelQuery=&queryId={OTHER}");
    neptune.after(5).get(&other);

    let cancel = |silent: &str| {
        let parameters = format!("cancelQuery&queryId={ID}&silent={silent}");
        form("/sparql/status", &parameters)
    };
    neptune.after(6).ask(cancel("false")).is(none_listed(1));
    check_failed(&mut neptune, ticket, 6, cancelled_error());

    let ticket = neptune.after(7).pending(query());
    neptune.after(7).ask(cancel("true")).is(none_listed(2));
    let none = json!({ "head": { "vars": ["x"] }, "results": { "bindings": [] } });
    assert_eq!(neptune.after(7).over(ticket), (200, none));

    let hinted = format!(
        "query=PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints%23> \
         SELECT * {{ hint:Query hint:queryId \"{ID}\" . # long\n }}"
    );
    neptune.after(8).pending(form("/sparql", &hinted));
    let listed = neptune.after(8).get("/sparql/status");
    assert_eq!(listed["queries"][0]["queryId"], ID);
}

#[test]
fn a_query_is_over_when_its_time_is() {
    let mut neptune = emulator(Config::default());
    let script = neptune.script(QueryScript::gremlin().lasting(Duration::MAX).writes());
    let ticket = neptune.pending(gremlin(ID));
    assert_eq!(neptune.next_query_end(), Some(Duration::from_secs(60)));
    let nanosecond = Duration::from_nanos(1);
    let before = now().later(Duration::from_secs(60) - nanosecond);
    assert!(matches!(neptune.resume(ticket, before), Outcome::Pending(same) if same == ticket));
    let over = neptune
        .resume(ticket, at(60))
        .into_response()
        .expect("over");
    assert_eq!(header(&over, "date"), "Mon, 01 Jan 2024 00:01:00 GMT");
    assert_eq!(over.to_json().expect("JSON")["result"]["data"], json!([1]));
    let entry = &neptune.log()[0];
    assert!(entry.executed && entry.status.is_some());
    assert_eq!(header(&over, "x-amzn-requestid"), entry.request_id);
    assert_eq!(neptune.executed("ExecuteGremlinQuery"), 1);
    // It can be had once.
    assert!(neptune.resume(ticket, at(60)).response().is_none());

    neptune.after(61).pending(get("/gremlin?gremlin=endless"));
    neptune.clear_log();
    neptune.restart(at(70));
    neptune.advance_to(at(70));
    assert_eq!(neptune.script_matched(script), 1);
    assert_eq!(neptune.script_completions(script), 0);
    assert_eq!(neptune.next_query_end(), None);
}

#[test]
fn a_restart_ends_all() {
    let mut neptune = emulator(Config::default());
    let ticket = neptune.pending(gremlin(ID));
    neptune.restart(at(1));
    let shut_down = json!({ "code": "ServerShutdownException" });
    check_failed(&mut neptune, ticket, 1, shut_down);
}

#[test]
fn queries_wait_for_their_turn() {
    let mut neptune = emulator(Config::default().query_slots(1).query_queue(2));
    let first = neptune.pending(gremlin(ID));
    let second = neptune.after(10).pending(gremlin(OTHER));
    let third = neptune.after(20).pending(get("/openCypher?query=quick"));
    let text = "Max number of request have breached, ConfiguredQueueCapacity=2";
    let full = refusal(500, "ThrottlingException", text);
    neptune.after(20).refuses_as(get("/sparql?query=ASK"), full);

    let mut then = neptune.after(30);
    let running = then.get("/gremlin/status");
    running.has(json!({ "acceptedQueryCount": 2, "runningQueryCount": 1 }));
    assert_eq!(running["queries"].as_array().map(Vec::len), Some(1));
    let all = &then.get("/gremlin/status?includeWaiting=true")["queries"];
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    let waits = json!({ "waited": 20_000, "elapsed": 0, "cancelled": false });
    all[1]["queryEvalStats"].is(waits);
    then.get("/openCypher/status").is(none_listed(1));

    // A waiting query runs from the moment at which its place became free, whenever it is looked at.
    assert_eq!(neptune.after(100).over(first).0, 200);
    let early = neptune.resume(second, at(119));
    assert!(matches!(early, Outcome::Pending(_)));
    let stats = neptune.after(100).get(&format!("/gremlin/status/{OTHER}"));
    stats["queryEvalStats"].is(json!({ "waited": 50_000, "elapsed": 40_000, "cancelled": false }));
    assert_eq!(neptune.after(120).over(second).0, 200);
    assert_eq!(neptune.after(120).over(third).0, 200);

    // A place that a cancelled query leaves is taken at once.
    let first = neptune.after(200).pending(gremlin(ID));
    let second = neptune.after(200).pending(gremlin(OTHER));
    neptune
        .after(201)
        .delete(&format!("/gremlin/status/{OTHER}"));
    assert_eq!(neptune.after(201).over(second).0, 500);
    let third = neptune.after(202).pending(get("/openCypher?query=quick"));
    neptune.after(203).delete(&format!("/gremlin/status/{ID}"));
    assert_eq!(neptune.after(203).over(first).0, 500);
    assert_eq!(neptune.after(203).over(third).0, 200);
}

#[test]
fn texts_are_truncated_except_in_sparql() {
    let mut neptune = emulator(Config::default());
    let text = format!("long{}", "é".repeat(1100));
    for (path, name, length) in [
        ("/gremlin", "gremlin", 1024),
        ("/openCypher", "query", 1024),
        ("/sparql", "query", 1104),
    ] {
        let query = form(path, &format!("{name}={text}"));
        neptune.pending(query);
        let listed = neptune.get(&format!("{path}/status"));
        let shown = listed["queries"][0]["queryString"].as_str().expect("text");
        assert_eq!(shown.chars().count(), length);
        assert_starts(&text, shown);
    }
}

#[test]
fn ids_in_use_are_rejected() {
    let mut neptune = emulator(Config::default());
    neptune.pending(gremlin(ID));
    let text = format!("Query id {ID} is in use.");
    neptune.refuses_as(gremlin(ID), invalid(&text));
    // U06: openCypher ignores them, unless it is told otherwise.
    let cypher = || post("/openCypher", &json!({ "query": "long", "queryId": ID }));
    neptune.pending(cypher());
    let listed = neptune.get("/openCypher/status");
    assert_ne!(listed["queries"][0]["queryId"], ID);
    neptune.reconfigure(|config| config.open_cypher_query_ids(true));
    neptune.pending(cypher());
    neptune.refuses_as(cypher(), refusal(400, "DuplicateDataException", &text));
}

#[test]
fn without_a_queue_queries_run_only_in_free_slots() {
    let mut neptune = emulator(Config::default().query_slots(1).query_queue(0));
    neptune.pending(gremlin(ID));
    let text = "Max number of request have breached, ConfiguredQueueCapacity=0";
    let full = refusal(500, "ThrottlingException", text);
    neptune.refuses_as(get("/sparql?query=ASK"), full);
}

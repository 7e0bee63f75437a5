//! Status and cancellation of queries.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Now, Outcome, QueryScript};
use serde_json::json;

use crate::support::{
    Ask, Refusal, assert_has, assert_starts, delete, form, get, invalid, media_type, now, post,
    refusal,
};

const ID: &str = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
const CANCELLED: &str = "Operation terminated (cancelled by user)";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn later(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

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

#[test]
fn gremlin_queries_are_listed_and_cancelled() {
    let mut neptune = emulator(Config::default());
    let ticket = neptune.after(0).pending(gremlin(ID));
    assert_eq!(neptune.log()[0].status, None);
    assert!(!neptune.log()[0].executed);
    let entry = json!({
        "queryId": ID, "queryString": "g.V().long()",
        "queryEvalStats": { "waited": 0, "elapsed": 23_000, "cancelled": false },
    });
    let listed = json!({ "acceptedQueryCount": 1, "runningQueryCount": 1, "queries": [entry] });
    for request in [
        get("/gremlin/status"),
        form("/gremlin/status", "includeWaiting=True"),
    ] {
        assert_eq!(neptune.after(23).ask(request), listed);
    }
    for request in [
        get(&format!("/gremlin/status/{ID}")),
        get(&format!("/gremlin/status?queryId={ID}")),
        form("/gremlin/status", &format!("queryId={ID}")),
    ] {
        assert_eq!(neptune.after(23).ask(request), entry);
        let operation = neptune.last().operation;
        assert_eq!(operation, Some("GetGremlinQueryStatus"));
    }
    for request in [
        get("/gremlin/status/no-such-id"),
        delete("/gremlin/status/no-such-id"),
        form("/gremlin/status", "cancelQuery&queryId=no-such-id"),
        // Of another language.
    ] {
        neptune.after(23).refuses_as(request, unknown("no-such-id"));
    }
    neptune
        .after(23)
        .refuses_as(delete(&format!("/openCypher/status/{ID}")), unknown(ID));

    let cancelled = neptune.after(24).delete(&format!("/gremlin/status/{ID}"));
    assert_eq!(cancelled, json!({ "status": "200 OK" }));
    let (status, body) = neptune.after(24).over(ticket);
    assert_eq!(status, 500);
    assert_has(
        &body,
        json!({ "code": "CancelledByUserException", "detailedMessage": CANCELLED }),
    );
    assert_eq!(neptune.log()[0].status.map(|it| it.as_u16()), Some(500));
    neptune
        .after(24)
        .refuses_as(get(&format!("/gremlin/status/{ID}")), unknown(ID));
    assert_eq!(
        neptune.after(24).get("/gremlin/status")["acceptedQueryCount"],
        0
    );
    assert_eq!(neptune.executed("ExecuteGremlinQuery"), 0);
    assert_eq!(neptune.executed("CancelGremlinQuery"), 1);

    let ticket = neptune.after(30).pending(gremlin(ID));
    let by_form = form(
        "/gremlin/status",
        &format!("cancelQuery&queryId={ID}&silent=true"),
    );
    neptune.after(30).ask(by_form);
    // Gremlin has no silence.
    assert_eq!(neptune.after(30).over(ticket).0, 500);
}

#[test]
fn open_cypher_queries_are_listed_and_cancelled() {
    for bindings in [false, true] {
        let mut neptune = emulator(Config::default().silent_cancel_as_bindings(bindings));
        for (number, (silent, path)) in [
            (false, "/opencypher/status/{id}"),
            (false, "/openCypher/status?queryId={id}"),
            (true, "/openCypher/status?queryId={id}&silent=True"),
            (true, "/opencypher/status/{id}?silent=true"),
        ]
        .into_iter()
        .enumerate()
        {
            let at = number as u64;
            let ticket = neptune.after(at).pending(get("/openCypher?query=long"));
            let listed = neptune.after(at).get("/opencypher/status");
            assert_eq!(listed["acceptedQueryCount"], 1);
            let id = listed["queries"][0]["queryId"].as_str().expect("an id");
            let one = neptune
                .after(at)
                .get(&format!("/openCypher/status?queryId={id}"));
            assert_eq!(one, listed["queries"][0]);
            let cancelled = neptune.after(at).delete(&path.replace("{id}", id));
            assert_eq!(cancelled, json!({ "status": "200 OK", "payload": true }));
            let (status, body) = neptune.after(at).over(ticket);
            if !silent {
                assert_eq!(status, 500);
                assert_eq!(body["code"], "CancelledByUserException");
            } else if bindings {
                // M21
                assert_eq!(status, 200);
                assert_eq!(
                    body,
                    json!({ "head": { "vars": ["n"] }, "results": { "bindings": [] } })
                );
            } else {
                assert_eq!((status, body), (200, json!({ "results": [] })));
            }
            // U12
            neptune
                .after(at)
                .refuses_as(get(&format!("/openCypher/status/{id}")), unknown(id));
        }
    }
}

#[test]
fn sparql_queries_are_listed_and_cancelled() {
    let mut neptune = emulator(Config::default());
    let query = || form("/sparql", &format!("query=long&queryId={ID}"));
    let ticket = neptune.after(0).pending(query());
    let listed = json!({ "acceptedQueryCount": 1, "runningQueryCount": 1, "queries": [{
        "queryId": ID, "queryString": "long",
        "queryEvalStats": { "subqueries": 0, "elapsed": 5_000, "cancelled": false },
    }] });
    for request in [
        get("/sparql/status"),
        get(&format!("/sparql/status?queryId={ID}")),
    ] {
        assert_eq!(neptune.after(5).ask(request), listed);
    }
    for id in [OTHER, "no-such-id"] {
        let answer = neptune
            .after(5)
            .answer(get(&format!("/sparql/status?queryId={id}")));
        assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 0));
    }
    let bad = neptune
        .after(5)
        .answer(get("/sparql/status?cancelQuery&queryId=invalid-guid"));
    assert_eq!(bad.status(), 400);
    assert_eq!(media_type(&bad), "text/plain;charset=UTF-8");
    assert_eq!(bad.body(), "Invalid queryId (not a UUID): invalid-guid");
    assert!(!neptune.last().executed);
    let bad = neptune
        .after(5)
        .answer(get("/sparql?query=long&queryId=mine"));
    assert_eq!(bad.body(), "Invalid queryId (not a UUID): mine");
    neptune
        .after(5)
        .get(&format!("/sparql/status?cancelQuery=&queryId={OTHER}"));

    let cancel = |silent: &str| {
        form(
            "/sparql/status",
            &format!("cancelQuery&queryId={ID}&silent={silent}"),
        )
    };
    let cancelled = neptune.after(6).ask(cancel("false"));
    assert_eq!(
        cancelled,
        json!({ "acceptedQueryCount": 1, "runningQueryCount": 0, "queries": [] })
    );
    let (status, body) = neptune.after(6).over(ticket);
    assert_eq!(status, 500);
    assert_has(
        &body,
        json!({ "code": "CancelledByUserException", "detailedMessage": CANCELLED }),
    );

    let ticket = neptune.after(7).pending(query());
    assert_eq!(
        neptune.after(7).ask(cancel("true"))["acceptedQueryCount"],
        2
    );
    assert_eq!(
        neptune.after(7).over(ticket),
        (
            200,
            json!({ "head": { "vars": ["x"] }, "results": { "bindings": [] } })
        )
    );

    let hinted = format!(
        "PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints%23> SELECT * {{ hint:Query hint:queryId \
         \"{ID}\" . # long\n }}"
    );
    neptune
        .after(8)
        .pending(form("/sparql", &format!("query={hinted}")));
    assert_eq!(
        neptune.after(8).get("/sparql/status")["queries"][0]["queryId"],
        ID
    );
}

#[test]
fn a_query_is_over_when_its_time_is() {
    let mut neptune = emulator(Config::default());
    let script = neptune.script(QueryScript::gremlin().lasting(Duration::MAX).writes());
    let ticket = neptune.after(0).pending(gremlin(ID));
    assert_eq!(neptune.next_end(), Some(Duration::from_secs(60)));
    let nanosecond = Duration::from_nanos(1);
    let before = now().later(Duration::from_secs(60) - nanosecond);
    assert!(matches!(neptune.resume(ticket, before), Outcome::Pending(same) if same == ticket));
    let over = neptune
        .resume(ticket, later(60))
        .into_response()
        .expect("over");
    assert_eq!(over.head.headers["date"], "Mon, 01 Jan 2024 00:01:00 GMT");
    assert_eq!(over.to_json().expect("JSON")["result"]["data"], json!([1]));
    let entry = &neptune.log()[0];
    assert!(entry.executed && entry.status.is_some());
    assert_eq!(
        over.head.headers["x-amzn-requestid"],
        entry.request_id.as_str()
    );
    assert_eq!(neptune.executed("ExecuteGremlinQuery"), 1);
    // It can be had once.
    assert!(neptune.resume(ticket, later(60)).response().is_none());

    neptune.after(61).pending(get("/gremlin?gremlin=endless"));
    neptune.clear_log();
    neptune.restart(later(70));
    neptune.settle(later(70));
    assert_eq!(
        (
            neptune.script_matched(script),
            neptune.script_effects(script)
        ),
        (1, 0)
    );
    assert_eq!(neptune.next_end(), None);
}

#[test]
fn a_restart_ends_all() {
    let mut neptune = emulator(Config::default());
    let ticket = neptune.after(0).pending(gremlin(ID));
    neptune.restart(later(1));
    let (status, body) = neptune.after(1).over(ticket);
    assert_eq!(status, 500);
    assert_eq!(body["code"], "ServerShutdownException");
}

#[test]
fn queries_wait_for_their_turn() {
    let mut neptune = emulator(Config::default().query_slots(1).query_queue(2));
    let first = neptune.after(0).pending(gremlin(ID));
    let second = neptune.after(10).pending(gremlin(OTHER));
    let third = neptune.after(20).pending(get("/openCypher?query=quick"));
    let (status, code, text) = neptune.after(20).refused(get("/sparql?query=ASK"));
    assert_eq!((status, code.as_str()), (500, "ThrottlingException"));
    assert_eq!(
        text,
        "Max number of request have breached, ConfiguredQueueCapacity=2"
    );

    let running = neptune.after(30).get("/gremlin/status");
    assert_has(
        &running,
        json!({ "acceptedQueryCount": 2, "runningQueryCount": 1 }),
    );
    assert_eq!(running["queries"].as_array().map(Vec::len), Some(1));
    let all = neptune.after(30).get("/gremlin/status?includeWaiting=true");
    assert_eq!(all["queries"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        all["queries"][1]["queryEvalStats"],
        json!({ "waited": 20_000, "elapsed": 0, "cancelled": false })
    );
    let cypher = neptune.after(30).get("/openCypher/status");
    assert_eq!(
        cypher,
        json!({ "acceptedQueryCount": 1, "runningQueryCount": 0, "queries": [] })
    );

    // Who waited runs from the moment at which its place became free, whenever one looks.
    assert_eq!(neptune.after(100).over(first).0, 200);
    assert!(matches!(
        neptune.resume(second, later(119)),
        Outcome::Pending(_)
    ));
    let stats = neptune.after(100).get(&format!("/gremlin/status/{OTHER}"));
    assert_eq!(
        stats["queryEvalStats"],
        json!({ "waited": 50_000, "elapsed": 40_000, "cancelled": false })
    );
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
    neptune
        .after(0)
        .pending(post("/gremlin", &json!({ "gremlin": text })));
    neptune
        .after(0)
        .pending(post("/openCypher", &json!({ "query": text })));
    neptune
        .after(0)
        .pending(form("/sparql", &format!("query={text}")));
    for (path, length) in [("/gremlin", 1024), ("/openCypher", 1024), ("/sparql", 1104)] {
        let listed = neptune.get(&format!("{path}/status"));
        let shown = listed["queries"][0]["queryString"].as_str().expect("text");
        assert_eq!(shown.chars().count(), length);
        assert_starts(&text, shown);
    }
}

#[test]
fn ids_in_use_are_rejected() {
    let mut neptune = emulator(Config::default());
    neptune.after(0).pending(gremlin(ID));
    let text = format!("Query id {ID} is in use.");
    neptune.refuses_as(gremlin(ID), invalid(&text));
    // U06: openCypher ignores them, unless it is told otherwise.
    let cypher = || post("/openCypher", &json!({ "query": "long", "queryId": ID }));
    neptune.after(0).pending(cypher());
    let listed = neptune.get("/openCypher/status");
    assert_ne!(listed["queries"][0]["queryId"], ID);
    neptune.reconfigure(|config| config.open_cypher_query_ids(true));
    neptune.after(0).pending(cypher());
    neptune.refuses_as(cypher(), refusal(400, "DuplicateDataException", &text));
}

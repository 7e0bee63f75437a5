//! What runs, and what stops it.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, Now, Outcome, QueryScript, Ticket};
use serde_json::{Value, json};

use crate::support::{answer, ask, delete, form, get, now, post, refusal, refused};

const ID: &str = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn later(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

fn emulator(config: Config) -> Emulator {
    let mut neptune = Emulator::new(config);
    let minute = Duration::from_secs(60);
    neptune.script(
        QueryScript::gremlin()
            .containing("long")
            .lasting(minute)
            .rows([json!(1)]),
    );
    neptune.script(
        QueryScript::open_cypher()
            .containing("long")
            .lasting(minute)
            .rows([json!({ "n": 1 })]),
    );
    neptune.script(
        QueryScript::sparql()
            .containing("long")
            .lasting(minute)
            .vars(["x"]),
    );
    neptune
}

fn pending(neptune: &mut Emulator, request: Request<Bytes>, now: Now) -> Ticket {
    match neptune.handle(request, now) {
        Outcome::Pending(ticket) => ticket,
        other => panic!("over: {other:?}"),
    }
}

/// The status and the body of a query that is over.
fn over(neptune: &mut Emulator, ticket: Ticket, now: Now) -> (u16, Value) {
    let response = neptune.resume(ticket, now).into_response().expect("over");
    (
        response.status().as_u16(),
        response.to_json().expect("JSON"),
    )
}

fn gremlin(id: &str) -> Request<Bytes> {
    post(
        "/gremlin",
        &json!({ "gremlin": "g.V().long()", "queryId": id }),
    )
}

fn unknown(id: &str) -> (u16, String, String) {
    refusal(
        400,
        "InvalidParameterException",
        &format!("Supplied queryId {id} is invalid"),
    )
}

#[test]
fn gremlin_queries_are_listed_and_cancelled() {
    let mut neptune = emulator(Config::default());
    let ticket = pending(&mut neptune, gremlin(ID), now());
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
        assert_eq!(ask(&mut neptune, request, later(23)), listed);
    }
    for request in [
        get(&format!("/gremlin/status/{ID}")),
        get(&format!("/gremlin/status?queryId={ID}")),
        form("/gremlin/status", &format!("queryId={ID}")),
    ] {
        assert_eq!(ask(&mut neptune, request, later(23)), entry);
        let operation = neptune.log().last().expect("an entry").operation;
        assert_eq!(operation, Some("GetGremlinQueryStatus"));
    }
    for request in [
        get("/gremlin/status/nobody"),
        delete("/gremlin/status/nobody"),
        form("/gremlin/status", "cancelQuery&queryId=nobody"),
        // Of another language.
    ] {
        assert_eq!(refused(&mut neptune, request, later(23)), unknown("nobody"));
    }
    assert_eq!(
        refused(
            &mut neptune,
            delete(&format!("/openCypher/status/{ID}")),
            later(23)
        ),
        unknown(ID)
    );

    let cancelled = ask(
        &mut neptune,
        delete(&format!("/gremlin/status/{ID}")),
        later(24),
    );
    assert_eq!(cancelled, json!({ "status": "200 OK" }));
    let (status, body) = over(&mut neptune, ticket, later(24));
    assert_eq!(
        (status, &body["code"]),
        (500, &json!("CancelledByUserException"))
    );
    assert_eq!(
        body["detailedMessage"],
        "Operation terminated (cancelled by user)"
    );
    assert_eq!(neptune.log()[0].status.map(|it| it.as_u16()), Some(500));
    assert_eq!(
        refused(
            &mut neptune,
            get(&format!("/gremlin/status/{ID}")),
            later(24)
        ),
        unknown(ID)
    );
    assert_eq!(
        ask(&mut neptune, get("/gremlin/status"), later(24))["acceptedQueryCount"],
        0
    );
    assert_eq!(neptune.executed("ExecuteGremlinQuery"), 0);
    assert_eq!(neptune.executed("CancelGremlinQuery"), 1);

    let ticket = pending(&mut neptune, gremlin(ID), later(30));
    let by_form = form(
        "/gremlin/status",
        &format!("cancelQuery&queryId={ID}&silent=true"),
    );
    ask(&mut neptune, by_form, later(30));
    // Gremlin has no silence.
    assert_eq!(over(&mut neptune, ticket, later(30)).0, 500);
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
            let at = later(number as u64);
            let ticket = pending(&mut neptune, get("/openCypher?query=long"), at);
            let listed = ask(&mut neptune, get("/opencypher/status"), at);
            assert_eq!(listed["acceptedQueryCount"], 1);
            let id = listed["queries"][0]["queryId"].as_str().expect("an id");
            let one = ask(
                &mut neptune,
                get(&format!("/openCypher/status?queryId={id}")),
                at,
            );
            assert_eq!(one, listed["queries"][0]);
            let cancelled = ask(&mut neptune, delete(&path.replace("{id}", id)), at);
            assert_eq!(cancelled, json!({ "status": "200 OK", "payload": true }));
            let (status, body) = over(&mut neptune, ticket, at);
            if !silent {
                assert_eq!(
                    (status, &body["code"]),
                    (500, &json!("CancelledByUserException"))
                );
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
            assert_eq!(
                refused(&mut neptune, get(&format!("/openCypher/status/{id}")), at),
                unknown(id)
            );
        }
    }
}

#[test]
fn sparql_queries_are_listed_and_cancelled() {
    let mut neptune = emulator(Config::default());
    let query = || form("/sparql", &format!("query=long&queryId={ID}"));
    let ticket = pending(&mut neptune, query(), now());
    let listed = json!({ "acceptedQueryCount": 1, "runningQueryCount": 1, "queries": [{
        "queryId": ID, "queryString": "long",
        "queryEvalStats": { "subqueries": 0, "elapsed": 5_000, "cancelled": false },
    }] });
    for request in [
        get("/sparql/status"),
        get(&format!("/sparql/status?queryId={ID}")),
    ] {
        assert_eq!(ask(&mut neptune, request, later(5)), listed);
    }
    for id in [OTHER, "nobody"] {
        let answer = answer(
            &mut neptune,
            get(&format!("/sparql/status?queryId={id}")),
            later(5),
        );
        assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 0));
    }
    let bad = answer(
        &mut neptune,
        get("/sparql/status?cancelQuery&queryId=invalid-guid"),
        later(5),
    );
    assert_eq!(bad.status(), 400);
    assert_eq!(bad.head.headers["content-type"], "text/plain;charset=UTF-8");
    assert_eq!(bad.body(), "Invalid queryId (not a UUID): invalid-guid");
    assert!(!neptune.log().last().expect("an entry").executed);
    let bad = answer(
        &mut neptune,
        get("/sparql?query=long&queryId=mine"),
        later(5),
    );
    assert_eq!(bad.body(), "Invalid queryId (not a UUID): mine");
    ask(
        &mut neptune,
        get(&format!("/sparql/status?cancelQuery=&queryId={OTHER}")),
        later(5),
    );

    let cancel = |silent: &str| {
        form(
            "/sparql/status",
            &format!("cancelQuery&queryId={ID}&silent={silent}"),
        )
    };
    let cancelled = ask(&mut neptune, cancel("false"), later(6));
    assert_eq!(
        cancelled,
        json!({ "acceptedQueryCount": 1, "runningQueryCount": 0, "queries": [] })
    );
    let (status, body) = over(&mut neptune, ticket, later(6));
    assert_eq!(
        (status, &body["code"]),
        (500, &json!("CancelledByUserException"))
    );
    assert_eq!(
        body["detailedMessage"],
        "Operation terminated (cancelled by user)"
    );

    let ticket = pending(&mut neptune, query(), later(7));
    assert_eq!(
        ask(&mut neptune, cancel("true"), later(7))["acceptedQueryCount"],
        2
    );
    assert_eq!(
        over(&mut neptune, ticket, later(7)),
        (
            200,
            json!({ "head": { "vars": ["x"] }, "results": { "bindings": [] } })
        )
    );

    let hinted = format!(
        "PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints%23> SELECT * {{ hint:Query hint:queryId \
         \"{ID}\" . # long\n }}"
    );
    pending(
        &mut neptune,
        form("/sparql", &format!("query={hinted}")),
        later(8),
    );
    assert_eq!(
        ask(&mut neptune, get("/sparql/status"), later(8))["queries"][0]["queryId"],
        ID
    );
}

#[test]
fn a_query_is_over_when_its_time_is() {
    let mut neptune = emulator(Config::default());
    let script = neptune.script(QueryScript::gremlin().lasting(Duration::MAX).writes());
    let ticket = pending(&mut neptune, gremlin(ID), now());
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

    pending(&mut neptune, get("/gremlin?gremlin=endless"), later(61));
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
    let ticket = pending(&mut neptune, gremlin(ID), now());
    neptune.restart(later(1));
    let (status, body) = over(&mut neptune, ticket, later(1));
    assert_eq!(
        (status, &body["code"]),
        (500, &json!("ServerShutdownException"))
    );
}

#[test]
fn queries_wait_for_their_turn() {
    let mut neptune = emulator(Config::default().query_slots(1).query_queue(2));
    let first = pending(&mut neptune, gremlin(ID), now());
    let second = pending(&mut neptune, gremlin(OTHER), later(10));
    let third = pending(&mut neptune, get("/openCypher?query=quick"), later(20));
    let (status, code, text) = refused(&mut neptune, get("/sparql?query=ASK"), later(20));
    assert_eq!((status, code.as_str()), (500, "ThrottlingException"));
    assert_eq!(
        text,
        "Max number of request have breached, ConfiguredQueueCapacity=2"
    );

    let running = ask(&mut neptune, get("/gremlin/status"), later(30));
    assert_eq!(running["acceptedQueryCount"], 2);
    assert_eq!(running["runningQueryCount"], 1);
    assert_eq!(running["queries"].as_array().map(Vec::len), Some(1));
    let all = ask(
        &mut neptune,
        get("/gremlin/status?includeWaiting=true"),
        later(30),
    );
    assert_eq!(all["queries"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        all["queries"][1]["queryEvalStats"],
        json!({ "waited": 20_000, "elapsed": 0, "cancelled": false })
    );
    let cypher = ask(&mut neptune, get("/openCypher/status"), later(30));
    assert_eq!(
        cypher,
        json!({ "acceptedQueryCount": 1, "runningQueryCount": 0, "queries": [] })
    );

    // Who waited runs from the moment at which its place became free, whenever one looks.
    assert_eq!(over(&mut neptune, first, later(100)).0, 200);
    assert!(matches!(
        neptune.resume(second, later(119)),
        Outcome::Pending(_)
    ));
    let stats = ask(
        &mut neptune,
        get(&format!("/gremlin/status/{OTHER}")),
        later(100),
    );
    assert_eq!(
        stats["queryEvalStats"],
        json!({ "waited": 50_000, "elapsed": 40_000, "cancelled": false })
    );
    assert_eq!(over(&mut neptune, second, later(120)).0, 200);
    assert_eq!(over(&mut neptune, third, later(120)).0, 200);

    // A place that a cancelled query leaves is taken at once.
    let first = pending(&mut neptune, gremlin(ID), later(200));
    let second = pending(&mut neptune, gremlin(OTHER), later(200));
    ask(
        &mut neptune,
        delete(&format!("/gremlin/status/{OTHER}")),
        later(201),
    );
    assert_eq!(over(&mut neptune, second, later(201)).0, 500);
    let third = pending(&mut neptune, get("/openCypher?query=quick"), later(202));
    ask(
        &mut neptune,
        delete(&format!("/gremlin/status/{ID}")),
        later(203),
    );
    assert_eq!(over(&mut neptune, first, later(203)).0, 500);
    assert_eq!(over(&mut neptune, third, later(203)).0, 200);
}

#[test]
fn texts_are_cut_but_for_sparql() {
    let mut neptune = emulator(Config::default());
    let text = format!("long{}", "é".repeat(1100));
    pending(
        &mut neptune,
        post("/gremlin", &json!({ "gremlin": text })),
        now(),
    );
    pending(
        &mut neptune,
        post("/openCypher", &json!({ "query": text })),
        now(),
    );
    pending(
        &mut neptune,
        form("/sparql", &format!("query={text}")),
        now(),
    );
    for (path, length) in [("/gremlin", 1024), ("/openCypher", 1024), ("/sparql", 1104)] {
        let listed = ask(&mut neptune, get(&format!("{path}/status")), now());
        let shown = listed["queries"][0]["queryString"].as_str().expect("text");
        assert_eq!(shown.chars().count(), length);
        assert!(text.starts_with(shown));
    }
}

#[test]
fn ids_that_are_taken() {
    let mut neptune = emulator(Config::default());
    pending(&mut neptune, gremlin(ID), now());
    let text = format!("Query id {ID} is in use.");
    assert_eq!(
        refused(&mut neptune, gremlin(ID), now()),
        refusal(400, "InvalidParameterException", &text)
    );
    // U06: openCypher ignores them, unless it is told otherwise.
    let cypher = || post("/openCypher", &json!({ "query": "long", "queryId": ID }));
    pending(&mut neptune, cypher(), now());
    let listed = ask(&mut neptune, get("/openCypher/status"), now());
    assert_ne!(listed["queries"][0]["queryId"], ID);
    neptune.reconfigure(|config| config.open_cypher_query_ids(true));
    pending(&mut neptune, cypher(), now());
    assert_eq!(
        refused(&mut neptune, cypher(), now()),
        refusal(400, "DuplicateDataException", &text)
    );
}

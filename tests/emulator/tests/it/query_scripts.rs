//! Queries that scripts answer.

use std::sync::mpsc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{
    Config, Emulator, Fault, Outcome, PlannedFault, QueryScript, Response, Role,
};
use serde_json::{Value, json};

use crate::support::{
    Ask, Json, READ_ONLY, assert_contains, assert_starts, form, get, header, media_type, now, post,
    with_header,
};

fn cypher() -> Request<Bytes> {
    get("/openCypher?query=MATCH+(n)+RETURN+n")
}

fn pieces(response: &Response) -> Vec<String> {
    let text = |piece: Bytes| String::from_utf8(piece.to_vec()).expect("UTF-8");
    response.pieces().map(text).collect()
}

/// A script for openCypher.
fn script() -> QueryScript {
    QueryScript::open_cypher()
}

#[test]
fn the_first_that_matches_answers() {
    let mut neptune = Emulator::default();
    let row = |number| [json!({ "n": number })];
    let other = QueryScript::gremlin().rows([json!("other language")]);
    let once = script().exact("MATCH (n) RETURN n").times(1).rows(row(1));
    let part = script().containing("MATCH").times(1).rows(row(2));
    let rest = script().matching(|query| query.parameters.is_none() && query.accept.is_none());
    let scripts = [other, once, part, rest.rows(row(3))];
    let scripts = scripts.map(|script| neptune.script(script));
    for number in [1, 2, 3, 3] {
        neptune
            .ask(cypher())
            .is(json!({ "results": [{ "n": number }] }));
    }
    let with_accept = with_header(cypher(), "accept", "application/json");
    neptune.ask(with_accept).is(json!({ "results": [] }));
    let matched = scripts.map(|it| neptune.script_matched(it));
    assert_eq!(matched, [0, 1, 1, 2]);
    let rest = scripts[3];
    neptune.remove_script(rest);
    assert_eq!(neptune.ask(cypher()), json!({ "results": [] }));
    assert_eq!(neptune.script_matched(rest), 2);
    neptune.get("/gremlin?gremlin=g")["result"]["data"].is(json!(["other language"]));
    neptune.clear_scripts();
    neptune.get("/gremlin?gremlin=g")["result"]["data"].is(json!([]));
}

#[test]
fn rows_in_the_frame_of_their_language() {
    let mut neptune = Emulator::default();
    let term = json!({ "type": "literal", "value": "1" });
    let sparql = QueryScript::sparql;
    let triple = "<a:s> <a:p> <a:o> .\n";
    for script in [
        sparql()
            .exact("SELECT")
            .rows([json!({ "y": term, "x": term })]),
        sparql().exact("VARS").vars(["b", "a"]),
        sparql().exact("ASK").boolean(true),
        sparql()
            .exact("DESCRIBE")
            .body("application/n-quads", triple),
        sparql().containing("CLEAR").body("application/json", "[]"),
        sparql().explain().text("the plan"),
    ] {
        neptune.script(script);
    }
    let bindings = json!([{ "x": term, "y": term }]);
    for (query, expected) in [
        (
            "SELECT",
            json!({ "head": { "vars": ["x", "y"] }, "results": { "bindings": bindings } }),
        ),
        (
            "VARS",
            json!({ "head": { "vars": ["b", "a"] }, "results": { "bindings": [] } }),
        ),
        ("ASK", json!({ "head": {}, "boolean": true })),
    ] {
        neptune.get(&format!("/sparql?query={query}")).is(expected);
    }
    let rdf = neptune.answer(get("/sparql?query=DESCRIBE"));
    assert_eq!(media_type(&rdf), "application/n-quads");
    assert_eq!(rdf.body(), triple);
    neptune
        .ask(form("/sparql", "update=CLEAR+ALL"))
        .is(json!([]));
    let plan = neptune.answer(get("/sparql?query=SELECT&explain=static"));
    assert_eq!(plan.body(), "the plan");
    // A media type that is not a valid header is omitted.
    neptune.script(sparql().exact("ODD").body("\n", "x"));
    let odd = neptune.answer(get("/sparql?query=ODD"));
    assert!(!odd.head.headers.contains_key("content-type"));

    let row = json!([{ "a": 1 }, { "@type": "g:Int64", "@value": 2 }]);
    neptune.script(QueryScript::gremlin().rows([row]));
    let gremlin = || post("/gremlin", &json!({ "gremlin": "g.V()", "queryId": "q-1" }));
    let untyped = neptune.ask(gremlin());
    untyped.has(json!({ "requestId": "q-1", "result": { "data": [[{ "a": 1 }, 2]] } }));
    let typed = with_header(gremlin(), "accept", "application/vnd.gremlin-v3.0+json");
    let typed = neptune.answer(typed);
    assert_eq!(media_type(&typed), "application/vnd.gremlin-v3.0+json");
    typed.to_json().expect("JSON")["result"]["data"].is(json!({
        "@type": "g:List", "@value": [{ "@type": "g:List", "@value": [
            { "@type": "g:Map", "@value": ["a", { "@type": "g:Int32", "@value": 1 }] },
            { "@type": "g:Int64", "@value": 2 },
        ] }],
    }));
}

#[test]
fn errors_and_effects() {
    let mut neptune = Emulator::default();
    let failing = script()
        .times(1)
        .error("ConcurrentModificationException", "Again.");
    let broken = script()
        .times(1)
        .fail_after(0, "MemoryLimitExceededException", "Full.");
    let scripts = [failing, broken, script().writes()].map(|it| neptune.script(it));
    let good = scripts[2];
    neptune.refuses(cypher(), (500, "ConcurrentModificationException"));
    assert_eq!(neptune.answer(cypher()).status(), 200);
    assert!(!neptune.log()[1].executed);
    neptune.fail_next(PlannedFault::executed_but_closed());
    let lost = neptune.handle(cypher(), now());
    assert!(matches!(lost, Outcome::Fault(Fault::CloseWithoutResponse)));
    assert!(neptune.log()[2].executed);
    assert_eq!(scripts.map(|it| neptune.script_matched(it)), [1, 1, 1]);
    assert_eq!(scripts.map(|it| neptune.script_completions(it)), [0, 0, 1]);
    neptune.fail_next(PlannedFault::error("ThrottlingException", "Later."));
    neptune.refused(cypher());
    assert_eq!(neptune.script_matched(good), 1);
    assert_eq!(neptune.executed("ExecuteOpenCypherQuery"), 1);

    neptune.reconfigure(|config| config.role(Role::Reader));
    neptune.refuses(cypher(), READ_ONLY);
    neptune.refuses(form("/sparql", "update=CLEAR+ALL"), READ_ONLY);
    assert_eq!(neptune.script_matched(good), 1);
}

#[test]
fn strict_emulators_refuse_what_no_script_matches() {
    let mut neptune = Emulator::new(Config::default().strict(true));
    neptune.script(script().containing("MATCH").times(1));
    let requests = || {
        [
            (cypher(), "openCypher request (Query): MATCH (n) RETURN n"),
            (
                form("/gremlin", "gremlin=g.V()"),
                "Gremlin request (Query): g.V()",
            ),
            (
                form("/gremlin/explain", "gremlin=g.V()"),
                "Gremlin request (Explain): g.V()",
            ),
            (
                form("/sparql", "query=ASK{}"),
                "SPARQL request (Query): ASK{}",
            ),
            (
                form("/sparql", "update=CLEAR+ALL"),
                "SPARQL request (Update): CLEAR ALL",
            ),
            (
                get("/sparql/gsp/?default"),
                "SPARQL request (GraphStore): GET default",
            ),
        ]
    };
    assert_eq!(neptune.answer(cypher()).status(), 200);
    for (request, part) in requests() {
        let text = neptune.refuses(request, (400, "BadRequestException"));
        assert_eq!(
            text,
            format!("No script of the emulator matches this {part}")
        );
    }
    // Other requests are answered, and so are all queries by default.
    assert_eq!(neptune.answer(get("/gremlin/status")).status(), 200);
    neptune.reconfigure(|config| config.strict(false));
    for (request, _) in requests() {
        assert!(neptune.answer(request).status().is_success());
    }
}

#[cfg(feature = "oxigraph")]
#[test]
fn strict_emulators_need_no_script_for_the_engine() {
    let mut neptune = Emulator::new(Config::default().strict(true).rdf_engine(true));
    assert_eq!(neptune.answer(form("/sparql", "query=ASK{}")).status(), 200);
    neptune.refuses(
        form("/gremlin", "gremlin=g.V()"),
        (400, "BadRequestException"),
    );
}

#[test]
fn the_observer_sees_each_request_once_when_it_is_over() {
    let (sender, seen) = mpsc::channel();
    let mut neptune = Emulator::new(Config::default().log_limit(1));
    neptune.on_request(move |entry| drop(sender.send(entry.clone())));
    let slow = neptune.script(
        script()
            .containing("MATCH")
            .lasting(Duration::from_secs(60)),
    );
    let seen = || {
        seen.try_iter()
            .map(|it| (it.number, it.status.map(|it| it.as_u16()), it.script))
    };
    let ticket = neptune.pending(cypher());
    assert_eq!(seen().count(), 0);
    neptune.answer(get("/nowhere"));
    neptune.answer(form("/gremlin", "gremlin=g.V()"));
    assert!(seen().eq([(2, Some(400), None), (3, Some(200), None)]));
    neptune.clear_log();
    let over = neptune.resume(ticket, now().later(Duration::from_secs(60)));
    assert!(over.response().is_some());
    assert!(seen().eq([(1, Some(200), Some(slow))]));
}

#[test]
fn replicas_refuse_plain_writes() {
    let mut neptune = Emulator::new(Config::default().role(Role::Reader));
    for scripted in [false, true] {
        for (target, write, read) in [
            (
                "/openCypher",
                "query=CREATE+(n)",
                "query=RETURN+'CREATE+(n)'",
            ),
            (
                "/openCypher",
                "query=CREATE+(n)&explain=details",
                "query=CREATE+(n)&explain=static",
            ),
            ("/gremlin", "gremlin=g.addV('x')", "gremlin=g.V('addV()')"),
            ("/gremlin/profile", "gremlin=g.V().drop()", "gremlin=g.V()"),
            ("/gremlin/explain", "", "gremlin=g.V().drop()"),
        ] {
            if !write.is_empty() {
                neptune.refuses(form(target, write), READ_ONLY);
            }
            assert_eq!(neptune.answer(form(target, read)).status(), 200, "{read}");
        }
        if !scripted {
            neptune.script(QueryScript::open_cypher());
            neptune.script(QueryScript::gremlin());
        }
    }
    neptune.reconfigure(|config| config.role(Role::Writer));
    assert_eq!(
        neptune
            .answer(form("/openCypher", "query=CREATE+(n)"))
            .status(),
        200
    );
}

#[test]
fn where_answers_are_cut() {
    let mut neptune = Emulator::default();
    let rows = || (1..=3).map(|n| json!({ "n": n }));
    for script in [
        script().rows(rows()).chunk_rows(2),
        script().rows(rows()).chunk_bytes(7),
        script().rows(rows()).chunk_rows(1).without_last_chunk(),
        script()
            .generate(3, |n| json!({ "n": n + 1 }))
            .chunk_rows(2),
        script().generate_raw(3, |n| format!("{{\"n\":{}}}", n + 1).into()),
    ] {
        neptune.script(script.times(1));
    }
    let by_rows = ["{\"results\":[{\"n\":1},{\"n\":2}", ",{\"n\":3}]}"];
    assert_eq!(pieces(&neptune.answer(cypher())), by_rows);
    let by_bytes = neptune.answer(cypher());
    let mut last_first = pieces(&by_bytes).into_iter().rev();
    last_first.next();
    assert!(last_first.all(|piece| piece.len() == 7));
    assert_eq!(by_bytes.body(), by_rows.concat());
    let outcome = neptune.handle(cypher(), now());
    let Outcome::Fault(Fault::Delivered { response, delivery }) = outcome else {
        panic!("whole")
    };
    assert_eq!(pieces(&response).len(), 3);
    assert!(!delivery.is_whole());
    assert!(neptune.last().executed);
    assert_eq!(pieces(&neptune.answer(cypher())), by_rows);
    assert_eq!(pieces(&neptune.answer(cypher())), [by_rows.concat()]);
}

#[test]
fn u04_several_documents() {
    let mut neptune = Emulator::default();
    let script = QueryScript::gremlin().rows([json!(1), json!(2), json!(3)]);
    neptune.script(script.chunk_rows(2).several_documents());
    let request = with_header(get("/gremlin?gremlin=g"), "te", "trailers");
    let documents = pieces(&neptune.answer(request));
    assert_eq!(documents.len(), 2);
    for (document, data) in documents.iter().zip([json!([1, 2]), json!([3])]) {
        let document: Value = serde_json::from_str(document).expect("a document");
        assert_eq!(document["result"]["data"], data);
    }
}

#[test]
fn failures_in_the_middle() {
    const STATUS: &str = "500 TimeLimitExceededException";
    let script = || {
        let rows = script().rows([json!({ "n": 1 }), json!({ "n": 2 })]);
        rows.fail_after(1, "TimeLimitExceededException", "Too long.")
    };
    let start = "{\"results\":[{\"n\":1}";
    let mut neptune = Emulator::default();
    neptune.script(script().times(1));
    neptune.script(script().appended(false).times(1));
    neptune.script(script().trailers(false).times(1));
    let failed = neptune.answer(cypher());
    assert_eq!(failed.status(), 200);
    let id = header(&failed, "x-amzn-requestid");
    let error = format!(
        "{{\"requestId\":\"{id}\",\"code\":\"TimeLimitExceededException\",\"detailedMessage\":\"Too long.\",\
         \"message\":\"Too long.\"}}"
    );
    assert_eq!(failed.body(), format!("{start}{error}"));
    assert_eq!(failed.trailers["x-neptune-status"], STATUS);
    let detail = failed.trailers["x-neptune-detail"].to_str().expect("text");
    assert_starts(detail, "%7B%22requestId%22%3A%22");
    assert_contains(detail, "Too+long.");
    let stopped = neptune.answer(cypher());
    assert_eq!(stopped.body(), start);
    assert_eq!(stopped.trailers["x-neptune-status"], STATUS);
    let silent = neptune.answer(cypher());
    assert!(silent.trailers.is_empty());
    assert_eq!(header(&silent, "transfer-encoding"), "chunked");

    // Before 1.4.5.0 openCypher just stops.
    let mut old = Emulator::new(Config::default().engine_version("Patch-1.4.4.0.R2"));
    old.script(script());
    let failed = old.answer(cypher());
    assert_eq!(failed.body(), start);
    assert!(failed.trailers.is_empty());
    let gremlin = QueryScript::gremlin().rows([json!(1), json!(2)]);
    old.script(gremlin.fail_after(1, "X", "y"));
    let failed = old.answer(with_header(get("/gremlin?gremlin=g"), "te", "trailers"));
    assert!(failed.body().ends_with(b"\"message\":\"y\"}"));
    assert_eq!(failed.trailers["x-neptune-status"], "500 X");
}

#[test]
fn planned_faults_apply_to_scripted_answers() {
    let mut neptune = Emulator::default();
    let endless = script().repeat(json!({ "n": 1 }), u64::MAX);
    neptune.script(endless.chunk_bytes(8));
    neptune.fail_next(PlannedFault::executed_but_cut(10));
    let outcome = neptune.handle(cypher(), now());
    let Outcome::Fault(Fault::CutBody {
        response,
        after: 10,
    }) = outcome
    else {
        panic!("whole")
    };
    assert_eq!(response.pieces().next().as_deref(), Some(&b"{\"result"[..]));
    neptune.fail_next("trailers; kind=failing; bytes=12".parse().expect("a fault"));
    let failed = neptune.answer(cypher());
    assert!(failed.body().starts_with(b"{\"results\":[{\"requestId\""));
}

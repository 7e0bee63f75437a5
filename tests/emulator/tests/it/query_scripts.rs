//! Queries that scripts answer.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{
    Config, Emulator, Fault, Outcome, Planned, QueryScript, Response, Role,
};
use serde_json::json;

use crate::support::{
    Ask, READ_ONLY, assert_contains, assert_has, assert_starts, form, get, media_type, now, post,
    with_header,
};

fn cypher() -> Request<Bytes> {
    get("/openCypher?query=MATCH+(n)+RETURN+n")
}

fn pieces(response: &Response) -> Vec<String> {
    let pieces = response.pieces();
    pieces
        .map(|piece| String::from_utf8(piece.to_vec()).expect("UTF-8"))
        .collect()
}

#[test]
fn the_first_that_matches_answers() {
    let mut neptune = Emulator::default();
    let other = neptune.script(QueryScript::gremlin().rows([json!("other language")]));
    let once = neptune.script(
        QueryScript::open_cypher()
            .exact("MATCH (n) RETURN n")
            .times(1)
            .rows([json!({"n": 1})]),
    );
    let part = neptune.script(
        QueryScript::open_cypher()
            .containing("MATCH")
            .times(1)
            .rows([json!({"n": 2})]),
    );
    let rest = neptune.script(
        QueryScript::open_cypher()
            .matching(|query| query.parameters.is_none() && query.accept.is_none())
            .rows([json!({"n": 3})]),
    );
    for number in [1, 2, 3, 3] {
        assert_eq!(
            neptune.ask(cypher()),
            json!({ "results": [{ "n": number }] })
        );
    }
    let with_accept = with_header(cypher(), "accept", "application/json");
    assert_eq!(neptune.ask(with_accept), json!({ "results": [] }));
    assert_eq!(
        [other, once, part, rest].map(|it| neptune.script_matched(it)),
        [0, 1, 1, 2]
    );
    neptune.remove_script(rest);
    assert_eq!(neptune.ask(cypher()), json!({ "results": [] }));
    assert_eq!(neptune.script_matched(rest), 2);
    assert_eq!(
        neptune.get("/gremlin?gremlin=g")["result"]["data"],
        json!(["other language"])
    );
    neptune.clear_scripts();
    assert_eq!(
        neptune.get("/gremlin?gremlin=g")["result"]["data"],
        json!([])
    );
}

#[test]
fn rows_in_the_frame_of_their_language() {
    let mut neptune = Emulator::default();
    let term = json!({ "type": "literal", "value": "1" });
    neptune.script(
        QueryScript::sparql()
            .exact("SELECT")
            .rows([json!({ "y": term, "x": term })]),
    );
    neptune.script(QueryScript::sparql().exact("VARS").vars(["b", "a"]));
    neptune.script(QueryScript::sparql().exact("ASK").boolean(true));
    neptune.script(
        QueryScript::sparql()
            .exact("DESCRIBE")
            .body("application/n-quads", "<a:s> <a:p> <a:o> .\n"),
    );
    neptune.script(
        QueryScript::sparql()
            .containing("CLEAR")
            .body("application/json", "[]"),
    );
    neptune.script(QueryScript::sparql().explain().text("the plan"));
    let select = neptune.get("/sparql?query=SELECT");
    assert_eq!(
        select,
        json!({ "head": { "vars": ["x", "y"] }, "results": { "bindings": [{ "x": term, "y": term }] } })
    );
    let vars = neptune.get("/sparql?query=VARS");
    assert_eq!(vars["head"]["vars"], json!(["b", "a"]));
    assert_eq!(
        neptune.get("/sparql?query=ASK"),
        json!({ "head": {}, "boolean": true })
    );
    let rdf = neptune.answer(get("/sparql?query=DESCRIBE"));
    assert_eq!(media_type(&rdf), "application/n-quads");
    assert_eq!(rdf.body(), "<a:s> <a:p> <a:o> .\n");
    assert_eq!(neptune.ask(form("/sparql", "update=CLEAR+ALL")), json!([]));
    let plan = neptune.answer(get("/sparql?query=SELECT&explain=static"));
    assert_eq!(plan.body(), "the plan");

    let row = json!([{ "a": 1 }, { "@type": "g:Int64", "@value": 2 }]);
    neptune.script(QueryScript::gremlin().rows([row]));
    let gremlin = || post("/gremlin", &json!({ "gremlin": "g.V()", "queryId": "q-1" }));
    let untyped = neptune.ask(gremlin());
    assert_has(
        &untyped,
        json!({ "requestId": "q-1", "result": { "data": [[{ "a": 1 }, 2]] } }),
    );
    let typed = with_header(gremlin(), "accept", "application/vnd.gremlin-v3.0+json");
    let typed = neptune.answer(typed);
    assert_eq!(media_type(&typed), "application/vnd.gremlin-v3.0+json");
    assert_eq!(
        typed.to_json().expect("JSON")["result"]["data"],
        json!({ "@type": "g:List", "@value": [{ "@type": "g:List", "@value": [
            { "@type": "g:Map", "@value": ["a", { "@type": "g:Int32", "@value": 1 }] },
            { "@type": "g:Int64", "@value": 2 },
        ] }] })
    );
}

#[test]
fn errors_and_effects() {
    let mut neptune = Emulator::default();
    let failing = neptune.script(
        QueryScript::open_cypher()
            .times(1)
            .error("ConcurrentModificationException", "Again."),
    );
    let broken = neptune.script(QueryScript::open_cypher().times(1).fail_after(
        0,
        "MemoryLimitExceededException",
        "Full.",
    ));
    let good = neptune.script(QueryScript::open_cypher().writes());
    neptune.refuses(cypher(), (500, "ConcurrentModificationException"));
    assert_eq!(neptune.answer(cypher()).status(), 200);
    assert!(!neptune.log()[1].executed);
    neptune.fail_next(Planned::executed_but_closed());
    let lost = neptune.handle(cypher(), now());
    assert!(matches!(lost, Outcome::Fault(Fault::CloseWithoutAnswer)));
    assert!(neptune.log()[2].executed);
    assert_eq!(
        [failing, broken, good].map(|it| neptune.script_matched(it)),
        [1, 1, 1]
    );
    assert_eq!(
        [failing, broken, good].map(|it| neptune.script_effects(it)),
        [0, 0, 1]
    );
    neptune.fail_next(Planned::error("ThrottlingException", "Later."));
    neptune.refused(cypher());
    assert_eq!(neptune.script_matched(good), 1);
    assert_eq!(neptune.executed("ExecuteOpenCypherQuery"), 1);

    neptune.reconfigure(|config| config.role(Role::Reader));
    neptune.refuses(cypher(), READ_ONLY);
    let (_, code, _) = neptune.refused(form("/sparql", "update=CLEAR+ALL"));
    assert_eq!(code, "ReadOnlyViolationException");
    assert_eq!(neptune.script_matched(good), 1);
}

#[test]
fn where_answers_are_cut() {
    let mut neptune = Emulator::default();
    let rows = || (1..=3).map(|n| json!({ "n": n }));
    for script in [
        QueryScript::open_cypher().rows(rows()).chunk_rows(2),
        QueryScript::open_cypher().rows(rows()).chunk_bytes(7),
        QueryScript::open_cypher()
            .rows(rows())
            .chunk_rows(1)
            .without_last_chunk(),
        QueryScript::open_cypher()
            .generate(3, |n| json!({ "n": n + 1 }))
            .chunk_rows(2),
        QueryScript::open_cypher().generate_raw(3, |n| format!("{{\"n\":{}}}", n + 1).into()),
    ] {
        neptune.script(script.times(1));
    }
    let by_rows = ["{\"results\":[{\"n\":1},{\"n\":2}", ",{\"n\":3}]}"];
    assert_eq!(pieces(&neptune.answer(cypher())), by_rows);
    let by_bytes = neptune.answer(cypher());
    assert!(
        pieces(&by_bytes)
            .iter()
            .rev()
            .skip(1)
            .all(|piece| piece.len() == 7)
    );
    assert_eq!(by_bytes.body(), by_rows.concat());
    let Outcome::Fault(Fault::Delivered { response, delivery }) = neptune.handle(cypher(), now())
    else {
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
    neptune.script(
        QueryScript::gremlin()
            .rows([json!(1), json!(2), json!(3)])
            .chunk_rows(2)
            .several_documents(),
    );
    let request = with_header(get("/gremlin?gremlin=g"), "te", "trailers");
    let documents: Vec<serde_json::Value> = pieces(&neptune.answer(request))
        .iter()
        .map(|piece| serde_json::from_str(piece).expect("a document"))
        .collect();
    assert_eq!(documents[0]["result"]["data"], json!([1, 2]));
    assert_eq!(documents[1]["result"]["data"], json!([3]));
}

#[test]
fn failures_in_the_middle() {
    let script = || {
        QueryScript::open_cypher()
            .rows([json!({ "n": 1 }), json!({ "n": 2 })])
            .fail_after(1, "TimeLimitExceededException", "Too long.")
    };
    let start = "{\"results\":[{\"n\":1}";
    let mut neptune = Emulator::default();
    neptune.script(script().times(1));
    neptune.script(script().appended(false).times(1));
    neptune.script(script().trailers(false).times(1));
    let failed = neptune.answer(cypher());
    assert_eq!(failed.status(), 200);
    let id = failed.head.headers["x-amzn-requestid"]
        .to_str()
        .expect("text");
    let error = format!(
        "{{\"requestId\":\"{id}\",\"code\":\"TimeLimitExceededException\",\"detailedMessage\":\"Too long.\",\
         \"message\":\"Too long.\"}}"
    );
    assert_eq!(failed.body(), format!("{start}{error}"));
    assert_eq!(
        failed.trailers["x-neptune-status"],
        "500 TimeLimitExceededException"
    );
    let detail = failed.trailers["x-neptune-detail"].to_str().expect("text");
    assert_starts(&detail, "%7B%22requestId%22%3A%22");
    assert_contains(&detail, "Too+long.");
    let stopped = neptune.answer(cypher());
    assert_eq!(stopped.body(), start);
    assert_eq!(
        stopped.trailers["x-neptune-status"],
        "500 TimeLimitExceededException"
    );
    let silent = neptune.answer(cypher());
    assert!(silent.trailers.is_empty());
    assert_eq!(silent.head.headers["transfer-encoding"], "chunked");

    // Before 1.4.5.0 openCypher just stops.
    let mut old = Emulator::new(Config::default().engine_version("Patch-1.4.4.0.R2"));
    old.script(script());
    let failed = old.answer(cypher());
    assert_eq!(failed.body(), start);
    assert!(failed.trailers.is_empty());
    old.script(
        QueryScript::gremlin()
            .rows([json!(1), json!(2)])
            .fail_after(1, "X", "y"),
    );
    let failed = old.answer(with_header(get("/gremlin?gremlin=g"), "te", "trailers"));
    assert!(failed.body().ends_with(b"\"message\":\"y\"}"));
    assert_eq!(failed.trailers["x-neptune-status"], "500 X");
}

#[test]
fn planned_faults_apply_to_scripted_answers() {
    let mut neptune = Emulator::default();
    neptune.script(
        QueryScript::open_cypher()
            .repeat(json!({ "n": 1 }), u64::MAX)
            .chunk_bytes(8),
    );
    neptune.fail_next(Planned::executed_but_cut(10));
    let Outcome::Fault(Fault::CutBody {
        response,
        after: 10,
    }) = neptune.handle(cypher(), now())
    else {
        panic!("whole")
    };
    assert_eq!(response.pieces().next().as_deref(), Some(&b"{\"result"[..]));
    neptune.fail_next("trailers; kind=failing; bytes=12".parse().expect("a fault"));
    let failed = neptune.answer(cypher());
    assert!(failed.body().starts_with(b"{\"results\":[{\"requestId\""));
}

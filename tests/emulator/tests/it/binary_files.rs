//! The binary with scripts and data from files, and with a real engine.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::binary::{complaint, exchange, start, start_logged};
use crate::support::{Json, assert_contains, assert_ends, assert_lacks, assert_starts};

/// A file of this test, removed when it ends.
pub(crate) struct File(PathBuf);

impl File {
    pub(crate) fn new(name: &str, content: &str) -> Self {
        let name = format!("neptune-emulator-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, content).expect("written");
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("a path")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // The file may have been removed already.
        let _ = fs::remove_file(&self.0);
    }
}

/// The status line, and the body with whatever chunks it is in.
pub(crate) fn ask(endpoint: &str, target: &str, form: &str) -> (String, String) {
    let request = match form {
        "" => format!("GET {target} HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\r\n"),
        form => format!(
            "POST {target} HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        ),
    };
    let answer = exchange(endpoint, &request);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.lines().next().expect("a line");
    let status = status.strip_prefix("HTTP/1.1 ").expect("a status");
    (status.to_owned(), body.to_owned())
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).expect("JSON")
}

pub(crate) fn get(endpoint: &str, target: &str) -> Value {
    json_of(&ask(endpoint, target, "").1)
}

#[test]
fn scripts_answer() {
    let scripts = File::new(
        "scripts",
        r#"{"language":"open_cypher","containing":["MATCH","(n)"],"rows":[{"n":1},{"n":2}],"chunk_rows":1}

{"language":"gremlin","exact":"g.V()","times":1,"error":{"code":"ConcurrentModificationException","message":"Once more."}}
{"language":"gremlin","exact":"g.V()","repeat":{"row":"x","times":3}}
{"language":"gremlin","explain":true,"text":"The plan."}
{"language":"sparql","containing":"ASK","boolean":true}
{"language":"sparql","containing":"SELECT","vars":["b","a"],"rows":[],"trailers":false}
{"language":"sparql","graph_store":true,"exact":"GET default","media_type":"text/turtle","body":"<urn:s> <urn:p> 1 ."}
{"language":"open_cypher","containing":"late","lasting":0.05,"writes":true,"rows":[{"n":1},{"n":2}],"fail_after":{"rows":1,"code":"TimeLimitExceededException"},"appended":false}
{"language":"open_cypher","containing":"cut","rows":[],"without_last_chunk":true}"#,
    );
    let more = File::new(
        "more-scripts",
        r#"{"language":"open_cypher","body_base64":"AAEC","media_type":"application/x-bytes"}"#,
    );
    let (_running, endpoint) = start(&["--scripts", scripts.path(), "--scripts", more.path()]);
    let ask = |target: &str, form: &str| ask(&endpoint, target, form);

    let (status, body) = ask("/openCypher", "query=MATCH+(n)+RETURN+n");
    assert_eq!(status, "200 OK");
    assert_contains(&body, "{\"results\":[{\"n\":1}\r\n");
    assert_contains(&body, ",{\"n\":2}]}\r\n");
    let (status, body) = ask("/gremlin?gremlin=g.V()", "");
    assert_eq!(status, "500 Internal Server Error");
    let error =
        json!({ "code": "ConcurrentModificationException", "detailedMessage": "Once more." });
    json_of(&body).has(error);
    let (_, body) = ask("/gremlin?gremlin=g.V()", "");
    assert_contains(&body, "[\"x\",\"x\",\"x\"]");
    assert_eq!(ask("/gremlin/explain", "gremlin=g.V()").1, "The plan.");
    let (_, body) = ask("/sparql", "query=ASK+%7B%7D");
    assert_contains(&body, "\"boolean\":true");
    let (_, body) = ask("/sparql", "query=SELECT+*+%7B%7D");
    assert_contains(&body, "\"vars\":[\"b\",\"a\"]");
    assert_eq!(ask("/sparql/gsp/?default", "").1, "<urn:s> <urn:p> 1 .");
    let (status, body) = ask("/openCypher", "query=late");
    assert_eq!(status, "200 OK");
    assert_contains(&body, "[{\"n\":1}\r\n");
    assert_lacks(&body, "TimeLimit");
    let (_, body) = ask("/openCypher", "query=cut");
    assert_ends(&body, "{\"results\":[]}\r\n");
    let (_, body) = ask("/openCypher", "query=anything");
    assert_contains(&body, "\u{0}\u{1}\u{2}");

    let (_reader, endpoint) = start(&["--role", "reader", "--scripts", scripts.path()]);
    let (_, body) = self::ask(&endpoint, "/openCypher", "query=late");
    assert_eq!(json_of(&body)["code"], "ReadOnlyViolationException");
}

#[test]
fn strict_programs_refuse_what_no_line_matches() {
    let scripts = File::new(
        "strict",
        r#"{"language":"gremlin","exact":"g.V()","rows":[]}"#,
    );
    let (_running, endpoint) = start(&["--strict", "--scripts", scripts.path()]);
    assert_eq!(ask(&endpoint, "/gremlin", "gremlin=g.V()").0, "200 OK");
    let (status, body) = ask(&endpoint, "/gremlin", "gremlin=g.E()");
    assert_eq!(status, "400 Bad Request");
    assert_contains(&body, "No script of the emulator matches");
}

#[test]
fn the_log_has_a_line_of_json_for_each_request() {
    let scripts = File::new(
        "logged",
        r#"

{"language":"gremlin","exact":"g.V()","rows":[]}"#,
    );
    let (running, endpoint) = start_logged(&["--scripts", scripts.path()]);
    ask(&endpoint, "/gremlin", "gremlin=g.V()");
    ask(&endpoint, "/gremlin", "gremlin=g.E()");
    ask(&endpoint, "/nowhere?X-Amz-Signature=secret", "");
    let lines = running.log();
    let [first, second, third] = lines.as_slice() else {
        panic!("not three of them: {lines:?}")
    };
    let script = format!("{}:3", scripts.path());
    first.has(json!({
        "number": 1, "method": "POST", "path": "/gremlin", "operation": "ExecuteGremlinQuery",
        "status": 200, "executed": true, "signature": "not checked", "script": script,
        "fault": false,
    }));
    assert!(first["time"].as_f64() > Some(1.7e9), "{first}");
    assert_eq!(
        (&second["number"], &second["script"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(
        (&third["path"], &third["operation"]),
        (&json!("/nowhere"), &Value::Null)
    );
    assert_lacks(&third.to_string(), "secret");

    let (running, endpoint) = start_logged(&["--iam", "AKID:secret", "--faults"]);
    ask(&endpoint, "/status", "");
    let [refused] = running.log().try_into().expect("one line");
    refused.has(json!({
        "operation": "GetEngineStatus", "status": 403, "executed": false, "signature": "refused",
        "reason": "Missing Authentication Token",
    }));
}

#[test]
fn changes_are_in_the_streams() {
    let changes = File::new(
        "changes",
        r#"{"stream":"propertygraph","changes":[{"op":"ADD","data":{"id":"v1","type":"vl","key":"label","value":{"value":"person","dataType":"String"}}},{"op":"REMOVE","data":{"id":"v2","type":"vl","key":"label","value":{"value":"person","dataType":"String"}}}]}
{"stream":"propertygraph","skip":5}
{"stream":"propertygraph","changes":[{"op":"ADD","data":{"id":"v3"}}]}
{"stream":"propertygraph","trim_before":{"commitNum":1,"opNum":2}}
{"stream":"sparql","changes":[{"op":"ADD","data":{"stmt":"<urn:s> <urn:p> <urn:o> .\n"}}]}"#,
    );
    let (_running, endpoint) = start(&["--changes", changes.path()]);
    let target = "/propertygraph/stream?iteratorType=TRIM_HORIZON&limit=10";
    let page = get(&endpoint, target);
    let records = page["records"].as_array().expect("records");
    let [removed, added] = records.as_slice() else {
        panic!("not two of them: {records:?}")
    };
    let id = json!({ "commitNum": 1, "opNum": 2 });
    removed.has(json!({ "op": "REMOVE", "eventId": id }));
    let id = json!({ "commitNum": 7, "opNum": 1 });
    added.has(json!({ "op": "ADD", "eventId": id }));
    let page = get(&endpoint, "/sparql/stream?iteratorType=LATEST");
    let stated = &page["records"][0]["data"]["stmt"];
    assert_eq!(stated, "<urn:s> <urn:p> <urn:o> .\n");

    // Without a file, a flag enables the streams, which are empty.
    let (_running, endpoint) = start(&["--streams"]);
    assert_eq!(
        get(&endpoint, target)["code"],
        "StreamRecordsNotFoundException"
    );
    let (_running, endpoint) = start(&[]);
    assert_eq!(
        get(&endpoint, target)["code"],
        "UnsupportedOperationException"
    );
}

#[test]
fn summaries_are_there() {
    const PG: &str = "/propertygraph/statistics";
    const RDF: &str = "/rdf/statistics";
    let summary = |endpoint: &str, path: &str| get(endpoint, &format!("{path}/summary"));
    let of = |count: &str, number| json!({ "payload": { "graphSummary": { count: number } } });
    let (_running, endpoint) = start(&[]);
    for path in [PG, RDF] {
        let code = &summary(&endpoint, path)["code"];
        assert_eq!(code, "StatisticsNotAvailableException");
    }
    let (_running, endpoint) = start(&["--statistics"]);
    for (path, count) in [(PG, "numNodes"), (RDF, "numQuads")] {
        summary(&endpoint, path).has(of(count, 0));
        assert_eq!(get(&endpoint, path)["payload"]["active"], true);
    }
    let file = File::new("summaries", r#"{ "propertygraph": { "numNodes": 269 } }"#);
    let (_running, endpoint) = start(&["--summaries", file.path()]);
    let given = &summary(&endpoint, PG)["payload"]["graphSummary"];
    assert_eq!(given, &json!({ "numNodes": 269 }));
    summary(&endpoint, RDF).has(of("numQuads", 0));
}

#[test]
fn the_engine_runs_if_it_is_built_in() {
    if !cfg!(feature = "oxigraph") {
        let text = complaint(&["--rdf-engine"], 2);
        assert_contains(
            &text,
            "--rdf-engine: this program is built without the feature oxigraph",
        );
        return;
    }
    let (_running, endpoint) = start(&["--rdf-engine"]);
    let insert = "update=INSERT+DATA+%7B<urn:s>+<urn:p>+'x'%7D";
    let (status, _) = ask(&endpoint, "/sparql", insert);
    assert_eq!(status, "200 OK");
    let (_, body) = ask(&endpoint, "/sparql", "query=SELECT+*+%7B?s+?p+?o%7D");
    assert_contains(&body, "[\"s\",\"p\",\"o\"]");
    assert_contains(&body, "\"value\":\"x\"");
}

#[test]
fn errors_in_files_are_reported() {
    let commit = r#"{"stream":"sparql","changes":[{"op":"ADD","data":{}}]}"#;
    let script = r#"{"language":"gremlin","rows":[]}"#;
    #[rustfmt::skip]
    let scripts = [
        ("{", "not valid JSON: EOF while parsing an object at column 1"),
        ("[]", "expected an object"),
        ("{}", "language is missing"),
        (r#"{"language":"SQL"}"#, "language must be gremlin, open_cypher or sparql"),
        (r#"{"language":"gremlin","row":[]}"#, "unknown or misplaced member row"),
        (r#"{"language":"gremlin","boolean":true}"#, "unknown or misplaced member boolean"),
        (r#"{"language":"gremlin","rows":1}"#, "rows must be a list"),
        (r#"{"language":"sparql","rows":[1]}"#, "a row of openCypher or SPARQL must be an object"),
        (r#"{"language":"gremlin"}"#, "no member sets the response; \"rows\":[] is an empty one"),
        (r#"{"language":"sparql","vars":["x"],"lasting":1,"writes":true}"#, "no member sets the response"),
        (r#"{"language":"gremlin","rows":[],"text":"x"}"#, "only one of rows and text is allowed"),
        (r#"{"language":"gremlin","explain":true,"profile":true}"#, "only one of explain and profile may be true"),
        (r#"{"language":"gremlin","body":"x"}"#, "media_type is missing"),
        (r#"{"language":"gremlin","body_base64":"?","media_type":"x"}"#, "body_base64 must be a base64 string"),
        (r#"{"language":"gremlin","error":{"message":"x"}}"#, "error: code is missing"),
        (r#"{"language":"gremlin","error":{"code":"x","status":1}}"#, "error: unknown or misplaced member status"),
        (r#"{"language":"gremlin","lasting":-1}"#, "lasting must be a number of seconds"),
        (r#"{"language":"gremlin","chunk_bytes":0}"#, "chunk_bytes must be a positive integer"),
        (r#"{"language":"gremlin","containing":[1]}"#, "containing must be a string or a list of strings"),
    ];
    #[rustfmt::skip]
    let changes = [
        ("nonsense", "not valid JSON"),
        (r#"{"stream":"rdf","changes":[]}"#, "stream must be propertygraph or sparql"),
        (r#"{"stream":"sparql"}"#, "expected one of changes, skip and trim_before"),
        (r#"{"stream":"sparql","changes":[]}"#, "a commit must have changes"),
        (r#"{"stream":"sparql","changes":[{"op":"add","data":{}}]}"#, "op must be ADD or REMOVE"),
        (r#"{"stream":"sparql","changes":[{"op":"ADD","data":1}]}"#, "data must be an object"),
        (r#"{"stream":"sparql","trim_before":{"commitNum":1}}"#, "trim_before: opNum is missing"),
    ];
    let all = [
        ("--scripts", script, &scripts[..]),
        ("--changes", commit, &changes),
    ];
    for (flag, good, cases) in all {
        for (bad, error) in cases {
            let file = File::new("wrong", &format!("{good}\n\n{bad}\n{good}\n"));
            let text = complaint(&["--port", "0", flag, file.path()], 1);
            let expected = format!("neptune-emulator: {}: line 3: {error}", file.path());
            assert_starts(&text, &expected);
        }
    }
    let file = File::new("wrong-summaries", "{\"pg\":{}}");
    for (args, part) in [
        (
            ["--summaries", file.path()],
            "unknown or misplaced member pg",
        ),
        (["--scripts", "no/scripts"], "cannot read no/scripts: "),
    ] {
        assert_contains(&complaint(&args, 1), part);
    }
}

#[test]
fn the_files_of_the_manual_are_valid() {
    let page = include_str!("../../docs/binary.md");
    let blocks = page.split("```json\n").skip(1);
    let blocks: Vec<&str> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    let [scripts, changes] = blocks.as_slice() else {
        panic!("not two of them: {blocks:?}")
    };
    let scripts = File::new("readme-scripts", scripts);
    let changes = File::new("readme-changes", changes);
    let (_running, endpoint) = start(&["--scripts", scripts.path(), "--changes", changes.path()]);
    let (_, body) = ask(&endpoint, "/openCypher", "query=MATCH+(n)+RETURN+n");
    assert_contains(&body, r#"{"results":[{"name":"Ada"},{"name":"Grace"}]}"#);
    let page = get(&endpoint, "/sparql/stream?iteratorType=TRIM_HORIZON");
    assert_eq!(page["totalRecords"], 1);
}

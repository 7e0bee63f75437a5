//! The binary with scripts and data from files, and with a real engine.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::binary::{exchange, run, start};

/// A file of this test, gone when it ends.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &str) -> Self {
        let name = format!("neptune-emulator-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, content).expect("written");
        Self(path)
    }

    fn path(&self) -> &str {
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
fn ask(endpoint: &str, target: &str, form: &str) -> (String, String) {
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

#[test]
fn scripts_answer() {
    let scripts = File::new(
        "scripts",
        concat!(
            r#"{"language":"open_cypher","containing":["MATCH","(n)"],"rows":[{"n":1},{"n":2}],"chunk_rows":1}"#,
            "\n\n",
            r#"{"language":"gremlin","exact":"g.V()","times":1,"error":{"code":"ConcurrentModificationException","message":"Once more."}}"#,
            "\n",
            r#"{"language":"gremlin","exact":"g.V()","repeat":{"row":"x","times":3}}"#,
            "\n",
            r#"{"language":"gremlin","explain":true,"text":"The plan."}"#,
            "\n",
            r#"{"language":"sparql","containing":"ASK","boolean":true}"#,
            "\n",
            r#"{"language":"sparql","containing":"SELECT","vars":["b","a"],"rows":[],"trailers":false}"#,
            "\n",
            r#"{"language":"sparql","graph_store":true,"exact":"GET default","media_type":"text/turtle","body":"<urn:s> <urn:p> 1 ."}"#,
            "\n",
            r#"{"language":"open_cypher","containing":"late","lasting":0.05,"writes":true,"rows":[{"n":1},{"n":2}],"fail_after":{"rows":1,"code":"TimeLimitExceededException"},"appended":false}"#,
            "\n",
            r#"{"language":"open_cypher","containing":"cut","rows":[],"without_last_chunk":true}"#,
        ),
    );
    let more = File::new(
        "more-scripts",
        r#"{"language":"open_cypher","body_base64":"AAEC","media_type":"application/x-bytes"}"#,
    );
    let (_running, endpoint) = start(&["--scripts", scripts.path(), "--scripts", more.path()]);
    let ask = |target: &str, form: &str| ask(&endpoint, target, form);

    let (status, body) = ask("/openCypher", "query=MATCH+(n)+RETURN+n");
    assert_eq!(status, "200 OK");
    assert!(body.contains("{\"results\":[{\"n\":1}\r\n"), "{body}");
    assert!(body.contains(",{\"n\":2}]}\r\n"), "{body}");
    let (status, body) = ask("/gremlin?gremlin=g.V()", "");
    assert_eq!(status, "500 Internal Server Error");
    assert_eq!(json_of(&body)["code"], "ConcurrentModificationException");
    assert_eq!(json_of(&body)["detailedMessage"], "Once more.");
    let (_, body) = ask("/gremlin?gremlin=g.V()", "");
    assert!(body.contains("[\"x\",\"x\",\"x\"]"), "{body}");
    assert_eq!(ask("/gremlin/explain", "gremlin=g.V()").1, "The plan.");
    let (_, body) = ask("/sparql", "query=ASK+%7B%7D");
    assert!(body.contains("\"boolean\":true"), "{body}");
    let (_, body) = ask("/sparql", "query=SELECT+*+%7B%7D");
    assert!(body.contains("\"vars\":[\"b\",\"a\"]"), "{body}");
    assert_eq!(ask("/sparql/gsp/?default", "").1, "<urn:s> <urn:p> 1 .");
    let (status, body) = ask("/openCypher", "query=late");
    assert_eq!(status, "200 OK");
    assert!(
        body.contains("[{\"n\":1}\r\n") && !body.contains("TimeLimit"),
        "{body}"
    );
    let (_, body) = ask("/openCypher", "query=cut");
    assert!(body.ends_with("{\"results\":[]}\r\n"), "{body}");
    let (_, body) = ask("/openCypher", "query=anything");
    assert!(body.contains("\u{0}\u{1}\u{2}"), "{body}");

    let (_reader, endpoint) = start(&["--role", "reader", "--scripts", scripts.path()]);
    let (_, body) = self::ask(&endpoint, "/openCypher", "query=late");
    assert_eq!(json_of(&body)["code"], "ReadOnlyViolationException");
}

#[test]
fn changes_are_in_the_streams() {
    let changes = File::new(
        "changes",
        concat!(
            r#"{"stream":"propertygraph","changes":[{"op":"ADD","data":{"id":"v1","type":"vl","key":"label","value":{"value":"person","dataType":"String"}}},{"op":"REMOVE","data":{"id":"v2","type":"vl","key":"label","value":{"value":"person","dataType":"String"}}}]}"#,
            "\n",
            r#"{"stream":"propertygraph","skip":5}"#,
            "\n",
            r#"{"stream":"propertygraph","changes":[{"op":"ADD","data":{"id":"v3"}}]}"#,
            "\n",
            r#"{"stream":"propertygraph","trim_before":{"commitNum":1,"opNum":2}}"#,
            "\n",
            r#"{"stream":"sparql","changes":[{"op":"ADD","data":{"stmt":"<urn:s> <urn:p> <urn:o> .\n"}}]}"#,
        ),
    );
    let (_running, endpoint) = start(&["--changes", changes.path()]);
    let target = "/propertygraph/stream?iteratorType=TRIM_HORIZON&limit=10";
    let (_, body) = ask(&endpoint, target, "");
    let told = json_of(&body);
    let records = told["records"].as_array().expect("records");
    let places: Vec<_> = records
        .iter()
        .map(|record| (&record["op"], &record["eventId"]))
        .collect();
    assert_eq!(
        places,
        [
            (&json!("REMOVE"), &json!({ "commitNum": 1, "opNum": 2 })),
            (&json!("ADD"), &json!({ "commitNum": 7, "opNum": 1 })),
        ]
    );
    let (_, body) = ask(&endpoint, "/sparql/stream?iteratorType=LATEST", "");
    let stated = &json_of(&body)["records"][0]["data"]["stmt"];
    assert_eq!(stated, "<urn:s> <urn:p> <urn:o> .\n");

    // Without a file they is allowed, and empty, or not.
    let (_running, endpoint) = start(&["--streams"]);
    let (_, body) = ask(&endpoint, target, "");
    assert_eq!(json_of(&body)["code"], "StreamRecordsNotFoundException");
    let (_running, endpoint) = start(&[]);
    let (_, body) = ask(&endpoint, target, "");
    assert_eq!(json_of(&body)["code"], "UnsupportedOperationException");
}

#[test]
fn summaries_are_there() {
    let summary = |endpoint: &str, graph: &str| {
        let (_, body) = ask(endpoint, &format!("/{graph}/statistics/summary"), "");
        json_of(&body)
    };
    let (_running, endpoint) = start(&[]);
    for graph in ["propertygraph", "rdf"] {
        assert_eq!(
            summary(&endpoint, graph)["code"],
            "StatisticsNotAvailableException"
        );
    }
    let (_running, endpoint) = start(&["--statistics"]);
    for (graph, count) in [("propertygraph", "numNodes"), ("rdf", "numQuads")] {
        assert_eq!(
            summary(&endpoint, graph)["payload"]["graphSummary"][count],
            0
        );
        let (_, body) = ask(&endpoint, &format!("/{graph}/statistics"), "");
        assert_eq!(json_of(&body)["payload"]["active"], true);
    }
    let file = File::new(
        "summaries",
        "{\n  \"propertygraph\": { \"numNodes\": 269 }\n}\n",
    );
    let (_running, endpoint) = start(&["--summaries", file.path()]);
    let told = summary(&endpoint, "propertygraph");
    assert_eq!(told["payload"]["graphSummary"], json!({ "numNodes": 269 }));
    assert_eq!(
        summary(&endpoint, "rdf")["payload"]["graphSummary"]["numQuads"],
        0
    );
}

#[test]
fn the_engine_runs_if_it_is_built_in() {
    if !cfg!(feature = "oxigraph") {
        let output = run(&["--rdf-engine"]);
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8(output.stderr).expect("text");
        assert!(
            text.contains("--rdf-engine: this program is built without the feature oxigraph"),
            "{text}"
        );
        return;
    }
    let (_running, endpoint) = start(&["--rdf-engine"]);
    let (status, _) = ask(
        &endpoint,
        "/sparql",
        "update=INSERT+DATA+%7B<urn:s>+<urn:p>+'x'%7D",
    );
    assert_eq!(status, "200 OK");
    let (_, body) = ask(&endpoint, "/sparql", "query=SELECT+*+%7B?s+?p+?o%7D");
    assert!(
        body.contains("[\"s\",\"p\",\"o\"]") && body.contains("\"value\":\"x\""),
        "{body}"
    );
}

#[test]
fn errors_in_files_are_reported() {
    let commit = r#"{"stream":"sparql","changes":[{"op":"ADD","data":{}}]}"#;
    let script = r#"{"language":"gremlin"}"#;
    #[rustfmt::skip]
    let scripts = [
        ("{", "not valid JSON: EOF while parsing an object at column 1"),
        ("[]", "expected an object"),
        ("{}", "language is missing"),
        (r#"{"language":"SQL"}"#, "language must be gremlin, open_cypher or sparql"),
        (r#"{"language":"gremlin","row":[]}"#, "unknown or misplaced member row"),
        (r#"{"language":"gremlin","boolean":true}"#, "unknown or misplaced member boolean"),
        (r#"{"language":"gremlin","rows":1}"#, "rows must be a list"),
        (r#"{"language":"sparql","rows":[1]}"#, "a row of this language must be an object"),
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
        for (bad, complaint) in cases {
            let file = File::new("wrong", &format!("{good}\n\n{bad}\n{good}\n"));
            let output = run(&["--port", "0", flag, file.path()]);
            assert_eq!(output.status.code(), Some(1), "{bad}");
            let text = String::from_utf8(output.stderr).expect("text");
            let expected = format!("neptune-emulator: {}: line 3: {complaint}", file.path());
            assert!(text.starts_with(&expected), "{text}");
            assert!(output.stdout.is_empty());
        }
    }
    let file = File::new("wrong-summaries", "{\"pg\":{}}");
    for (args, complaint) in [
        (
            ["--summaries", file.path()],
            "unknown or misplaced member pg",
        ),
        (
            ["--scripts", "no-such-folder/scripts"],
            "cannot read no-such-folder/scripts: ",
        ),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stderr).expect("text");
        assert!(text.contains(complaint), "{text}");
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
    assert!(
        body.contains("{\"results\":[{\"name\":\"Ada\"},{\"name\":\"Grace\"}]}"),
        "{body}"
    );
    let (_, body) = ask(&endpoint, "/sparql/stream?iteratorType=TRIM_HORIZON", "");
    assert_eq!(json_of(&body)["totalRecords"], 1);
}

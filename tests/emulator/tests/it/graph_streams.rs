//! The change stream, the statistics and the reset of the property graph's engine.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{ChangeStream, Config, Emulator, EventId, GraphKind, Statistics};
use serde_json::{Value, json};

use crate::support::{Ask, Json, encoded, form, now, post, stream};

pub(crate) fn emulator() -> Emulator {
    Emulator::new(Config::default().graph_engine(true).streams(true))
}

/// A request for a query with parameters.
pub(crate) fn query(text: &str, parameters: &Value) -> Request<Bytes> {
    let parameters = encoded(&parameters.to_string());
    form(
        "/openCypher",
        &format!("query={}&parameters={parameters}", encoded(text)),
    )
}

/// The rows of a query.
pub(crate) fn run(neptune: &mut Emulator, text: &str, parameters: &Value) -> Vec<Value> {
    let mut answer = neptune.ask(query(text, parameters));
    match answer["results"].take() {
        Value::Array(rows) => rows,
        other => panic!("{text}: {other}"),
    }
}

fn write(neptune: &mut Emulator, text: &str) {
    run(neptune, text, &json!({}));
}

/// The records of each commit: operation, type, id, key and value, and the ends of an edge.
fn commits(neptune: &mut Emulator) -> Vec<Vec<String>> {
    let record = |record: &Value| {
        let (op, data) = (&record["op"], &record["data"]);
        let value = &data["value"]["value"];
        let ends = match (&data["from"], &data["to"]) {
            (Value::String(from), Value::String(to)) => format!(" {from}->{to}"),
            _ => String::new(),
        };
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let (op, kind, id) = (text(op), text(&data["type"]), text(&data["id"]));
        format!("{op} {kind} {id} {}={value}{ends}", text(&data["key"]))
    };
    let commits = stream(neptune, "/propertygraph/stream").into_iter();
    commits
        .map(|commit| commit.iter().map(record).collect())
        .collect()
}

#[test]
fn a_query_is_one_commit() {
    let mut neptune = emulator();
    for text in [
        "CREATE (a:A:B {`~id`: 'a', name: 'x'})-[:KNOWS {`~id`: 'e', since: 2024}]->(:C {`~id`: 'c'})",
        "CREATE ({`~id`: 'd'})",
        "MATCH (n:A) SET n.name = 'y', n.age = 1.5 REMOVE n:B",
        // Changes nothing.
        "MATCH (n:A) SET n.name = 'y'",
        "MATCH (n:Unknown) DETACH DELETE n",
        "MATCH (n:A) RETURN n",
        "MATCH ()-[r:KNOWS]->() SET r.since = null",
        "MATCH (n {`~id`: 'a'}) DETACH DELETE n",
    ] {
        write(&mut neptune, text);
    }
    let expected: [&[&str]; 5] = [
        &[
            "ADD vl a label=\"A\"",
            "ADD vl a label=\"B\"",
            "ADD vl c label=\"C\"",
            "ADD vp a name=\"x\"",
            "ADD e e label=\"KNOWS\" a->c",
            "ADD ep e since=2024",
        ],
        &["ADD vl d label=\"vertex\""],
        &[
            "REMOVE vp a name=\"x\"",
            "REMOVE vl a label=\"B\"",
            "ADD vp a age=1.5",
            "ADD vp a name=\"y\"",
        ],
        &["REMOVE ep e since=2024"],
        &[
            "REMOVE e e label=\"KNOWS\" a->c",
            "REMOVE vp a age=1.5",
            "REMOVE vp a name=\"y\"",
            "REMOVE vl a label=\"A\"",
        ],
    ];
    assert_eq!(commits(&mut neptune), expected);
}

#[test]
fn a_query_that_fails_is_no_commit() {
    let mut neptune = emulator();
    write(
        &mut neptune,
        "CREATE (:A {`~id`: 'a'})-[:KNOWS {`~id`: 'e'}]->(:A {`~id`: 'b'})",
    );
    for text in [
        "CREATE (:A {`~id`: 'new'}), (:A {`~id`: 'a'})",
        "MATCH (n {`~id`: 'a'}) DELETE n",
        "CREATE (:A {`~id`: 'new'}",
    ] {
        let answer = neptune.answer(query(text, &json!({})));
        assert!(!answer.status().is_success(), "{text}");
    }
    let last = neptune.last_event(ChangeStream::PropertyGraph);
    assert_eq!(last, EventId::new(1, 3));
}

#[test]
fn the_summary_describes_the_graph() {
    let mut neptune = emulator();
    write(
        &mut neptune,
        "CREATE (a:Person {name: 'a', age: 1})-[:KNOWS {since: 1}]->(b:Person {name: 'b'}), (a)-[:KNOWS]->(:Animal)",
    );
    let answer = neptune.get("/propertygraph/statistics/summary?mode=detailed");
    answer["payload"].is(json!({
        "version": "v1",
        "lastStatisticsComputationTime": "2024-01-01T00:00:00Z",
        "graphSummary": {
            "numNodes": 3, "numEdges": 2, "numNodeLabels": 2, "numEdgeLabels": 1,
            "nodeLabels": ["Animal", "Person"], "edgeLabels": ["KNOWS"],
            "numNodeProperties": 2, "numEdgeProperties": 1,
            "nodeProperties": [{ "name": 2 }, { "age": 1 }], "edgeProperties": [{ "since": 1 }],
            "totalNodePropertyValues": 3, "totalEdgePropertyValues": 1,
            "nodeStructures": [
                { "count": 1, "nodeProperties": [], "distinctOutgoingEdgeLabels": [] },
                { "count": 1, "nodeProperties": ["age", "name"], "distinctOutgoingEdgeLabels": ["KNOWS"] },
                { "count": 1, "nodeProperties": ["name"], "distinctOutgoingEdgeLabels": [] },
            ],
            "edgeStructures": [{ "count": 1, "edgeProperties": ["since"] }],
        },
    }));
    let info = json!({ "signatureCount": 4, "instanceCount": 4, "predicateCount": 4 });
    let statistics = &neptune.get("/propertygraph/statistics")["payload"];
    statistics.has(json!({ "active": true, "signatureInfo": info }));
    neptune.set_statistics(GraphKind::PropertyGraph, Statistics::computed(now().wall));
    let statistics = &neptune.get("/propertygraph/statistics")["payload"];
    statistics.has(json!({ "signatureInfo": { "instanceCount": 0 } }));
}

#[test]
fn a_reset_erases_the_graph() {
    let mut neptune = emulator();
    write(&mut neptune, "CREATE (:A)");
    let initiate = json!({ "action": "initiateDatabaseReset" });
    let token = neptune.post("/system", &initiate)["payload"]["token"].take();
    let perform = json!({ "action": "performDatabaseReset", "token": token });
    neptune.ask(post("/system", &perform));
    let mut after = neptune.after(60);
    let count = after.ask(query("MATCH (n) RETURN count(n) AS count", &json!({})));
    assert_eq!(count["results"], json!([{ "count": 0 }]));
    let summary = after.get("/propertygraph/statistics/summary");
    assert_eq!(summary["payload"]["graphSummary"]["numNodes"], 0);
    let last = neptune.last_event(ChangeStream::PropertyGraph);
    assert_eq!(last, EventId::default());
}

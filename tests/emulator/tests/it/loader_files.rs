//! Bulk loads that load files into the property graph.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use neptunedata_emulator::{Config, Emulator, Files, LoadScript};
use serde_json::{Value, json};

use crate::loader::{body, start, status};
use crate::support::{Ask, Json, at, delete, encoded, form, now, post, text as text_of, with};

const NODES: &str = "~id,~label,name:String,age:Int\na,person,Ada,36\nb,person,Ben,\n";
const EDGES: &str = "~id,~from,~to,~label,since:Date\ne,a,b,knows,2024-01-01\n";

/// A cluster whose bucket `b` has these files in the folder `k`.
fn cluster<C: Into<Bytes>>(files: impl IntoIterator<Item = (&'static str, C)>) -> Emulator {
    let config = Config::default().graph_engine(true).streams(true);
    Emulator::new(config.s3("s3://b/k", Files::in_memory(files)))
}

/// The rows of an openCypher query, at this time.
fn rows_at(neptune: &mut Emulator, text: &str, seconds: u64) -> Value {
    let request = form("/openCypher", &format!("query={}", encoded(text)));
    neptune.after(seconds).ask(request)["results"].take()
}

fn rows(neptune: &mut Emulator, text: &str) -> Value {
    rows_at(neptune, text, 10)
}

/// The ids of all nodes and of all edges, in alphabetical order.
fn contents(neptune: &mut Emulator) -> (Value, Value) {
    let mut ids = |text: &str| {
        let rows = rows(neptune, text);
        let rows = rows.as_array().expect("rows").iter();
        let mut ids: Vec<String> = rows.map(|row| text_of(&row["x"]["~id"])).collect();
        ids.sort();
        json!(ids)
    };
    (
        ids("MATCH (n) RETURN n AS x"),
        ids("MATCH ()-[r]->() RETURN r AS x"),
    )
}

/// Loads the folder, and returns its status with details and errors at the end.
fn load(neptune: &mut Emulator, changes: Value) -> Value {
    let id = start(neptune, &with(body("k"), changes), 0);
    status(neptune, &id, "?details=true&errors=true", 10)
}

#[test]
fn data_appears_when_the_load_ends() {
    // Edges come first in the alphabet, and nodes are loaded first.
    let mut neptune = cluster([("1/edges.csv", EDGES), ("2/nodes.csv", NODES)]);
    let id = start(&mut neptune, &body("k"), 0);
    let running = status(&mut neptune, &id, "", 9);
    running.has(json!({ "overallStatus": { "status": "LOAD_IN_PROGRESS", "totalRecords": 0 } }));
    let count = "MATCH (n) RETURN count(n) AS count";
    rows_at(&mut neptune, count, 9).is(json!([{ "count": 0 }]));
    // A preview stores nothing.
    assert_eq!(
        neptune.load_status(&id, at(10)).as_deref(),
        Some("LOAD_COMPLETED")
    );
    rows_at(&mut neptune, count, 9).is(json!([{ "count": 0 }]));
    // No request for the status is needed.
    let found = &rows(
        &mut neptune,
        "MATCH (a)-[r:knows]->(b) RETURN a, r, b.name AS name",
    )[0];
    found["a"].has(json!({ "~id": "a", "~labels": ["person"] }));
    found["a"]["~properties"].is(json!({ "name": "Ada", "age": 36 }));
    found["r"].has(json!({ "~id": "e", "~start": "a", "~end": "b", "~type": "knows" }));
    assert_eq!(found["name"], "Ben");
    status(&mut neptune, &id, "?details=true&errors=true", 10).is(json!({
        "feedCount": [{ "LOAD_COMPLETED": 2 }],
        "overallStatus": {
            "fullUri": "s3://b/k", "runNumber": 1, "retryNumber": 0, "status": "LOAD_COMPLETED",
            "totalTimeSpent": 10.0, "startTime": 1_704_067_200, "totalRecords": 7, "totalDuplicates": 0,
            "parsingErrors": 0, "datatypeMismatchErrors": 0, "insertErrors": 0,
        },
        "failedFeeds": [],
        "errors": { "startIndex": 0, "endIndex": 0, "loadId": id, "errorLogs": [] },
    }));
}

#[test]
fn a_load_is_one_commit() {
    let mut neptune = cluster([("edges.csv", EDGES), ("nodes.csv", NODES)]);
    start(&mut neptune, &body("k"), 0);
    let target = "/propertygraph/stream?iteratorType=TRIM_HORIZON&limit=10";
    let stream = neptune.after(10).get(target);
    stream.has(json!({ "totalRecords": 7, "lastEventId": { "commitNum": 1, "opNum": 7 } }));
    let data = |id: &str, kind: &str| json!({ "op": "ADD", "data": { "id": id, "type": kind } });
    stream["records"][0].has(data("a", "vl"));
    stream["records"][1].has(data("a", "vp"));
    stream["records"][5].has(data("e", "e"));
    stream["records"][6].has(data("e", "ep"));
}

#[test]
fn a_source_is_a_prefix() {
    for (source, count) in [
        ("k/nodes.csv", 2),
        ("k/more/", 1),
        ("k/", 3),
        ("k/nodes", 2),
    ] {
        let mut neptune = cluster([("nodes.csv", NODES), ("more/1.csv", "~id\nc\n")]);
        start(&mut neptune, &body(source), 0);
        let nodes = rows(&mut neptune, "MATCH (n) RETURN count(n) AS count");
        nodes.is(json!([{ "count": count }]));
    }
}

#[test]
fn loads_are_stored_in_the_order_of_the_queue() {
    let mut neptune = cluster([("nodes.csv", NODES), ("edges.csv", EDGES)]);
    let nodes = start(&mut neptune, &body("k/nodes.csv"), 0);
    let after = with(
        body("k/edges.csv"),
        json!({ "dependencies": [nodes], "edgeOnlyLoad": true }),
    );
    let edges = start(&mut neptune, &after, 0);
    assert_eq!(
        neptune.load_status(&edges, at(20)).as_deref(),
        Some("LOAD_COMPLETED")
    );
    assert_eq!(contents(&mut neptune), (json!(["a", "b"]), json!([])));
    status(&mut neptune, &edges, "", 20)["overallStatus"].has(json!({ "totalRecords": 2 }));
    assert_eq!(contents(&mut neptune).1, json!(["e"]));
}

#[test]
fn errors_are_logged() {
    let files = [
        ("1.csv", "~id,age:Int\na,1\nb,x\nc,1,2\nd,4\n"),
        ("2.csv", "~id,~from,~to\ne,a,z\nf,a,d\n"),
        ("3.csv", "~id\ng\n"),
    ];
    let mut neptune = cluster(files);
    let skipped = load(&mut neptune, json!({ "failOnError": "FALSE" }));
    let log = |code: &str, message: &str, file: u8, record: u8| {
        let file = format!("s3://b/k/{file}.csv");
        json!({ "errorCode": code, "errorMessage": message, "fileName": file, "recordNum": record })
    };
    let missing = "Either from vertex, 'a', or to vertex, 'z', is not present.";
    let mismatch = log("PARSING_ERROR", "Invalid value for type Int: x", 1, 2);
    skipped.has(json!({
        "feedCount": [{ "LOAD_COMPLETED": 1 }, { "LOAD_FAILED": 2 }],
        "overallStatus": {
            "status": "LOAD_FAILED", "totalRecords": 9, "parsingErrors": 1,
            "datatypeMismatchErrors": 1, "insertErrors": 1,
        },
        "errors": { "startIndex": 1, "endIndex": 3, "errorLogs": [
            mismatch,
            log("PARSING_ERROR", "Expected 2 values, found: 3", 1, 3),
            log("FROM_OR_TO_VERTEX_ARE_MISSING", missing, 2, 0),
        ] },
    }));
    skipped["failedFeeds"][0].has(json!({ "fullUri": "s3://b/k/1.csv", "status": "LOAD_FAILED" }));
    assert_eq!(
        contents(&mut neptune),
        (json!(["a", "d", "g"]), json!(["f"]))
    );

    // What was loaded before the first error stays.
    let mut neptune = cluster(files);
    let stopped = load(&mut neptune, json!({}));
    stopped.has(json!({
        "feedCount": [{ "LOAD_CANCELLED_DUE_TO_ERRORS": 2 }, { "LOAD_FAILED": 1 }],
        "overallStatus": { "status": "LOAD_FAILED", "totalRecords": 3 },
        "errors": { "errorLogs": [mismatch] },
    }));
    assert_eq!(contents(&mut neptune), (json!(["a"]), json!([])));
}

#[test]
fn parameters_have_their_effects() {
    let update = "~id,age:Int(single)\na,1\na,2\n";
    let edges = ":START_ID,:END_ID,:TYPE\nv,v,t\n";
    let empty = "~id,name:String\na,\"\"\n";
    for (files, changes, expected) in [
        (
            vec![("1", update)],
            json!({}),
            ("LOAD_FAILED", json!([1, null])),
        ),
        (
            vec![("1", update)],
            json!({ "updateSingleCardinalityProperties": true }),
            ("LOAD_COMPLETED", json!([2, null])),
        ),
        (
            vec![("1", empty)],
            json!({}),
            ("LOAD_COMPLETED", json!([null, null])),
        ),
        (
            vec![("1", empty)],
            json!({ "parserConfiguration": { "allowEmptyStrings": true } }),
            ("LOAD_COMPLETED", json!([null, ""])),
        ),
        (
            vec![("1", edges), ("2", ":ID,age:Int\nv,3\n")],
            json!({ "format": "opencypher", "userProvidedEdgeIds": "False" }),
            ("LOAD_COMPLETED", json!([3, null])),
        ),
        (
            vec![("1", edges), ("2", ":ID,age:Int\nv,3\n")],
            json!({ "format": "opencypher" }),
            ("LOAD_FAILED", json!([null, null])),
        ),
        (
            vec![("1", EDGES), ("2", NODES)],
            json!({ "edgeOnlyLoad": true, "failOnError": false, "parallelism": "LOW" }),
            ("LOAD_FAILED", json!([36, "Ada"])),
        ),
    ] {
        let mut neptune = cluster(files);
        let ended = load(&mut neptune, changes);
        let status = ended["overallStatus"]["status"].as_str().expect("a status");
        let found = rows(
            &mut neptune,
            "MATCH (n) RETURN n.age AS age, n.name AS name ORDER BY name",
        );
        let found = json!([found[0]["age"], found[0]["name"]]);
        assert_eq!((status, found), expected);
    }
}

#[test]
fn compressed_files() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(NODES.as_bytes()).expect("written");
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(EDGES.as_bytes()).expect("written");
    let nodes = gzip.finish().expect("compressed");
    let edges = bzip2.finish().expect("compressed");
    let mut neptune = cluster([("1.csv.bz2", edges), ("2.csv.gz", nodes.clone())]);
    load(&mut neptune, json!({})).has(json!({ "overallStatus": { "status": "LOAD_COMPLETED" } }));
    assert_eq!(contents(&mut neptune), (json!(["a", "b"]), json!(["e"])));

    let mut neptune = cluster([("1.csv.gz", nodes[..20].to_vec())]);
    let cut = load(&mut neptune, json!({}));
    cut["errors"]["errorLogs"][0].has(json!({ "errorCode": "PARSING_ERROR", "recordNum": 0 }));
}

#[test]
fn a_source_without_objects_fails() {
    let mut neptune = cluster([("nodes.csv", NODES)]);
    let id = start(&mut neptune, &body("k/x"), 0);
    let ended = status(&mut neptune, &id, "?details=true&errors=true", 10);
    ended.has(json!({
        "feedCount": [{ "LOAD_S3_READ_ERROR": 1 }],
        "overallStatus": { "status": "LOAD_FAILED", "totalRecords": 0 },
    }));
    ended["failedFeeds"][0].has(json!({ "fullUri": "s3://b/k/x" }));
}

#[test]
fn scripts_come_first_and_other_buckets_are_simulated() {
    let mut neptune = cluster([("nodes.csv", NODES)]);
    neptune.next_load(LoadScript::failing("LOAD_DATA_DEADLOCK"));
    load(&mut neptune, json!({})).has(json!({ "feedCount": [{ "LOAD_DATA_DEADLOCK": 1 }] }));
    let other = with(body(""), json!({ "source": "s3://other/k" }));
    let id = start(&mut neptune, &other, 10);
    let simulated = status(&mut neptune, &id, "", 20);
    simulated.has(json!({ "overallStatus": { "status": "LOAD_COMPLETED", "totalRecords": 1 } }));
    assert_eq!(contents(&mut neptune), (json!([]), json!([])));
}

#[test]
fn a_cancelled_load_stores_nothing() {
    let mut neptune = cluster([("nodes.csv", NODES)]);
    let id = start(&mut neptune, &body("k"), 0);
    neptune.after(9).answer(delete(&format!("/loader/{id}")));
    assert_eq!(contents(&mut neptune).0, json!([]));
}

#[test]
fn without_an_engine_a_load_is_refused() {
    let config = Config::default().s3("s3://b", Files::in_memory([("nodes.csv", NODES)]));
    let mut neptune = Emulator::new(config);
    let refused = neptune.refuses(
        post("/loader", &body("k")),
        (501, "UnsupportedOperationException"),
    );
    assert!(refused.contains("--graph-engine"), "{refused}");
    assert!(neptune.load_ids().is_empty());
}

#[test]
fn a_resumed_load_reads_files_that_failed() {
    let config = Config::default()
        .graph_engine(true)
        .load_duration(Duration::ZERO);
    let mut neptune = Emulator::new(config);
    let mut run = |bad: &'static str, mode: &str| {
        let files = Files::in_memory([("1.csv", "~id\na\n"), ("2.csv", bad)]);
        let config = Config::default()
            .graph_engine(true)
            .load_duration(Duration::ZERO);
        neptune.reconfigure(|_| config.s3("s3://b/k", files));
        let id = start(&mut neptune, &with(body("k"), json!({ "mode": mode })), 0);
        let ended = status(&mut neptune, &id, "", 0);
        let overall = &ended["overallStatus"];
        let nodes = contents(&mut neptune).0;
        (
            json!([
                overall["status"],
                overall["runNumber"],
                overall["totalRecords"]
            ]),
            nodes,
        )
    };
    let (good, bad) = ("~id\nb\n", "~id\nb,\n");
    assert_eq!(
        run(bad, "NEW"),
        (json!(["LOAD_FAILED", 1, 2]), json!(["a"]))
    );
    assert_eq!(
        run(good, "RESUME"),
        (json!(["LOAD_COMPLETED", 2, 1]), json!(["a", "b"]))
    );
    assert_eq!(
        run("~id\nc\n", "AUTO"),
        (json!(["LOAD_COMPLETED", 3, 0]), json!(["a", "b"]))
    );
    assert_eq!(
        run("~id\nc\n", "NEW"),
        (json!(["LOAD_COMPLETED", 1, 2]), json!(["a", "b", "c"]))
    );
}

#[test]
fn all_files_of_a_folder() {
    let mut neptune = Emulator::new(Config::default().graph_engine(true));
    let files = [
        ("1.csv", ":START_ID(p),:END_ID(p),:TYPE\n1,2,knows\n"),
        ("2.csv", "name:ID(p),:LABEL\n1,person\n2,person\n"),
        ("3.csv", NODES),
    ];
    neptune
        .load_files(&Files::in_memory(files), now())
        .expect("loaded");
    let (nodes, edges) = contents(&mut neptune);
    assert_eq!(nodes, json!(["a", "b", "p-1", "p-2"]));
    assert_eq!(edges.as_array().map(Vec::len), Some(1));

    for (name, text, expected) in [
        (
            "x/1.csv",
            "~id,age:Int\nc,1\nd,x\n",
            "x/1.csv: record 2: Invalid value for type Int: x",
        ),
        (
            "1.csv",
            "~id,~id\n",
            "1.csv: There is more than one column ~id",
        ),
        (
            "1.csv",
            "a,b\n",
            "1.csv: the header has neither ~id nor :ID nor :START_ID",
        ),
    ] {
        let files = Files::in_memory([("0.csv", "~id\nz\n"), (name, text)]);
        let error = neptune.load_files(&files, now()).expect_err(text);
        assert_eq!(error.to_string(), expected);
        assert_eq!(contents(&mut neptune).0, nodes);
    }
}

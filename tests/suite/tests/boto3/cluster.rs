//! The cluster that boto3 talked to, and its clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use neptunedata::serde_json::{Map, Value, json};
use neptunedata_emulator::{
    Change, ChangeStream, Config, Emulator, EventId, GraphKind, Identity, LoadScript, MlKind, Now,
    QueryScript, Statistics,
};

const REGION: &str = "us-east-1";
/// The time at which both clocks stood still, as `x-amz-date` writes it.
pub(crate) const DATE: &str = "20260101T000000Z";
const UNIX_TIME: u64 = 1_767_225_600;

/// Access key, secret key and token of those who are let in.
const KEYS: [(&str, &str, Option<&str>); 2] = [
    (
        "AKIDEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        None,
    ),
    (
        "ASIAEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLETEMP",
        Some("example/session+token=="),
    ),
];

pub(crate) fn emulator() -> Emulator {
    let mut config = Config::default()
        .region(REGION)
        .fault_header(true)
        // As engines before 1.4.5.0: without `message`, which is all of an error that boto3 shows.
        .message_member(false)
        .ml_duration(MlKind::ModelTraining, Duration::from_secs(60))
        .fail_ml(MlKind::ModelTraining, "job-4", "No capacity.")
        .fail_ml(MlKind::DataProcessing, "processing-2", "No such graph.")
        .restart_duration(Duration::from_secs(2))
        .feature("Streams", "enabled")
        .feature("ResultCache", json!({ "status": "disabled" }))
        .setting("clusterQueryTimeoutInMs", "120000")
        .rolling_back(1, wall())
        .streams(true);
    for (access_key, secret_key, token) in KEYS {
        let identity = Identity::new(access_key, secret_key);
        config = config.identity(match token {
            Some(token) => identity.session_token(token),
            None => identity,
        });
    }
    let expired = Identity::new("ASIAEXPIRED", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEPAST");
    let expired = expired.session_token("example-expired-token").expired(true);
    let mut emulator = Emulator::new(config.identity(expired));
    fill(&mut emulator);
    for script in scripts() {
        emulator.script(script);
    }
    emulator
}

/// What there is before anybody calls.
fn fill(emulator: &mut Emulator) {
    let failing = LoadScript::failing("LOAD_FAILED")
        .files(2)
        .records(7)
        .failed_feed("s3://bucket/edges.csv", "LOAD_FAILED")
        .error(
            "PARSING_ERROR",
            "No column ~id.",
            "s3://bucket/edges.csv",
            3,
        )
        .error(
            "FROM_OR_TO_VERTEX_ARE_MISSING",
            "No v9.",
            "s3://bucket/edges.csv",
            5,
        );
    emulator.next_load(failing.duration(Duration::from_secs(3)));
    emulator.next_load(LoadScript::completing().duration(Duration::from_secs(60)));

    let statistics = Statistics::computed(wall()).counts(5, 1000, 20);
    emulator.set_statistics(GraphKind::PropertyGraph, statistics);
    emulator.set_summary(GraphKind::PropertyGraph, summary());

    let stream = ChangeStream::PropertyGraph;
    let label = |op: fn(Value) -> Change, value: &str| {
        op(json!({
            "id": "v1",
            "type": "vl",
            "key": "label",
            "value": { "value": value, "dataType": "String" },
        }))
    };
    emulator.append_commit(stream, [label(Change::add, "draft")], now(0));
    // Above the integers that a float can represent exactly.
    emulator.skip_commits(stream, (1 << 53) - 1);
    let changes = [label(Change::remove, "draft"), label(Change::add, "person")];
    emulator.append_commit(stream, changes, now(0));
    emulator.trim_before(stream, EventId::new(2, 1));
    let statement = "<http://a.example/s> <http://a.example/p> \"caf\u{e9}\" .\n";
    let added = [Change::add(json!({ "stmt": statement }))];
    emulator.append_commit(ChangeStream::Sparql, added, now(0));
}

fn summary() -> Map<String, Value> {
    let summary = json!({
        "numNodes": 2,
        "numEdges": 1,
        "numNodeLabels": 1,
        "numEdgeLabels": 1,
        "nodeLabels": ["person"],
        "edgeLabels": ["knows"],
        "numNodeProperties": 1,
        "numEdgeProperties": 0,
        "nodeProperties": [{ "name": 2 }],
        "edgeProperties": [],
        "totalNodePropertyValues": 2,
        "totalEdgePropertyValues": 0,
        "nodeStructures": [
            { "count": 2, "nodeProperties": ["name"], "distinctOutgoingEdgeLabels": ["knows"] },
        ],
        "edgeStructures": [{ "count": 1, "edgeProperties": [] }],
    });
    summary.as_object().cloned().unwrap()
}

/// The answers to queries. Queries that contain `slow` run longer than the read timeout of boto3.
fn scripts() -> Vec<QueryScript> {
    let slow = Duration::from_secs(12);
    let people = [
        json!({ "name": "Ada", "born": 1815, "height": 1.5 }),
        json!({ "name": "Gr\u{fc}n", "born": 9_007_199_254_740_993_u64, "height": null }),
    ];
    let wrong = |script: QueryScript| {
        let script = script.containing("wrong");
        script.error("MalformedQueryException", "It is not understood.")
    };
    vec![
        QueryScript::gremlin().containing("slow").lasting(slow),
        QueryScript::open_cypher().containing("slow").lasting(slow),
        wrong(QueryScript::gremlin()),
        wrong(QueryScript::gremlin().explain()),
        wrong(QueryScript::gremlin().profile()),
        wrong(QueryScript::open_cypher()),
        wrong(QueryScript::open_cypher().explain()),
        QueryScript::gremlin()
            .containing("valueMap")
            .rows(people.clone()),
        QueryScript::open_cypher().containing("MATCH").rows(people),
    ]
}

fn wall() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(UNIX_TIME)
}

/// The time of a request before which so many others were read: jobs take a second further with each.
pub(crate) fn now(read_before: u64) -> Now {
    Now::new(wall(), Duration::from_secs(read_before))
}

//! Every request for jobs, loads, statistics, rebuilds and resets gets an answer in Neptune's format.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{
    Config, Emulator, GraphKind, LoadScript, MlKind, Now, Role, Statistics,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::support::{Ask, clocks, operation_or_exception, reach, words};

/// The routes, with a valid body. ID is replaced with an id.
#[rustfmt::skip]
fn routes() -> Vec<(&'static str, &'static str, Value)> {
    let none = Value::Null;
    let load = json!({ "source": "s3://b/k", "format": "csv", "region": "us-east-1", "iamRoleArn": "a", "queueRequest": "TRUE" });
    let mut routes = vec![
        ("POST", "/ml/dataprocessing", json!({ "inputDataS3Location": "s3://b/i", "processedDataS3Location": "s3://b/o" })),
        ("POST", "/ml/modeltraining", json!({ "dataProcessingJobId": "d", "trainModelS3Location": "s3://b/m" })),
        ("POST", "/ml/modeltransform", json!({ "trainingJobName": "t", "modelTransformOutputS3Location": "s3://b/o" })),
        ("POST", "/ml/endpoints", json!({ "mlModelTrainingJobId": "t" })),
        ("POST", "/loader", load),
        ("POST", "/propertygraph/statistics", json!({ "mode": "refresh" })),
        ("POST", "/sparql/statistics", json!({ "mode": "refresh" })),
        ("POST", "/system", json!({ "action": "initiateDatabaseReset" })),
        ("POST", "/system", json!({ "action": "performDatabaseReset", "token": "ID" })),
        ("POST", "/storage/indexes/rebuilds", none.clone()),
        ("POST", "/storage/indexes/rebuilds/ID/cancel", none.clone()),
    ];
    let got = words(
        "/ml/dataprocessing /ml/dataprocessing/ID /ml/modeltraining /ml/modeltraining/ID /ml/modeltransform \
        /ml/modeltransform/ID /ml/endpoints /ml/endpoints/ID /loader /loader/ID /loader?loadId=ID&errors=true \
        /status /storage/info /storage/indexes/rebuilds /storage/indexes/rebuilds/ID /pg/statistics/summary \
        /rdf/statistics/summary /propertygraph/statistics /sparql/statistics",
    );
    let deleted = words(
        "/ml/dataprocessing/ID /ml/modeltraining/ID /ml/modeltransform/ID /ml/endpoints/ID /loader/ID \
        /propertygraph/statistics /sparql/statistics",
    );
    routes.extend(got.into_iter().map(|path| ("GET", path, none.clone())));
    routes.extend(deleted.into_iter().map(|path| ("DELETE", path, none.clone())));
    routes
}

fn junk() -> impl Strategy<Value = Value> {
    let leaf = select(vec![
        Value::Null,
        json!(true),
        json!("TRUE"),
        json!(""),
        json!("x"),
        json!(-1),
        json!(1e300),
        json!(i64::MAX),
        json!("s3://b/k"),
        json!("NEW"),
        json!("\u{0}\u{10ffff}"),
    ]);
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            inner.prop_map(|value| json!({ "sourceS3DirectoryPath": value })),
        ]
    })
}

const MEMBERS: &str = "id instanceCount subnets customModelTrainingParameters update mode dependencies \
    failOnError parserConfiguration queueRequest source clientToken action token \
    processedDataS3Location format";

const PARAMETERS: &str = "maxItems clean neptuneIamRoleArn limit includeQueuedLoads details errors page \
    errorsPerPage mode scope concurrency writeBufferSize loadId";

/// A request: the index of a route, the index of the id for ID, changes to body and query, raw bytes, the time.
type Sent = (
    Index,
    Index,
    Vec<(&'static str, Value)>,
    Vec<(&'static str, String)>,
    Option<Vec<u8>>,
    bool,
    (u64, u64),
);

fn sent() -> impl Strategy<Value = Sent> {
    let times =
        prop_oneof![9 => (Just(1_704_067_200_u64), 0..40_u64), 1 => (any::<u64>(), any::<u64>())];
    let texts = prop_oneof![
        3 => select(vec!["1", "0", "true", "FALSE", "detailed", "QUADS", "LOW", "2147483647", ""]).prop_map(str::to_owned),
        1 => "[!-~]{0,12}",
    ];
    (
        any::<Index>(),
        any::<Index>(),
        prop_oneof![2 => Just(Vec::new()), 1 => vec((select(words(MEMBERS)), junk()), 1..4)],
        prop_oneof![2 => Just(Vec::new()), 1 => vec((select(words(PARAMETERS)), texts), 1..4)],
        option::weighted(0.05, vec(any::<u8>(), 0..40)),
        proptest::bool::weighted(0.95),
        times,
    )
}

/// The ids and tokens that answers brought, by the beginning of the path.
type Known = BTreeMap<String, Vec<String>>;

fn family(path: &str) -> String {
    let mut segments = path.split(['/', '?']).skip(1);
    let first = segments.next().unwrap_or_default();
    match first {
        "ml" => format!("ml/{}", segments.next().unwrap_or_default()),
        _ => first.to_owned(),
    }
}

fn request(sent: Sent, known: &Known) -> Option<(Request<Bytes>, Now)> {
    let (route, id, members, parameters, raw, typed, (wall, mono)) = sent;
    let routes = routes();
    let (method, path, mut body) = routes[route.index(routes.len())].clone();
    let id = match known.get(&family(path)) {
        // Later ones are more likely to be there still.
        Some(ids) => ids[ids.len() - 1 - id.index(ids.len().min(3))].as_str(),
        None => "x",
    };
    let mut target = path.replace("ID", id);
    for (name, value) in parameters {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(&format!("{name}={}", value.replace(['#', '%'], "")));
    }
    if body["token"] == "ID" {
        body["token"] = json!(id);
    }
    if let Value::Object(body) = &mut body {
        let members = members.into_iter();
        body.extend(members.map(|(name, value)| (name.to_owned(), value)));
    }
    let body = match (raw, body) {
        (Some(raw), _) => raw,
        (None, Value::Null) => Vec::new(),
        (None, body) => body.to_string().into_bytes(),
    };
    let mut request = Request::builder().method(method).uri(target);
    if typed {
        request = request.header("content-type", "application/json");
    }
    Some((request.body(body.into()).ok()?, clocks(wall, mono)))
}

/// Every id and token in an answer.
fn collect(value: &Value, known: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() < 49 => known.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|value| collect(value, known)),
        Value::Object(members) => {
            for name in
                "id ids loadId loadIds rebuildId rebuildIds token payload".split_whitespace()
            {
                if let Some(value) = members.get(name) {
                    collect(value, known);
                }
            }
        }
        _ => {}
    }
}

/// The operations that succeed without a body.
const EMPTY: [&str; 3] = [
    "CancelLoaderJob",
    "DeletePropertygraphStatistics",
    "DeleteSparqlStatistics",
];

/// The operations and the exceptions that there must have been.
const REACHED: &str = "StartMLDataProcessingJob ListMLDataProcessingJobs GetMLDataProcessingJob \
    CancelMLDataProcessingJob StartMLModelTransformJob ListMLModelTransformJobs \
    GetMLModelTransformJob CancelMLModelTransformJob CreateMLEndpoint ListMLEndpoints \
    GetMLEndpoint DeleteMLEndpoint StartMLModelTrainingJob StartLoaderJob ListLoaderJobs \
    GetLoaderJobStatus CancelLoaderJob GetPropertygraphStatistics \
    ManagePropertygraphStatistics DeletePropertygraphStatistics GetSparqlStatistics \
    ManageSparqlStatistics DeleteSparqlStatistics GetPropertygraphSummary GetRDFGraphSummary \
    GetStorageInfo ExecuteFastReset StartIndexRebuild ListIndexRebuilds GetIndexRebuildStatus \
    CancelIndexRebuild BadRequestException BulkLoadIdNotFoundException \
    ConcurrentModificationException InvalidParameterException MethodNotAllowedException \
    MissingParameterException ReadOnlyViolationException ServerShutdownException \
    StatisticsNotAvailableException ValidationException";

#[test]
fn any_job_request_is_answered() {
    let strategy = (any::<[bool; 3]>(), vec(sent(), 1..40));
    let reached = reach(800, strategy, |(switches, steps), reached| {
        let [reader, checked, old] = switches;
        // Now and then is enough for those that most refuse.
        let reader = reader && checked && old;
        let config = Config::default()
            .role(if reader { Role::Reader } else { Role::Writer })
            .check_ml_jobs(checked)
            .engine_version(if old { "1.2.0.0" } else { "1.4.6.0" });
        let mut neptune = Emulator::new(config);
        neptune.next_load(LoadScript::failing("LOAD_FAILED").error("PARSING_ERROR", "", "", -1));
        neptune.fail_next_ml(MlKind::DataProcessing, "no reason");
        neptune.fail_next_rebuild("no reason");
        for kind in [GraphKind::PropertyGraph, GraphKind::Rdf] {
            neptune.set_statistics(kind, Statistics::computed(UNIX_EPOCH));
        }
        let mut known = Known::new();
        for step in steps {
            let Some((request, now)) = request(step, &known) else {
                continue;
            };
            let answer = neptune.at(now).answer(request);
            let operation = operation_or_exception(&neptune, &answer)?;
            if answer.status().is_success() && answer.body().is_empty() {
                prop_assert!(EMPTY.contains(&operation.as_str()));
            } else if answer.status().is_success() {
                let ids = known.entry(family(&neptune.last().target)).or_default();
                collect(&answer.to_json().expect("JSON"), ids);
                if ids.is_empty() {
                    ids.push("x".to_owned());
                }
            }
            reached.insert(operation);
        }
        Ok(())
    });
    for part in REACHED.split_whitespace() {
        assert!(reached.contains(part), "never reached: {part}");
    }
}

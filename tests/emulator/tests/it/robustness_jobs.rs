//! Whatever jobs, loads, statistics, rebuilds and resets are asked for, something in Neptune's form comes back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{
    Config, Emulator, GraphKind, LoadScript, MlKind, Now, Role, Statistics,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The routes, with a body that is right where there is one.
fn routes() -> Vec<(Method, &'static str, Value)> {
    let mut routes = Vec::new();
    for path in [
        "dataprocessing",
        "modeltraining",
        "modeltransform",
        "endpoints",
    ] {
        let body = match path {
            "dataprocessing" => {
                json!({ "inputDataS3Location": "s3://b/i", "processedDataS3Location": "s3://b/o" })
            }
            "modeltraining" => {
                json!({ "dataProcessingJobId": "d", "trainModelS3Location": "s3://b/m" })
            }
            "modeltransform" => {
                json!({ "trainingJobName": "t", "modelTransformOutputS3Location": "s3://b/o" })
            }
            _ => json!({ "mlModelTrainingJobId": "t" }),
        };
        let path: &str = Box::leak(format!("/ml/{path}").into_boxed_str());
        let one: &str = Box::leak(format!("{path}/ID").into_boxed_str());
        routes.push((Method::POST, path, body));
        routes.push((Method::GET, path, Value::Null));
        routes.push((Method::GET, one, Value::Null));
        routes.push((Method::DELETE, one, Value::Null));
    }
    let load = json!({ "source": "s3://b/k", "format": "csv", "region": "us-east-1", "iamRoleArn": "a", "queueRequest": "TRUE" });
    routes.push((Method::POST, "/loader", load));
    for (method, path) in [
        (Method::GET, "/loader"),
        (Method::GET, "/loader/ID"),
        (Method::GET, "/loader?loadId=ID&errors=true"),
        (Method::DELETE, "/loader/ID"),
        (Method::GET, "/status"),
        (Method::GET, "/storage/info"),
        (Method::POST, "/storage/indexes/rebuilds"),
        (Method::GET, "/storage/indexes/rebuilds"),
        (Method::GET, "/storage/indexes/rebuilds/ID"),
        (Method::POST, "/storage/indexes/rebuilds/ID/cancel"),
        (Method::GET, "/pg/statistics/summary"),
        (Method::GET, "/rdf/statistics/summary"),
    ] {
        routes.push((method, path, Value::Null));
    }
    for path in ["/propertygraph/statistics", "/sparql/statistics"] {
        routes.push((Method::GET, path, Value::Null));
        routes.push((Method::POST, path, json!({ "mode": "refresh" })));
        routes.push((Method::DELETE, path, Value::Null));
    }
    routes.push((
        Method::POST,
        "/system",
        json!({ "action": "initiateDatabaseReset" }),
    ));
    routes.push((
        Method::POST,
        "/system",
        json!({ "action": "performDatabaseReset", "token": "ID" }),
    ));
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

const MEMBERS: [&str; 16] = [
    "id",
    "instanceCount",
    "subnets",
    "customModelTrainingParameters",
    "update",
    "mode",
    "dependencies",
    "failOnError",
    "parserConfiguration",
    "queueRequest",
    "source",
    "clientToken",
    "action",
    "token",
    "processedDataS3Location",
    "format",
];

const PARAMETERS: [&str; 14] = [
    "maxItems",
    "clean",
    "neptuneIamRoleArn",
    "limit",
    "includeQueuedLoads",
    "details",
    "errors",
    "page",
    "errorsPerPage",
    "mode",
    "scope",
    "concurrency",
    "writeBufferSize",
    "loadId",
];

/// What is sent: the place of a route, which known id stands for ID, changes to body and query, raw bytes, the time.
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
        prop_oneof![2 => Just(Vec::new()), 1 => vec((select(&MEMBERS[..]), junk()), 1..4)],
        prop_oneof![2 => Just(Vec::new()), 1 => vec((select(&PARAMETERS[..]), texts), 1..4)],
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
        body.extend(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
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
    let wall = UNIX_EPOCH
        .checked_add(Duration::from_secs(wall))
        .unwrap_or(UNIX_EPOCH);
    Some((
        request.body(body.into()).ok()?,
        Now::new(wall, Duration::from_secs(mono)),
    ))
}

/// Every id and token in an answer.
fn collect(value: &Value, known: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() < 49 => known.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|value| collect(value, known)),
        Value::Object(members) => {
            for name in [
                "id",
                "ids",
                "loadId",
                "loadIds",
                "rebuildId",
                "rebuildIds",
                "token",
                "payload",
            ] {
                if let Some(value) = members.get(name) {
                    collect(value, known);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn any_job_request_is_answered() {
    let reached = RefCell::new(BTreeMap::new());
    let strategy = (any::<[bool; 3]>(), vec(sent(), 1..40));
    let outcome =
        TestRunner::new(ProptestConfig::with_cases(800)).run(&strategy, |(switches, steps)| {
            let [reader, checked, old] = switches;
            // Now and then is enough for those that most refuse.
            let reader = reader && checked && old;
            let config = Config::default()
                .role(if reader { Role::Reader } else { Role::Writer })
                .check_ml_jobs(checked)
                .engine_version(if old { "1.2.0.0" } else { "1.4.6.0" });
            let mut neptune = Emulator::new(config);
            neptune.next_load(LoadScript::failing("LOAD_FAILED").error(
                "PARSING_ERROR",
                "",
                "",
                -1,
            ));
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
                let answer = neptune
                    .handle(request, now)
                    .into_response()
                    .expect("an answer");
                let entry = neptune.log().last().expect("an entry");
                prop_assert_eq!(entry.executed, answer.status().is_success());
                if entry.executed {
                    *reached
                        .borrow_mut()
                        .entry(entry.operation.expect("an operation").to_owned())
                        .or_insert(0) += 1;
                    if answer.body().is_empty() {
                        prop_assert!(
                            [
                                "CancelLoaderJob",
                                "DeletePropertygraphStatistics",
                                "DeleteSparqlStatistics"
                            ]
                            .contains(&entry.operation.expect("an operation"))
                        );
                    } else {
                        let ids = known.entry(family(&entry.target)).or_default();
                        collect(&answer.to_json().expect("JSON"), ids);
                        if ids.is_empty() {
                            ids.push("x".to_owned());
                        }
                    }
                } else {
                    let body = answer.to_json().expect("JSON");
                    let code = body["code"].as_str().unwrap_or_default().to_owned();
                    prop_assert!(code.ends_with("Exception"), "{}", body);
                    prop_assert!(body["detailedMessage"].is_string());
                    *reached.borrow_mut().entry(code).or_insert(0) += 1;
                }
            }
            Ok(())
        });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let reached = reached.into_inner();

    for part in [
        "StartMLDataProcessingJob",
        "ListMLDataProcessingJobs",
        "GetMLDataProcessingJob",
        "CancelMLDataProcessingJob",
        "StartMLModelTransformJob",
        "ListMLModelTransformJobs",
        "GetMLModelTransformJob",
        "CancelMLModelTransformJob",
        "CreateMLEndpoint",
        "ListMLEndpoints",
        "GetMLEndpoint",
        "DeleteMLEndpoint",
        "StartMLModelTrainingJob",
        "StartLoaderJob",
        "ListLoaderJobs",
        "GetLoaderJobStatus",
        "CancelLoaderJob",
        "GetPropertygraphStatistics",
        "ManagePropertygraphStatistics",
        "DeletePropertygraphStatistics",
        "GetSparqlStatistics",
        "ManageSparqlStatistics",
        "DeleteSparqlStatistics",
        "GetPropertygraphSummary",
        "GetRDFGraphSummary",
        "GetStorageInfo",
        "ExecuteFastReset",
        "StartIndexRebuild",
        "ListIndexRebuilds",
        "GetIndexRebuildStatus",
        "CancelIndexRebuild",
        "BadRequestException",
        "BulkLoadIdNotFoundException",
        "ConcurrentModificationException",
        "InvalidParameterException",
        "MethodNotAllowedException",
        "MissingParameterException",
        "ReadOnlyViolationException",
        "ServerShutdownException",
        "StatisticsNotAvailableException",
        "ValidationException",
    ] {
        assert!(reached.contains_key(part), "never reached: {part}");
    }
}

//! Data processing, model transforms and endpoints; model training, the same engine, has files of its own.

use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, JobStatus, MlKind};
use serde_json::{Value, json};

use crate::support::{
    Ask, Json, Refusal, bad, delete, get, invalid, job, missing, now, post, rows, with,
};

const DATA: &str = "/ml/dataprocessing";
const TRANSFORM: &str = "/ml/modeltransform";
const ENDPOINTS: &str = "/ml/endpoints";
pub(crate) const UNKNOWN: &str =
    "Invalid ID provided. Please check whether a resource with the given ID exists.";
pub(crate) const S3: &str =
    "Invalid S3 URL or incorrect S3 permissions. Please check your S3 configuration.";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn data(id: &str) -> Value {
    json!({ "id": id, "inputDataS3Location": "s3://b/in", "processedDataS3Location": "s3://b/out/" })
}

fn transform(id: &str) -> Value {
    json!({
        "id": id, "dataProcessingJobId": "data-1", "mlModelTrainingJobId": "job-1",
        "modelTransformOutputS3Location": "s3://b/out",
    })
}

fn endpoint(id: &str) -> Value {
    json!({ "id": id, "mlModelTrainingJobId": "job-1" })
}

#[test]
fn the_four_kinds_of_jobs_are_independent() {
    use JobStatus::{InProgress, Stopped};

    let mut neptune = Emulator::default();
    neptune.post(DATA, &data("x"));
    neptune.post("/ml/modeltraining", &job("x"));
    neptune.post(TRANSFORM, &transform("x"));
    neptune.post(ENDPOINTS, &endpoint("x"));
    for (path, members) in [
        (DATA, &["processingJob"][..]),
        ("/ml/modeltraining", &["processingJob"]),
        (TRANSFORM, &["baseProcessingJob"]),
        (ENDPOINTS, &["endpoint", "endpointConfig"]),
    ] {
        assert_eq!(neptune.get(path), json!({ "ids": ["x"] }));
        let Value::Object(job) = neptune.get(&format!("{path}/x")) else {
            panic!("no object")
        };
        let mut names: Vec<&str> = job.keys().map(String::as_str).collect();
        names.retain(|name| !["id", "status"].contains(name));
        assert_eq!(names, members, "{path}");
    }
    neptune.delete("/ml/dataprocessing/x");
    let kinds = [
        MlKind::DataProcessing,
        MlKind::ModelTraining,
        MlKind::ModelTransform,
    ];
    let status = kinds.map(|kind| neptune.ml_job(kind, "x").expect("a job").status(now()));
    assert_eq!(status, [Stopped, InProgress, InProgress]);
    assert_eq!(neptune.executed("CancelMLDataProcessingJob"), 1);
}

#[test]
fn each_kind_has_its_duration_and_failures() {
    let config = Config::default()
        .ml_duration(MlKind::DataProcessing, seconds(3))
        .fail_ml(MlKind::ModelTransform, "t-1", "No disk left.");
    let mut neptune = Emulator::new(config);
    neptune.fail_next_ml(MlKind::Endpoint, "No instance left.");
    neptune.post(DATA, &data("d-1"));
    neptune.post(TRANSFORM, &transform("t-1"));
    neptune.post(ENDPOINTS, &endpoint("e-1"));
    neptune.post(ENDPOINTS, &endpoint("e-2"));
    let mut look = |target: &str, after| neptune.after(after).get(target);

    assert_eq!(look("/ml/dataprocessing/d-1", 2)["status"], "InProgress");
    look("/ml/dataprocessing/d-1", 3).has(json!({
        "status": "Completed",
        "processingJob": { "outputLocation": "s3://b/out/d-1-processing/output" },
    }));

    look("/ml/modeltransform/t-1", 10).has(json!({
        "status": "Failed", "baseProcessingJob": { "status": "Completed" },
        "remoteModelTransformJob": { "failureReason": "No disk left." }, "models": null,
    }));

    assert_eq!(look("/ml/endpoints/e-1", 9)["status"], "Creating");
    look("/ml/endpoints/e-1", 10).has(json!({
        "status": "Failed",
        "endpoint": { "status": "Failed", "failureReason": "No instance left." },
    }));
    look("/ml/endpoints/e-2", 10).has(json!({
        "status": "InService", "endpoint": { "status": "InService", "outputLocation": null },
    }));
}

#[test]
fn a_transform_makes_models() {
    let mut neptune = Emulator::default();
    let by_name = json!({
        "id": "t-1", "trainingJobName": "sagemaker-1", "modelTransformOutputS3Location": "s3://b/out",
        "customModelTransformParameters": { "sourceS3DirectoryPath": "s3://b/code" },
        "enableInterContainerTrafficEncryption": true,
    });
    neptune.post(TRANSFORM, &by_name);
    let half = neptune.after(5).get("/ml/modeltransform/t-1");
    assert_eq!(half["remoteModelTransformJob"]["status"], "InProgress");
    let done = neptune.after(10).get("/ml/modeltransform/t-1");
    assert_eq!(done["models"][0]["name"], "t-1-model-1");
}

#[test]
fn m45_endpoints_are_deleted_in_any_state() {
    let mut neptune = Emulator::default();
    for after in [0, 10] {
        neptune.post(ENDPOINTS, &endpoint("e-1"));
        let mut then = neptune.after(after);
        let deleted = then.delete("/ml/endpoints/e-1?clean=true");
        deleted.is(json!({ "status": "200 OK" }));
        then.refuses_as(get("/ml/endpoints/e-1"), invalid(UNKNOWN));
        then.refuses_as(delete("/ml/endpoints/e-1"), invalid(UNKNOWN));
    }
    assert!(neptune.ml_jobs(MlKind::Endpoint).is_empty());
    let mut neptune = Emulator::new(Config::default().empty_cancel_response(true));
    neptune.post(ENDPOINTS, &endpoint("e-1"));
    let deleted = neptune.answer(delete("/ml/endpoints/e-1"));
    assert!(deleted.body().is_empty());
}

#[test]
fn m40_endpoints_are_updated_by_flag_or_text() {
    let mut neptune = Emulator::default();
    neptune.post(ENDPOINTS, &endpoint("e-1"));
    for (update, value) in [(json!(true), 2), (json!("true"), 3)] {
        let changes = json!({ "update": update, "instanceCount": value });
        let mut later = neptune.after(10);
        later.post(ENDPOINTS, &with(endpoint("e-1"), changes));
        assert_eq!(later.get("/ml/endpoints/e-1")["status"], "Updating");
        let endpoints = neptune.ml_jobs(MlKind::Endpoint);
        assert_eq!(endpoints.len(), 1);
        assert_eq!(endpoints[0].parameters()["instanceCount"], value);
    }
    let status = neptune.after(20).get("/ml/endpoints/e-1");
    assert_eq!(status["status"], "InService");
    let update = |changes| post(ENDPOINTS, &with(endpoint("e-2"), changes));
    let text = "The value of update must be true or false.";
    for (changes, expected) in [
        (json!({ "update": true }), invalid(UNKNOWN)),
        (
            json!({ "update": true, "id": null }),
            missing("The required parameter id is missing."),
        ),
        (json!({ "update": "yes" }), invalid(text)),
    ] {
        neptune.after(10).refuses_as(update(changes), expected);
    }
}

#[test]
fn endpoints_get_timestamped_names() {
    let mut neptune = Emulator::default();
    let anonymous = with(endpoint(""), json!({ "id": null }));
    for suffix in ["", "-2", "-3"] {
        let id = format!("endpoint-20240101T000000Z{suffix}");
        assert_eq!(neptune.post(ENDPOINTS, &anonymous)["id"], id);
    }
    neptune.get("/ml/endpoints/endpoint-20240101T000000Z-2");
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    let mut expect = |path: &str, body: Value, expected: Refusal| {
        neptune.refuses_as(post(path, &body), expected);
    };
    for name in ["inputDataS3Location", "processedDataS3Location"] {
        let text = format!("The required parameter {name} is missing.");
        expect(DATA, with(data("d"), json!({ name: null })), missing(&text));
        expect(DATA, with(data("d"), json!({ name: "b/k" })), bad(S3));
    }
    let table = r#"
        {"processingTimeOutInSeconds":"1"} => The value of processingTimeOutInSeconds must be an integer.
        {"processingInstanceType":"r5.large"} => Invalid ML instance type.
        {"previousDataProcessingJobId":"a_b"} => Invalid ID provided. Must contain only letters, digits, or hyphens.
    "#;
    for (wrong, text) in rows(table) {
        let wrong = serde_json::from_str(wrong).expect("JSON");
        expect(DATA, with(data("d"), wrong), invalid(text));
    }
    let no_job =
        "Either dataProcessingJobId and mlModelTrainingJobId or trainingJobName must be given.";
    let no_path = "The required parameter sourceS3DirectoryPath is missing.";
    for (wrong, expected) in [
        (json!({ "dataProcessingJobId": null }), missing(no_job)),
        (
            json!({ "customModelTransformParameters": {} }),
            missing(no_path),
        ),
        (
            json!({ "modelTransformOutputS3Location": "s3://" }),
            bad(S3),
        ),
    ] {
        expect(TRANSFORM, with(transform("t"), wrong), expected);
    }
    let neither = "Either mlModelTrainingJobId or mlModelTransformJobId must be given.";
    expect(ENDPOINTS, json!({}), missing(neither));
    let both = "Only one of mlModelTrainingJobId and mlModelTransformJobId can be given.";
    let none = "The value of instanceCount must be positive.";
    for (wrong, text) in [
        (json!({ "mlModelTransformJobId": "t" }), both),
        (json!({ "instanceCount": 0 }), none),
    ] {
        expect(ENDPOINTS, with(endpoint("e"), wrong), invalid(text));
    }
    assert!(neptune.ml_jobs(MlKind::Endpoint).is_empty());
}

#[test]
fn referenced_jobs_can_be_checked() {
    let mut neptune = Emulator::new(Config::default().check_ml_jobs(true));
    let data_missing = bad("Provided MLDataProcessing job is not completed.");
    neptune.refuses_as(post("/ml/modeltraining", &job("job-1")), &data_missing);
    neptune.post(DATA, &data("data-1"));
    neptune.refuses_as(post("/ml/modeltraining", &job("job-1")), &data_missing);
    let mut then = neptune.after(10);
    then.post("/ml/modeltraining", &job("job-1"));
    let running = bad("Provided ModelTraining job has not completed.");
    then.refuses_as(post(TRANSFORM, &transform("t-1")), &running);
    then.refuses_as(post(ENDPOINTS, &endpoint("e-1")), &running);
    let of_transform = json!({ "id": "e-1", "mlModelTransformJobId": "t-1" });
    let missing = bad("Provided ModelTransformJob doesn't exist.");
    then.refuses_as(post(ENDPOINTS, &of_transform), missing);
    neptune.after(20).post(TRANSFORM, &transform("t-1"));
    neptune.after(30).post(ENDPOINTS, &of_transform);
}

//! Data processing, model transforms and endpoints; model training, the same engine, has files of its own.

use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, JobStatus, MlKind};
use serde_json::{Value, json};

use crate::support::{answer, ask, delete, get, job, now, post, refusal, refused, with};

const DATA: &str = "/ml/dataprocessing";
const TRANSFORM: &str = "/ml/modeltransform";
const ENDPOINTS: &str = "/ml/endpoints";
const S3: &str = "Invalid S3 URL or incorrect S3 permissions. Please check your S3 configuration.";

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
fn the_four_kinds_are_apart() {
    let mut neptune = Emulator::default();
    ask(&mut neptune, post(DATA, &data("x")), now());
    ask(&mut neptune, post("/ml/modeltraining", &job("x")), now());
    ask(&mut neptune, post(TRANSFORM, &transform("x")), now());
    ask(&mut neptune, post(ENDPOINTS, &endpoint("x")), now());
    for (path, members) in [
        (DATA, &["processingJob"][..]),
        ("/ml/modeltraining", &["processingJob"]),
        (TRANSFORM, &["baseProcessingJob"]),
        (ENDPOINTS, &["endpoint", "endpointConfig"]),
    ] {
        assert_eq!(ask(&mut neptune, get(path), now()), json!({ "ids": ["x"] }));
        let Value::Object(job) = ask(&mut neptune, get(&format!("{path}/x")), now()) else {
            panic!("no object")
        };
        let mut names: Vec<&str> = job.keys().map(String::as_str).collect();
        names.retain(|name| !["id", "status"].contains(name));
        assert_eq!(names, members, "{path}");
    }
    ask(&mut neptune, delete("/ml/dataprocessing/x"), now());
    let kinds = [
        MlKind::DataProcessing,
        MlKind::ModelTraining,
        MlKind::ModelTransform,
    ];
    let status = kinds.map(|kind| neptune.ml_job(kind, "x").expect("a job").status(now()));
    assert_eq!(
        status,
        [
            JobStatus::Stopped,
            JobStatus::InProgress,
            JobStatus::InProgress
        ]
    );
    assert_eq!(neptune.executed("CancelMLDataProcessingJob"), 1);
}

#[test]
fn each_kind_has_its_duration_and_failures() {
    let config = Config::default()
        .ml_duration(MlKind::DataProcessing, seconds(3))
        .fail_ml(MlKind::ModelTransform, "t-1", "No disk left.");
    let mut neptune = Emulator::new(config);
    neptune.fail_next_ml(MlKind::Endpoint, "No instance left.");
    ask(&mut neptune, post(DATA, &data("d-1")), now());
    ask(&mut neptune, post(TRANSFORM, &transform("t-1")), now());
    ask(&mut neptune, post(ENDPOINTS, &endpoint("e-1")), now());
    ask(&mut neptune, post(ENDPOINTS, &endpoint("e-2")), now());
    let mut look =
        |target: &str, after| ask(&mut neptune, get(target), now().later(seconds(after)));

    assert_eq!(look("/ml/dataprocessing/d-1", 2)["status"], "InProgress");
    let done = look("/ml/dataprocessing/d-1", 3);
    assert_eq!(done["status"], "Completed");
    assert_eq!(
        done["processingJob"]["outputLocation"],
        "s3://b/out/d-1-processing/output"
    );

    let failed = look("/ml/modeltransform/t-1", 10);
    assert_eq!(
        (&failed["status"], &failed["baseProcessingJob"]["status"]),
        (&json!("Failed"), &json!("Completed"))
    );
    assert_eq!(
        failed["remoteModelTransformJob"]["failureReason"],
        "No disk left."
    );
    assert_eq!(failed.get("models"), None);

    assert_eq!(look("/ml/endpoints/e-1", 9)["status"], "Creating");
    let failed = look("/ml/endpoints/e-1", 10);
    assert_eq!(
        (&failed["status"], &failed["endpoint"]["status"]),
        (&json!("Failed"), &json!("Failed"))
    );
    assert_eq!(failed["endpoint"]["failureReason"], "No instance left.");
    let up = look("/ml/endpoints/e-2", 10);
    assert_eq!(
        (&up["status"], &up["endpoint"]["status"]),
        (&json!("InService"), &json!("InService"))
    );
    assert_eq!(up["endpoint"].get("outputLocation"), None);
}

#[test]
fn a_transform_makes_models() {
    let mut neptune = Emulator::default();
    let by_name = json!({
        "id": "t-1", "trainingJobName": "sagemaker-1", "modelTransformOutputS3Location": "s3://b/out",
        "customModelTransformParameters": { "sourceS3DirectoryPath": "s3://b/code" },
        "enableInterContainerTrafficEncryption": true,
    });
    ask(&mut neptune, post(TRANSFORM, &by_name), now());
    let half = ask(
        &mut neptune,
        get("/ml/modeltransform/t-1"),
        now().later(seconds(5)),
    );
    assert_eq!(half["remoteModelTransformJob"]["status"], "InProgress");
    let done = ask(
        &mut neptune,
        get("/ml/modeltransform/t-1"),
        now().later(seconds(10)),
    );
    assert_eq!(done["models"][0]["name"], "t-1-model-1");
}

#[test]
fn m45_endpoints_are_deleted_in_any_state() {
    let mut neptune = Emulator::default();
    for after in [0, 10] {
        ask(&mut neptune, post(ENDPOINTS, &endpoint("e-1")), now());
        let then = now().later(seconds(after));
        let deleted = ask(&mut neptune, delete("/ml/endpoints/e-1?clean=true"), then);
        assert_eq!(deleted, json!({ "status": "200 OK" }));
        let unknown =
            "Invalid ID provided. Please check whether a resource with the given ID exists.";
        let expected = refusal(400, "InvalidParameterException", unknown);
        assert_eq!(
            refused(&mut neptune, get("/ml/endpoints/e-1"), then),
            expected
        );
        assert_eq!(
            refused(&mut neptune, delete("/ml/endpoints/e-1"), then),
            expected
        );
    }
    assert!(neptune.ml_jobs(MlKind::Endpoint).is_empty());
    let mut neptune = Emulator::new(Config::default().empty_cancel_answer(true));
    ask(&mut neptune, post(ENDPOINTS, &endpoint("e-1")), now());
    assert!(
        answer(&mut neptune, delete("/ml/endpoints/e-1"), now())
            .body()
            .is_empty()
    );
}

#[test]
fn m40_endpoints_are_updated_by_flag_or_text() {
    let mut neptune = Emulator::default();
    ask(&mut neptune, post(ENDPOINTS, &endpoint("e-1")), now());
    let later = now().later(seconds(10));
    for (update, value) in [(json!(true), 2), (json!("true"), 3)] {
        let changes = json!({ "update": update, "instanceCount": value });
        ask(
            &mut neptune,
            post(ENDPOINTS, &with(endpoint("e-1"), changes)),
            later,
        );
        let status = ask(&mut neptune, get("/ml/endpoints/e-1"), later);
        assert_eq!(status["status"], "Updating");
        let endpoints = neptune.ml_jobs(MlKind::Endpoint);
        assert_eq!(endpoints.len(), 1);
        assert_eq!(endpoints[0].parameters()["instanceCount"], value);
    }
    let status = ask(
        &mut neptune,
        get("/ml/endpoints/e-1"),
        later.later(seconds(10)),
    );
    assert_eq!(status["status"], "InService");
    let update = |changes| post(ENDPOINTS, &with(endpoint("e-2"), changes));
    assert_eq!(
        refused(&mut neptune, update(json!({ "update": true })), later).1,
        "InvalidParameterException"
    );
    assert_eq!(
        refused(
            &mut neptune,
            update(json!({ "update": true, "id": null })),
            later
        )
        .1,
        "MissingParameterException"
    );
    assert_eq!(
        refused(&mut neptune, update(json!({ "update": "yes" })), later).2,
        "The value of update must be true or false."
    );
}

#[test]
fn endpoints_get_timestamped_names() {
    let mut neptune = Emulator::default();
    let anonymous = with(endpoint(""), json!({ "id": null }));
    let ids: Vec<Value> = (0..3)
        .map(|_| ask(&mut neptune, post(ENDPOINTS, &anonymous), now())["id"].take())
        .collect();
    assert_eq!(
        ids,
        [
            "endpoint-20240101T000000Z",
            "endpoint-20240101T000000Z-2",
            "endpoint-20240101T000000Z-3",
        ]
    );
    ask(
        &mut neptune,
        get("/ml/endpoints/endpoint-20240101T000000Z-2"),
        now(),
    );
}

#[test]
fn what_is_refused() {
    let mut neptune = Emulator::default();
    let mut expect = |path: &str, body: Value, code: &str, message: &str| {
        assert_eq!(
            refused(&mut neptune, post(path, &body), now()),
            refusal(400, code, message)
        );
    };
    let (bad, invalid, missing) = (
        "BadRequestException",
        "InvalidParameterException",
        "MissingParameterException",
    );
    for name in ["inputDataS3Location", "processedDataS3Location"] {
        let message = format!("The required parameter {name} is missing.");
        expect(
            DATA,
            with(data("d"), json!({ name: null })),
            missing,
            &message,
        );
        expect(DATA, with(data("d"), json!({ name: "b/k" })), bad, S3);
    }
    let wrong = json!({ "processingTimeOutInSeconds": "1" });
    expect(
        DATA,
        with(data("d"), wrong),
        invalid,
        "The value of processingTimeOutInSeconds must be an integer.",
    );
    let wrong = json!({ "processingInstanceType": "r5.large" });
    expect(
        DATA,
        with(data("d"), wrong),
        invalid,
        "Invalid ML instance type.",
    );
    let wrong = json!({ "previousDataProcessingJobId": "a_b" });
    let letters = "Invalid ID provided. Must contain only letters, digits, or hyphens.";
    expect(DATA, with(data("d"), wrong), invalid, letters);

    let neither =
        "Either dataProcessingJobId and mlModelTrainingJobId or trainingJobName must be given.";
    expect(
        TRANSFORM,
        with(transform("t"), json!({ "dataProcessingJobId": null })),
        missing,
        neither,
    );
    let wrong = json!({ "customModelTransformParameters": {} });
    expect(
        TRANSFORM,
        with(transform("t"), wrong),
        missing,
        "The required parameter sourceS3DirectoryPath is missing.",
    );
    expect(
        TRANSFORM,
        with(
            transform("t"),
            json!({ "modelTransformOutputS3Location": "s3://" }),
        ),
        bad,
        S3,
    );

    let neither = "Either mlModelTrainingJobId or mlModelTransformJobId must be given.";
    expect(ENDPOINTS, json!({}), missing, neither);
    let both = "Only one of mlModelTrainingJobId and mlModelTransformJobId can be given.";
    expect(
        ENDPOINTS,
        with(endpoint("e"), json!({ "mlModelTransformJobId": "t" })),
        invalid,
        both,
    );
    let wrong = json!({ "instanceCount": 0 });
    expect(
        ENDPOINTS,
        with(endpoint("e"), wrong),
        invalid,
        "The value of instanceCount must be positive.",
    );
    assert!(neptune.ml_jobs(MlKind::Endpoint).is_empty());
}

#[test]
fn what_they_build_on_can_be_checked() {
    let mut neptune = Emulator::new(Config::default().check_ml_jobs(true));
    let bad = |message: &str| refusal(400, "BadRequestException", message);
    let data_missing = bad("Provided MLDataProcessing job is not completed.");
    assert_eq!(
        refused(
            &mut neptune,
            post("/ml/modeltraining", &job("job-1")),
            now()
        ),
        data_missing
    );
    ask(&mut neptune, post(DATA, &data("data-1")), now());
    assert_eq!(
        refused(
            &mut neptune,
            post("/ml/modeltraining", &job("job-1")),
            now()
        ),
        data_missing
    );
    let then = now().later(seconds(10));
    ask(&mut neptune, post("/ml/modeltraining", &job("job-1")), then);
    let running = bad("Provided ModelTraining job has not completed.");
    assert_eq!(
        refused(&mut neptune, post(TRANSFORM, &transform("t-1")), then),
        running
    );
    assert_eq!(
        refused(&mut neptune, post(ENDPOINTS, &endpoint("e-1")), then),
        running
    );
    let of_transform = json!({ "id": "e-1", "mlModelTransformJobId": "t-1" });
    let missing = bad("Provided ModelTransformJob doesn't exist.");
    assert_eq!(
        refused(&mut neptune, post(ENDPOINTS, &of_transform), then),
        missing
    );
    let then = then.later(seconds(10));
    ask(&mut neptune, post(TRANSFORM, &transform("t-1")), then);
    ask(
        &mut neptune,
        post(ENDPOINTS, &of_transform),
        then.later(seconds(10)),
    );
}

//! What model training refuses.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator};
use serde_json::{Value, json};

use crate::support::{ask, delete, get, job, now, post, refusal, refused, with};

const JOBS: &str = "/ml/modeltraining";
const UNKNOWN: &str =
    "Invalid ID provided. Please check whether a resource with the given ID exists.";

#[test]
fn errors_about_ids() {
    const LENGTH: &str = "Invalid ID provided. ID can be 1-48 alphanumeric characters.";
    const LETTERS: &str = "Invalid ID provided. Must contain only letters, digits, or hyphens.";
    let mut neptune = Emulator::default();
    ask(&mut neptune, post(JOBS, &job("job-1")), now());
    let too_long = "x".repeat(49);
    let mut expect = |request, message: &str| {
        assert_eq!(
            refused(&mut neptune, request, now()),
            refusal(400, "InvalidParameterException", message)
        );
    };
    expect(get("/ml/modeltraining/job-2"), UNKNOWN);
    expect(delete("/ml/modeltraining/job-2?clean=true"), UNKNOWN);
    expect(
        post(JOBS, &job("job-1")),
        "Another resource with same ID already exists. Please use a new ID.",
    );
    expect(post(JOBS, &job("")), LENGTH);
    expect(post(JOBS, &job(&too_long)), LENGTH);
    expect(post(JOBS, &job("job_1")), LETTERS);
    expect(post(JOBS, &job("jöb")), LETTERS);
    expect(get(&format!("{JOBS}/{too_long}")), LENGTH);
    expect(get("/ml/modeltraining/a%2Fb"), LETTERS);
    expect(delete("/ml/modeltraining/a%20b"), LETTERS);
    expect(
        post(
            JOBS,
            &with(job("new"), json!({ "dataProcessingJobId": "" })),
        ),
        LENGTH,
    );
    expect(
        post(
            JOBS,
            &with(job("new"), json!({ "previousModelTrainingJobId": "a b" })),
        ),
        LETTERS,
    );
    ask(&mut neptune, post(JOBS, &job(&"x".repeat(48))), now());
    ask(&mut neptune, get("/ml/modeltraining/%6Aob-1"), now());
}

#[test]
fn errors_about_members() {
    let mut neptune = Emulator::default();
    let mut expect = |changes: Value, code: &str, message: &str| {
        let start = post(JOBS, &with(job("new"), changes));
        assert_eq!(
            refused(&mut neptune, start, now()),
            refusal(400, code, message)
        );
    };
    let (bad, invalid, missing) = (
        "BadRequestException",
        "InvalidParameterException",
        "MissingParameterException",
    );
    const S3: &str =
        "Invalid S3 URL or incorrect S3 permissions. Please check your S3 configuration.";
    for name in ["dataProcessingJobId", "trainModelS3Location"] {
        let message = format!("The required parameter {name} is missing.");
        expect(json!({ name: null }), missing, &message);
        expect(
            json!({ name: 1 }),
            invalid,
            &format!("The value of {name} must be a string."),
        );
    }
    expect(json!({ "trainModelS3Location": "https://bucket" }), bad, S3);
    expect(json!({ "trainModelS3Location": "s3://" }), bad, S3);
    expect(
        json!({ "trainingInstanceType": "p3.2xlarge" }),
        invalid,
        "Invalid ML instance type.",
    );
    expect(
        json!({ "baseProcessingInstanceType": "" }),
        invalid,
        "Invalid ML instance type.",
    );
    for name in [
        "trainingInstanceVolumeSizeInGB",
        "trainingTimeOutInSeconds",
        "maxHPONumberOfTrainingJobs",
        "maxHPOParallelTrainingJobs",
        "maxWaitTime",
    ] {
        for wrong in [
            json!("2"),
            json!(2.5),
            json!(true),
            json!(3_000_000_000_u64),
        ] {
            expect(
                json!({ name: wrong }),
                invalid,
                &format!("The value of {name} must be an integer."),
            );
        }
    }
    for name in [
        "enableManagedSpotTraining",
        "enableInterContainerTrafficEncryption",
    ] {
        expect(
            json!({ name: "true" }),
            invalid,
            &format!("The value of {name} must be a boolean."),
        );
    }
    for name in ["subnets", "securityGroupIds"] {
        for wrong in [json!("subnet-1"), json!([1]), json!({})] {
            expect(
                json!({ name: wrong }),
                invalid,
                &format!("The value of {name} must be a list of strings."),
            );
        }
    }
    expect(
        json!({ "customModelTrainingParameters": [] }),
        invalid,
        "The value of customModelTrainingParameters must be an object.",
    );
    expect(
        json!({ "customModelTrainingParameters": {} }),
        missing,
        "The required parameter sourceS3DirectoryPath is missing.",
    );
    assert!(neptune.training_jobs().is_empty());
}

#[test]
fn errors_about_bodies() {
    let mut neptune = Emulator::default();
    let start = |body: &str, content_type: Option<&str>| {
        let request = Request::post(JOBS);
        let request = match content_type {
            Some(content_type) => request.header("content-type", content_type),
            None => request,
        };
        request
            .body(Bytes::from(body.to_owned()))
            .expect("a request")
    };
    let whole = job("job-1").to_string();
    let expected = refusal(
        400,
        "MissingParameterException",
        "Content-type header not specified.",
    );
    assert_eq!(refused(&mut neptune, start(&whole, None), now()), expected);
    let form = start(&whole, Some("application/x-www-form-urlencoded"));
    assert_eq!(refused(&mut neptune, form, now()).1, "BadRequestException");
    for body in ["", "{", "[]", "\"text\"", "null", &"[".repeat(100_000)] {
        let (status, code, _) = refused(&mut neptune, start(body, Some("application/json")), now());
        assert_eq!((status, code.as_str()), (400, "BadRequestException"));
    }
    ask(
        &mut neptune,
        start(&whole, Some("Application/JSON ; charset=utf-8")),
        now(),
    );
}

#[test]
fn roles_can_be_required() {
    const ROLE: &str = "Required credentials are missing. Please add IAM role to the cluster or pass as a parameter to this request.";
    let mut neptune = Emulator::new(Config::default().roles_required(true));
    let role = json!({ "neptuneIamRoleArn": "arn:aws:iam::123456789012:role/NeptuneML" });
    ask(&mut neptune, post(JOBS, &with(job("job-1"), role)), now());
    for request in [
        post(JOBS, &job("job-2")),
        get(JOBS),
        get("/ml/modeltraining/job-1"),
        delete("/ml/modeltraining/job-1"),
    ] {
        assert_eq!(
            refused(&mut neptune, request, now()),
            refusal(400, "MissingParameterException", ROLE)
        );
    }
    let query = "neptuneIamRoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FNeptuneML";
    ask(&mut neptune, get(&format!("{JOBS}?{query}")), now());
    ask(
        &mut neptune,
        delete(&format!("{JOBS}/job-1?{query}")),
        now(),
    );
}

#[test]
fn named_jobs_can_be_checked() {
    let mut neptune = Emulator::new(
        Config::default()
            .data_processing_jobs(["data-1"])
            .check_ml_jobs(true),
    );
    ask(&mut neptune, post(JOBS, &job("job-1")), now());
    let other = with(job("job-2"), json!({ "dataProcessingJobId": "data-2" }));
    let expected = refusal(
        400,
        "BadRequestException",
        "Provided MLDataProcessing job is not completed.",
    );
    assert_eq!(refused(&mut neptune, post(JOBS, &other), now()), expected);

    let after = |previous: &str| {
        post(
            JOBS,
            &with(
                job("job-2"),
                json!({ "previousModelTrainingJobId": previous }),
            ),
        )
    };
    let expected = refusal(
        400,
        "BadRequestException",
        "Provided MLModelTraining job doesn't exist.",
    );
    assert_eq!(refused(&mut neptune, after("job-0"), now()), expected);
    let expected = refusal(
        400,
        "BadRequestException",
        "Provided ModelTraining job has not completed.",
    );
    assert_eq!(refused(&mut neptune, after("job-1"), now()), expected);
    ask(
        &mut neptune,
        after("job-1"),
        now().later(Duration::from_secs(10)),
    );
}

//! Requests that model training rejects.

use http::Method;
use neptunedata_emulator::{Config, Emulator, MlKind};
use serde_json::{Value, json};

use crate::ml::{S3, UNKNOWN};
use crate::support::{
    Ask, BAD_REQUEST, Refusal, bad, delete, form, get, invalid, job, missing, post, send, untyped,
    with, words,
};

const JOBS: &str = "/ml/modeltraining";

#[test]
fn errors_about_ids() {
    const LENGTH: &str = "Invalid ID provided. ID can be 1-48 alphanumeric characters.";
    const LETTERS: &str = "Invalid ID provided. Must contain only letters, digits, or hyphens.";
    let mut neptune = Emulator::default();
    neptune.post(JOBS, &job("job-1"));
    let too_long = "x".repeat(49);
    let taken = "Another resource with same ID already exists. Please use a new ID.";
    let with_id = |name: &str, id: &str| post(JOBS, &with(job("new"), json!({ name: id })));
    for (request, text) in [
        (get("/ml/modeltraining/job-2"), UNKNOWN),
        (delete("/ml/modeltraining/job-2?clean=true"), UNKNOWN),
        (post(JOBS, &job("job-1")), taken),
        (post(JOBS, &job("")), LENGTH),
        (post(JOBS, &job(&too_long)), LENGTH),
        (post(JOBS, &job("job_1")), LETTERS),
        (post(JOBS, &job("jöb")), LETTERS),
        (get(&format!("{JOBS}/{too_long}")), LENGTH),
        (get("/ml/modeltraining/a%2Fb"), LETTERS),
        (delete("/ml/modeltraining/a%20b"), LETTERS),
        (with_id("dataProcessingJobId", ""), LENGTH),
        (with_id("previousModelTrainingJobId", "a b"), LETTERS),
    ] {
        neptune.refuses_as(request, invalid(text));
    }
    neptune.post(JOBS, &job(&"x".repeat(48)));
    neptune.get("/ml/modeltraining/%6Aob-1");
}

#[test]
fn errors_about_members() {
    let mut neptune = Emulator::default();
    let mut expect = |changes: Value, expected: Refusal| {
        neptune.refuses_as(post(JOBS, &with(job("new"), changes)), expected);
    };
    let no_value =
        |name: &str, what: &str| invalid(&format!("The value of {name} must be {what}."));
    for name in ["dataProcessingJobId", "trainModelS3Location"] {
        let text = format!("The required parameter {name} is missing.");
        expect(json!({ name: null }), missing(&text));
        expect(json!({ name: 1 }), no_value(name, "a string"));
    }
    for location in ["https://bucket", "s3://"] {
        expect(json!({ "trainModelS3Location": location }), bad(S3));
    }
    let no_type = || invalid("Invalid ML instance type.");
    expect(json!({ "trainingInstanceType": "p3.2xlarge" }), no_type());
    expect(json!({ "baseProcessingInstanceType": "" }), no_type());
    for name in words(
        "trainingInstanceVolumeSizeInGB trainingTimeOutInSeconds maxHPONumberOfTrainingJobs \
        maxHPOParallelTrainingJobs maxWaitTime",
    ) {
        let too_large = json!(3_000_000_000_u64);
        for wrong in [json!("2"), json!(2.5), json!(true), too_large] {
            expect(json!({ name: wrong }), no_value(name, "an integer"));
        }
    }
    for name in words("enableManagedSpotTraining enableInterContainerTrafficEncryption") {
        expect(json!({ name: "true" }), no_value(name, "a boolean"));
    }
    for name in ["subnets", "securityGroupIds"] {
        for wrong in [json!("subnet-1"), json!([1]), json!({})] {
            expect(json!({ name: wrong }), no_value(name, "a list of strings"));
        }
    }
    let custom = "customModelTrainingParameters";
    expect(json!({ custom: [] }), no_value(custom, "an object"));
    let path = missing("The required parameter sourceS3DirectoryPath is missing.");
    expect(json!({ custom: {} }), path);
    assert!(neptune.ml_jobs(MlKind::ModelTraining).is_empty());
}

#[test]
fn errors_about_bodies() {
    let mut neptune = Emulator::default();
    let start =
        |media_type: &str, body: &str| send(Method::POST, JOBS, media_type, body.to_owned());
    let whole = job("job-1").to_string();
    let expected = missing("Content-type header not specified.");
    neptune.refuses_as(untyped(JOBS, &whole), expected);
    neptune.refuses(form(JOBS, &whole), BAD_REQUEST);
    for body in ["", "{", "[]", "\"text\"", "null", &"[".repeat(100_000)] {
        neptune.refuses(start("application/json", body), BAD_REQUEST);
    }
    neptune.ask(start("Application/JSON ; charset=utf-8", &whole));
}

#[test]
fn roles_can_be_required() {
    const ROLE: &str = "Required credentials are missing. Please add IAM role to the cluster or pass as a parameter to this request.";
    let mut neptune = Emulator::new(Config::default().roles_required(true));
    let role = json!({ "neptuneIamRoleArn": "arn:aws:iam::123456789012:role/NeptuneML" });
    neptune.post(JOBS, &with(job("job-1"), role));
    for request in [
        post(JOBS, &job("job-2")),
        get(JOBS),
        get("/ml/modeltraining/job-1"),
        delete("/ml/modeltraining/job-1"),
    ] {
        neptune.refuses_as(request, missing(ROLE));
    }
    let query = "neptuneIamRoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FNeptuneML";
    neptune.get(&format!("{JOBS}?{query}"));
    neptune.delete(&format!("{JOBS}/job-1?{query}"));
}

#[test]
fn named_jobs_can_be_checked() {
    let config = Config::default().data_processing_jobs(["data-1"]);
    let mut neptune = Emulator::new(config.check_ml_jobs(true));
    neptune.post(JOBS, &job("job-1"));
    let other = with(job("job-2"), json!({ "dataProcessingJobId": "data-2" }));
    let expected = bad("Provided MLDataProcessing job is not completed.");
    neptune.refuses_as(post(JOBS, &other), expected);

    let after = |previous: &str| {
        let previous = json!({ "previousModelTrainingJobId": previous });
        post(JOBS, &with(job("job-2"), previous))
    };
    let expected = bad("Provided MLModelTraining job doesn't exist.");
    neptune.refuses_as(after("job-0"), expected);
    let expected = bad("Provided ModelTraining job has not completed.");
    neptune.refuses_as(after("job-1"), expected);
    neptune.after(10).ask(after("job-1"));
}

//! Neptune ML and the bulk loader.

use neptunedata::serde_json::json;
use neptunedata_emulator::Role;
use serde_json::Value;

use crate::steps::{ANY, LAST, NEW, Step, call};

pub(crate) fn steps() -> Vec<Step> {
    let arn = "arn:aws:sagemaker:us-east-1:123456789012";
    let running = |member: &str, output: &str| {
        let name = "job-1-processing";
        let part = json!({
            "arn": format!("{arn}:processing-job/{name}"),
            "cloudwatchLogUrl": ANY,
            "name": name,
            "outputLocation": format!("s3://bucket/{output}/{name}/output"),
            "status": "InProgress",
        });
        json!({ "id": "job-1", "status": "InProgress", member: part })
    };
    let creating = json!({
        "id": "job-1",
        "status": "Creating",
        "endpoint": {
            "arn": format!("{arn}:endpoint/job-1-endpoint"),
            "cloudwatchLogUrl": ANY,
            "name": "job-1-endpoint",
            "status": "Creating",
        },
        "endpointConfig": {
            "arn": format!("{arn}:endpoint-config/job-1-endpoint-config"),
            "name": "job-1-endpoint-config",
        },
    });

    let data_processing = ml(
        "StartMLDataProcessingJob",
        "ListMLDataProcessingJobs",
        "GetMLDataProcessingJob",
        "CancelMLDataProcessingJob",
        json!({
            "id": "job-1",
            "inputDataS3Location": "s3://bucket/in",
            "processedDataS3Location": "s3://bucket/out",
        }),
        running("processingJob", "out"),
    );
    let training = ml(
        "StartMLModelTrainingJob",
        "ListMLModelTrainingJobs",
        "GetMLModelTrainingJob",
        "CancelMLModelTrainingJob",
        json!({
            "id": "job-1",
            "dataProcessingJobId": "job-1",
            "trainModelS3Location": "s3://bucket/models",
            "maxHPONumberOfTrainingJobs": 2,
        }),
        running("processingJob", "models"),
    );
    let transform = ml(
        "StartMLModelTransformJob",
        "ListMLModelTransformJobs",
        "GetMLModelTransformJob",
        "CancelMLModelTransformJob",
        json!({
            "id": "job-1",
            "dataProcessingJobId": "job-1",
            "mlModelTrainingJobId": "job-1",
            "modelTransformOutputS3Location": "s3://bucket/out",
        }),
        running("baseProcessingJob", "out"),
    );
    let endpoints = ml(
        "CreateMLEndpoint",
        "ListMLEndpoints",
        "GetMLEndpoint",
        "DeleteMLEndpoint",
        json!({ "id": "job-1", "mlModelTrainingJobId": "job-1", "instanceCount": 2 }),
        creating,
    );
    [data_processing, training, transform, endpoints, loads()].concat()
}

/// The four operations of a kind, the input that starts a job, and the status of the job after that.
fn ml(
    start: &'static str,
    list: &'static str,
    get: &'static str,
    cancel: &'static str,
    input: Value,
    status: Value,
) -> Vec<Step> {
    vec![
        call!(start input => { "id": "job-1", "arn": ANY, "creationTimeInMillis": ANY }),
        // The id is taken.
        call!(start input => 400 InvalidParameterException),
        call!(list { "maxItems": 5 } => { "ids": ["job-1"] }),
        call!(get { "id": "job-1" } => status),
        call!(get { "id": "job-2" } => 400 InvalidParameterException),
        call!(cancel { "id": "job-1", "clean": true } => { "status": "200 OK" }),
        call!(cancel { "id": "job-2" } => 400 InvalidParameterException),
        // No role is attached to the cluster.
        Step::Reconfigure(|config| config.roles_required(true)),
        call!(list {} => 400 MissingParameterException),
        Step::Reconfigure(|config| config.roles_required(false)),
    ]
}

fn loads() -> Vec<Step> {
    let (start, list) = ("StartLoaderJob", "ListLoaderJobs");
    let (get, cancel) = ("GetLoaderJobStatus", "CancelLoaderJob");
    let load = json!({
        "source": "s3://bucket/1.csv",
        "format": "csv",
        "s3BucketRegion": "us-east-1",
        "iamRoleArn": "arn:aws:iam::123456789012:role/Loader",
        "failOnError": false,
    });
    let started = json!({ "status": "200 OK", "payload": { "loadId": NEW } });
    let overall = |status: &str, errors: u64, records: u64, seconds: f64| {
        json!({
            "fullUri": "s3://bucket/1.csv",
            "runNumber": 1,
            "retryNumber": 0,
            "status": status,
            "totalTimeSpent": seconds,
            "startTime": ANY,
            "totalRecords": records,
            "totalDuplicates": 0,
            "parsingErrors": errors,
            "datatypeMismatchErrors": 0,
            "insertErrors": 0,
        })
    };
    let running = json!({
        "feedCount": [{ "LOAD_IN_PROGRESS": 1 }],
        "overallStatus": overall("LOAD_IN_PROGRESS", 0, 0, 0.0),
    });
    let failed = json!({
        "feedCount": [{ "LOAD_FAILED": 1 }],
        "overallStatus": overall("LOAD_FAILED", 1, 1, 10.0),
        "failedFeeds": [overall("LOAD_FAILED", 1, 1, 10.0)],
        "errors": {
            "startIndex": 1,
            "endIndex": 1,
            "loadId": LAST,
            "errorLogs": [{
                "errorCode": "PARSING_ERROR",
                "errorMessage": "No column ~id.",
                "fileName": "s3://bucket/1.csv",
                "recordNum": 7,
            }],
        },
    });
    let details = json!({ "loadId": LAST, "errors": true, "details": true });
    vec![
        call!(start load => started),
        // Another one runs.
        call!(start load => 400 BadRequestException),
        call!(list { "limit": 5 } => { "status": "200 OK", "payload": { "loadIds": [LAST] } }),
        call!(get { "loadId": LAST } => { "status": "200 OK", "payload": running }),
        Step::Wait(10),
        call!(get details => { "status": "200 OK", "payload": failed }),
        call!(get { "loadId": "load-1" } => 400 InvalidParameterException),
        call!(cancel { "loadId": LAST } => 404 BulkLoadIdNotFoundException),
        call!(start load => started),
        // The answer has no body (M34).
        call!(cancel { "loadId": LAST } => {}),
        Step::Reconfigure(|config| config.role(Role::Reader)),
        call!(start load => 405 MethodNotAllowedException),
        call!(cancel { "loadId": LAST } => 405 MethodNotAllowedException),
        Step::Reconfigure(|config| config.role(Role::Writer)),
    ]
}

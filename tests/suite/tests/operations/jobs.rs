//! Neptune ML and the bulk loader.

use neptunedata::{ExceptionKind, serde_json::json};
use neptunedata_emulator::Role;
use serde_json::Value;

use crate::steps::{ANY, LAST, NEW, Step, bad, good};

pub(crate) fn steps() -> Vec<Step> {
    let mut steps = Vec::new();
    let part = |name: &str, output: &str| {
        json!({
            "arn": format!("arn:aws:sagemaker:us-east-1:123456789012:processing-job/{name}"),
            "cloudwatchLogUrl": ANY,
            "name": name,
            "outputLocation": format!("s3://bucket/{output}/{name}/output"),
            "status": "InProgress",
        })
    };
    let running = |member: &str, output: &str| json!({ "id": "job-1", "status": "InProgress", member: part("job-1-processing", output) });

    let data = json!({
        "inputDataS3Location": "s3://bucket/in",
        "processedDataS3Location": "s3://bucket/out",
    });
    let names = [
        "StartMLDataProcessingJob",
        "ListMLDataProcessingJobs",
        "GetMLDataProcessingJob",
        "CancelMLDataProcessingJob",
    ];
    steps.extend(ml(names, data, running("processingJob", "out")));

    let training = json!({
        "dataProcessingJobId": "job-1",
        "trainModelS3Location": "s3://bucket/models",
        "maxHPONumberOfTrainingJobs": 2,
    });
    let names = [
        "StartMLModelTrainingJob",
        "ListMLModelTrainingJobs",
        "GetMLModelTrainingJob",
        "CancelMLModelTrainingJob",
    ];
    steps.extend(ml(names, training, running("processingJob", "models")));

    let transform = json!({
        "dataProcessingJobId": "job-1",
        "mlModelTrainingJobId": "job-1",
        "modelTransformOutputS3Location": "s3://bucket/out",
    });
    let names = [
        "StartMLModelTransformJob",
        "ListMLModelTransformJobs",
        "GetMLModelTransformJob",
        "CancelMLModelTransformJob",
    ];
    steps.extend(ml(names, transform, running("baseProcessingJob", "out")));

    let endpoint = json!({ "mlModelTrainingJobId": "job-1", "instanceCount": 2 });
    let arn = "arn:aws:sagemaker:us-east-1:123456789012";
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
    let names = [
        "CreateMLEndpoint",
        "ListMLEndpoints",
        "GetMLEndpoint",
        "DeleteMLEndpoint",
    ];
    steps.extend(ml(names, endpoint, creating));
    steps.extend(loads());
    steps
}

/// The four verbs of a kind: what it is started with, and what its status is then.
fn ml([start, list, get, cancel]: [&'static str; 4], mut input: Value, status: Value) -> Vec<Step> {
    input["id"] = "job-1".into();
    let invalid = ExceptionKind::InvalidParameterException;
    vec![
        good(
            start,
            input.clone(),
            json!({ "id": "job-1", "arn": ANY, "creationTimeInMillis": ANY }),
        ),
        // The id is taken.
        bad(start, input, 400, invalid),
        good(list, json!({ "maxItems": 5 }), json!({ "ids": ["job-1"] })),
        good(get, json!({ "id": "job-1" }), status),
        bad(get, json!({ "id": "job-2" }), 400, invalid),
        good(
            cancel,
            json!({ "id": "job-1", "clean": true }),
            json!({ "status": "200 OK" }),
        ),
        bad(cancel, json!({ "id": "job-2" }), 400, invalid),
        // No role is attached to the cluster.
        Step::Reconfigure(|config| config.roles_required(true)),
        bad(
            list,
            json!({}),
            400,
            ExceptionKind::MissingParameterException,
        ),
        Step::Reconfigure(|config| config.roles_required(false)),
    ]
}

fn loads() -> Vec<Step> {
    let load = json!({
        "source": "s3://bucket/1.csv",
        "format": "csv",
        "s3BucketRegion": "us-east-1",
        "iamRoleArn": "arn:aws:iam::123456789012:role/Loader",
        "failOnError": false,
    });
    let (start, list) = ("StartLoaderJob", "ListLoaderJobs");
    let (get, cancel) = ("GetLoaderJobStatus", "CancelLoaderJob");
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
    let told = |payload| json!({ "status": "200 OK", "payload": payload });
    vec![
        good(start, load.clone(), started.clone()),
        // Another one runs.
        bad(start, load.clone(), 400, ExceptionKind::BadRequestException),
        good(
            list,
            json!({ "limit": 5 }),
            json!({ "status": "200 OK", "payload": { "loadIds": [LAST] } }),
        ),
        good(get, json!({ "loadId": LAST }), told(running)),
        Step::Wait(10),
        good(
            get,
            json!({ "loadId": LAST, "errors": true, "details": true }),
            told(failed),
        ),
        bad(
            get,
            json!({ "loadId": "load-1" }),
            400,
            ExceptionKind::InvalidParameterException,
        ),
        bad(
            cancel,
            json!({ "loadId": LAST }),
            404,
            ExceptionKind::BulkLoadIdNotFoundException,
        ),
        good(start, load.clone(), started),
        // The answer has no body (M34).
        good(cancel, json!({ "loadId": LAST }), json!({})),
        Step::Reconfigure(|config| config.role(Role::Reader)),
        bad(start, load, 405, ExceptionKind::MethodNotAllowedException),
        bad(
            cancel,
            json!({ "loadId": LAST }),
            405,
            ExceptionKind::MethodNotAllowedException,
        ),
        Step::Reconfigure(|config| config.role(Role::Writer)),
    ]
}

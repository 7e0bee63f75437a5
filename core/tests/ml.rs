//! Neptune ML: members of its requests that the model lacks, and how its states are decoded.

#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

use bytes::Bytes;
use neptunedata::{
    Call, CallOptions, Operation,
    catalog::OPERATIONS,
    machine::Input,
    ml::{
        CreateMlEndpoint, DataProcessingJobId, GetMlEndpoint, InputDataS3Uri, MlEndpointStatus,
        MlJobStatus, ModelTrainingJobId, ProcessedDataS3Uri, StartMlDataProcessingJob,
        StartMlModelTransformJob, TrainingJobName,
    },
    types::S3Uri,
};
use serde_json::{Value, json};

use steps::{NOW, Steps, session};

fn body<O: Operation>(operation: &O, options: &CallOptions) -> Value {
    let mut call = Call::with_options(&session(), operation, options, 1);
    let request = call.sends(Input::Next, NOW).request;
    serde_json::from_slice(request.body()).unwrap()
}

#[test]
fn a_transform_names_what_it_starts_from() {
    let none = CallOptions::new();
    let output = || S3Uri::new("s3://b/out/");

    let of_neptune = StartMlModelTransformJob::from_training_job(
        DataProcessingJobId::new("d"),
        ModelTrainingJobId::new("t"),
        output(),
    );
    let expected = json!({
        "dataProcessingJobId": "d",
        "mlModelTrainingJobId": "t",
        "modelTransformOutputS3Location": "s3://b/out/",
    });
    assert_eq!(body(&of_neptune, &none), expected);

    let of_sagemaker =
        StartMlModelTransformJob::from_sagemaker_job(TrainingJobName::new("n"), output());
    let expected = json!({"trainingJobName": "n", "modelTransformOutputS3Location": "s3://b/out/"});
    assert_eq!(body(&of_sagemaker, &none), expected);
}

#[test]
fn an_endpoint_names_one_job() {
    let none = CallOptions::new();
    let training = body(&CreateMlEndpoint::from_training_job("t"), &none);
    assert_eq!(training, json!({"mlModelTrainingJobId": "t"}));
    let transform = body(&CreateMlEndpoint::from_transform_job("t"), &none);
    assert_eq!(transform, json!({"mlModelTransformJobId": "t"}));
}

#[test]
fn m39_members_beyond_the_model_go_into_the_body() {
    let start = StartMlDataProcessingJob::new(
        InputDataS3Uri::new("s3://b/in/"),
        ProcessedDataS3Uri::new("s3://b/out/"),
    );
    let options = CallOptions::new().extra("enableInterContainerTrafficEncryption", true);
    let expected = json!({
        "inputDataS3Location": "s3://b/in/",
        "processedDataS3Location": "s3://b/out/",
        "enableInterContainerTrafficEncryption": true,
    });
    assert_eq!(body(&start, &options), expected);
}

#[test]
fn m40_update_is_boolean_and_can_be_sent_as_text() {
    let update = CreateMlEndpoint::from_transform_job("t")
        .id("e")
        .update(true);
    let mut expected = json!({"id": "e", "mlModelTransformJobId": "t", "update": true});
    assert_eq!(body(&update, &CallOptions::new()), expected);

    expected["update"] = json!("true");
    let options = CallOptions::new().extra("update", "true");
    assert_eq!(body(&update, &options), expected);
}

#[test]
fn m41_actions_are_named_as_they_are_called() {
    for (name, action) in [
        ("StartMLDataProcessingJob", "StartMLDataProcessingJob"),
        ("GetMLDataProcessingJob", "GetMLDataProcessingJobStatus"),
    ] {
        let info = OPERATIONS.iter().find(|info| info.name == name).unwrap();
        assert_eq!(info.iam_actions, [action]);
    }
}

/// `U19`: which states there are besides.
#[test]
fn unknown_states_are_kept_and_are_not_final() {
    let get = |status: &str| {
        let body = json!({"status": status, "endpoint": {"status": status}}).to_string();
        let answer = http::Response::new(Bytes::from(body));
        let output = neptunedata::response::<GetMlEndpoint>(&answer).unwrap();
        let inner = output.endpoint.unwrap().status;
        assert_eq!(output.status, inner);
        inner.unwrap()
    };
    for (status, is_terminal) in [
        ("Creating", false),
        ("InService", true),
        ("Failed", true),
        ("Updating", false),
        ("Deleting", false),
        ("RollingBack", false),
    ] {
        let read = get(status);
        assert_eq!(read.as_str(), status);
        assert_eq!(read.is_terminal(), is_terminal, "{status}");
    }
    assert_eq!(get("InService"), MlEndpointStatus::InService);

    assert!(MlJobStatus::from("Stopped").is_terminal());
    assert!(!MlJobStatus::from("Stopping").is_terminal());
    assert!(!MlJobStatus::from("Paused").is_terminal());
}

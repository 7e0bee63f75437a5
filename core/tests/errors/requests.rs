//! Errors of invalid requests.

use neptunedata::{Endpoint, dynamic};
use serde_json::json;

#[test]
fn field_errors_of_a_request_are_named() {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let start = |custom| {
        json!({
            "id": "x", "dataProcessingJobId": "y", "subnets": ["a", 1], "trainModelS3Location": "s3://b/",
            "customModelTrainingParameters": custom,
        })
    };
    for (operation, input, text) in [
        (
            "StartMLModelTrainingJob",
            json!({"id": 7, "subnets": ["a", 1], "modelNam": "x", "Subnets": []}),
            "Subnets: no such member; modelNam: no such member",
        ),
        (
            "StartMLModelTrainingJob",
            start(json!({"sourceS3DirectoryPat": "s3://c/"})),
            "customModelTrainingParameters.sourceS3DirectoryPat: no such member",
        ),
        (
            "StartMLModelTrainingJob",
            start(json!({})),
            "customModelTrainingParameters.sourceS3DirectoryPath: required member is missing",
        ),
        (
            "StartMLModelTrainingJob",
            start(json!({"sourceS3DirectoryPath": "s3://c/"})),
            "subnets[1]: expected string, found integer",
        ),
        (
            "ListMLModelTrainingJobs",
            json!({"maxItems": 0, "neptuneIamRoleArn": null}),
            "neptuneIamRoleArn: expected string, found null",
        ),
        (
            "ListMLModelTrainingJobs",
            json!({"maxItems": 0}),
            "maxItems: must be from 1 to 1024",
        ),
        (
            "GetMLModelTrainingJob",
            json!([]),
            "expected object, found array",
        ),
        ("CancelMlModelTrainingJob", json!({}), "no such operation"),
    ] {
        let error = dynamic::request(operation, &input, &endpoint).unwrap_err();
        let text = format!("{operation}: request not sent: {text}");
        assert_eq!(error.to_string(), text);
    }
}

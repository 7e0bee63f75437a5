//! Errors of invalid requests.

use neptunedata::{Endpoint, dynamic};
use serde_json::json;

#[test]
fn field_errors_of_a_request_are_named() {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let refused = |operation, input| {
        let error = dynamic::request(operation, &input, &endpoint).unwrap_err();
        error.to_string()
    };
    let input = json!({"id": 7, "subnets": ["a", 1], "modelNam": "x", "Subnets": []});
    assert_eq!(
        refused("StartMLModelTrainingJob", input),
        "StartMLModelTrainingJob: request not sent: Subnets: no such member; \
         modelNam: no such member",
    );
    let mut input = json!({
        "id": "x", "dataProcessingJobId": "y", "subnets": ["a", 1], "trainModelS3Location": "s3://b/",
        "customModelTrainingParameters": {"sourceS3DirectoryPat": "s3://c/"},
    });
    assert_eq!(
        refused("StartMLModelTrainingJob", input.clone()),
        "StartMLModelTrainingJob: request not sent: customModelTrainingParameters.sourceS3DirectoryPat: \
         no such member",
    );
    input["customModelTrainingParameters"] = json!({});
    assert_eq!(
        refused("StartMLModelTrainingJob", input.clone()),
        "StartMLModelTrainingJob: request not sent: customModelTrainingParameters.sourceS3DirectoryPath: \
         required member is missing",
    );
    input["customModelTrainingParameters"] = json!({"sourceS3DirectoryPath": "s3://c/"});
    assert_eq!(
        refused("StartMLModelTrainingJob", input.clone()),
        "StartMLModelTrainingJob: request not sent: subnets[1]: expected string, found integer",
    );

    let input = json!({"maxItems": 0, "neptuneIamRoleArn": null});
    assert_eq!(
        refused("ListMLModelTrainingJobs", input),
        "ListMLModelTrainingJobs: request not sent: neptuneIamRoleArn: expected string, found null",
    );
    assert_eq!(
        refused("ListMLModelTrainingJobs", json!({"maxItems": 0})),
        "ListMLModelTrainingJobs: request not sent: maxItems: must be from 1 to 1024",
    );

    let error = dynamic::request("GetMLModelTrainingJob", &json!([]), &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob: request not sent: expected object, found array",
    );

    let error = dynamic::request("CancelMlModelTrainingJob", &json!({}), &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CancelMlModelTrainingJob: request not sent: no such operation"
    );
}

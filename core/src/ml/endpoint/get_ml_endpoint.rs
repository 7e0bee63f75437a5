//! Tells what state an inference endpoint is in: `GET /ml/endpoints/{id}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLEndpoint.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    ml::{MlConfigDefinition, MlEndpointStatus},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells what state an inference endpoint is in, `GET /ml/endpoints/{id}`.
///
/// A read. Needs the IAM action `neptune-db:GetMLEndpointStatus` and engine 1.2.1.0.R6 or later. An
/// id that no endpoint has is an `InvalidParameterException` (400), not the documented
/// `MLResourceNotFoundException` (`M38`).
///
/// ```
/// use neptunedata::{Endpoint, ml::{GetMlEndpoint, MlEndpointStatus}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetMlEndpoint::new("endpoint-1"), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/ml/endpoints/endpoint-1");
///
/// let body = r#"{
///     "status": "InService",
///     "id": "endpoint-1",
///     "endpoint": {
///         "name": "endpoint-1-sm",
///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/endpoint-1-sm",
///         "status": "InService"
///     },
///     "endpointConfig": {
///         "name": "endpoint-1-config",
///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/endpoint-1-config"
///     }
/// }"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetMlEndpoint>(&answer)?;
/// assert_eq!(output.status, Some(MlEndpointStatus::InService));
/// assert_eq!(output.endpoint.unwrap().name.as_deref(), Some("endpoint-1-sm"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLEndpoint.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetMlEndpoint {
    /// The endpoint. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
    /// hyphens.
    pub id: String,
    /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
    /// the cluster; it must be listed in the cluster's parameter group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neptune_iam_role_arn: Option<String>,
}

arbitrary!(GetMlEndpoint => id: Label, neptune_iam_role_arn);

impl GetMlEndpoint {
    /// Asks for the endpoint with this id.
    pub fn new(id: impl Into<String>) -> Self {
        GetMlEndpoint {
            id: id.into(),
            neptune_iam_role_arn: None,
        }
    }
}

setters!(GetMlEndpoint { neptune_iam_role_arn: impl String });

/// The answer to [`GetMlEndpoint`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetMlEndpointOutput {
    /// What state the endpoint is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MlEndpointStatus>,
    /// The endpoint's id, which queries name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The SageMaker endpoint behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<MlEndpointDefinition>,
    /// The configuration of the SageMaker endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_config: Option<MlConfigDefinition>,
}

arbitrary!(GetMlEndpointOutput, answer => status, id, endpoint, endpoint_config);

/// A SageMaker endpoint behind a Neptune ML endpoint. It is what the service calls
/// `MlResourceDefinition`, with the states of endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MlEndpointDefinition {
    /// Its name in SageMaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// What state it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MlEndpointStatus>,
    /// Where in S3 it writes, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_location: Option<String>,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// Where its CloudWatch logs are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloudwatch_log_url: Option<String>,
}

arbitrary!(MlEndpointDefinition =>
    name, arn, status, output_location, failure_reason, cloudwatch_log_url);

impl Operation for GetMlEndpoint {
    type Output = GetMlEndpointOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetMLEndpoint",
        Method::GET,
        "/ml/endpoints/{id}",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["GetMLEndpointStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLEndpoint.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("id", &self.id);
        request.query("neptuneIamRoleArn", &self.neptune_iam_role_arn);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

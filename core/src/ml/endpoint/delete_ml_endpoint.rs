//! Deletes an inference endpoint: `DELETE /ml/endpoints/{id}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_DeleteMLEndpoint.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Deletes an inference endpoint, `DELETE /ml/endpoints/{id}`.
///
/// Works on an endpoint that is in service as on one that is being created; the service's own page
/// only speaks of the latter (`M45`).
///
/// Idempotent: an endpoint that was deleted stays deleted. Repeated after a lost answer it may meet
/// `InvalidParameterException`, and the [`Error`](crate::error::Error) then says that an earlier attempt
/// may have been executed.
///
/// Needs the IAM action `neptune-db:DeleteMLEndpoint` and engine 1.2.1.0.R6 or later. An id that no
/// endpoint has is an `InvalidParameterException` (400), not the documented
/// `MLResourceNotFoundException` (`M38`).
///
/// ```
/// use neptunedata::{Endpoint, ml::DeleteMlEndpoint};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let delete = DeleteMlEndpoint::new("endpoint-1").clean(true);
/// let request = neptunedata::request(&delete, &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/ml/endpoints/endpoint-1?clean=true");
///
/// let answer = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
/// let output = neptunedata::response::<DeleteMlEndpoint>(&answer)?;
/// assert_eq!(output.status.as_deref(), Some("200 OK"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_DeleteMLEndpoint.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct DeleteMlEndpoint {
    /// The endpoint. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
    /// hyphens.
    pub id: String,
    /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
    /// the cluster; it must be listed in the cluster's parameter group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neptune_iam_role_arn: Option<String>,
    /// Whether all artifacts of the endpoint are deleted too. The service's default is false.
    /// Documented, but not seen on an engine yet (`U25`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clean: Option<bool>,
}

arbitrary!(DeleteMlEndpoint => id: Label, neptune_iam_role_arn, clean);

impl DeleteMlEndpoint {
    /// Deletes the endpoint with this id.
    pub fn new(id: impl Into<String>) -> Self {
        DeleteMlEndpoint {
            id: id.into(),
            neptune_iam_role_arn: None,
            clean: None,
        }
    }
}

setters!(DeleteMlEndpoint { neptune_iam_role_arn: impl String, clean: bool });

/// The answer to [`DeleteMlEndpoint`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeleteMlEndpointOutput {
    /// A status line such as `200 OK`. What exactly it says is not documented (`U20`), and an answer
    /// without a body is a success as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

arbitrary!(DeleteMlEndpointOutput, answer => status);

impl Operation for DeleteMlEndpoint {
    type Output = DeleteMlEndpointOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "DeleteMLEndpoint",
        Method::DELETE,
        "/ml/endpoints/{id}",
        Effect::Idempotent,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["DeleteMLEndpoint"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_DeleteMLEndpoint.html",
    )
    .answering_empty();

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("id", &self.id);
        request.query("neptuneIamRoleArn", &self.neptune_iam_role_arn);
        request.query("clean", &self.clean);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

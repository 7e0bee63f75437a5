//! Cancels a model-transform job: `DELETE /ml/modeltransform/{id}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelMLModelTransformJob.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Cancels a model-transform job, `DELETE /ml/modeltransform/{id}`.
///
/// Idempotent: a job that was cancelled stays cancelled. Repeated after a lost answer it meets
/// `InvalidParameterException` ("… already completed or failed"), and the [`Error`](crate::error::Error)
/// then says that an earlier attempt may have been executed.
///
/// Needs the IAM action `neptune-db:CancelMLModelTransformJob` and engine 1.2.1.0.R6 or later. An
/// id that no job has is an `InvalidParameterException` (400), not the documented
/// `MLResourceNotFoundException` (`M38`).
///
/// ```
/// use neptunedata::{Endpoint, ml::CancelMlModelTransformJob};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let cancel = CancelMlModelTransformJob::new("transform-1").clean(true);
/// let request = neptunedata::request(&cancel, &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltransform/transform-1?clean=true");
///
/// let answer = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
/// let output = neptunedata::response::<CancelMlModelTransformJob>(&answer)?;
/// assert_eq!(output.status.as_deref(), Some("200 OK"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelMLModelTransformJob.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CancelMlModelTransformJob {
    /// The job. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
    /// hyphens.
    pub id: String,
    /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
    /// the cluster; it must be listed in the cluster's parameter group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neptune_iam_role_arn: Option<String>,
    /// Whether the job's artifacts in S3 are deleted too. The service's default is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clean: Option<bool>,
}

arbitrary!(CancelMlModelTransformJob => id: Label, neptune_iam_role_arn, clean);

impl CancelMlModelTransformJob {
    /// Cancels the job with this id.
    pub fn new(id: impl Into<String>) -> Self {
        CancelMlModelTransformJob {
            id: id.into(),
            neptune_iam_role_arn: None,
            clean: None,
        }
    }
}

setters!(CancelMlModelTransformJob { neptune_iam_role_arn: impl String, clean: bool });

/// The answer to [`CancelMlModelTransformJob`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CancelMlModelTransformJobOutput {
    /// A status line such as `200 OK`. What exactly it says is not documented (`U20`), and an answer
    /// without a body is a success as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

arbitrary!(CancelMlModelTransformJobOutput, answer => status);

impl Operation for CancelMlModelTransformJob {
    type Output = CancelMlModelTransformJobOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "CancelMLModelTransformJob",
        Method::DELETE,
        "/ml/modeltransform/{id}",
        Effect::Idempotent,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["CancelMLModelTransformJob"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelMLModelTransformJob.html",
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

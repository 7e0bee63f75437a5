//! Tells how far a model-transform job is: `GET /ml/modeltransform/{id}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLModelTransformJob.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    ml::{MlConfigDefinition, MlJobStatus, MlResourceDefinition},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells how far a model-transform job is, `GET /ml/modeltransform/{id}`.
///
/// A read. Needs the IAM action `neptune-db:GetMLModelTransformJobStatus` and engine 1.2.1.0.R6 or
/// later. An id that no job has is an `InvalidParameterException` (400), not the documented
/// `MLResourceNotFoundException` (`M38`).
///
/// ```
/// use neptunedata::{Endpoint, ml::{GetMlModelTransformJob, MlJobStatus}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetMlModelTransformJob::new("transform-1"), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltransform/transform-1");
///
/// let body = r#"{
///     "status": "InProgress",
///     "id": "transform-1",
///     "baseProcessingJob": {"name": "base-1", "status": "Completed"},
///     "remoteModelTransformJob": {
///         "name": "transform-1-remote",
///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/transform-1-remote",
///         "status": "InProgress"
///     },
///     "models": []
/// }"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetMlModelTransformJob>(&answer)?;
/// assert!(!output.status.unwrap().is_terminal());
/// let transform = output.remote_model_transform_job.unwrap();
/// assert_eq!(transform.status, Some(MlJobStatus::InProgress));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLModelTransformJob.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetMlModelTransformJob {
    /// The job. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
    /// hyphens.
    pub id: String,
    /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
    /// the cluster; it must be listed in the cluster's parameter group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neptune_iam_role_arn: Option<String>,
}

arbitrary!(GetMlModelTransformJob => id: Label, neptune_iam_role_arn);

impl GetMlModelTransformJob {
    /// Asks for the job with this id.
    pub fn new(id: impl Into<String>) -> Self {
        GetMlModelTransformJob {
            id: id.into(),
            neptune_iam_role_arn: None,
        }
    }
}

setters!(GetMlModelTransformJob { neptune_iam_role_arn: impl String });

/// The answer to [`GetMlModelTransformJob`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetMlModelTransformJobOutput {
    /// How far the job is as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MlJobStatus>,
    /// The job's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The SageMaker job that prepares the transform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_processing_job: Option<MlResourceDefinition>,
    /// The SageMaker job that computes the model's artifacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_model_transform_job: Option<MlResourceDefinition>,
    /// The models that came out so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<MlConfigDefinition>>,
}

arbitrary!(GetMlModelTransformJobOutput, answer =>
    status, id, base_processing_job, remote_model_transform_job, models);

impl Operation for GetMlModelTransformJob {
    type Output = GetMlModelTransformJobOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetMLModelTransformJob",
        Method::GET,
        "/ml/modeltransform/{id}",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["GetMLModelTransformJobStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLModelTransformJob.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("id", &self.id);
        request.query("neptuneIamRoleArn", &self.neptune_iam_role_arn);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

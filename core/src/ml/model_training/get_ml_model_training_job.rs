//! Tells how far a model-training job is: `GET /ml/modeltraining/{id}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLModelTrainingJob.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    ml::{MlConfigDefinition, MlJobStatus, MlResourceDefinition},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells how far a model-training job is, `GET /ml/modeltraining/{id}`.
///
/// A read. Needs the IAM action `neptune-db:GetMLModelTrainingJobStatus` and engine 1.2.1.0.R6 or later.
/// An id that no job has is an `InvalidParameterException` (400), not the documented
/// `MLResourceNotFoundException` (`M38`).
///
/// ```
/// use neptunedata::{Endpoint, ml::{GetMlModelTrainingJob, MlJobStatus}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetMlModelTrainingJob::new("job-1"), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltraining/job-1");
///
/// let body = r#"{"status":"Completed","id":"job-1","processingJob":{"name":"p","status":"Completed"}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetMlModelTrainingJob>(&answer)?;
/// assert_eq!(output.status, Some(MlJobStatus::Completed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLModelTrainingJob.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetMlModelTrainingJob {
    /// The job. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
    /// hyphens.
    pub id: String,
    /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
    /// the cluster; it must be listed in the cluster's parameter group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neptune_iam_role_arn: Option<String>,
}

arbitrary!(GetMlModelTrainingJob => id: Label, neptune_iam_role_arn);

impl GetMlModelTrainingJob {
    /// Asks for the job with this id.
    pub fn new(id: impl Into<String>) -> Self {
        GetMlModelTrainingJob {
            id: id.into(),
            neptune_iam_role_arn: None,
        }
    }
}

setters!(GetMlModelTrainingJob { neptune_iam_role_arn: impl String });

/// The answer to [`GetMlModelTrainingJob`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetMlModelTrainingJobOutput {
    /// How far the job is as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MlJobStatus>,
    /// The job's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The SageMaker job that prepares the training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_job: Option<MlResourceDefinition>,
    /// The SageMaker job that tunes hyperparameters and trains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hpo_job: Option<MlResourceDefinition>,
    /// The SageMaker job that computes the model's artifacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_transform_job: Option<MlResourceDefinition>,
    /// The models that came out so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ml_models: Option<Vec<MlConfigDefinition>>,
}

arbitrary!(GetMlModelTrainingJobOutput, answer =>
    status, id, processing_job, hpo_job, model_transform_job, ml_models);

impl Operation for GetMlModelTrainingJob {
    type Output = GetMlModelTrainingJobOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetMLModelTrainingJob",
        Method::GET,
        "/ml/modeltraining/{id}",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["GetMLModelTrainingJobStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLModelTrainingJob.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("id", &self.id);
        request.query("neptuneIamRoleArn", &self.neptune_iam_role_arn);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

//! Tells how far a data-processing job is: `GET /ml/dataprocessing/{id}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLDataProcessingJob.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    ml::{MlJobStatus, MlResourceDefinition},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells how far a data-processing job is, `GET /ml/dataprocessing/{id}`.
///
/// A read. Needs the IAM action `neptune-db:GetMLDataProcessingJobStatus` and engine 1.2.1.0.R6 or
/// later. An id that no job has is an `InvalidParameterException` (400), not the documented
/// `MLResourceNotFoundException` (`M38`).
///
/// ```
/// use neptunedata::{Endpoint, ml::{GetMlDataProcessingJob, MlJobStatus}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetMlDataProcessingJob::new("processed-1"), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/ml/dataprocessing/processed-1");
///
/// let body = r#"{
///     "status": "Completed",
///     "id": "processed-1",
///     "processingJob": {
///         "name": "PreprocessingStep-1",
///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:processing-job/PreprocessingStep-1",
///         "status": "Completed",
///         "outputLocation": "s3://bucket/processed/"
///     }
/// }"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetMlDataProcessingJob>(&answer)?;
/// assert_eq!(output.status, Some(MlJobStatus::Completed));
/// let location = output.processing_job.unwrap().output_location;
/// assert_eq!(location.as_deref(), Some("s3://bucket/processed/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLDataProcessingJob.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetMlDataProcessingJob {
    /// The job. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
    /// hyphens.
    pub id: String,
    /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
    /// the cluster; it must be listed in the cluster's parameter group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neptune_iam_role_arn: Option<String>,
}

arbitrary!(GetMlDataProcessingJob => id: Label, neptune_iam_role_arn);

impl GetMlDataProcessingJob {
    /// Asks for the job with this id.
    pub fn new(id: impl Into<String>) -> Self {
        GetMlDataProcessingJob {
            id: id.into(),
            neptune_iam_role_arn: None,
        }
    }
}

setters!(GetMlDataProcessingJob { neptune_iam_role_arn: impl String });

/// The answer to [`GetMlDataProcessingJob`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetMlDataProcessingJobOutput {
    /// How far the job is as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MlJobStatus>,
    /// The job's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The SageMaker job that does the work. Its `output_location` has the results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_job: Option<MlResourceDefinition>,
}

arbitrary!(GetMlDataProcessingJobOutput, answer => status, id, processing_job);

impl Operation for GetMlDataProcessingJob {
    type Output = GetMlDataProcessingJobOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetMLDataProcessingJob",
        Method::GET,
        "/ml/dataprocessing/{id}",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["GetMLDataProcessingJobStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetMLDataProcessingJob.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("id", &self.id);
        request.query("neptuneIamRoleArn", &self.neptune_iam_role_arn);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

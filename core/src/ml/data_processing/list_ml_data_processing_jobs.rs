//! Lists data-processing jobs: `GET /ml/dataprocessing`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_ListMLDataProcessingJobs.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Lists data-processing jobs, `GET /ml/dataprocessing`.
///
/// A read. There is no paging: what `max_items` cuts off cannot be had. Needs the IAM action
/// `neptune-db:ListMLDataProcessingJobs` and engine 1.2.1.0.R6 or later. Without a role for
/// SageMaker and S3 the service answers `MissingParameterException` (400).
///
/// ```
/// use neptunedata::{Endpoint, ml::ListMlDataProcessingJobs};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&ListMlDataProcessingJobs::new().max_items(3), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/ml/dataprocessing?maxItems=3");
///
/// let answer = neptunedata::http::Response::new(r#"{"ids":["processed-2","processed-1"]}"#.into());
/// let output = neptunedata::response::<ListMlDataProcessingJobs>(&answer)?;
/// assert_eq!(output.ids.unwrap(), ["processed-2", "processed-1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/data-api/API_ListMLDataProcessingJobs.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ListMlDataProcessingJobs {
    /// How many ids to answer at most, from 1 to 1,024. The service's default is 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<i32>,
    /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
    /// the cluster; it must be listed in the cluster's parameter group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neptune_iam_role_arn: Option<String>,
}

arbitrary!(ListMlDataProcessingJobs => max_items: Within(1..=1024), neptune_iam_role_arn);

impl ListMlDataProcessingJobs {
    /// Asks for the service's default number of jobs.
    pub fn new() -> Self {
        ListMlDataProcessingJobs::default()
    }
}

setters!(ListMlDataProcessingJobs { max_items: i32, neptune_iam_role_arn: impl String });

/// The answer to [`ListMlDataProcessingJobs`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListMlDataProcessingJobsOutput {
    /// The ids of the jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
}

arbitrary!(ListMlDataProcessingJobsOutput, answer => ids);

impl Operation for ListMlDataProcessingJobs {
    type Output = ListMlDataProcessingJobsOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "ListMLDataProcessingJobs",
        Method::GET,
        "/ml/dataprocessing",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["ListMLDataProcessingJobs"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_ListMLDataProcessingJobs.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.bounds("maxItems", self.max_items, 1..=1024);
        request.query("maxItems", &self.max_items);
        request.query("neptuneIamRoleArn", &self.neptune_iam_role_arn);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

//! Deletes the statistics of the property graph: `DELETE /propertygraph/statistics`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_DeletePropertygraphStatistics.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    statistics::DeleteStatisticsValueMap,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Deletes the statistics of the property graph, `DELETE /propertygraph/statistics`.
///
/// Idempotent: where there are none, nothing is deleted, and the answer is 204 without a body. Needs
/// the IAM action `neptune-db:DeleteStatistics` and engine 1.2.1.0.R6 or later. A replica refuses with
/// a `ReadOnlyViolationException`.
///
/// ```
/// use neptunedata::{Endpoint, statistics::DeletePropertygraphStatistics};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&DeletePropertygraphStatistics::new(), &endpoint)?;
/// assert_eq!(request.method(), "DELETE");
/// assert_eq!(request.uri(), "http://localhost:8182/propertygraph/statistics");
///
/// let body = r#"{"status":"200 OK","payload":{"active":false,"statisticsId":-1}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<DeletePropertygraphStatistics>(&answer)?;
/// assert_eq!(output.payload.unwrap().statistics_id.as_deref(), Some("-1"));
///
/// let answer = neptunedata::http::Response::builder().status(204).body("".into())?;
/// let output = neptunedata::response::<DeletePropertygraphStatistics>(&answer)?;
/// assert_eq!(output.status_code, Some(204));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeletePropertygraphStatistics {}

arbitrary!(DeletePropertygraphStatistics =>);

impl DeletePropertygraphStatistics {
    /// Deletes them.
    pub fn new() -> Self {
        DeletePropertygraphStatistics {}
    }
}

/// The answer to [`DeletePropertygraphStatistics`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeletePropertygraphStatisticsOutput {
    /// The HTTP status: 200, or 204 when there was nothing to delete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<i32>,
    /// A status line such as `200 OK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<DeleteStatisticsValueMap>,
}

arbitrary!(DeletePropertygraphStatisticsOutput, answer =>
    status_code: Exactly(Some(200)), status, payload);

impl Operation for DeletePropertygraphStatistics {
    type Output = DeletePropertygraphStatisticsOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "DeletePropertygraphStatistics",
        Method::DELETE,
        "/propertygraph/statistics",
        Effect::Idempotent,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["DeleteStatistics"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_DeletePropertygraphStatistics.html",
    )
    .answering_empty();

    fn encode(&self, _request: &mut RequestWriter<'_>) {}

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        let mut output: Self::Output = response.json()?;
        output.status_code = Some(response.status().as_u16().into());
        Ok(output)
    }
}

//! Tells about the statistics of the RDF graph: `GET /sparql/statistics`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetSparqlStatistics.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    statistics::Statistics,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells about the statistics of the RDF graph, `GET /sparql/statistics`.
///
/// A read, and the only operation on statistics that replicas take. Needs the IAM action
/// `neptune-db:GetStatisticsStatus` (the service model's text leaves it out, `M46`) and engine
/// 1.2.1.0.R6 or later. Where there cannot be any, as on the smallest instances, it is a
/// `BadRequestException`.
///
/// The path is that of the service model; the guide prefers `/rdf/statistics` since engine 1.2.1.0
/// (`M28`).
///
/// ```
/// use neptunedata::{Endpoint, statistics::GetSparqlStatistics};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetSparqlStatistics::new(), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/sparql/statistics");
///
/// let body = r#"{"status":"200 OK","payload":{"autoCompute":true,"active":true,
///     "statisticsId":1588893232718,"date":"2023-01-24T00:47:43.319Z",
///     "signatureInfo":{"signatureCount":5,"instanceCount":1000,"predicateCount":20}}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetSparqlStatistics>(&answer)?;
/// let statistics = output.payload.unwrap();
/// assert_eq!(statistics.statistics_id.as_deref(), Some("1588893232718"));
/// assert_eq!(statistics.signature_info.unwrap().instance_count, Some(1000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GetSparqlStatistics {}

arbitrary!(GetSparqlStatistics =>);

impl GetSparqlStatistics {
    /// Asks for the statistics.
    pub fn new() -> Self {
        GetSparqlStatistics {}
    }
}

/// The answer to [`GetSparqlStatistics`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetSparqlStatisticsOutput {
    /// A status line such as `200 OK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The statistics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Statistics>,
}

arbitrary!(GetSparqlStatisticsOutput, answer => status, payload);

impl Operation for GetSparqlStatistics {
    type Output = GetSparqlStatisticsOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetSparqlStatistics",
        Method::GET,
        "/sparql/statistics",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["GetStatisticsStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetSparqlStatistics.html",
    );

    fn encode(&self, _request: &mut RequestWriter<'_>) {}

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

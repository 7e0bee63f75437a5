//! Computes the statistics of the property graph, or says whether to: `POST /propertygraph/statistics`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_ManagePropertygraphStatistics.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    statistics::{RefreshStatisticsIdMap, StatisticsAutoGenerationMode},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Computes the statistics of the property graph, or says whether to do so without being asked,
/// `POST /propertygraph/statistics`.
///
/// Idempotent: a switch stays where it is put, and statistics computed again are the same; while
/// they are being computed, asking again changes nothing. Needs the IAM action
/// `neptune-db:ManageStatistics` and engine 1.2.1.0.R6 or later. A replica refuses with a
/// `ReadOnlyViolationException`.
///
/// ```
/// use neptunedata::{
///     Endpoint, statistics::{ManagePropertygraphStatistics, StatisticsAutoGenerationMode},
/// };
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let refresh = ManagePropertygraphStatistics::new().mode(StatisticsAutoGenerationMode::Refresh);
/// let request = neptunedata::request(&refresh, &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/propertygraph/statistics");
/// assert_eq!(request.body(), r#"{"mode":"refresh"}"#);
///
/// let body = r#"{"status":"200 OK","payload":{"statisticsId":1588893232718}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<ManagePropertygraphStatistics>(&answer)?;
/// assert_eq!(output.payload.unwrap().statistics_id.as_deref(), Some("1588893232718"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ManagePropertygraphStatistics {
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<StatisticsAutoGenerationMode>,
}

arbitrary!(ManagePropertygraphStatistics => mode);

impl ManagePropertygraphStatistics {
    /// A request without a mode, which the service model allows; set one.
    pub fn new() -> Self {
        ManagePropertygraphStatistics::default()
    }
}

setters!(ManagePropertygraphStatistics {
    mode: StatisticsAutoGenerationMode
});

/// The answer to [`ManagePropertygraphStatistics`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ManagePropertygraphStatisticsOutput {
    /// A status line such as `200 OK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The statistics that are being computed; only after a refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<RefreshStatisticsIdMap>,
}

arbitrary!(ManagePropertygraphStatisticsOutput, answer => status, payload);

impl Operation for ManagePropertygraphStatistics {
    type Output = ManagePropertygraphStatisticsOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "ManagePropertygraphStatistics",
        Method::POST,
        "/propertygraph/statistics",
        Effect::Idempotent,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["ManageStatistics"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_ManagePropertygraphStatistics.html",
    );

    // Without a content type, which only a body gets here, some engines refuse (`M43`).
    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.json(self);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

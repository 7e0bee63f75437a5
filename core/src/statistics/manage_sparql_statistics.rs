//! Computes the statistics of the RDF graph, or says whether to: `POST /sparql/statistics`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_ManageSparqlStatistics.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    statistics::{RefreshStatisticsIdMap, StatisticsAutoGenerationMode},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Computes the statistics of the RDF graph, or says whether to do so without being asked,
/// `POST /sparql/statistics`.
///
/// Idempotent: a switch stays where it is put, and statistics computed again are the same; while
/// they are being computed, asking again changes nothing. Needs the IAM action
/// `neptune-db:ManageStatistics` and engine 1.2.1.0.R6 or later. A replica refuses with a
/// `ReadOnlyViolationException`.
///
/// The path is that of the service model; the guide prefers `/rdf/statistics` since engine 1.2.1.0
/// (`M28`).
///
/// ```
/// use neptunedata::{Endpoint, statistics::{ManageSparqlStatistics, StatisticsAutoGenerationMode}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let refresh = ManageSparqlStatistics::new().mode(StatisticsAutoGenerationMode::Refresh);
/// let request = neptunedata::request(&refresh, &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/sparql/statistics");
/// assert_eq!(request.body(), r#"{"mode":"refresh"}"#);
///
/// let body = r#"{"status":"200 OK","payload":{"statisticsId":1588893232718}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<ManageSparqlStatistics>(&answer)?;
/// assert_eq!(output.payload.unwrap().statistics_id.as_deref(), Some("1588893232718"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ManageSparqlStatistics {
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<StatisticsAutoGenerationMode>,
}

arbitrary!(ManageSparqlStatistics => mode);

impl ManageSparqlStatistics {
    /// A request without a mode, which the service model allows; set one.
    pub fn new() -> Self {
        ManageSparqlStatistics::default()
    }
}

setters!(ManageSparqlStatistics {
    mode: StatisticsAutoGenerationMode
});

/// The answer to [`ManageSparqlStatistics`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ManageSparqlStatisticsOutput {
    /// A status line such as `200 OK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The statistics that are being computed; only after a refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<RefreshStatisticsIdMap>,
}

arbitrary!(ManageSparqlStatisticsOutput, answer => status, payload);

impl Operation for ManageSparqlStatistics {
    type Output = ManageSparqlStatisticsOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "ManageSparqlStatistics",
        Method::POST,
        "/sparql/statistics",
        Effect::Idempotent,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["ManageStatistics"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_ManageSparqlStatistics.html",
    );

    // Without a content type, which only a body gets here, some engines refuse (`M43`).
    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.json(self);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

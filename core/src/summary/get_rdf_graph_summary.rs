//! Summarizes the RDF graph: `GET /rdf/statistics/summary`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetRDFGraphSummary.html>

use std::collections::BTreeMap;

use http::Method;
use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    summary::GraphSummaryType,
    types::Timestamp,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Summarizes the RDF graph, `GET /rdf/statistics/summary`.
///
/// A read. The summary is made of the statistics, so it is as old as they are, and without them it is
/// a `StatisticsNotAvailableException` (400); where there cannot be any, as on the smallest
/// instances, a `BadRequestException`. Needs the IAM action `neptune-db:GetGraphSummary`
/// and engine 1.2.1.0.R6 or later.
///
/// ```
/// use neptunedata::{Endpoint, summary::{GetRdfGraphSummary, GraphSummaryType}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let get = GetRdfGraphSummary::new().mode(GraphSummaryType::Basic);
/// let request = neptunedata::request(&get, &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/rdf/statistics/summary?mode=basic");
///
/// let body = r#"{"status":"200 OK","payload":{"version":"v1",
///     "lastStatisticsComputationTime":"2023-03-01T14:35:03.804Z",
///     "graphSummary":{"numQuads":158571,"numClasses":4,
///         "predicates":[{"http://example.com/route":50656}]}}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetRdfGraphSummary>(&answer)?;
/// let summary = output.payload.unwrap();
/// let predicates = summary.graph_summary.unwrap().predicates.unwrap();
/// assert_eq!(predicates[0]["http://example.com/route"], 50656);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetRdfGraphSummary {
    /// How much to tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<GraphSummaryType>,
}

arbitrary!(GetRdfGraphSummary => mode);

impl GetRdfGraphSummary {
    /// Asks for the service's default, the basic summary.
    pub fn new() -> Self {
        GetRdfGraphSummary::default()
    }
}

setters!(GetRdfGraphSummary {
    mode: GraphSummaryType
});

/// The answer to [`GetRdfGraphSummary`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetRdfGraphSummaryOutput {
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<i32>,
    /// A status line such as `200 OK`, which the service model does not know (`M29`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The summary and what it is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<RdfGraphSummaryValueMap>,
}

arbitrary!(GetRdfGraphSummaryOutput, answer => status_code: Exactly(Some(200)), status, payload);

/// A summary of the RDF graph, with its version and age.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RdfGraphSummaryValueMap {
    /// The version of the summary, such as `v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// When the statistics behind it were computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_statistics_computation_time: Option<Timestamp>,
    /// The summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_summary: Option<RdfGraphSummary>,
}

arbitrary!(RdfGraphSummaryValueMap => version, last_statistics_computation_time, graph_summary);

/// What there is in the RDF graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RdfGraphSummary {
    /// How many subjects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_distinct_subjects: Option<i64>,
    /// How many predicates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_distinct_predicates: Option<i64>,
    /// How many quads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_quads: Option<i64>,
    /// How many classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_classes: Option<i64>,
    /// The classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// How often each predicate is used, a map of one entry each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicates: Option<Vec<BTreeMap<String, i64>>>,
    /// Sets of predicates that subjects have; only in detailed summaries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_structures: Option<Vec<SubjectStructure>>,
}

arbitrary!(RdfGraphSummary =>
    num_distinct_subjects, num_distinct_predicates, num_quads, num_classes, classes, predicates,
    subject_structures);

/// Subjects that have the same predicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubjectStructure {
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Their predicates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicates: Option<Vec<String>>,
}

arbitrary!(SubjectStructure => count, predicates);

impl Operation for GetRdfGraphSummary {
    type Output = GetRdfGraphSummaryOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetRDFGraphSummary",
        Method::GET,
        "/rdf/statistics/summary",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["GetGraphSummary"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetRDFGraphSummary.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.query("mode", &self.mode);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        let mut output: Self::Output = response.json()?;
        output.status_code = Some(response.status().as_u16().into());
        Ok(output)
    }
}

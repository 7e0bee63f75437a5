//! Summarizes the property graph: `GET /propertygraph/statistics/summary`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetPropertygraphSummary.html>

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

/// Summarizes the property graph, `GET /propertygraph/statistics/summary`.
///
/// A read. The summary is made of the statistics, so it is as old as they are, and without them it is
/// a `StatisticsNotAvailableException` (400); where there cannot be any, as on the smallest
/// instances, a `BadRequestException`. Needs the IAM action `neptune-db:GetGraphSummary`
/// and engine 1.2.1.0.R6 or later.
///
/// ```
/// use neptunedata::{Endpoint, summary::{GetPropertygraphSummary, GraphSummaryType}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let get = GetPropertygraphSummary::new().mode(GraphSummaryType::Basic);
/// let request = neptunedata::request(&get, &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/propertygraph/statistics/summary?mode=basic");
///
/// let body = r#"{"status":"200 OK","payload":{"version":"v1",
///     "lastStatisticsComputationTime":"2023-03-01T14:35:03.804Z",
///     "graphSummary":{"numNodes":3748,"numEdges":51300,
///         "nodeLabels":["airport"],"nodeProperties":[{"desc":3748},{"code":3748}]}}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetPropertygraphSummary>(&answer)?;
/// let summary = output.payload.unwrap();
/// let properties = summary.graph_summary.unwrap().node_properties.unwrap();
/// assert_eq!(properties[1]["code"], 3748);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetPropertygraphSummary {
    /// How much to tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<GraphSummaryType>,
}

arbitrary!(GetPropertygraphSummary => mode);

impl GetPropertygraphSummary {
    /// Asks for the service's default, the basic summary.
    pub fn new() -> Self {
        GetPropertygraphSummary::default()
    }
}

setters!(GetPropertygraphSummary {
    mode: GraphSummaryType
});

/// The answer to [`GetPropertygraphSummary`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetPropertygraphSummaryOutput {
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<i32>,
    /// A status line such as `200 OK`, which the service model does not know (`M29`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The summary and what it is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<PropertygraphSummaryValueMap>,
}

arbitrary!(GetPropertygraphSummaryOutput, answer => status_code: Exactly(Some(200)), status, payload);

/// A summary of the property graph, with its version and age.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PropertygraphSummaryValueMap {
    /// The version of the summary, such as `v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// When the statistics behind it were computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_statistics_computation_time: Option<Timestamp>,
    /// The summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_summary: Option<PropertygraphSummary>,
}

arbitrary!(PropertygraphSummaryValueMap => version, last_statistics_computation_time, graph_summary);

/// What there is in the property graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PropertygraphSummary {
    /// How many nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_nodes: Option<i64>,
    /// How many edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_edges: Option<i64>,
    /// How many labels of nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_node_labels: Option<i64>,
    /// How many labels of edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_edge_labels: Option<i64>,
    /// The labels of nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_labels: Option<Vec<String>>,
    /// The labels of edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_labels: Option<Vec<String>>,
    /// How many names of node properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_node_properties: Option<i64>,
    /// How many names of edge properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_edge_properties: Option<i64>,
    /// How many nodes have each property, a map of one entry each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_properties: Option<Vec<BTreeMap<String, i64>>>,
    /// How many edges have each property, a map of one entry each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_properties: Option<Vec<BTreeMap<String, i64>>>,
    /// How many values node properties have in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_node_property_values: Option<i64>,
    /// How many values edge properties have in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_edge_property_values: Option<i64>,
    /// Sets of properties and edges that nodes have; only in detailed summaries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_structures: Option<Vec<NodeStructure>>,
    /// Sets of properties that edges have; only in detailed summaries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_structures: Option<Vec<EdgeStructure>>,
}

arbitrary!(PropertygraphSummary =>
    num_nodes, num_edges, num_node_labels, num_edge_labels, node_labels, edge_labels,
    num_node_properties, num_edge_properties, node_properties, edge_properties,
    total_node_property_values, total_edge_property_values, node_structures, edge_structures);

/// Nodes that have the same properties and outgoing edges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NodeStructure {
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Their properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_properties: Option<Vec<String>>,
    /// The labels of the edges that leave them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct_outgoing_edge_labels: Option<Vec<String>>,
}

arbitrary!(NodeStructure => count, node_properties, distinct_outgoing_edge_labels);

/// Edges that have the same properties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EdgeStructure {
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Their properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_properties: Option<Vec<String>>,
}

arbitrary!(EdgeStructure => count, edge_properties);

impl Operation for GetPropertygraphSummary {
    type Output = GetPropertygraphSummaryOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetPropertygraphSummary",
        Method::GET,
        "/propertygraph/statistics/summary",
        Effect::Read,
    )
    .with_exceptions(EXCEPTIONS)
    .with_iam_actions(&["GetGraphSummary"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetPropertygraphSummary.html",
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

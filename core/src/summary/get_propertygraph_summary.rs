use std::collections::BTreeMap;

use super::EXCEPTIONS;
use crate::{summary::GraphSummaryType, types::Timestamp, wire::response::RawResponse};

operation! {
    name: "GetPropertygraphSummary",
    http: GET "/propertygraph/statistics/summary",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetGraphSummary"],
    output: GetPropertygraphSummaryOutput,
    decode: |response: &RawResponse<'_>| Ok(GetPropertygraphSummaryOutput {
        status_code: response.status_code(),
        ..response.json()?
    }),

    /// Summarizes the property graph.
    ///
    /// A read. The summary is computed from the statistics and is only as recent as they are. Without statistics
    /// the error is a `StatisticsNotAvailableException` (400), and on instance types that do not support
    /// statistics, such as the smallest ones, a `BadRequestException`. Requires the IAM action
    /// `neptune-db:GetGraphSummary` and engine 1.2.1.0.R6 or later.
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetPropertygraphSummary>(&response)?;
    /// let summary = output.payload.unwrap();
    /// let properties = summary.graph_summary.unwrap().node_properties.unwrap();
    /// assert_eq!(properties[1]["code"], 3748);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html>
    pub struct GetPropertygraphSummary {
        /// How detailed the summary is. The service's default is `basic`.
        pub mode: Option<GraphSummaryType> => query("mode"),
    }

    /// Requests the service's default, the basic summary.
    pub fn new();
}

output! {
    /// The response to [`GetPropertygraphSummary`].
    pub struct GetPropertygraphSummaryOutput {
        /// The HTTP status.
        pub status_code: Option<i32> => Exactly(Some(200)),
        /// A status text such as `200 OK`, which is not in the service model ([M29](crate::wire_notes#m29)).
        pub status: Option<String>,
        /// The summary, its version and the time of its statistics.
        pub payload: Option<PropertygraphSummaryValueMap>,
    }
}

structure! {
    /// A summary of the property graph, with its version and the time of its statistics.
    pub struct PropertygraphSummaryValueMap {
        /// The version of the summary, such as `v1`.
        pub version: Option<String>,
        /// When its statistics were computed.
        pub last_statistics_computation_time: Option<Timestamp>,
        /// The summary.
        pub graph_summary: Option<PropertygraphSummary>,
    }

    /// The contents of the property graph.
    pub struct PropertygraphSummary {
        /// The number of nodes.
        pub num_nodes: Option<i64>,
        /// The number of edges.
        pub num_edges: Option<i64>,
        /// The number of distinct node labels.
        pub num_node_labels: Option<i64>,
        /// The number of distinct edge labels.
        pub num_edge_labels: Option<i64>,
        /// The labels of nodes.
        pub node_labels: Option<Vec<String>>,
        /// The labels of edges.
        pub edge_labels: Option<Vec<String>>,
        /// The number of distinct node properties.
        pub num_node_properties: Option<i64>,
        /// The number of distinct edge properties.
        pub num_edge_properties: Option<i64>,
        /// The number of nodes with each property: maps of one entry each.
        pub node_properties: Option<Vec<BTreeMap<String, i64>>>,
        /// The number of edges with each property: maps of one entry each.
        pub edge_properties: Option<Vec<BTreeMap<String, i64>>>,
        /// The total number of values of node properties.
        pub total_node_property_values: Option<i64>,
        /// The total number of values of edge properties.
        pub total_edge_property_values: Option<i64>,
        /// Sets of properties and edges that nodes have; only in detailed summaries.
        pub node_structures: Option<Vec<NodeStructure>>,
        /// Sets of properties that edges have; only in detailed summaries.
        pub edge_structures: Option<Vec<EdgeStructure>>,
    }

    /// Nodes that have the same properties and outgoing edges.
    pub struct NodeStructure {
        /// The number of these nodes.
        pub count: Option<i64>,
        /// Their properties.
        pub node_properties: Option<Vec<String>>,
        /// The labels of the edges that leave them.
        pub distinct_outgoing_edge_labels: Option<Vec<String>>,
    }

    /// Edges that have the same properties.
    pub struct EdgeStructure {
        /// The number of these edges.
        pub count: Option<i64>,
        /// Their properties.
        pub edge_properties: Option<Vec<String>>,
    }
}

use std::collections::BTreeMap;

use super::EXCEPTIONS;
use crate::{summary::GraphSummaryType, types::Timestamp, wire::response::RawResponse};

operation! {
    name: "GetRDFGraphSummary",
    http: GET "/rdf/statistics/summary",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetGraphSummary"],
    output: GetRdfGraphSummaryOutput,
    decode: |response: &RawResponse<'_>| Ok(GetRdfGraphSummaryOutput {
        status_code: response.status_code(),
        ..response.json()?
    }),

    /// Summarizes the RDF graph.
    ///
    /// A read. The summary is computed from the statistics and is only as recent as they are. Without statistics
    /// the error is a `StatisticsNotAvailableException` (400), and on instance types that do not support
    /// statistics, such as the smallest ones, a `BadRequestException`. Requires the IAM action
    /// `neptune-db:GetGraphSummary` and engine 1.2.1.0.R6 or later.
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetRdfGraphSummary>(&response)?;
    /// let summary = output.payload.unwrap();
    /// let predicates = summary.graph_summary.unwrap().predicates.unwrap();
    /// assert_eq!(predicates[0]["http://example.com/route"], 50656);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html>
    pub struct GetRdfGraphSummary {
        /// How detailed the summary is. The service's default is `basic`.
        pub mode: Option<GraphSummaryType> => query("mode"),
    }

    /// Requests the service's default, the basic summary.
    pub fn new();
}

output! {
    /// The response to [`GetRdfGraphSummary`].
    pub struct GetRdfGraphSummaryOutput {
        /// The HTTP status.
        pub status_code: Option<i32> => Exactly(Some(200)),
        /// A status text such as `200 OK`, which is not in the service model ([M29](crate::wire_notes#m29)).
        pub status: Option<String>,
        /// The summary, its version and the time of its statistics.
        pub payload: Option<RdfGraphSummaryValueMap>,
    }
}

structure! {
    /// A summary of the RDF graph, with its version and the time of its statistics.
    pub struct RdfGraphSummaryValueMap {
        /// The version of the summary, such as `v1`.
        pub version: Option<String>,
        /// When its statistics were computed.
        pub last_statistics_computation_time: Option<Timestamp>,
        /// The summary.
        pub graph_summary: Option<RdfGraphSummary>,
    }

    /// The contents of the RDF graph.
    pub struct RdfGraphSummary {
        /// The number of distinct subjects.
        pub num_distinct_subjects: Option<i64>,
        /// The number of distinct predicates.
        pub num_distinct_predicates: Option<i64>,
        /// The number of quads.
        pub num_quads: Option<i64>,
        /// The number of classes.
        pub num_classes: Option<i64>,
        /// The classes.
        pub classes: Option<Vec<String>>,
        /// The number of uses of each predicate: maps of one entry each.
        pub predicates: Option<Vec<BTreeMap<String, i64>>>,
        /// Sets of predicates that subjects have; only in detailed summaries.
        pub subject_structures: Option<Vec<SubjectStructure>>,
    }

    /// Subjects that have the same predicates.
    pub struct SubjectStructure {
        /// The number of these subjects.
        pub count: Option<i64>,
        /// Their predicates.
        pub predicates: Option<Vec<String>>,
    }
}

use super::EXCEPTIONS;
use crate::statistics::{RefreshStatisticsIdMap, StatisticsAutoGenerationMode};

operation! {
    name: "ManageSparqlStatistics",
    http: POST "/sparql/statistics",
    effect: Idempotent,
    exceptions: EXCEPTIONS,
    iam_actions: ["ManageStatistics"],
    output: ManageSparqlStatisticsOutput,

    /// Computes the statistics of the RDF graph, or enables or disables their automatic computation.
    ///
    /// Idempotent: enabling or disabling twice has the same effect as once, and a second computation gives the same
    /// statistics. A request during a computation has no effect. Requires the IAM action `neptune-db:ManageStatistics`
    /// and engine 1.2.1.0.R6 or later. A replica returns a `ReadOnlyViolationException`.
    ///
    /// The path is that of the service model; the guide prefers `/rdf/statistics` since engine 1.2.1.0
    /// ([M28](crate::wire_notes#m28)).
    ///
    /// ```
    /// use neptunedata::{
    ///     Endpoint, statistics::{ManageSparqlStatistics, StatisticsAutoGenerationMode},
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let refresh = ManageSparqlStatistics::new().mode(StatisticsAutoGenerationMode::Refresh);
    /// let request = neptunedata::request(&refresh, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql/statistics");
    /// assert_eq!(request.body(), r#"{"mode":"refresh"}"#);
    ///
    /// let body = r#"{"status":"200 OK","payload":{"statisticsId":1588893232718}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ManageSparqlStatistics>(&response)?;
    /// assert_eq!(output.payload.unwrap().statistics_id.as_deref(), Some("1588893232718"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    pub struct ManageSparqlStatistics {
        /// What to do.
        // The body is sent even if it is empty: some engines reject a request without a content type (M43).
        pub mode: Option<StatisticsAutoGenerationMode>,
    }

    /// A request without a mode, because the mode is optional in the service model. Set one with [`mode`](Self::mode).
    pub fn new();
}

output! {
    /// The response to [`ManageSparqlStatistics`].
    pub struct ManageSparqlStatisticsOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// The statistics being computed; only after a refresh.
        pub payload: Option<RefreshStatisticsIdMap>,
    }
}

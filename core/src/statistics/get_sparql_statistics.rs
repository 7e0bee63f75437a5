use super::EXCEPTIONS;
use crate::statistics::Statistics;

operation! {
    name: "GetSparqlStatistics",
    http: GET "/sparql/statistics",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetStatisticsStatus"],
    output: GetSparqlStatisticsOutput,

    /// Gets the statistics of the RDF graph.
    ///
    /// A read, and the only operation on statistics that replicas accept. Requires the IAM action
    /// `neptune-db:GetStatisticsStatus` (the service model does not mention it, [M46](crate::wire_notes#m46)) and
    /// engine 1.2.1.0.R6 or later. On instance types that do not support statistics, such as the smallest ones, it
    /// fails with a `BadRequestException`.
    ///
    /// The path is that of the service model; the guide prefers `/rdf/statistics` since engine 1.2.1.0
    /// ([M28](crate::wire_notes#m28)).
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetSparqlStatistics>(&response)?;
    /// let statistics = output.payload.unwrap();
    /// assert_eq!(statistics.statistics_id.as_deref(), Some("1588893232718"));
    /// assert_eq!(statistics.signature_info.unwrap().instance_count, Some(1000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    pub struct GetSparqlStatistics {}

    /// Requests the statistics.
    pub fn new();
}

output! {
    /// The response to [`GetSparqlStatistics`].
    pub struct GetSparqlStatisticsOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// The statistics.
        pub payload: Option<Statistics>,
    }
}

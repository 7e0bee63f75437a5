use super::EXCEPTIONS;
use crate::{statistics::DeleteStatisticsValueMap, wire::response::RawResponse};

operation! {
    name: "DeleteSparqlStatistics",
    http: DELETE "/sparql/statistics",
    effect: Idempotent,
    exceptions: EXCEPTIONS,
    iam_actions: ["DeleteStatistics"],
    output: DeleteSparqlStatisticsOutput,
    decode: |response: &RawResponse<'_>| Ok(DeleteSparqlStatisticsOutput {
        status_code: response.status_code(),
        ..response.json()?
    }),
    may_answer_empty: true,

    /// Deletes the statistics of the RDF graph.
    ///
    /// Idempotent: if there are no statistics, nothing is deleted, and the response is 204 without a body.
    /// Requires the IAM action `neptune-db:DeleteStatistics` and engine 1.2.1.0.R6 or later. A replica returns
    /// a `ReadOnlyViolationException`.
    ///
    /// The path is that of the service model; the guide prefers `/rdf/statistics` since engine 1.2.1.0
    /// ([M28](crate::wire_notes#m28)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, statistics::DeleteSparqlStatistics};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&DeleteSparqlStatistics::new(), &endpoint)?;
    /// assert_eq!(request.method(), "DELETE");
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql/statistics");
    ///
    /// let body = r#"{"status":"200 OK","payload":{"active":false,"statisticsId":-1}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<DeleteSparqlStatistics>(&response)?;
    /// assert_eq!(output.payload.unwrap().statistics_id.as_deref(), Some("-1"));
    ///
    /// let response = neptunedata::http::Response::builder().status(204).body("".into())?;
    /// let output = neptunedata::response::<DeleteSparqlStatistics>(&response)?;
    /// assert_eq!(output.status_code, Some(204));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>
    pub struct DeleteSparqlStatistics {}

    /// Deletes the statistics.
    pub fn new();
}

output! {
    /// The response to [`DeleteSparqlStatistics`].
    pub struct DeleteSparqlStatisticsOutput {
        /// The HTTP status: 200, or 204 if there was nothing to delete.
        pub status_code: Option<i32> => Exactly(Some(200)),
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// The remaining state of the statistics.
        pub payload: Option<DeleteStatisticsValueMap>,
    }
}

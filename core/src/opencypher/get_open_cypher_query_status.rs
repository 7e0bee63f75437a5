use super::STATUS_EXCEPTIONS;
use crate::types::QueryEvalStats;

operation! {
    name: "GetOpenCypherQueryStatus",
    http: GET "/opencypher/status/{queryId}",
    effect: Read,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["GetQueryStatus"],
    output: GetOpenCypherQueryStatusOutput,

    /// Gets the status of an openCypher query.
    ///
    /// A read. Only the instance that runs the query knows it ([U13](crate::wire_notes#u13)); for any other
    /// instance, and for this instance after the query has ended or was cancelled ([U12](crate::wire_notes#u12)),
    /// the error is an `InvalidParameterException` (400). Requires the IAM action `neptune-db:GetQueryStatus` and
    /// engine 1.2.1.0.R6 or later.
    ///
    /// One page of the guide uses this path without an id to list waiting queries ([M23](crate::wire_notes#m23)).
    /// In this crate, use [`ListOpenCypherQueries`](crate::opencypher::ListOpenCypherQueries) for that.
    ///
    /// ```
    /// use neptunedata::{Endpoint, opencypher::GetOpenCypherQueryStatus};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let get = GetOpenCypherQueryStatus::new("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f");
    /// let request = neptunedata::request(&get, &endpoint)?;
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/opencypher/status/fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    /// );
    ///
    /// let body = r#"{"queryId":"fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    ///     "queryEvalStats":{"waited":0,"elapsed":23,"cancelled":false},
    ///     "queryString":"MATCH (n) RETURN count(n)"}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetOpenCypherQueryStatus>(&response)?;
    /// assert_eq!(output.query_eval_stats.unwrap().elapsed, Some(23));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-status.html>
    pub struct GetOpenCypherQueryStatus {
        /// The query. Must not be empty, `.` or `..`.
        pub query_id: String => label("queryId"),
    }

    /// Requests the status of the query with this id.
    pub fn new(..);
}

output! {
    /// The response to [`GetOpenCypherQueryStatus`].
    pub struct GetOpenCypherQueryStatusOutput {
        /// Its id.
        pub query_id: Option<String>,
        /// Its text, at most the first 1024 characters.
        pub query_string: Option<String>,
        /// Its status.
        pub query_eval_stats: Option<QueryEvalStats>,
    }
}

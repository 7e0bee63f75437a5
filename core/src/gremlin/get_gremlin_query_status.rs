use super::STATUS_EXCEPTIONS;
use crate::types::QueryEvalStats;

operation! {
    name: "GetGremlinQueryStatus",
    http: GET "/gremlin/status/{queryId}",
    effect: Read,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["GetQueryStatus"],
    output: GetGremlinQueryStatusOutput,

    /// Gets the status of a Gremlin query.
    ///
    /// A read. Only the instance that runs the query knows it ([U13](crate::wire_notes#u13)). Requires the IAM
    /// action `neptune-db:GetQueryStatus` and engine 1.2.1.0.R6 or later. The id of a query that is not running
    /// causes an `InvalidParameterException` (400).
    ///
    /// ```
    /// use neptunedata::{Endpoint, gremlin::GetGremlinQueryStatus};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let get = GetGremlinQueryStatus::new("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f");
    /// let request = neptunedata::request(&get, &endpoint)?;
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/gremlin/status/fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    /// );
    ///
    /// let body = r#"{"queryId":"fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    ///     "queryEvalStats":{"waited":0,"elapsed":23,"cancelled":false},
    ///     "queryString":"g.V().out().count()"}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetGremlinQueryStatus>(&response)?;
    /// assert_eq!(output.query_string.as_deref(), Some("g.V().out().count()"));
    /// assert_eq!(output.query_eval_stats.unwrap().cancelled, Some(false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-api-status.html>
    pub struct GetGremlinQueryStatus {
        /// The query. Must not be empty, `.` or `..`.
        pub query_id: String => label("queryId"),
    }

    /// Requests the status of the query with this id.
    pub fn new(..);
}

output! {
    /// The response to [`GetGremlinQueryStatus`].
    pub struct GetGremlinQueryStatusOutput {
        /// The id of the query.
        pub query_id: Option<String>,
        /// Its text, at most the first 1024 characters.
        pub query_string: Option<String>,
        /// Its status.
        pub query_eval_stats: Option<QueryEvalStats>,
    }
}

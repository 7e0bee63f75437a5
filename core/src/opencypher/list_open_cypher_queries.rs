use super::STATUS_EXCEPTIONS;
use crate::types::QueryStatus;

operation! {
    name: "ListOpenCypherQueries",
    http: GET "/opencypher/status",
    effect: Read,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["GetQueryStatus"],
    output: ListOpenCypherQueriesOutput,

    /// Lists the running openCypher queries.
    ///
    /// A read. It covers only the instance that responds, as each instance has its own queue
    /// ([U13](crate::wire_notes#u13)); the cluster's reader endpoint can lead to another instance each time.
    /// Requires the IAM action `neptune-db:GetQueryStatus` and engine 1.2.1.0.R6 or later.
    ///
    /// Common errors: `AccessDeniedException` (403) without that permission, `TooManyRequestsException` (429) when
    /// the server has too many signatures to check.
    ///
    /// ```
    /// use neptunedata::{Endpoint, opencypher::ListOpenCypherQueries};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ListOpenCypherQueries::new().include_waiting(true), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/opencypher/status?includeWaiting=true");
    ///
    /// let body = r#"{"acceptedQueryCount":9,"runningQueryCount":1,"queries":[{
    ///     "queryId":"fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    ///     "queryEvalStats":{"waited":0,"elapsed":23,"cancelled":false},
    ///     "queryString":"MATCH (n) RETURN count(n)"}]}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ListOpenCypherQueries>(&response)?;
    /// // Cancelling requires only the id. This example finds the id by the text of the query.
    /// let queries = output.queries.unwrap_or_default();
    /// let mine = queries.iter().find(|query| {
    ///     query.query_string.as_deref().is_some_and(|text| text.contains("count(n)"))
    /// });
    /// let id = mine.and_then(|query| query.query_id.as_deref());
    /// assert_eq!(id, Some("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-status.html>
    pub struct ListOpenCypherQueries {
        /// Whether waiting queries are listed too. The service's default is false.
        pub include_waiting: Option<bool> => query("includeWaiting"),
    }

    /// Requests the running queries.
    pub fn new();
}

output! {
    /// The response to [`ListOpenCypherQueries`].
    pub struct ListOpenCypherQueriesOutput {
        /// The number of accepted queries that have not ended, including waiting ones.
        pub accepted_query_count: Option<i64>,
        /// The number of running queries.
        pub running_query_count: Option<i64>,
        /// The queries.
        pub queries: Option<Vec<QueryStatus>>,
    }
}

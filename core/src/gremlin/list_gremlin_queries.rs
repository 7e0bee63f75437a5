use super::STATUS_EXCEPTIONS;
use crate::types::QueryStatus;

operation! {
    name: "ListGremlinQueries",
    http: GET "/gremlin/status",
    effect: Read,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["GetQueryStatus"],
    output: ListGremlinQueriesOutput,

    /// Lists the running Gremlin queries.
    ///
    /// A read. It covers only the instance that responds ([U13](crate::wire_notes#u13)); the cluster's reader endpoint
    /// can lead to any reader. Requires the IAM action `neptune-db:GetQueryStatus` and engine 1.2.1.0.R6 or later.
    ///
    /// Common errors: `AccessDeniedException` (403) without that permission, `TooManyRequestsException` (429) when
    /// the server has too many signatures to check.
    ///
    /// ```
    /// use neptunedata::{Endpoint, gremlin::ListGremlinQueries};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let list = ListGremlinQueries::new().include_waiting(true);
    /// let request = neptunedata::request(&list, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/gremlin/status?includeWaiting=true");
    ///
    /// let body = r#"{"acceptedQueryCount":9,"runningQueryCount":1,"queries":[{
    ///     "queryId":"fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
    ///     "queryEvalStats":{"waited":0,"elapsed":23,"cancelled":false},
    ///     "queryString":"g.V().out().count()"}]}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ListGremlinQueries>(&response)?;
    /// assert_eq!(output.accepted_query_count, Some(9));
    /// let query = &output.queries.unwrap()[0];
    /// assert_eq!(query.query_eval_stats.as_ref().unwrap().elapsed, Some(23));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-api-status.html>
    pub struct ListGremlinQueries {
        /// Whether waiting queries are listed too. The service's default is false.
        pub include_waiting: Option<bool> => query("includeWaiting"),
    }

    /// Requests the running queries.
    pub fn new();
}

output! {
    /// The response to [`ListGremlinQueries`].
    pub struct ListGremlinQueriesOutput {
        /// The number of accepted queries that have not ended, including waiting ones.
        pub accepted_query_count: Option<i64>,
        /// The number of running queries.
        pub running_query_count: Option<i64>,
        /// The queries.
        pub queries: Option<Vec<QueryStatus>>,
    }
}

use super::STATUS_EXCEPTIONS;
use crate::types::QueryStatus;

operation! {
    name: "ListOpenCypherQueries",
    http: GET "/opencypher/status",
    effect: Read,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["GetQueryStatus"],
    output: ListOpenCypherQueriesOutput,

    /// Lists the openCypher queries that run.
    ///
    /// A read. It is about the instance that answers, as each has a queue of its own ([U13](crate::wire_notes#u13)): a
    /// cluster's reader name may lead to another one each time. Needs the IAM action
    /// `neptune-db:GetQueryStatus` and engine 1.2.1.0.R6 or later.
    ///
    /// In practice: `AccessDeniedException` (403) without that right, `TooManyRequestsException` (429) when signatures
    /// are checked too often.
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ListOpenCypherQueries>(&answer)?;
    /// // An id is all that cancelling takes. Here it is found by the query's text.
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
        /// Whether queries in the queue are listed too. The service's default is false.
        pub include_waiting: Option<bool> => query("includeWaiting"),
    }

    /// Asks for those that run.
    pub fn new();
}

output! {
    /// The answer to [`ListOpenCypherQueries`].
    pub struct ListOpenCypherQueriesOutput {
        /// How many were accepted and have not ended, those in the queue included.
        pub accepted_query_count: Option<i64>,
        /// How many run.
        pub running_query_count: Option<i64>,
        /// The queries.
        pub queries: Option<Vec<QueryStatus>>,
    }
}

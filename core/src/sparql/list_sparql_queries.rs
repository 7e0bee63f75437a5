use super::STATUS_EXCEPTIONS;
use crate::types::QueryStatus;

operation! {
    name: "ListSparqlQueries",
    http: GET "/sparql/status",
    effect: Read,
    exceptions: STATUS_EXCEPTIONS,
    iam_actions: ["GetQueryStatus"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status.html",
    output: SparqlQueriesOutput,

    /// Lists the running SPARQL queries.
    ///
    /// A read. It covers only the instance that responds ([U13](crate::wire_notes#u13)). Requires the IAM action
    /// `neptune-db:GetQueryStatus`. The documentation does not give a minimum engine version.
    ///
    /// Common errors: `AccessDeniedException` (403) without that permission, `TooManyRequestsException` (429) when
    /// the server has too many signatures to check.
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::ListSparqlQueries};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ListSparqlQueries::new(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql/status");
    ///
    /// let body = r#"{"acceptedQueryCount":9,"runningQueryCount":1,"queries":[{"queryId":"fb34cd3e",
    ///     "queryEvalStats":{"subqueries":0,"elapsed":23,"cancelled":false},"queryString":"ASK {}"}]}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ListSparqlQueries>(&response)?;
    /// let stats = output.queries.unwrap().remove(0).query_eval_stats.unwrap();
    /// assert_eq!((stats.elapsed, stats.waited), (Some(23), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ListSparqlQueries {}

    /// Requests the running queries.
    pub fn new();
}

output! {
    /// SPARQL queries: the response to [`ListSparqlQueries`] and to
    /// [`CancelSparqlQuery`](crate::sparql::CancelSparqlQuery).
    pub struct SparqlQueriesOutput {
        /// The number of queries accepted since the instance started. For Gremlin and openCypher, the member of
        /// this name is the number of accepted queries that have not ended.
        pub accepted_query_count: Option<i64>,
        /// The number of running queries.
        pub running_query_count: Option<i64>,
        /// The queries.
        pub queries: Option<Vec<QueryStatus>>,
    }
}

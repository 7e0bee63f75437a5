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

    /// Lists the SPARQL queries that run.
    ///
    /// A read. It is about the instance that answers only ([U13](crate::wire_notes#u13)). Needs the IAM action
    /// `neptune-db:GetQueryStatus`.
    /// No page names an engine that lacks it.
    ///
    /// In practice: `AccessDeniedException` (403) without that right, `TooManyRequestsException` (429) when signatures
    /// are checked too often.
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ListSparqlQueries>(&answer)?;
    /// let stats = output.queries.unwrap().remove(0).query_eval_stats.unwrap();
    /// assert_eq!((stats.elapsed, stats.waited), (Some(23), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ListSparqlQueries {}

    /// Asks for them.
    pub fn new();
}

output! {
    /// SPARQL queries: the answer to [`ListSparqlQueries`] and to
    /// [`CancelSparqlQuery`](crate::sparql::CancelSparqlQuery).
    pub struct SparqlQueriesOutput {
        /// How many queries were accepted since the instance started; not, as with the other languages, how
        /// many of them have not ended.
        pub accepted_query_count: Option<i64>,
        /// How many run.
        pub running_query_count: Option<i64>,
        /// The queries.
        pub queries: Option<Vec<QueryStatus>>,
    }
}

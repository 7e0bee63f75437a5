//! Lists the SPARQL queries that run: `GET /sparql/status`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::STATUS_EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    types::QueryStatus,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Lists the SPARQL queries that run, `GET /sparql/status`.
///
/// A read. It tells of the instance that answers, and of no other (`U13`). Needs the IAM action
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
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ListSparqlQueries {}

arbitrary!(ListSparqlQueries =>);

impl ListSparqlQueries {
    /// Asks for them.
    pub fn new() -> Self {
        ListSparqlQueries {}
    }
}

/// SPARQL queries: the answer to [`ListSparqlQueries`] and to
/// [`CancelSparqlQuery`](crate::sparql::CancelSparqlQuery).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SparqlQueriesOutput {
    /// How many queries were accepted since the instance started; not, as with the other languages, how
    /// many of them have not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_query_count: Option<i64>,
    /// How many run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_query_count: Option<i64>,
    /// The queries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queries: Option<Vec<QueryStatus>>,
}

arbitrary!(SparqlQueriesOutput, answer => accepted_query_count, running_query_count, queries);

impl Operation for ListSparqlQueries {
    type Output = SparqlQueriesOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "ListSparqlQueries",
        Method::GET,
        "/sparql/status",
        Effect::Read,
    )
    .with_exceptions(STATUS_EXCEPTIONS)
    .with_iam_actions(&["GetQueryStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/userguide/sparql-api-status.html",
    );

    fn encode(&self, _request: &mut RequestWriter<'_>) {}

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

//! Lists running Gremlin queries: `GET /gremlin/status`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_ListGremlinQueries.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::STATUS_EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    types::QueryStatus,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Lists the Gremlin queries that run, `GET /gremlin/status`.
///
/// A read. It is about the one instance that answers (`U13`): through the name of all readers that is any
/// of them. Needs the IAM action `neptune-db:GetQueryStatus` and engine 1.2.1.0.R6 or later.
///
/// In practice: `AccessDeniedException` (403) without that right, `TooManyRequestsException` (429) when signatures
/// are checked too often.
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
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<ListGremlinQueries>(&answer)?;
/// assert_eq!(output.accepted_query_count, Some(9));
/// let query = &output.queries.unwrap()[0];
/// assert_eq!(query.query_eval_stats.as_ref().unwrap().elapsed, Some(23));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-api-status.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ListGremlinQueries {
    /// Whether queries that wait are listed too. The service's default is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_waiting: Option<bool>,
}

arbitrary!(ListGremlinQueries => include_waiting);

impl ListGremlinQueries {
    /// Asks for the queries that run.
    pub fn new() -> Self {
        ListGremlinQueries::default()
    }
}

setters!(ListGremlinQueries {
    include_waiting: bool
});

/// The answer to [`ListGremlinQueries`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListGremlinQueriesOutput {
    /// How many queries were accepted and have not ended, waiting ones too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_query_count: Option<i64>,
    /// How many of them run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_query_count: Option<i64>,
    /// The queries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queries: Option<Vec<QueryStatus>>,
}

arbitrary!(ListGremlinQueriesOutput, answer => accepted_query_count, running_query_count, queries);

impl Operation for ListGremlinQueries {
    type Output = ListGremlinQueriesOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "ListGremlinQueries",
        Method::GET,
        "/gremlin/status",
        Effect::Read,
    )
    .with_exceptions(STATUS_EXCEPTIONS)
    .with_iam_actions(&["GetQueryStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_ListGremlinQueries.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.query("includeWaiting", &self.include_waiting);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

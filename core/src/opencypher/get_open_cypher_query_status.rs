//! Tells how far an openCypher query is: `GET /opencypher/status/{queryId}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetOpenCypherQueryStatus.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::STATUS_EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    types::QueryEvalStats,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells how far an openCypher query is, `GET /opencypher/status/{queryId}`.
///
/// A read. Only the instance that runs the query knows it (`U13`); the others, and it too when the
/// query has ended or was cancelled (`U12`), answer `InvalidParameterException` (400). Needs the IAM
/// action `neptune-db:GetQueryStatus` and engine 1.2.1.0.R6 or later.
///
/// One page of the guide asks this operation for waiting queries and gives no id (`M23`). That is
/// [`ListOpenCypherQueries`](crate::opencypher::ListOpenCypherQueries).
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
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetOpenCypherQueryStatus>(&answer)?;
/// assert_eq!(output.query_eval_stats.unwrap().elapsed, Some(23));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetOpenCypherQueryStatus {
    /// The query. Refused when empty, `.` or `..`.
    pub query_id: String,
}

arbitrary!(GetOpenCypherQueryStatus => query_id: Label);

impl GetOpenCypherQueryStatus {
    /// Asks for the query with this id.
    pub fn new(query_id: impl Into<String>) -> Self {
        GetOpenCypherQueryStatus {
            query_id: query_id.into(),
        }
    }
}

/// The answer to [`GetOpenCypherQueryStatus`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetOpenCypherQueryStatusOutput {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_id: Option<String>,
    /// Its text, no more than the first 1024 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string: Option<String>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_eval_stats: Option<QueryEvalStats>,
}

arbitrary!(GetOpenCypherQueryStatusOutput, answer => query_id, query_string, query_eval_stats);

impl Operation for GetOpenCypherQueryStatus {
    type Output = GetOpenCypherQueryStatusOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetOpenCypherQueryStatus",
        Method::GET,
        "/opencypher/status/{queryId}",
        Effect::Read,
    )
    .with_exceptions(STATUS_EXCEPTIONS)
    .with_iam_actions(&["GetQueryStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetOpenCypherQueryStatus.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("queryId", &self.query_id);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

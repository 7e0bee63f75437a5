//! Tells how far a Gremlin query is: `GET /gremlin/status/{queryId}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetGremlinQueryStatus.html>

use http::Method;
use serde::{Deserialize, Serialize};

use super::STATUS_EXCEPTIONS;
use crate::{
    error::DecodeError,
    operation::{Effect, Operation, OperationInfo},
    types::QueryEvalStats,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells how far a Gremlin query is, `GET /gremlin/status/{queryId}`.
///
/// A read. Only the instance that runs the query knows it (`U13`). Needs the IAM action
/// `neptune-db:GetQueryStatus` and engine 1.2.1.0.R6 or later. An id that no running query has, also
/// one that has ended, is an `InvalidParameterException` (400).
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
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetGremlinQueryStatus>(&answer)?;
/// assert_eq!(output.query_string.as_deref(), Some("g.V().out().count()"));
/// assert_eq!(output.query_eval_stats.unwrap().cancelled, Some(false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-api-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetGremlinQueryStatus {
    /// The query. Refused when empty, `.` or `..`.
    pub query_id: String,
}

arbitrary!(GetGremlinQueryStatus => query_id: Label);

impl GetGremlinQueryStatus {
    /// Asks for the query with this id.
    pub fn new(query_id: impl Into<String>) -> Self {
        GetGremlinQueryStatus {
            query_id: query_id.into(),
        }
    }
}

/// The answer to [`GetGremlinQueryStatus`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetGremlinQueryStatusOutput {
    /// The id of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_id: Option<String>,
    /// Its text, of which there are no more than the first 1024 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string: Option<String>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_eval_stats: Option<QueryEvalStats>,
}

arbitrary!(GetGremlinQueryStatusOutput, answer => query_id, query_string, query_eval_stats);

impl Operation for GetGremlinQueryStatus {
    type Output = GetGremlinQueryStatusOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetGremlinQueryStatus",
        Method::GET,
        "/gremlin/status/{queryId}",
        Effect::Read,
    )
    .with_exceptions(STATUS_EXCEPTIONS)
    .with_iam_actions(&["GetQueryStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetGremlinQueryStatus.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("queryId", &self.query_id);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

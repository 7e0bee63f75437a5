//! Cancels a Gremlin query: `DELETE /gremlin/status/{queryId}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelGremlinQuery.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    CancelsQuery, DecodeError, Effect, ErrorKind, Operation, OperationInfo, RequestWriter, Response,
};

/// Cancels a Gremlin query, `DELETE /gremlin/status/{queryId}`.
///
/// Idempotent: a query that was cancelled stays cancelled. Repeated after a lost answer it meets the
/// error of an unknown id, and the [`Error`](crate::Error) then says that an earlier attempt may have
/// been executed. The query itself ends in an error.
///
/// Only the instance that runs the query can cancel it (`U13`). Needs the IAM action
/// `neptune-db:CancelQuery`, which policies for reading alone leave out, and engine 1.2.1.0.R6 or later. An
/// id that no running query has is an `InvalidParameterException` (400).
///
/// ```
/// use neptunedata::{CancelGremlinQuery, Endpoint};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let cancel = CancelGremlinQuery::new("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f");
/// let request = neptunedata::request(&cancel, &endpoint)?;
/// assert_eq!(request.method(), "DELETE");
/// assert_eq!(
///     request.uri(),
///     "http://localhost:8182/gremlin/status/fb34cd3e-f37c-4d12-9cf2-03bb741bf54f",
/// );
///
/// let answer = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
/// let output = neptunedata::response::<CancelGremlinQuery>(&answer)?;
/// assert_eq!(output.status.as_deref(), Some("200 OK"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-api-status-cancel.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CancelGremlinQuery {
    /// The query. Refused when empty, `.` or `..`.
    pub query_id: String,
}

made_up!(CancelGremlinQuery => query_id: Label);

impl CancelGremlinQuery {
    /// Cancels the query with this id.
    pub fn new(query_id: impl Into<String>) -> Self {
        CancelGremlinQuery {
            query_id: query_id.into(),
        }
    }
}

/// The answer to [`CancelGremlinQuery`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CancelGremlinQueryOutput {
    /// A status line such as `200 OK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

made_up!(CancelGremlinQueryOutput, answer => status);

impl Operation for CancelGremlinQuery {
    type Output = CancelGremlinQueryOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "CancelGremlinQuery",
        Method::DELETE,
        "/gremlin/status/{queryId}",
        Effect::Idempotent,
    )
    .with_exceptions(&[
        ErrorKind::BadRequestException,
        ErrorKind::ClientTimeoutException,
        ErrorKind::ConcurrentModificationException,
        ErrorKind::ConstraintViolationException,
        ErrorKind::FailureByQueryException,
        ErrorKind::IllegalArgumentException,
        ErrorKind::InvalidArgumentException,
        ErrorKind::InvalidParameterException,
        ErrorKind::MissingParameterException,
        ErrorKind::ParsingException,
        ErrorKind::PreconditionsFailedException,
        ErrorKind::TimeLimitExceededException,
        ErrorKind::TooManyRequestsException,
        ErrorKind::UnsupportedOperationException,
    ])
    .with_iam_actions(&["CancelQuery"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelGremlinQuery.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("queryId", &self.query_id);
    }

    fn decode(response: &Response<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

impl CancelsQuery for CancelGremlinQuery {
    fn of_query(query_id: String) -> Self {
        CancelGremlinQuery::new(query_id)
    }
}

//! Cancels a Gremlin query: `DELETE /gremlin/status/{queryId}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelGremlinQuery.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    error::{DecodeError, ExceptionKind},
    machine::CancelOperation,
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Cancels a Gremlin query, `DELETE /gremlin/status/{queryId}`.
///
/// Idempotent: a query that was cancelled stays cancelled. Repeated after a lost answer it meets the
/// error of an unknown id, and the [`Error`](crate::error::Error) then says that an earlier attempt may have
/// been executed. The query itself ends in an error.
///
/// Only the instance that runs the query can cancel it (`U13`). Needs the IAM action
/// `neptune-db:CancelQuery`, which policies for reading alone leave out, and engine 1.2.1.0.R6 or later. An
/// id that no running query has is an `InvalidParameterException` (400).
///
/// ```
/// use neptunedata::{Endpoint, gremlin::CancelGremlinQuery};
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

arbitrary!(CancelGremlinQuery => query_id: Label);

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

arbitrary!(CancelGremlinQueryOutput, answer => status);

impl Operation for CancelGremlinQuery {
    type Output = CancelGremlinQueryOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "CancelGremlinQuery",
        Method::DELETE,
        "/gremlin/status/{queryId}",
        Effect::Idempotent,
    )
    .with_exceptions(&[
        ExceptionKind::BadRequestException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConcurrentModificationException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::FailureByQueryException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::MissingParameterException,
        ExceptionKind::ParsingException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::TimeLimitExceededException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
    ])
    .with_iam_actions(&["CancelQuery"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelGremlinQuery.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("queryId", &self.query_id);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

impl CancelOperation for CancelGremlinQuery {
    fn of_query(query_id: String) -> Self {
        CancelGremlinQuery::new(query_id)
    }
}

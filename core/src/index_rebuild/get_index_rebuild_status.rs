//! Tells how far an index rebuild is: `GET /storage/indexes/rebuilds/{rebuildId}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetIndexRebuildStatus.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    error::{DecodeError, ExceptionKind},
    index_rebuild::{RebuildScope, RebuildStatus, WriteBufferSize},
    operation::{Effect, Operation, OperationInfo},
    types::Timestamp,
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells how far an index rebuild is, `GET /storage/indexes/rebuilds/{rebuildId}`.
///
/// A read. Needs the IAM action `neptune-db:GetIndexRebuildStatus` (`U24`) and engine 1.5.0.0 or later.
/// An id that cannot be one is a `ValidationException`.
/// No source shows a whole answer (`U14`); this is the service model's.
///
/// ```
/// use neptunedata::{Endpoint, index_rebuild::GetIndexRebuildStatus};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetIndexRebuildStatus::new("9c7a1f0e"), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/storage/indexes/rebuilds/9c7a1f0e");
///
/// let body = r#"{"status":"REBUILDING","scope":"ALL","concurrency":4,"writeBufferSize":"LOW",
///     "startTime":"2026-01-31T12:00:00Z","progressPercentage":40,
///     "estimatedEndTime":"2026-01-31T14:30:00Z"}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetIndexRebuildStatus>(&answer)?;
/// assert!(!output.status.unwrap().is_terminal());
/// assert_eq!(output.progress_percentage, Some(40));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct GetIndexRebuildStatus {
    /// The rebuild. Refused when empty, `.` or `..`.
    pub rebuild_id: String,
}

arbitrary!(GetIndexRebuildStatus => rebuild_id: Label);

impl GetIndexRebuildStatus {
    /// Asks for the rebuild with this id.
    pub fn new(rebuild_id: impl Into<String>) -> Self {
        GetIndexRebuildStatus {
            rebuild_id: rebuild_id.into(),
        }
    }
}

/// The answer to [`GetIndexRebuildStatus`]. It does not repeat the id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetIndexRebuildStatusOutput {
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RebuildStatus>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<RebuildScope>,
    /// How many threads it runs with: what was asked for, or as many as the writer has virtual CPUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<i32>,
    /// How much memory it uses for what it writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_buffer_size: Option<WriteBufferSize>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// How much is done, from 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress_percentage: Option<i32>,
    /// When it may end, which changes as it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_end_time: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
}

arbitrary!(GetIndexRebuildStatusOutput, answer =>
    status, scope, concurrency, write_buffer_size, start_time, progress_percentage,
    estimated_end_time, end_time, failure_reason);

impl Operation for GetIndexRebuildStatus {
    type Output = GetIndexRebuildStatusOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "GetIndexRebuildStatus",
        Method::GET,
        "/storage/indexes/rebuilds/{rebuildId}",
        Effect::Read,
    )
    .with_exceptions(&[
        ExceptionKind::AccessDeniedException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InternalFailureException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::MethodNotAllowedException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
        ExceptionKind::ValidationException,
    ])
    .with_iam_actions(&["GetIndexRebuildStatus"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetIndexRebuildStatus.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("rebuildId", &self.rebuild_id);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json_or_payload()
    }
}

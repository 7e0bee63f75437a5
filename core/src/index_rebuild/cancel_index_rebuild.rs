//! Cancels an index rebuild: `POST /storage/indexes/rebuilds/{rebuildId}/cancel`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelIndexRebuild.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    error::{DecodeError, ExceptionKind},
    index_rebuild::{RebuildStatus, WriteBufferSize},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Cancels an index rebuild, `POST /storage/indexes/rebuilds/{rebuildId}/cancel`.
///
/// Idempotent: a rebuild that was cancelled stays cancelled. Only on the writer; replicas refuse with a
/// `ReadOnlyViolationException`. An id that cannot be one is a `ValidationException`. Needs the
/// IAM action `neptune-db:CancelIndexRebuild` (`U24`) and engine 1.5.0.0 or later.
/// No source shows a whole answer (`U14`); this is the service model's.
///
/// ```
/// use neptunedata::{Endpoint, index_rebuild::{CancelIndexRebuild, RebuildStatus}};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&CancelIndexRebuild::new("9c7a1f0e"), &endpoint)?;
/// assert_eq!(request.method(), "POST");
/// assert_eq!(request.uri(), "http://localhost:8182/storage/indexes/rebuilds/9c7a1f0e/cancel");
///
/// let body = r#"{"status":"CANCELLING","concurrency":4,"writeBufferSize":"LOW"}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<CancelIndexRebuild>(&answer)?;
/// assert_eq!(output.status, Some(RebuildStatus::Cancelling));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CancelIndexRebuild {
    /// The rebuild. Refused when empty, `.` or `..`.
    pub rebuild_id: String,
}

arbitrary!(CancelIndexRebuild => rebuild_id: Label);

impl CancelIndexRebuild {
    /// Cancels the rebuild with this id.
    pub fn new(rebuild_id: impl Into<String>) -> Self {
        CancelIndexRebuild {
            rebuild_id: rebuild_id.into(),
        }
    }
}

/// The answer to [`CancelIndexRebuild`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CancelIndexRebuildOutput {
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RebuildStatus>,
    /// How many threads it runs with: what was asked for, or as many as the writer has virtual CPUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<i32>,
    /// How much memory it uses for what it writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_buffer_size: Option<WriteBufferSize>,
}

arbitrary!(CancelIndexRebuildOutput, answer => status, concurrency, write_buffer_size);

impl Operation for CancelIndexRebuild {
    type Output = CancelIndexRebuildOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "CancelIndexRebuild",
        Method::POST,
        "/storage/indexes/rebuilds/{rebuildId}/cancel",
        Effect::Idempotent,
    )
    .with_exceptions(&[
        ExceptionKind::AccessDeniedException,
        ExceptionKind::CancelledByMaintenanceException,
        ExceptionKind::CancelledByUserException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InternalFailureException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::MethodNotAllowedException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::ReadOnlyViolationException,
        ExceptionKind::ServerShutdownException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
        ExceptionKind::ValidationException,
    ])
    .with_iam_actions(&["CancelIndexRebuild"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelIndexRebuild.html",
    );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("rebuildId", &self.rebuild_id);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json_or_payload()
    }
}

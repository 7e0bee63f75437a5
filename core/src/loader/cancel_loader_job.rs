//! Cancels a bulk load: `DELETE /loader/{loadId}`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelLoaderJob.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    error::{DecodeError, ExceptionKind},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Cancels a bulk load, `DELETE /loader/{loadId}`.
///
/// Idempotent: a load that was cancelled stays cancelled. Repeated after a lost answer it meets the
/// error of a load that is not active, and the [`Error`](crate::error::Error) then says that an earlier
/// attempt may have been executed. What was loaded stays.
///
/// Needs the IAM action `neptune-db:CancelLoaderJob` and engine 1.2.1.0.R6 or later. A load that does
/// not exist or is not active is a `BulkLoadIdNotFoundException` (404), or HTTP 400 (`M33`); a read
/// replica refuses with HTTP 405.
///
/// ```
/// use neptunedata::{Endpoint, loader::CancelLoaderJob};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let cancel = CancelLoaderJob::new("0a237328-afd5-4574-a0bc-c29ce5f54802");
/// let request = neptunedata::request(&cancel, &endpoint)?;
/// assert_eq!(request.method(), "DELETE");
/// assert_eq!(
///     request.uri(),
///     "http://localhost:8182/loader/0a237328-afd5-4574-a0bc-c29ce5f54802",
/// );
///
/// let answer = neptunedata::http::Response::new("".into());
/// let output = neptunedata::response::<CancelLoaderJob>(&answer)?;
/// assert_eq!(output.status, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-cancel.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CancelLoaderJob {
    /// The load. Refused when empty, `.` or `..`.
    pub load_id: String,
}

arbitrary!(CancelLoaderJob => load_id: Label);

impl CancelLoaderJob {
    /// Cancels the load with this id.
    pub fn new(load_id: impl Into<String>) -> Self {
        CancelLoaderJob {
            load_id: load_id.into(),
        }
    }
}

/// The answer to [`CancelLoaderJob`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CancelLoaderJobOutput {
    /// A status line, of which only the service model knows: the answer has no body (`M34`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

arbitrary!(CancelLoaderJobOutput, answer => status);

impl Operation for CancelLoaderJob {
    type Output = CancelLoaderJobOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "CancelLoaderJob",
        Method::DELETE,
        "/loader/{loadId}",
        Effect::Idempotent,
    )
    .with_exceptions(&[
        ExceptionKind::BadRequestException,
        ExceptionKind::BulkLoadIdNotFoundException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InternalFailureException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::LoadUrlAccessDeniedException,
        ExceptionKind::MissingParameterException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
    ])
    .with_iam_actions(&["CancelLoaderJob"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_CancelLoaderJob.html",
    )
    .answering_empty();

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.label("loadId", &self.load_id);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

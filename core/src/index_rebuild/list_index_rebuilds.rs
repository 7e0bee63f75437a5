//! Lists index rebuilds: `GET /storage/indexes/rebuilds`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_ListIndexRebuilds.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    error::{DecodeError, ExceptionKind},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Lists index rebuilds, `GET /storage/indexes/rebuilds`.
///
/// A read. It has all that the service knows of, ended ones too, and nothing but their ids. Needs the
/// IAM action `neptune-db:ListIndexRebuilds` (`U24`) and engine 1.5.0.0 or later.
/// No source shows a whole answer (`U14`); this is the service model's.
///
/// In practice: `BadRequestException` (400, "Bad route") on older engines, `AccessDeniedException` (403) without
/// that right.
///
/// ```
/// use neptunedata::{Endpoint, index_rebuild::ListIndexRebuilds};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&ListIndexRebuilds::new(), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/storage/indexes/rebuilds");
///
/// let answer = neptunedata::http::Response::new(r#"{"rebuildIds":["9c7a1f0e"]}"#.into());
/// let output = neptunedata::response::<ListIndexRebuilds>(&answer)?;
/// assert_eq!(output.rebuild_ids.unwrap(), ["9c7a1f0e"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ListIndexRebuilds {}

arbitrary!(ListIndexRebuilds =>);

impl ListIndexRebuilds {
    /// Asks for all of them.
    pub fn new() -> Self {
        ListIndexRebuilds {}
    }
}

/// The answer to [`ListIndexRebuilds`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListIndexRebuildsOutput {
    /// The ids of the rebuilds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuild_ids: Option<Vec<String>>,
}

arbitrary!(ListIndexRebuildsOutput, answer => rebuild_ids);

impl Operation for ListIndexRebuilds {
    type Output = ListIndexRebuildsOutput;

    const INFO: &'static OperationInfo = &OperationInfo::new(
        "ListIndexRebuilds",
        Method::GET,
        "/storage/indexes/rebuilds",
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
    ])
    .with_iam_actions(&["ListIndexRebuilds"])
    .with_documentation(
        "https://docs.aws.amazon.com/neptune/latest/data-api/API_ListIndexRebuilds.html",
    );

    fn encode(&self, _request: &mut RequestWriter<'_>) {}

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json_or_payload()
    }
}

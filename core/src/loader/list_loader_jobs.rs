//! Lists bulk loads: `GET /loader`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_ListLoaderJobs.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    error::{DecodeError, ExceptionKind},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Lists bulk loads, `GET /loader`.
///
/// A read. The newest come first, and those in the queue before all others. There is no paging: what
/// `limit` cuts off cannot be had. Needs the IAM action `neptune-db:ListLoaderJobs` and engine 1.2.1.0.R6
/// or later.
///
/// In practice: `AccessDeniedException` (403) without that right, `TooManyRequestsException` (429) when signatures
/// are checked too often.
///
/// ```
/// use neptunedata::{Endpoint, loader::ListLoaderJobs};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let list = ListLoaderJobs::new().limit(3).include_queued_loads(false);
/// let request = neptunedata::request(&list, &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/loader?limit=3&includeQueuedLoads=false");
///
/// let body = r#"{"status":"200 OK","payload":{"loadIds":["a2c0ce44-a44b-4517-8cd4-1dc144a8e5b5"]}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<ListLoaderJobs>(&answer)?;
/// assert_eq!(output.payload.unwrap().load_ids.unwrap().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-status-requests.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ListLoaderJobs {
    /// How many ids to answer at most, from 1 to 100, which is the service's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i32>,
    /// Whether loads in the queue are listed too. The service's default is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_queued_loads: Option<bool>,
}

arbitrary!(ListLoaderJobs => limit: Within(1..=100), include_queued_loads);

impl ListLoaderJobs {
    /// Asks for up to 100 loads, queued ones too.
    pub fn new() -> Self {
        ListLoaderJobs::default()
    }
}

setters!(ListLoaderJobs {
    limit: i32,
    include_queued_loads: bool
});

/// The answer to [`ListLoaderJobs`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListLoaderJobsOutput {
    /// A status line such as `200 OK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The loads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<LoaderIdResult>,
}

arbitrary!(ListLoaderJobsOutput, answer => status, payload);

/// Bulk loads, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoaderIdResult {
    /// Their ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_ids: Option<Vec<String>>,
}

arbitrary!(LoaderIdResult => load_ids);

impl Operation for ListLoaderJobs {
    type Output = ListLoaderJobsOutput;

    const INFO: &'static OperationInfo =
        &OperationInfo::new("ListLoaderJobs", Method::GET, "/loader", Effect::Read)
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
                ExceptionKind::PreconditionsFailedException,
                ExceptionKind::TooManyRequestsException,
                ExceptionKind::UnsupportedOperationException,
            ])
            .with_iam_actions(&["ListLoaderJobs"])
            .with_documentation(
                "https://docs.aws.amazon.com/neptune/latest/data-api/API_ListLoaderJobs.html",
            );

    fn encode(&self, request: &mut RequestWriter<'_>) {
        request.bounds("limit", self.limit, 1..=100);
        request.query("limit", &self.limit);
        request.query("includeQueuedLoads", &self.include_queued_loads);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

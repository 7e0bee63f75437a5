//! Tells how the instance is: `GET /status`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetEngineStatus.html>

use std::collections::BTreeMap;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{DecodeError, ExceptionKind},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells how the instance is: health, engine version, role, features. `GET /status`.
///
/// A read. A sick instance answers with HTTP 500. Needs the IAM action `neptune-db:GetEngineStatus`
/// and engine 1.2.1.0.R6 or later.
///
/// In practice: `AccessDeniedException` (403) without that right, `ServerShutdownException` (500) or no answer at
/// all while the instance restarts.
///
/// ```
/// use neptunedata::{Endpoint, engine::GetEngineStatus};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetEngineStatus::new(), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/status");
///
/// let body = r#"{"status":"healthy","role":"writer","dbEngineVersion":"1.4.6.0.R1",
///     "features":{"Streams":"disabled","ResultCache":{"status":"disabled"}},
///     "settings":{"clusterQueryTimeoutInMs":"120000"}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetEngineStatus>(&answer)?;
/// assert_eq!(output.role.as_deref(), Some("writer"));
/// assert_eq!(output.features.unwrap()["ResultCache"]["status"], "disabled");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-status.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GetEngineStatus {}

arbitrary!(GetEngineStatus =>);

impl GetEngineStatus {
    /// Asks for the status.
    pub fn new() -> Self {
        GetEngineStatus {}
    }
}

/// The answer to [`GetEngineStatus`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetEngineStatusOutput {
    /// `healthy`, or `recovery` while a crash is recovered from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Since when the process runs, in the form `Sun Aug 10 06:54:15 UTC 2025`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// The engine version, such as `1.4.6.0.R1`; may begin with `Patch-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub db_engine_version: Option<String>,
    /// `writer` or `reader`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `enabled`, or `viaQueryHint`, the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dfe_query_engine: Option<String>,
    /// The Gremlin version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gremlin: Option<QueryLanguageVersion>,
    /// The SPARQL version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sparql: Option<QueryLanguageVersion>,
    /// The openCypher version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opencypher: Option<QueryLanguageVersion>,
    /// Lab-mode settings by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lab_mode: Option<BTreeMap<String, String>>,
    /// How many transactions are being rolled back; only there while some are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_back_trx_count: Option<i32>,
    /// When the earliest of them began; the format is not documented (`U23`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_back_trx_earliest_start_time: Option<String>,
    /// Features by name: a status as text, or an object that holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<BTreeMap<String, Value>>,
    /// Settings by name, numbers and flags as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<BTreeMap<String, String>>,
    /// Capacity limits of a serverless instance by name, `minCapacity` and `maxCapacity`; the service
    /// model does not know it (`M24`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serverless_configuration: Option<BTreeMap<String, String>>,
}

arbitrary!(GetEngineStatusOutput, answer =>
    status, start_time, db_engine_version, role, dfe_query_engine, gremlin, sparql, opencypher,
    lab_mode, rolling_back_trx_count, rolling_back_trx_earliest_start_time, features, settings,
    serverless_configuration);

/// The version of a query language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueryLanguageVersion {
    /// Such as `tinkerpop-3.7.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

arbitrary!(QueryLanguageVersion => version);

impl Operation for GetEngineStatus {
    type Output = GetEngineStatusOutput;

    const INFO: &'static OperationInfo =
        &OperationInfo::new("GetEngineStatus", Method::GET, "/status", Effect::Read)
            .with_exceptions(&[
                ExceptionKind::ClientTimeoutException,
                ExceptionKind::ConstraintViolationException,
                ExceptionKind::IllegalArgumentException,
                ExceptionKind::InternalFailureException,
                ExceptionKind::InvalidArgumentException,
                ExceptionKind::PreconditionsFailedException,
                ExceptionKind::TooManyRequestsException,
                ExceptionKind::UnsupportedOperationException,
            ])
            .with_iam_actions(&["GetEngineStatus"])
            .with_documentation(
                "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetEngineStatus.html",
            );

    fn encode(&self, _request: &mut RequestWriter<'_>) {}

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

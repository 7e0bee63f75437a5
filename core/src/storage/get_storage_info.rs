//! Tells what uses the storage: `GET /storage/info`.
//!
//! <https://docs.aws.amazon.com/neptune/latest/data-api/API_GetStorageInfo.html>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    error::{DecodeError, ExceptionKind},
    operation::{Effect, Operation, OperationInfo},
    wire::{request::RequestWriter, response::RawResponse},
};

/// Tells what uses the storage, `GET /storage/info`.
///
/// A read. Needs the IAM action `neptune-db:GetStorageInfo` (`U24`) and engine 1.5.0.0 or later; older
/// ones answer as to any path that they do not know, with a `BadRequestException` or
/// `MethodNotAllowedException` (`M06`). No source shows a whole answer (`U14`); this is the service
/// model's.
///
/// ```
/// use neptunedata::{Endpoint, storage::GetStorageInfo};
///
/// let endpoint = Endpoint::parse("http://localhost:8182")?;
/// let request = neptunedata::request(&GetStorageInfo::new(), &endpoint)?;
/// assert_eq!(request.uri(), "http://localhost:8182/storage/info");
///
/// let body = r#"{"totalStorageBytesUsed":4294967296,
///     "quads":{"RDF":{"SPOG":{"sizeInBytes":1048576,"count":20000}}},
///     "undoLogs":{"sizeInBytes":16384,"listSize":2}}"#;
/// let answer = neptunedata::http::Response::new(body.into());
/// let output = neptunedata::response::<GetStorageInfo>(&answer)?;
/// let spog = output.quads.unwrap().rdf.unwrap().spog.unwrap();
/// assert_eq!(spog.count, Some(20000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-info.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GetStorageInfo {}

arbitrary!(GetStorageInfo =>);

impl GetStorageInfo {
    /// Asks for it.
    pub fn new() -> Self {
        GetStorageInfo {}
    }
}

/// The answer to [`GetStorageInfo`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetStorageInfoOutput {
    /// The cluster volume's bytes in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_storage_bytes_used: Option<i64>,
    /// The indexes of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quads: Option<QuadsIndexesInfo>,
    /// The dictionaries of values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dictionaries: Option<DictionariesInfo>,
    /// What is kept to undo transactions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_logs: Option<UndoLogsMetrics>,
    /// The change streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streams: Option<StorageMetrics>,
    /// The statistics for the query planner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dfe_statistics: Option<StorageMetrics>,
    /// The schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<StorageMetrics>,
    /// What the engine keeps for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internals: Option<StorageMetrics>,
}

arbitrary!(GetStorageInfoOutput, answer =>
    total_storage_bytes_used, quads, dictionaries, undo_logs, streams, dfe_statistics, schema,
    internals);

/// The indexes of the data, by kind of graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuadsIndexesInfo {
    /// Of the RDF graph.
    #[serde(rename = "RDF", skip_serializing_if = "Option::is_none")]
    pub rdf: Option<QuadsInfo>,
    /// Of the property graph.
    #[serde(rename = "PG", skip_serializing_if = "Option::is_none")]
    pub pg: Option<QuadsInfo>,
}

arbitrary!(QuadsIndexesInfo => rdf, pg);

/// The indexes of one kind of graph, named by the order of subject, predicate (or property), object and
/// graph in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuadsInfo {
    /// By subject.
    #[serde(rename = "SPOG", skip_serializing_if = "Option::is_none")]
    pub spog: Option<StorageMetrics>,
    /// By predicate.
    #[serde(rename = "POGS", skip_serializing_if = "Option::is_none")]
    pub pogs: Option<StorageMetrics>,
    /// By graph.
    #[serde(rename = "GPSO", skip_serializing_if = "Option::is_none")]
    pub gpso: Option<StorageMetrics>,
    /// By object; only where that index is switched on.
    #[serde(rename = "OSGP", skip_serializing_if = "Option::is_none")]
    pub osgp: Option<StorageMetrics>,
    /// The index `PZSOG`.
    #[serde(rename = "PZSOG", skip_serializing_if = "Option::is_none")]
    pub pzsog: Option<StorageMetrics>,
}

arbitrary!(QuadsInfo => spog, pogs, gpso, osgp, pzsog);

/// The dictionaries of values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DictionariesInfo {
    /// All of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<StorageMetrics>,
    /// Long values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blobs: Option<StorageMetrics>,
}

arbitrary!(DictionariesInfo => total, blobs);

/// The size of something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StorageMetrics {
    /// In bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_in_bytes: Option<i64>,
    /// In entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
}

arbitrary!(StorageMetrics => size_in_bytes, count);

/// What is kept to undo transactions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UndoLogsMetrics {
    /// In bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_in_bytes: Option<i64>,
    /// How many transactions are on the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_size: Option<i64>,
}

arbitrary!(UndoLogsMetrics => size_in_bytes, list_size);

impl Operation for GetStorageInfo {
    type Output = GetStorageInfoOutput;

    const INFO: &'static OperationInfo =
        &OperationInfo::new("GetStorageInfo", Method::GET, "/storage/info", Effect::Read)
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
                ExceptionKind::ServerShutdownException,
                ExceptionKind::TooManyRequestsException,
                ExceptionKind::UnsupportedOperationException,
            ])
            .with_iam_actions(&["GetStorageInfo"])
            .with_documentation(
                "https://docs.aws.amazon.com/neptune/latest/data-api/API_GetStorageInfo.html",
            );

    fn encode(&self, _request: &mut RequestWriter<'_>) {}

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json_or_payload()
    }
}

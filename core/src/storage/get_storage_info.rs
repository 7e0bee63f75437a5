use crate::{error::ExceptionKind, wire::response::RawResponse};

operation! {
    name: "GetStorageInfo",
    http: GET "/storage/info",
    effect: Read,
    exceptions: &[
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
    ],
    iam_actions: ["GetStorageInfo"],
    output: GetStorageInfoOutput,
    decode: RawResponse::json_or_payload,

    /// Gets the usage of the storage volume.
    ///
    /// A read. Requires the IAM action `neptune-db:GetStorageInfo` ([U24](crate::wire_notes#u24)) and engine
    /// 1.5.0.0 or later; older engines do not know the path and return a `BadRequestException` or
    /// `MethodNotAllowedException` ([M06](crate::wire_notes#m06)). No source shows a complete response
    /// ([U14](crate::wire_notes#u14)); the members are those of the service model.
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetStorageInfo>(&response)?;
    /// let spog = output.quads.unwrap().rdf.unwrap().spog.unwrap();
    /// assert_eq!(spog.count, Some(20000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-info.html>
    pub struct GetStorageInfo {}

    /// Requests the storage usage.
    pub fn new();
}

output! {
    /// The response to [`GetStorageInfo`].
    pub struct GetStorageInfoOutput {
        /// The number of bytes in use on the cluster volume.
        pub total_storage_bytes_used: Option<i64>,
        /// The indexes of the data.
        pub quads: Option<QuadsIndexesInfo>,
        /// The dictionaries of values.
        pub dictionaries: Option<DictionariesInfo>,
        /// The undo logs of transactions.
        pub undo_logs: Option<UndoLogsMetrics>,
        /// The change streams.
        pub streams: Option<StorageMetrics>,
        /// The statistics for the query planner.
        pub dfe_statistics: Option<StorageMetrics>,
        /// The schema.
        pub schema: Option<StorageMetrics>,
        /// The engine's internal data.
        pub internals: Option<StorageMetrics>,
    }
}

structure! {
    /// The indexes of the data, by kind of graph.
    pub struct QuadsIndexesInfo {
        /// The indexes of the RDF graph.
        #[serde(rename = "RDF")]
        pub rdf: Option<QuadsInfo>,
        /// The indexes of the property graph.
        #[serde(rename = "PG")]
        pub pg: Option<QuadsInfo>,
    }

    /// The indexes of one kind of graph. The letters of an index name are its sort order: S for subject, P for
    /// predicate (or property), O for object, G for graph.
    pub struct QuadsInfo {
        /// The index SPOG, sorted by subject first.
        #[serde(rename = "SPOG")]
        pub spog: Option<StorageMetrics>,
        /// The index POGS, sorted by predicate first.
        #[serde(rename = "POGS")]
        pub pogs: Option<StorageMetrics>,
        /// The index GPSO, sorted by graph first.
        #[serde(rename = "GPSO")]
        pub gpso: Option<StorageMetrics>,
        /// The index OSGP, sorted by object first. Present only if this index is enabled.
        #[serde(rename = "OSGP")]
        pub osgp: Option<StorageMetrics>,
        /// The index `PZSOG`.
        #[serde(rename = "PZSOG")]
        pub pzsog: Option<StorageMetrics>,
    }

    /// The dictionaries of values.
    pub struct DictionariesInfo {
        /// All dictionaries together.
        pub total: Option<StorageMetrics>,
        /// Dictionaries of long values.
        pub blobs: Option<StorageMetrics>,
    }

    /// The size of a data structure.
    pub struct StorageMetrics {
        /// The size in bytes.
        pub size_in_bytes: Option<i64>,
        /// The number of entries.
        pub count: Option<i64>,
    }

    /// The undo logs of transactions.
    pub struct UndoLogsMetrics {
        /// The size in bytes.
        pub size_in_bytes: Option<i64>,
        /// The number of transactions in the logs.
        pub list_size: Option<i64>,
    }
}

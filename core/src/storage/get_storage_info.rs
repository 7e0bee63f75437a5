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

    /// Gets what uses the storage, and how much.
    ///
    /// A read. Needs the IAM action `neptune-db:GetStorageInfo` ([U24](crate::wire_notes#u24)) and engine 1.5.0.0 or later; older
    /// ones answer as to any path that they do not know, with a `BadRequestException` or
    /// `MethodNotAllowedException` ([M06](crate::wire_notes#m06)). No source shows a whole answer ([U14](crate::wire_notes#u14)); this is the service
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
    pub struct GetStorageInfo {}

    /// Asks for it.
    pub fn new();
}

output! {
    /// The answer to [`GetStorageInfo`].
    pub struct GetStorageInfoOutput {
        /// The cluster volume's bytes in use.
        pub total_storage_bytes_used: Option<i64>,
        /// The indexes of the data.
        pub quads: Option<QuadsIndexesInfo>,
        /// The dictionaries of values.
        pub dictionaries: Option<DictionariesInfo>,
        /// What is kept to undo transactions.
        pub undo_logs: Option<UndoLogsMetrics>,
        /// The change streams.
        pub streams: Option<StorageMetrics>,
        /// The statistics for the query planner.
        pub dfe_statistics: Option<StorageMetrics>,
        /// The schema.
        pub schema: Option<StorageMetrics>,
        /// What the engine keeps for itself.
        pub internals: Option<StorageMetrics>,
    }
}

structure! {
    /// The indexes of the data, by kind of graph.
    pub struct QuadsIndexesInfo {
        /// Of the RDF graph.
        #[serde(rename = "RDF")]
        pub rdf: Option<QuadsInfo>,
        /// Of the property graph.
        #[serde(rename = "PG")]
        pub pg: Option<QuadsInfo>,
    }

    /// The indexes of one kind of graph, named by the order of subject, predicate (or property), object and
    /// graph in them.
    pub struct QuadsInfo {
        /// By subject.
        #[serde(rename = "SPOG")]
        pub spog: Option<StorageMetrics>,
        /// By predicate.
        #[serde(rename = "POGS")]
        pub pogs: Option<StorageMetrics>,
        /// By graph.
        #[serde(rename = "GPSO")]
        pub gpso: Option<StorageMetrics>,
        /// By object; only where that index is switched on.
        #[serde(rename = "OSGP")]
        pub osgp: Option<StorageMetrics>,
        /// The index `PZSOG`.
        #[serde(rename = "PZSOG")]
        pub pzsog: Option<StorageMetrics>,
    }

    /// The dictionaries of values.
    pub struct DictionariesInfo {
        /// All of them.
        pub total: Option<StorageMetrics>,
        /// Long values.
        pub blobs: Option<StorageMetrics>,
    }

    /// The size of something.
    pub struct StorageMetrics {
        /// In bytes.
        pub size_in_bytes: Option<i64>,
        /// In entries.
        pub count: Option<i64>,
    }

    /// What is kept to undo transactions.
    pub struct UndoLogsMetrics {
        /// In bytes.
        pub size_in_bytes: Option<i64>,
        /// How many transactions are on the list.
        pub list_size: Option<i64>,
    }
}

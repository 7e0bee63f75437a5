use crate::{
    error::ExceptionKind,
    index_rebuild::{RebuildScope, RebuildStatus, WriteBufferSize},
    types::Timestamp,
    wire::response::RawResponse,
};

operation! {
    name: "GetIndexRebuildStatus",
    http: GET "/storage/indexes/rebuilds/{rebuildId}",
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
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
        ExceptionKind::ValidationException,
    ],
    iam_actions: ["GetIndexRebuildStatus"],
    output: GetIndexRebuildStatusOutput,
    decode: RawResponse::json_or_payload,

    /// Gets the status of an index rebuild.
    ///
    /// A read. Requires the IAM action `neptune-db:GetIndexRebuildStatus` ([U24](crate::wire_notes#u24)) and
    /// engine 1.5.0.0 or later. An invalid id causes a `ValidationException`. No source shows a complete response
    /// ([U14](crate::wire_notes#u14)); the members are those of the service model.
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetIndexRebuildStatus>(&response)?;
    /// assert!(!output.status.unwrap().is_terminal());
    /// assert_eq!(output.progress_percentage, Some(40));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
    pub struct GetIndexRebuildStatus {
        /// The rebuild. Must not be empty, `.` or `..`.
        pub rebuild_id: String => label("rebuildId"),
    }

    /// Requests the status of the rebuild with this id.
    pub fn new(..);
}

output! {
    /// The response to [`GetIndexRebuildStatus`]. It does not include the id.
    pub struct GetIndexRebuildStatusOutput {
        /// Its status.
        pub status: Option<RebuildStatus>,
        /// The scope of the rebuild.
        pub scope: Option<RebuildScope>,
        /// The number of threads in use: the requested number, at most the writer's number of virtual CPUs.
        pub concurrency: Option<i32>,
        /// The size of the write buffer.
        pub write_buffer_size: Option<WriteBufferSize>,
        /// When it began.
        pub start_time: Option<Timestamp>,
        /// The progress in percent, from 0 to 100.
        pub progress_percentage: Option<i32>,
        /// The estimated end, which changes during the rebuild.
        pub estimated_end_time: Option<Timestamp>,
        /// When it ended.
        pub end_time: Option<Timestamp>,
        /// The reason for its failure, if it failed.
        pub failure_reason: Option<String>,
    }
}

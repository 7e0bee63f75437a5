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
    /// A read. Needs the IAM action `neptune-db:GetIndexRebuildStatus` ([U24](crate::wire_notes#u24)) and engine 1.5.0.0 or later.
    /// An id that cannot be one is a `ValidationException`.
    /// No source shows a whole answer ([U14](crate::wire_notes#u14)); this is the service model's.
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
    pub struct GetIndexRebuildStatus {
        /// The rebuild. Refused when empty, `.` or `..`.
        pub rebuild_id: String => label("rebuildId"),
    }

    /// Asks for the rebuild with this id.
    pub fn new(..);
}

output! {
    /// The answer to [`GetIndexRebuildStatus`]. It does not repeat the id.
    pub struct GetIndexRebuildStatusOutput {
        /// How far it is.
        pub status: Option<RebuildStatus>,
        /// What it is about.
        pub scope: Option<RebuildScope>,
        /// How many threads it runs with: what was asked for, or as many as the writer has virtual CPUs.
        pub concurrency: Option<i32>,
        /// How much memory it uses for what it writes.
        pub write_buffer_size: Option<WriteBufferSize>,
        /// When it began.
        pub start_time: Option<Timestamp>,
        /// How much is done, from 0 to 100.
        pub progress_percentage: Option<i32>,
        /// When it may end, which changes as it goes on.
        pub estimated_end_time: Option<Timestamp>,
        /// When it ended.
        pub end_time: Option<Timestamp>,
        /// Why it failed, if it did.
        pub failure_reason: Option<String>,
    }
}

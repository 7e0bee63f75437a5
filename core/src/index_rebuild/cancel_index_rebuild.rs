use crate::{
    error::ExceptionKind,
    index_rebuild::{RebuildStatus, WriteBufferSize},
    wire::response::RawResponse,
};

operation! {
    name: "CancelIndexRebuild",
    http: POST "/storage/indexes/rebuilds/{rebuildId}/cancel",
    effect: Idempotent,
    exceptions: &[
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
    ],
    iam_actions: ["CancelIndexRebuild"],
    output: CancelIndexRebuildOutput,
    decode: RawResponse::json_or_payload,

    /// Cancels an index rebuild.
    ///
    /// Idempotent: a rebuild that was cancelled stays cancelled. Only on the writer; replicas refuse with a
    /// `ReadOnlyViolationException`. An id that cannot be one is a `ValidationException`. Needs the
    /// IAM action `neptune-db:CancelIndexRebuild` ([U24](crate::wire_notes#u24)) and engine 1.5.0.0 or later.
    /// No source shows a whole answer ([U14](crate::wire_notes#u14)); this is the service model's.
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
    pub struct CancelIndexRebuild {
        /// The rebuild. Refused when empty, `.` or `..`.
        pub rebuild_id: String => label("rebuildId"),
    }

    /// Cancels the rebuild with this id.
    pub fn new(..);
}

output! {
    /// The answer to [`CancelIndexRebuild`].
    pub struct CancelIndexRebuildOutput {
        /// How far it is.
        pub status: Option<RebuildStatus>,
        /// How many threads it runs with: what was asked for, or as many as the writer has virtual CPUs.
        pub concurrency: Option<i32>,
        /// How much memory it uses for what it writes.
        pub write_buffer_size: Option<WriteBufferSize>,
    }
}

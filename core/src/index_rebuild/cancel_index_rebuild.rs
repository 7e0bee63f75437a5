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
    /// Idempotent: a cancelled rebuild stays cancelled. Only the writer accepts the request; replicas return a
    /// `ReadOnlyViolationException`. An invalid id causes a `ValidationException`. Requires the IAM action
    /// `neptune-db:CancelIndexRebuild` ([U24](crate::wire_notes#u24)) and engine 1.5.0.0 or later. No source shows
    /// a complete response ([U14](crate::wire_notes#u14)); the members are those of the service model.
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
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<CancelIndexRebuild>(&response)?;
    /// assert_eq!(output.status, Some(RebuildStatus::Cancelling));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
    pub struct CancelIndexRebuild {
        /// The rebuild. Must not be empty, `.` or `..`.
        pub rebuild_id: String => label("rebuildId"),
    }

    /// Cancels the rebuild with this id.
    pub fn new(..);
}

output! {
    /// The response to [`CancelIndexRebuild`].
    pub struct CancelIndexRebuildOutput {
        /// Its status.
        pub status: Option<RebuildStatus>,
        /// The number of threads in use: the requested number, at most the writer's number of virtual CPUs.
        pub concurrency: Option<i32>,
        /// The size of the write buffer.
        pub write_buffer_size: Option<WriteBufferSize>,
    }
}

use crate::{ErrorKind, RebuildStatus, Response, WriteBufferSize};

operation! {
    name: "CancelIndexRebuild",
    http: POST "/storage/indexes/rebuilds/{rebuildId}/cancel",
    effect: Idempotent,
    exceptions: &[
        ErrorKind::AccessDeniedException,
        ErrorKind::CancelledByMaintenanceException,
        ErrorKind::CancelledByUserException,
        ErrorKind::ClientTimeoutException,
        ErrorKind::ConstraintViolationException,
        ErrorKind::IllegalArgumentException,
        ErrorKind::InternalFailureException,
        ErrorKind::InvalidArgumentException,
        ErrorKind::InvalidParameterException,
        ErrorKind::MethodNotAllowedException,
        ErrorKind::PreconditionsFailedException,
        ErrorKind::ReadOnlyViolationException,
        ErrorKind::ServerShutdownException,
        ErrorKind::TooManyRequestsException,
        ErrorKind::UnsupportedOperationException,
        ErrorKind::ValidationException,
    ],
    iam_actions: ["CancelIndexRebuild"],
    output: CancelIndexRebuildOutput,
    decode: Response::json_or_payload,

    /// Cancels an index rebuild.
    ///
    /// Idempotent: a rebuild that was cancelled stays cancelled. Only on the writer; replicas refuse with a
    /// `ReadOnlyViolationException`. An id that cannot be one is a `ValidationException`. Needs the
    /// IAM action `neptune-db:CancelIndexRebuild` (`U24`) and engine 1.5.0.0 or later.
    /// No source shows a whole answer (`U14`); this is the service model's.
    ///
    /// ```
    /// use neptunedata::{CancelIndexRebuild, Endpoint, RebuildStatus};
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

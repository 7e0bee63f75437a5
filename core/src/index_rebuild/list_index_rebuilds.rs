use crate::{error::ExceptionKind, wire::response::RawResponse};

operation! {
    name: "ListIndexRebuilds",
    http: GET "/storage/indexes/rebuilds",
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
    ],
    iam_actions: ["ListIndexRebuilds"],
    output: ListIndexRebuildsOutput,
    decode: RawResponse::json_or_payload,

    /// Lists index rebuilds.
    ///
    /// A read. It returns the ids of all rebuilds that the service knows, including those that ended. Requires the IAM
    /// action `neptune-db:ListIndexRebuilds` ([U24](crate::wire_notes#u24)) and engine 1.5.0.0 or later. No source
    /// shows a complete response ([U14](crate::wire_notes#u14)); the members are those of the service model.
    ///
    /// Common errors: `BadRequestException` (400, "Bad route") on older engines, `AccessDeniedException` (403)
    /// without that permission.
    ///
    /// ```
    /// use neptunedata::{Endpoint, index_rebuild::ListIndexRebuilds};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ListIndexRebuilds::new(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/storage/indexes/rebuilds");
    ///
    /// let response = neptunedata::http::Response::new(r#"{"rebuildIds":["9c7a1f0e"]}"#.into());
    /// let output = neptunedata::response::<ListIndexRebuilds>(&response)?;
    /// assert_eq!(output.rebuild_ids.unwrap(), ["9c7a1f0e"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
    pub struct ListIndexRebuilds {}

    /// Requests the ids of all rebuilds.
    pub fn new();
}

output! {
    /// The response to [`ListIndexRebuilds`].
    pub struct ListIndexRebuildsOutput {
        /// The ids of the rebuilds.
        pub rebuild_ids: Option<Vec<String>>,
    }
}

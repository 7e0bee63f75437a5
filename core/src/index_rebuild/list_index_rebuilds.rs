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
    /// A read. It has all that the service knows of, ended ones too, and nothing but their ids. Needs the
    /// IAM action `neptune-db:ListIndexRebuilds` ([U24](crate::wire_notes#u24)) and engine 1.5.0.0 or later.
    /// No source shows a whole answer ([U14](crate::wire_notes#u14)); this is the service model's.
    ///
    /// In practice: `BadRequestException` (400, "Bad route") on older engines, `AccessDeniedException` (403) without
    /// that right.
    ///
    /// ```
    /// use neptunedata::{Endpoint, index_rebuild::ListIndexRebuilds};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ListIndexRebuilds::new(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/storage/indexes/rebuilds");
    ///
    /// let answer = neptunedata::http::Response::new(r#"{"rebuildIds":["9c7a1f0e"]}"#.into());
    /// let output = neptunedata::response::<ListIndexRebuilds>(&answer)?;
    /// assert_eq!(output.rebuild_ids.unwrap(), ["9c7a1f0e"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html>
    pub struct ListIndexRebuilds {}

    /// Asks for all of them.
    pub fn new();
}

output! {
    /// The answer to [`ListIndexRebuilds`].
    pub struct ListIndexRebuildsOutput {
        /// The ids of the rebuilds.
        pub rebuild_ids: Option<Vec<String>>,
    }
}

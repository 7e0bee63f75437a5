use crate::error::ExceptionKind;

operation! {
    name: "ListLoaderJobs",
    http: GET "/loader",
    effect: Read,
    exceptions: &[
        ExceptionKind::BadRequestException,
        ExceptionKind::BulkLoadIdNotFoundException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InternalFailureException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::LoadUrlAccessDeniedException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
    ],
    iam_actions: ["ListLoaderJobs"],
    output: ListLoaderJobsOutput,

    /// Lists bulk loads.
    ///
    /// A read. The newest come first, and those in the queue before all others. There is no paging: what
    /// exceeds `limit` cannot be retrieved. Needs the IAM action `neptune-db:ListLoaderJobs` and engine 1.2.1.0.R6
    /// or later.
    ///
    /// In practice: `AccessDeniedException` (403) without that right, `TooManyRequestsException` (429) when signatures
    /// are checked too often.
    ///
    /// ```
    /// use neptunedata::{Endpoint, loader::ListLoaderJobs};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let list = ListLoaderJobs::new().limit(3).include_queued_loads(false);
    /// let request = neptunedata::request(&list, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/loader?limit=3&includeQueuedLoads=false");
    ///
    /// let body = r#"{"status":"200 OK","payload":{"loadIds":["a2c0ce44-a44b-4517-8cd4-1dc144a8e5b5"]}}"#;
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ListLoaderJobs>(&answer)?;
    /// assert_eq!(output.payload.unwrap().load_ids.unwrap().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-status-requests.html>
    pub struct ListLoaderJobs {
        /// How many ids to answer at most, from 1 to 100, which is the service's default.
        pub limit: Option<i32> => query("limit", 1..=100),
        /// Whether loads in the queue are listed too. The service's default is true.
        pub include_queued_loads: Option<bool> => query("includeQueuedLoads"),
    }

    /// Asks for up to 100 loads, queued ones too.
    pub fn new();
}

output! {
    /// The answer to [`ListLoaderJobs`].
    pub struct ListLoaderJobsOutput {
        /// A status line such as `200 OK`.
        pub status: Option<String>,
        /// The loads.
        pub payload: Option<LoaderIdResult>,
    }
}

structure! {
    /// Bulk loads, by id.
    pub struct LoaderIdResult {
        /// Their ids.
        pub load_ids: Option<Vec<String>>,
    }
}

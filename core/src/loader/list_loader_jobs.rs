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
    /// A read. Queued loads are first, then the newest loads. There is no paging: only the first `limit` ids
    /// can be retrieved. Requires the IAM action `neptune-db:ListLoaderJobs` and engine 1.2.1.0.R6 or later.
    ///
    /// Common errors: `AccessDeniedException` (403) without that permission, `TooManyRequestsException` (429) when
    /// the server has too many signatures to check.
    ///
    /// ```
    /// use neptunedata::{Endpoint, loader::ListLoaderJobs};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let list = ListLoaderJobs::new().limit(3).include_queued_loads(false);
    /// let request = neptunedata::request(&list, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/loader?includeQueuedLoads=false&limit=3");
    ///
    /// let body = r#"{"status":"200 OK","payload":{"loadIds":["a2c0ce44-a44b-4517-8cd4-1dc144a8e5b5"]}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ListLoaderJobs>(&response)?;
    /// assert_eq!(output.payload.unwrap().load_ids.unwrap().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-status-requests.html>
    pub struct ListLoaderJobs {
        /// Whether queued loads are listed too. The service's default is true.
        pub include_queued_loads: Option<bool> => query("includeQueuedLoads"),
        /// The maximum number of ids to return, from 1 to 100, which is the service's default.
        pub limit: Option<i32> => query("limit", 1..=100),
    }

    /// Requests up to 100 loads, including queued ones.
    pub fn new();
}

output! {
    /// The response to [`ListLoaderJobs`].
    pub struct ListLoaderJobsOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// The ids of the loads.
        pub payload: Option<LoaderIdResult>,
    }
}

structure! {
    /// The ids of bulk loads.
    pub struct LoaderIdResult {
        /// Their ids.
        pub load_ids: Option<Vec<String>>,
    }
}

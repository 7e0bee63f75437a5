use super::JOB_EXCEPTIONS;

operation! {
    name: "CancelLoaderJob",
    http: DELETE "/loader/{loadId}",
    effect: Idempotent,
    exceptions: JOB_EXCEPTIONS,
    iam_actions: ["CancelLoaderJob"],
    output: CancelLoaderJobOutput,
    may_answer_empty: true,

    /// Cancels a bulk load.
    ///
    /// Idempotent: a cancelled load stays cancelled. A retry after a lost response can fail with the error of a
    /// load that is not active, and the [`Error`](crate::error::Error) says that an earlier attempt may have
    /// been executed. Data that was loaded before stays.
    ///
    /// Requires the IAM action `neptune-db:CancelLoaderJob` and engine 1.2.1.0.R6 or later. A load that does not
    /// exist or is not active causes a `BulkLoadIdNotFoundException` (404), or HTTP 400
    /// ([M33](crate::wire_notes#m33)); a read replica returns HTTP 405.
    ///
    /// ```
    /// use neptunedata::{Endpoint, loader::CancelLoaderJob};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let cancel = CancelLoaderJob::new("0a237328-afd5-4574-a0bc-c29ce5f54802");
    /// let request = neptunedata::request(&cancel, &endpoint)?;
    /// assert_eq!(request.method(), "DELETE");
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/loader/0a237328-afd5-4574-a0bc-c29ce5f54802",
    /// );
    ///
    /// let response = neptunedata::http::Response::new("".into());
    /// let output = neptunedata::response::<CancelLoaderJob>(&response)?;
    /// assert_eq!(output.status, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-cancel.html>
    pub struct CancelLoaderJob {
        /// The load. Must not be empty, `.` or `..`.
        pub load_id: String => label("loadId"),
    }

    /// Cancels the load with this id.
    pub fn new(..);
}

output! {
    /// The response to [`CancelLoaderJob`].
    pub struct CancelLoaderJobOutput {
        /// A status text. Only the service model has this member: the real response has no body
        /// ([M34](crate::wire_notes#m34)), so the value is `None`.
        pub status: Option<String>,
    }
}

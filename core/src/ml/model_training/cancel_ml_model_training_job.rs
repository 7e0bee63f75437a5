use super::EXCEPTIONS;

operation! {
    name: "CancelMLModelTrainingJob",
    http: DELETE "/ml/modeltraining/{id}",
    effect: Idempotent,
    exceptions: EXCEPTIONS,
    iam_actions: ["CancelMLModelTrainingJob"],
    output: CancelMlModelTrainingJobOutput,
    may_answer_empty: true,

    /// Cancels a model-training job.
    ///
    /// Idempotent: a cancelled job stays cancelled. A retry after a lost response can fail with
    /// `InvalidParameterException` ("… already completed or failed"), and the [`Error`](crate::error::Error)
    /// says that an earlier attempt may have been executed.
    ///
    /// Requires the IAM action `neptune-db:CancelMLModelTrainingJob` and engine 1.2.1.0.R6 or later. An unknown id
    /// causes an `InvalidParameterException` (400), not the documented `MLResourceNotFoundException`
    /// ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::CancelMlModelTrainingJob};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let cancel = CancelMlModelTrainingJob::new("job-1").clean(true);
    /// let request = neptunedata::request(&cancel, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltraining/job-1?clean=true");
    ///
    /// let response = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
    /// let output = neptunedata::response::<CancelMlModelTrainingJob>(&response)?;
    /// assert_eq!(output.status.as_deref(), Some("200 OK"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct CancelMlModelTrainingJob {
        /// The job. Must not be empty, `.` or `..`; the service takes 1 to 48 letters, digits and hyphens.
        pub id: String => label("id"),
        /// Whether the job's artifacts in S3 are deleted too. The service's default is false.
        pub clean: Option<bool> => query("clean"),
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
    }

    /// Cancels the job with this id.
    pub fn new(..);
}

output! {
    /// The response to [`CancelMlModelTrainingJob`].
    pub struct CancelMlModelTrainingJobOutput {
        /// A status text such as `200 OK`. Its exact text is not documented ([U20](crate::wire_notes#u20)), and
        /// the response may have no body; the value is then `None`.
        pub status: Option<String>,
    }
}

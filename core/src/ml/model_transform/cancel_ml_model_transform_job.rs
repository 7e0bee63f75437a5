use super::EXCEPTIONS;

operation! {
    name: "CancelMLModelTransformJob",
    http: DELETE "/ml/modeltransform/{id}",
    effect: Idempotent,
    exceptions: EXCEPTIONS,
    iam_actions: ["CancelMLModelTransformJob"],
    output: CancelMlModelTransformJobOutput,
    may_answer_empty: true,

    /// Cancels a model-transform job.
    ///
    /// Idempotent: a job that was cancelled stays cancelled. Repeated after a lost answer it meets
    /// `InvalidParameterException` ("… already completed or failed"), and the [`Error`](crate::error::Error)
    /// then says that an earlier attempt may have been executed.
    ///
    /// Needs the IAM action `neptune-db:CancelMLModelTransformJob` and engine 1.2.1.0.R6 or later. An
    /// id that no job has is an `InvalidParameterException` (400), not the documented
    /// `MLResourceNotFoundException` ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::CancelMlModelTransformJob};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let cancel = CancelMlModelTransformJob::new("transform-1").clean(true);
    /// let request = neptunedata::request(&cancel, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltransform/transform-1?clean=true");
    ///
    /// let answer = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
    /// let output = neptunedata::response::<CancelMlModelTransformJob>(&answer)?;
    /// assert_eq!(output.status.as_deref(), Some("200 OK"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct CancelMlModelTransformJob {
        /// The job. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
        /// hyphens.
        pub id: String => label("id"),
        /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
        /// Whether the job's artifacts in S3 are deleted too. The service's default is false.
        pub clean: Option<bool> => query("clean"),
    }

    /// Cancels the job with this id.
    pub fn new(..);
}

output! {
    /// The answer to [`CancelMlModelTransformJob`].
    pub struct CancelMlModelTransformJobOutput {
        /// A status line such as `200 OK`. What exactly it says is not documented ([U20](crate::wire_notes#u20)), and an answer
        /// without a body is a success as well.
        pub status: Option<String>,
    }
}

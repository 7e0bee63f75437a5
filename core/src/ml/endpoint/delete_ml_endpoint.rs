use super::EXCEPTIONS;

operation! {
    name: "DeleteMLEndpoint",
    http: DELETE "/ml/endpoints/{id}",
    effect: Idempotent,
    exceptions: EXCEPTIONS,
    iam_actions: ["DeleteMLEndpoint"],
    output: DeleteMlEndpointOutput,
    may_answer_empty: true,

    /// Deletes an inference endpoint.
    ///
    /// Works on an endpoint that is in service as on one that is being created; the service's own page
    /// only speaks of the latter ([M45](crate::wire_notes#m45)).
    ///
    /// Idempotent: an endpoint that was deleted stays deleted. Repeated after a lost answer it may meet
    /// `InvalidParameterException`, and the [`Error`](crate::error::Error) then says that an earlier attempt
    /// may have been executed.
    ///
    /// Needs the IAM action `neptune-db:DeleteMLEndpoint` and engine 1.2.1.0.R6 or later. An id that no
    /// endpoint has is an `InvalidParameterException` (400), not the documented
    /// `MLResourceNotFoundException` ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::DeleteMlEndpoint};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let delete = DeleteMlEndpoint::new("endpoint-1").clean(true);
    /// let request = neptunedata::request(&delete, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/endpoints/endpoint-1?clean=true");
    ///
    /// let answer = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
    /// let output = neptunedata::response::<DeleteMlEndpoint>(&answer)?;
    /// assert_eq!(output.status.as_deref(), Some("200 OK"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct DeleteMlEndpoint {
        /// The endpoint. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
        /// hyphens.
        pub id: String => label("id"),
        /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
        /// Whether all artifacts of the endpoint are deleted too. The service's default is false.
        /// Documented, but not seen on an engine yet ([U25](crate::wire_notes#u25)).
        pub clean: Option<bool> => query("clean"),
    }

    /// Deletes the endpoint with this id.
    pub fn new(..);
}

output! {
    /// The answer to [`DeleteMlEndpoint`].
    pub struct DeleteMlEndpointOutput {
        /// A status line such as `200 OK`. What exactly it says is not documented ([U20](crate::wire_notes#u20)), and an answer
        /// without a body is a success as well.
        pub status: Option<String>,
    }
}

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
    /// Deletes endpoints that are in service as well as endpoints that are being created; the service's own
    /// page mentions only the latter ([M45](crate::wire_notes#m45)).
    ///
    /// Idempotent: a deleted endpoint stays deleted. A retry after a lost response can fail with
    /// `InvalidParameterException`, and the [`Error`](crate::error::Error) says that an earlier attempt may
    /// have been executed.
    ///
    /// Requires the IAM action `neptune-db:DeleteMLEndpoint` and engine 1.2.1.0.R6 or later. An unknown id causes
    /// an `InvalidParameterException` (400), not the documented `MLResourceNotFoundException`
    /// ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::DeleteMlEndpoint};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let delete = DeleteMlEndpoint::new("endpoint-1").clean(true);
    /// let request = neptunedata::request(&delete, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/endpoints/endpoint-1?clean=true");
    ///
    /// let response = neptunedata::http::Response::new(r#"{"status":"200 OK"}"#.into());
    /// let output = neptunedata::response::<DeleteMlEndpoint>(&response)?;
    /// assert_eq!(output.status.as_deref(), Some("200 OK"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct DeleteMlEndpoint {
        /// The endpoint. Must not be empty, `.` or `..`; the service takes 1 to 48 letters, digits and hyphens.
        pub id: String => label("id"),
        /// Whether all artifacts of the endpoint are deleted too. The service's default is false. Documented,
        /// but not yet confirmed on an engine ([U25](crate::wire_notes#u25)).
        pub clean: Option<bool> => query("clean"),
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
    }

    /// Deletes the endpoint with this id.
    pub fn new(..);
}

output! {
    /// The response to [`DeleteMlEndpoint`].
    pub struct DeleteMlEndpointOutput {
        /// A status text such as `200 OK`. Its exact text is not documented ([U20](crate::wire_notes#u20)), and
        /// the response may have no body; the value is then `None`.
        pub status: Option<String>,
    }
}

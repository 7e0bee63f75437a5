use super::EXCEPTIONS;
use crate::ml::{MlConfigDefinition, MlEndpointStatus};

operation! {
    name: "GetMLEndpoint",
    http: GET "/ml/endpoints/{id}",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetMLEndpointStatus"],
    output: GetMlEndpointOutput,

    /// Gets the status of an inference endpoint.
    ///
    /// A read. Requires the IAM action `neptune-db:GetMLEndpointStatus` and engine 1.2.1.0.R6 or later. An unknown
    /// id causes an `InvalidParameterException` (400), not the documented `MLResourceNotFoundException`
    /// ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::{GetMlEndpoint, MlEndpointStatus}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetMlEndpoint::new("endpoint-1"), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/endpoints/endpoint-1");
    ///
    /// let body = r#"{
    ///     "status": "InService",
    ///     "id": "endpoint-1",
    ///     "endpoint": {
    ///         "name": "endpoint-1-sm",
    ///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/endpoint-1-sm",
    ///         "status": "InService"
    ///     },
    ///     "endpointConfig": {
    ///         "name": "endpoint-1-config",
    ///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/endpoint-1-config"
    ///     }
    /// }"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetMlEndpoint>(&response)?;
    /// assert_eq!(output.status, Some(MlEndpointStatus::InService));
    /// assert_eq!(output.endpoint.unwrap().name.as_deref(), Some("endpoint-1-sm"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct GetMlEndpoint {
        /// The endpoint. Must not be empty, `.` or `..`; the service takes 1 to 48 letters, digits and hyphens.
        pub id: String => label("id"),
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
    }

    /// Requests the status of the endpoint with this id.
    pub fn new(..);
}

output! {
    /// The response to [`GetMlEndpoint`].
    pub struct GetMlEndpointOutput {
        /// The status of the endpoint.
        pub status: Option<MlEndpointStatus>,
        /// The endpoint's id, which queries use.
        pub id: Option<String>,
        /// The SageMaker endpoint that serves it.
        pub endpoint: Option<MlEndpointDefinition>,
        /// The configuration of the SageMaker endpoint.
        pub endpoint_config: Option<MlConfigDefinition>,
    }
}

structure! {
    /// The SageMaker endpoint of a Neptune ML endpoint: the service's `MlResourceDefinition`, with the statuses of
    /// endpoints.
    pub struct MlEndpointDefinition {
        /// Its name in SageMaker.
        pub name: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// Its status.
        pub status: Option<MlEndpointStatus>,
        /// The S3 location of its output, if it has any.
        pub output_location: Option<String>,
        /// The reason for its failure, if it failed.
        pub failure_reason: Option<String>,
        /// The URL of its CloudWatch logs.
        pub cloudwatch_log_url: Option<String>,
    }
}

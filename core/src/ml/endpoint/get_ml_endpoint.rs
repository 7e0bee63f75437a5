use super::EXCEPTIONS;
use crate::ml::{MlConfigDefinition, MlEndpointStatus};

operation! {
    name: "GetMLEndpoint",
    http: GET "/ml/endpoints/{id}",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetMLEndpointStatus"],
    output: GetMlEndpointOutput,

    /// Gets the state of an inference endpoint.
    ///
    /// A read. Needs the IAM action `neptune-db:GetMLEndpointStatus` and engine 1.2.1.0.R6 or later. An
    /// id that no endpoint has is an `InvalidParameterException` (400), not the documented
    /// `MLResourceNotFoundException` ([M38](crate::wire_notes#m38)).
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetMlEndpoint>(&answer)?;
    /// assert_eq!(output.status, Some(MlEndpointStatus::InService));
    /// assert_eq!(output.endpoint.unwrap().name.as_deref(), Some("endpoint-1-sm"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct GetMlEndpoint {
        /// The endpoint. Refused when empty, `.` or `..`; the service takes 1 to 48 letters, digits and
        /// hyphens.
        pub id: String => label("id"),
        /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
    }

    /// Asks for the endpoint with this id.
    pub fn new(..);
}

output! {
    /// The answer to [`GetMlEndpoint`].
    pub struct GetMlEndpointOutput {
        /// What state the endpoint is in.
        pub status: Option<MlEndpointStatus>,
        /// The endpoint's id, which queries name.
        pub id: Option<String>,
        /// The SageMaker endpoint that serves it.
        pub endpoint: Option<MlEndpointDefinition>,
        /// The configuration of the SageMaker endpoint.
        pub endpoint_config: Option<MlConfigDefinition>,
    }
}

structure! {
    /// The SageMaker endpoint of a Neptune ML endpoint. It is what the service calls
    /// `MlResourceDefinition`, with the states of endpoints.
    pub struct MlEndpointDefinition {
        /// Its name in SageMaker.
        pub name: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// What state it is in.
        pub status: Option<MlEndpointStatus>,
        /// Where in S3 it writes, if it does.
        pub output_location: Option<String>,
        /// Why it failed, if it did.
        pub failure_reason: Option<String>,
        /// Where its CloudWatch logs are.
        pub cloudwatch_log_url: Option<String>,
    }
}

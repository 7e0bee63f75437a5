use super::EXCEPTIONS;

operation! {
    name: "ListMLEndpoints",
    http: GET "/ml/endpoints",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["ListMLEndpoints"],
    output: ListMlEndpointsOutput,

    /// Lists inference endpoints.
    ///
    /// A read. There is no paging: only the first `max_items` ids can be retrieved. Requires the IAM action
    /// `neptune-db:ListMLEndpoints` and engine 1.2.1.0.R6 or later. Without a role for SageMaker and S3 the
    /// service returns `MissingParameterException` (400).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::ListMlEndpoints};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ListMlEndpoints::new().max_items(3), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/endpoints?maxItems=3");
    ///
    /// let response = neptunedata::http::Response::new(r#"{"ids":["endpoint-2","endpoint-1"]}"#.into());
    /// let output = neptunedata::response::<ListMlEndpoints>(&response)?;
    /// assert_eq!(output.ids.unwrap(), ["endpoint-2", "endpoint-1"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ListMlEndpoints {
        /// The maximum number of ids to return, from 1 to 1,024. The service's default is 10.
        pub max_items: Option<i32> => query("maxItems", 1..=1024),
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
    }

    /// Requests the service's default number of endpoints.
    pub fn new();
}

output! {
    /// The response to [`ListMlEndpoints`].
    pub struct ListMlEndpointsOutput {
        /// The ids of the endpoints.
        pub ids: Option<Vec<String>>,
    }
}

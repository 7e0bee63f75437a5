use super::EXCEPTIONS;

operation! {
    name: "ListMLDataProcessingJobs",
    http: GET "/ml/dataprocessing",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["ListMLDataProcessingJobs"],
    output: ListMlDataProcessingJobsOutput,

    /// Lists data-processing jobs.
    ///
    /// A read. There is no paging: only the first `max_items` ids can be retrieved. Requires the IAM action
    /// `neptune-db:ListMLDataProcessingJobs` and engine 1.2.1.0.R6 or later. Without a role for SageMaker and
    /// S3 the service returns `MissingParameterException` (400).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::ListMlDataProcessingJobs};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ListMlDataProcessingJobs::new().max_items(3), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/dataprocessing?maxItems=3");
    ///
    /// let response = neptunedata::http::Response::new(r#"{"ids":["processed-2","processed-1"]}"#.into());
    /// let output = neptunedata::response::<ListMlDataProcessingJobs>(&response)?;
    /// assert_eq!(output.ids.unwrap(), ["processed-2", "processed-1"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ListMlDataProcessingJobs {
        /// The maximum number of ids to return, from 1 to 1,024. The service's default is 10.
        pub max_items: Option<i32> => query("maxItems", 1..=1024),
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
    }

    /// Requests the service's default number of jobs.
    pub fn new();
}

output! {
    /// The response to [`ListMlDataProcessingJobs`].
    pub struct ListMlDataProcessingJobsOutput {
        /// The ids of the jobs.
        pub ids: Option<Vec<String>>,
    }
}

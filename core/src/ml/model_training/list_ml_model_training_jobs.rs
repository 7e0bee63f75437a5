use super::EXCEPTIONS;

operation! {
    name: "ListMLModelTrainingJobs",
    http: GET "/ml/modeltraining",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["ListMLModelTrainingJobs"],
    output: ListMlModelTrainingJobsOutput,

    /// Lists model-training jobs.
    ///
    /// A read. There is no paging: only the first `max_items` ids can be retrieved. Requires the IAM action
    /// `neptune-db:ListMLModelTrainingJobs` and engine 1.2.1.0.R6 or later.
    ///
    /// A missing role, or a role that is not listed in the cluster's parameter group, causes a
    /// `MissingParameterException` (400).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::ListMlModelTrainingJobs};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&ListMlModelTrainingJobs::new().max_items(3), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltraining?maxItems=3");
    ///
    /// let response = neptunedata::http::Response::new(r#"{"ids":["job-2","job-1"]}"#.into());
    /// let output = neptunedata::response::<ListMlModelTrainingJobs>(&response)?;
    /// assert_eq!(output.ids.unwrap(), ["job-2", "job-1"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ListMlModelTrainingJobs {
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
    /// The response to [`ListMlModelTrainingJobs`].
    pub struct ListMlModelTrainingJobsOutput {
        /// The ids of the jobs.
        pub ids: Option<Vec<String>>,
    }
}

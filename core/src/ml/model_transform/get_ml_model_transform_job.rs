use super::EXCEPTIONS;
use crate::ml::{MlConfigDefinition, MlJobStatus, MlResourceDefinition};

operation! {
    name: "GetMLModelTransformJob",
    http: GET "/ml/modeltransform/{id}",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetMLModelTransformJobStatus"],
    output: GetMlModelTransformJobOutput,

    /// Gets the status of a model-transform job.
    ///
    /// A read. Requires the IAM action `neptune-db:GetMLModelTransformJobStatus` and engine 1.2.1.0.R6 or later.
    /// An unknown id causes an `InvalidParameterException` (400), not the documented `MLResourceNotFoundException`
    /// ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::{GetMlModelTransformJob, MlJobStatus}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetMlModelTransformJob::new("transform-1"), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltransform/transform-1");
    ///
    /// let body = r#"{
    ///     "status": "InProgress",
    ///     "id": "transform-1",
    ///     "baseProcessingJob": {"name": "base-1", "status": "Completed"},
    ///     "remoteModelTransformJob": {
    ///         "name": "transform-1-remote",
    ///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/transform-1-remote",
    ///         "status": "InProgress"
    ///     },
    ///     "models": []
    /// }"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetMlModelTransformJob>(&response)?;
    /// assert!(!output.status.unwrap().is_terminal());
    /// let transform = output.remote_model_transform_job.unwrap();
    /// assert_eq!(transform.status, Some(MlJobStatus::InProgress));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct GetMlModelTransformJob {
        /// The job. Must not be empty, `.` or `..`; the service takes 1 to 48 letters, digits and hyphens.
        pub id: String => label("id"),
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String> => query("neptuneIamRoleArn"),
    }

    /// Requests the status of the job with this id.
    pub fn new(..);
}

output! {
    /// The response to [`GetMlModelTransformJob`].
    pub struct GetMlModelTransformJobOutput {
        /// The status of the job as a whole.
        pub status: Option<MlJobStatus>,
        /// The job's id.
        pub id: Option<String>,
        /// The SageMaker job that prepares the transform.
        pub base_processing_job: Option<MlResourceDefinition>,
        /// The SageMaker job that computes the model's artifacts.
        pub remote_model_transform_job: Option<MlResourceDefinition>,
        /// The models produced so far.
        pub models: Option<Vec<MlConfigDefinition>>,
    }
}

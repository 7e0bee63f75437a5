use super::EXCEPTIONS;
use crate::ml::{MlJobStatus, MlResourceDefinition};

operation! {
    name: "GetMLDataProcessingJob",
    http: GET "/ml/dataprocessing/{id}",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetMLDataProcessingJobStatus"],
    output: GetMlDataProcessingJobOutput,

    /// Gets the status of a data-processing job.
    ///
    /// A read. Requires the IAM action `neptune-db:GetMLDataProcessingJobStatus` and engine 1.2.1.0.R6 or later.
    /// An unknown id causes an `InvalidParameterException` (400), not the documented `MLResourceNotFoundException`
    /// ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::{GetMlDataProcessingJob, MlJobStatus}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetMlDataProcessingJob::new("processed-1"), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/dataprocessing/processed-1");
    ///
    /// let body = r#"{
    ///     "status": "Completed",
    ///     "id": "processed-1",
    ///     "processingJob": {
    ///         "name": "PreprocessingStep-1",
    ///         "arn": "arn:aws:sagemaker:us-east-1:123456789012:processing-job/PreprocessingStep-1",
    ///         "status": "Completed",
    ///         "outputLocation": "s3://bucket/processed/"
    ///     }
    /// }"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetMlDataProcessingJob>(&response)?;
    /// assert_eq!(output.status, Some(MlJobStatus::Completed));
    /// let location = output.processing_job.unwrap().output_location;
    /// assert_eq!(location.as_deref(), Some("s3://bucket/processed/"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct GetMlDataProcessingJob {
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
    /// The response to [`GetMlDataProcessingJob`].
    pub struct GetMlDataProcessingJobOutput {
        /// The status of the job as a whole.
        pub status: Option<MlJobStatus>,
        /// The job's id.
        pub id: Option<String>,
        /// The SageMaker job that does the work. Its `output_location` is the location of the results.
        pub processing_job: Option<MlResourceDefinition>,
    }
}

use super::EXCEPTIONS;
use crate::ml::{MlConfigDefinition, MlJobStatus, MlResourceDefinition};

operation! {
    name: "GetMLModelTrainingJob",
    http: GET "/ml/modeltraining/{id}",
    effect: Read,
    exceptions: EXCEPTIONS,
    iam_actions: ["GetMLModelTrainingJobStatus"],
    output: GetMlModelTrainingJobOutput,

    /// Gets the status of a model-training job.
    ///
    /// A read. Requires the IAM action `neptune-db:GetMLModelTrainingJobStatus` and engine 1.2.1.0.R6 or later. An
    /// unknown id causes an `InvalidParameterException` (400), not the documented `MLResourceNotFoundException`
    /// ([M38](crate::wire_notes#m38)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::{GetMlModelTrainingJob, MlJobStatus}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetMlModelTrainingJob::new("job-1"), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltraining/job-1");
    ///
    /// let body = r#"{"status":"Completed","id":"job-1","processingJob":{"name":"p","status":"Completed"}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetMlModelTrainingJob>(&response)?;
    /// assert_eq!(output.status, Some(MlJobStatus::Completed));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct GetMlModelTrainingJob {
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
    /// The response to [`GetMlModelTrainingJob`].
    pub struct GetMlModelTrainingJobOutput {
        /// The status of the job as a whole.
        pub status: Option<MlJobStatus>,
        /// The job's id.
        pub id: Option<String>,
        /// The SageMaker job that prepares the training.
        pub processing_job: Option<MlResourceDefinition>,
        /// The SageMaker job that tunes hyperparameters and trains.
        pub hpo_job: Option<MlResourceDefinition>,
        /// The SageMaker job that computes the model's artifacts.
        pub model_transform_job: Option<MlResourceDefinition>,
        /// The models produced so far.
        pub ml_models: Option<Vec<MlConfigDefinition>>,
    }
}

use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{ml::DataProcessingJobId, types::S3Uri};

operation! {
    name: "StartMLModelTrainingJob",
    http: POST "/ml/modeltraining",
    effect: Write,
    exceptions: EXCEPTIONS,
    iam_actions: ["StartMLModelTrainingJob"],
    output: StartMlModelTrainingJobOutput,

    /// Starts a model-training job.
    ///
    /// A write: without an id every execution starts another job, and with an id a second execution is
    /// rejected, so the request is not retried after a lost response. Requires the IAM action
    /// `neptune-db:StartMLModelTrainingJob` and engine 1.2.1.0.R6 or later.
    ///
    /// The service also accepts `enableInterContainerTrafficEncryption`, `modelName` and `maxWaitTime`
    /// ([M39](crate::wire_notes#m39)); add them with [`CallOptions::extra`](crate::machine::CallOptions::extra).
    ///
    /// An id that is in use or has invalid characters, or an unknown instance type, causes an
    /// `InvalidParameterException` (400). A missing role for SageMaker and S3 causes a `MissingParameterException`
    /// (400). An S3 location that cannot be accessed, or a data-processing job that does not exist or has not
    /// completed, causes a `BadRequestException` (400).
    ///
    /// ```
    /// use neptunedata::{
    ///     Endpoint, ml::{DataProcessingJobId, StartMlModelTrainingJob}, types::S3Uri,
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let start = StartMlModelTrainingJob::new(
    ///     DataProcessingJobId::new("processed-1"),
    ///     S3Uri::new("s3://bucket/models/"),
    /// )
    /// .id("job-1");
    /// let request = neptunedata::request(&start, &endpoint)?;
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"id":"job-1","dataProcessingJobId":"processed-1","trainModelS3Location":"s3://bucket/models/"}"#,
    /// );
    ///
    /// let body = r#"{"id":"job-1","arn":"arn:aws:neptune-ml:…","creationTimeInMillis":1662131463000}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartMlModelTrainingJob>(&response)?;
    /// assert_eq!(output.require_id()?, "job-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct StartMlModelTrainingJob {
        /// The id of the new job: 1 to 48 letters, digits and hyphens. By default the service generates a UUID.
        pub id: Option<String>,
        /// A completed training job, for incremental training.
        pub previous_model_training_job_id: Option<String>,
        /// The completed data-processing job whose results are the training data.
        pub data_processing_job_id: DataProcessingJobId,
        /// The S3 location for the model.
        pub train_model_s3_location: S3Uri,
        /// The role that SageMaker assumes; it must be listed in the cluster's parameter group.
        pub sagemaker_iam_role_arn: Option<String>,
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String>,
        /// The instance type that prepares and manages the training. By default the service chooses it based on
        /// the size of the data.
        pub base_processing_instance_type: Option<String>,
        /// The instance type of the training, with or without GPUs. The service's default is `ml.p3.2xlarge`.
        pub training_instance_type: Option<String>,
        /// Disk size of the training instance in GB. By default, or with 0, the service chooses the size.
        #[serde(rename = "trainingInstanceVolumeSizeInGB")]
        pub training_instance_volume_size_in_gb: Option<i32>,
        /// Time limit of the training in seconds; the service's default is one day.
        pub training_time_out_in_seconds: Option<i32>,
        /// The total number of training jobs of hyperparameter tuning; the service's default is 2.
        #[serde(rename = "maxHPONumberOfTrainingJobs")]
        pub max_hpo_number_of_training_jobs: Option<i32>,
        /// The maximum number of these training jobs that run at the same time; the service's default is 2.
        #[serde(rename = "maxHPOParallelTrainingJobs")]
        pub max_hpo_parallel_training_jobs: Option<i32>,
        /// The subnets of the Neptune VPC.
        pub subnets: Option<Vec<String>>,
        /// The security groups of the Neptune VPC.
        pub security_group_ids: Option<Vec<String>>,
        /// The KMS key that encrypts the disks of the instances. By default there is no key.
        #[serde(rename = "volumeEncryptionKMSKey")]
        pub volume_encryption_kms_key: Option<String>,
        /// The KMS key that encrypts the results in S3. By default there is no key.
        #[serde(rename = "s3OutputEncryptionKMSKey")]
        pub s3_output_encryption_kms_key: Option<String>,
        /// Whether to train on spot instances. The service's default is false.
        pub enable_managed_spot_training: Option<bool>,
        /// Parameters of a custom model implementation.
        pub custom_model_training_parameters: Option<CustomModelTrainingParameters>,
    }

    /// Trains on the results of a data-processing job and writes the model to S3.
    pub fn new(..);
}

/// Parameters of a custom model implementation:
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-custom-models.html>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomModelTrainingParameters {
    /// The S3 location of the Python module.
    pub source_s3_directory_path: String,
    /// The training script; the service's default is `training.py`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training_entry_point_script: Option<String>,
    /// The script that computes the model's artifacts; the service's default is `transform.py`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transform_entry_point_script: Option<String>,
}

arbitrary!(CustomModelTrainingParameters =>
    source_s3_directory_path, training_entry_point_script, transform_entry_point_script);

impl CustomModelTrainingParameters {
    /// The module at this S3 location.
    pub fn new(source_s3_directory_path: impl Into<String>) -> Self {
        CustomModelTrainingParameters {
            source_s3_directory_path: source_s3_directory_path.into(),
            training_entry_point_script: None,
            transform_entry_point_script: None,
        }
    }
}

setters!(CustomModelTrainingParameters {
    training_entry_point_script: impl String,
    transform_entry_point_script: impl String,
});

output! {
    /// The response to [`StartMlModelTrainingJob`].
    pub struct StartMlModelTrainingJobOutput {
        /// The id of the new job.
        pub id: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// When it was created, in milliseconds since 1970.
        pub creation_time_in_millis: Option<i64>,
    }
}

required_member! {
    StartMlModelTrainingJob,
    /// The id of the new job.
    StartMlModelTrainingJobOutput::require_id = "id", |output| output.id.as_deref()
}

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
    /// A write: without an id every execution starts another job, and with one a second execution is
    /// refused, so after a lost answer the request is not sent again. Needs the IAM action
    /// `neptune-db:StartMLModelTrainingJob` and engine 1.2.1.0.R6 or later.
    ///
    /// The service also knows `enableInterContainerTrafficEncryption`, `modelName` and `maxWaitTime`
    /// ([M39](crate::wire_notes#m39)); add them with [`CallOptions::extra`](crate::machine::CallOptions::extra).
    ///
    /// An id that a job already has, or one of other characters, and an instance type that there is not are an
    /// `InvalidParameterException` (400), no role for SageMaker and S3 a `MissingParameterException` (400), and an S3
    /// location out of reach, or a data-processing job that has not completed or is not there, a `BadRequestException`
    /// (400).
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartMlModelTrainingJob>(&answer)?;
    /// assert_eq!(output.id.as_deref(), Some("job-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct StartMlModelTrainingJob {
        /// The id of the new job: 1 to 48 letters, digits and hyphens. The service makes a UUID by
        /// default.
        pub id: Option<String>,
        /// A completed training job to go on from.
        pub previous_model_training_job_id: Option<String>,
        /// The completed data-processing job whose results are trained on.
        pub data_processing_job_id: DataProcessingJobId,
        /// Where in S3 the model goes.
        pub train_model_s3_location: S3Uri,
        /// The role with which SageMaker runs; it must be listed in the cluster's parameter group.
        pub sagemaker_iam_role_arn: Option<String>,
        /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String>,
        /// The instance type that prepares and manages the training. By default the service picks one by
        /// the size of the data.
        pub base_processing_instance_type: Option<String>,
        /// The instance type that trains, with or without GPUs. The service's default is `ml.p3.2xlarge`.
        pub training_instance_type: Option<String>,
        /// Disk size of the training instance in GB. By default, or with 0, the service picks one.
        #[serde(rename = "trainingInstanceVolumeSizeInGB")]
        pub training_instance_volume_size_in_gb: Option<i32>,
        /// Time limit of the training in seconds; the service's default is one day.
        pub training_time_out_in_seconds: Option<i32>,
        /// How many trainings hyperparameter tuning runs in all; the service's default is 2.
        #[serde(rename = "maxHPONumberOfTrainingJobs")]
        pub max_hpo_number_of_training_jobs: Option<i32>,
        /// How many of them run at the same time; the service's default is 2.
        #[serde(rename = "maxHPOParallelTrainingJobs")]
        pub max_hpo_parallel_training_jobs: Option<i32>,
        /// The subnets of the Neptune VPC.
        pub subnets: Option<Vec<String>>,
        /// The security groups of the Neptune VPC.
        pub security_group_ids: Option<Vec<String>>,
        /// The KMS key that encrypts the disks of the instances. None by default.
        #[serde(rename = "volumeEncryptionKMSKey")]
        pub volume_encryption_kms_key: Option<String>,
        /// The KMS key that encrypts the results in S3. None by default.
        #[serde(rename = "s3OutputEncryptionKMSKey")]
        pub s3_output_encryption_kms_key: Option<String>,
        /// Whether to train on spot instances. The service's default is false.
        pub enable_managed_spot_training: Option<bool>,
        /// A model implementation of your own.
        pub custom_model_training_parameters: Option<CustomModelTrainingParameters>,
    }

    /// Trains on the results of a data-processing job and puts the model into S3.
    pub fn new(..);
}

/// A model implementation of your own:
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-custom-models.html>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomModelTrainingParameters {
    /// Where in S3 the Python module lies.
    pub source_s3_directory_path: String,
    /// The script that trains; the service's default is `training.py`.
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
    /// The answer to [`StartMlModelTrainingJob`].
    pub struct StartMlModelTrainingJobOutput {
        /// The id of the new job.
        pub id: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// When it was made, in milliseconds since 1970.
        pub creation_time_in_millis: Option<i64>,
    }
}

required_member! {
    StartMlModelTrainingJob,
    /// The id of the new job.
    StartMlModelTrainingJobOutput::require_id = "id", |output| output.id.as_deref()
}

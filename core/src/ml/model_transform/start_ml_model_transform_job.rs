use serde::{Deserialize, Serialize};

use super::EXCEPTIONS;
use crate::{
    ml::{DataProcessingJobId, ModelTrainingJobId, TrainingJobName},
    types::S3Uri,
};

operation! {
    name: "StartMLModelTransformJob",
    http: POST "/ml/modeltransform",
    effect: Write,
    exceptions: EXCEPTIONS,
    iam_actions: ["StartMLModelTransformJob"],
    output: StartMlModelTransformJobOutput,

    /// Starts a model-transform job, which recomputes the artifacts of a trained model for changed data,
    /// without training the model again.
    ///
    /// The model comes from one of two sources, each with its own constructor:
    /// [`from_training_job`](StartMlModelTransformJob::from_training_job) takes a data-processing job and a
    /// model-training job, [`from_sagemaker_job`](StartMlModelTransformJob::from_sagemaker_job) a training job
    /// of SageMaker. The service requires exactly one source. The service model does not, so a deserialized
    /// request with no source or with both is sent as it is.
    ///
    /// A write: without an id every execution starts another job, and with an id a second execution is
    /// rejected, so the request is not retried after a lost response. Requires the IAM action
    /// `neptune-db:StartMLModelTransformJob` and engine 1.2.1.0.R6 or later.
    ///
    /// An id that is in use or has invalid characters causes an `InvalidParameterException` (400), and a missing
    /// role for SageMaker and S3 causes a `MissingParameterException` (400). A source that does not exist or has
    /// not completed, or an S3 location that cannot be accessed, causes a `BadRequestException` (400).
    ///
    /// The service also accepts `enableInterContainerTrafficEncryption` ([M39](crate::wire_notes#m39), engine
    /// 1.2.0.2.R3); add it with [`CallOptions::extra`](crate::machine::CallOptions::extra).
    ///
    /// ```
    /// use neptunedata::{
    ///     Endpoint, ml::{DataProcessingJobId, ModelTrainingJobId, StartMlModelTransformJob},
    ///     types::S3Uri,
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let start = StartMlModelTransformJob::from_training_job(
    ///     DataProcessingJobId::new("processed-2"),
    ///     ModelTrainingJobId::new("job-1"),
    ///     S3Uri::new("s3://bucket/transformed/"),
    /// )
    /// .id("transform-1");
    /// let request = neptunedata::request(&start, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/modeltransform");
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"id":"transform-1","dataProcessingJobId":"processed-2","mlModelTrainingJobId":"job-1","modelTransformOutputS3Location":"s3://bucket/transformed/"}"#,
    /// );
    ///
    /// let body = r#"{"id":"transform-1","arn":"arn:aws:neptune-ml:…","creationTimeInMillis":1662131463000}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartMlModelTransformJob>(&response)?;
    /// assert_eq!(output.require_id()?, "transform-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct StartMlModelTransformJob {
        /// The id of the new job: 1 to 48 letters, digits and hyphens. By default the service generates a UUID.
        pub id: Option<String>,
        /// The completed data-processing job whose results are transformed. Set together with
        /// [`ml_model_training_job_id`](field@Self::ml_model_training_job_id).
        pub data_processing_job_id: Option<DataProcessingJobId> => constructor,
        /// The completed model-training job that produced the model. Set together with
        /// [`data_processing_job_id`](field@Self::data_processing_job_id).
        pub ml_model_training_job_id: Option<ModelTrainingJobId> => constructor,
        /// The SageMaker name of the completed training job that produced the model. If this is set,
        /// `data_processing_job_id` and `ml_model_training_job_id` must not be set.
        pub training_job_name: Option<TrainingJobName> => constructor,
        /// The S3 location for the results.
        pub model_transform_output_s3_location: S3Uri,
        /// The role that SageMaker assumes; it must be listed in the cluster's parameter group.
        pub sagemaker_iam_role_arn: Option<String>,
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String>,
        /// Parameters of a custom transform implementation.
        pub custom_model_transform_parameters: Option<CustomModelTransformParameters>,
        /// The instance type that prepares and manages the transform. By default the service chooses it based on
        /// the size of the data.
        pub base_processing_instance_type: Option<String>,
        /// Disk size of the processing instance in GB. By default, or with 0, the service chooses the size.
        #[serde(rename = "baseProcessingInstanceVolumeSizeInGB")]
        pub base_processing_instance_volume_size_in_gb: Option<i32>,
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
    }
    fn new(..);
}

impl StartMlModelTransformJob {
    /// Applies the model of a Neptune ML training job to the results of a data-processing job.
    pub fn from_training_job(
        data_processing_job_id: DataProcessingJobId,
        ml_model_training_job_id: ModelTrainingJobId,
        model_transform_output_s3_location: S3Uri,
    ) -> Self {
        StartMlModelTransformJob::new(
            Some(data_processing_job_id),
            Some(ml_model_training_job_id),
            None,
            model_transform_output_s3_location,
        )
    }

    /// Uses the model of a SageMaker training job, by its name in SageMaker.
    pub fn from_sagemaker_job(
        training_job_name: TrainingJobName,
        model_transform_output_s3_location: S3Uri,
    ) -> Self {
        StartMlModelTransformJob::new(
            None,
            None,
            Some(training_job_name),
            model_transform_output_s3_location,
        )
    }
}

/// Parameters of a custom transform implementation:
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-custom-models.html>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomModelTransformParameters {
    /// The S3 location of the Python module.
    pub source_s3_directory_path: String,
    /// The script that computes the model's artifacts; the service's default is `transform.py`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transform_entry_point_script: Option<String>,
}

arbitrary!(CustomModelTransformParameters => source_s3_directory_path, transform_entry_point_script);

impl CustomModelTransformParameters {
    /// The module at this S3 location.
    pub fn new(source_s3_directory_path: impl Into<String>) -> Self {
        CustomModelTransformParameters {
            source_s3_directory_path: source_s3_directory_path.into(),
            transform_entry_point_script: None,
        }
    }
}

setters!(CustomModelTransformParameters { transform_entry_point_script: impl String });

output! {
    /// The response to [`StartMlModelTransformJob`].
    pub struct StartMlModelTransformJobOutput {
        /// The id of the new job.
        pub id: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// When it was created, in milliseconds since 1970.
        pub creation_time_in_millis: Option<i64>,
    }
}

required_member! {
    StartMlModelTransformJob,
    /// The id of the new job.
    StartMlModelTransformJobOutput::require_id = "id", |output| output.id.as_deref()
}

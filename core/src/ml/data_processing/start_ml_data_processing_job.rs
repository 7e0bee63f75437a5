use super::EXCEPTIONS;
use crate::ml::{InputDataS3Uri, ProcessedDataS3Uri};

operation! {
    name: "StartMLDataProcessingJob",
    http: POST "/ml/dataprocessing",
    effect: Write,
    exceptions: EXCEPTIONS,
    iam_actions: ["StartMLDataProcessingJob"],
    output: StartMlDataProcessingJobOutput,

    /// Starts a data-processing job, which turns data exported from the graph into training data for models.
    ///
    /// A write: without an id every execution starts another job, and with an id a second execution is rejected, so the
    /// request is not retried after a lost response. Requires the IAM action `neptune-db:StartMLDataProcessingJob` (the
    /// service's page names another action, [M41](crate::wire_notes#m41)) and engine 1.2.1.0.R6 or later.
    ///
    /// An id that is in use or has invalid characters causes an `InvalidParameterException` (400), a missing role
    /// for SageMaker and S3 causes a `MissingParameterException` (400), and an S3 location that cannot be accessed
    /// causes a `BadRequestException` (400).
    ///
    /// The service also accepts `enableInterContainerTrafficEncryption` ([M39](crate::wire_notes#m39), engine
    /// 1.2.0.2.R3); add it with [`CallOptions::extra`](crate::machine::CallOptions::extra).
    ///
    /// ```
    /// use neptunedata::{
    ///     Endpoint, ml::{InputDataS3Uri, ProcessedDataS3Uri, StartMlDataProcessingJob},
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let start = StartMlDataProcessingJob::new(
    ///     InputDataS3Uri::new("s3://bucket/exported/"),
    ///     ProcessedDataS3Uri::new("s3://bucket/processed/"),
    /// )
    /// .id("processed-1");
    /// let request = neptunedata::request(&start, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/dataprocessing");
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"id":"processed-1","inputDataS3Location":"s3://bucket/exported/","processedDataS3Location":"s3://bucket/processed/"}"#,
    /// );
    ///
    /// let body = r#"{"id":"processed-1","arn":"arn:aws:neptune-ml:…","creationTimeInMillis":1662131463000}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartMlDataProcessingJob>(&response)?;
    /// assert_eq!(output.require_id()?, "processed-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct StartMlDataProcessingJob {
        /// The id of the new job: 1 to 48 letters, digits and hyphens. By default the service generates a UUID.
        pub id: Option<String>,
        /// A completed job that processed an earlier version of the data, for incremental processing.
        pub previous_data_processing_job_id: Option<String>,
        /// The S3 location of the exported data.
        pub input_data_s3_location: InputDataS3Uri,
        /// The S3 location for the results.
        pub processed_data_s3_location: ProcessedDataS3Uri,
        /// The role that SageMaker assumes; it must be listed in the cluster's parameter group.
        pub sagemaker_iam_role_arn: Option<String>,
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String>,
        /// The instance type that does the work. By default the service takes the smallest `ml.r5` type whose
        /// memory is at least ten times the size of the exported data.
        pub processing_instance_type: Option<String>,
        /// Disk size of the processing instance in GB; it must hold input and results. By default, or with 0, the
        /// service chooses the size.
        #[serde(rename = "processingInstanceVolumeSizeInGB")]
        pub processing_instance_volume_size_in_gb: Option<i32>,
        /// Time limit of the job in seconds; the service's default is one day.
        pub processing_time_out_in_seconds: Option<i32>,
        /// The kind of model to prepare for, `heterogeneous` or `kge`. By default the service chooses it based on
        /// the data.
        pub model_type: Option<String>,
        /// The name of the file next to the exported data that describes how to load it. The service's default
        /// is the name that the export uses, `training-data-configuration.json`.
        pub config_file_name: Option<String>,
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

    /// Processes the data at one S3 location and writes the results to another.
    pub fn new(..);
}

output! {
    /// The response to [`StartMlDataProcessingJob`].
    pub struct StartMlDataProcessingJobOutput {
        /// The id of the new job.
        pub id: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// When it was created, in milliseconds since 1970.
        pub creation_time_in_millis: Option<i64>,
    }
}

required_member! {
    StartMlDataProcessingJob,
    /// The id of the new job.
    StartMlDataProcessingJobOutput::require_id = "id", |output| output.id.as_deref()
}

use super::EXCEPTIONS;
use crate::ml::{InputDataS3Uri, ProcessedDataS3Uri};

operation! {
    name: "StartMLDataProcessingJob",
    http: POST "/ml/dataprocessing",
    effect: Write,
    exceptions: EXCEPTIONS,
    iam_actions: ["StartMLDataProcessingJob"],
    output: StartMlDataProcessingJobOutput,

    /// Starts a data-processing job: it makes what was exported from the graph
    /// into what models are trained on.
    ///
    /// A write: without an id every execution starts another job, and with one a second execution is
    /// refused, so after a lost answer the request is not sent again. Needs the IAM action
    /// `neptune-db:StartMLDataProcessingJob` (the service's page names another one, [M41](crate::wire_notes#m41)) and engine
    /// 1.2.1.0.R6 or later.
    ///
    /// An id that a job already has, or one of other characters, is an `InvalidParameterException` (400), no
    /// role for SageMaker and S3 a `MissingParameterException` (400), and an S3 location out of reach a
    /// `BadRequestException` (400).
    ///
    /// The service also knows `enableInterContainerTrafficEncryption` ([M39](crate::wire_notes#m39), engine 1.2.0.2.R3); add it
    /// with [`CallOptions::extra`](crate::machine::CallOptions::extra).
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartMlDataProcessingJob>(&answer)?;
    /// assert_eq!(output.id.as_deref(), Some("processed-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct StartMlDataProcessingJob {
        /// The id of the new job: 1 to 48 letters, digits and hyphens. The service makes a UUID by
        /// default.
        pub id: Option<String>,
        /// A completed job that processed an earlier version of the data, to go on from.
        pub previous_data_processing_job_id: Option<String>,
        /// Where in S3 the exported data is.
        pub input_data_s3_location: InputDataS3Uri,
        /// Where in S3 the results go.
        pub processed_data_s3_location: ProcessedDataS3Uri,
        /// The role with which SageMaker runs; it must be listed in the cluster's parameter group.
        pub sagemaker_iam_role_arn: Option<String>,
        /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String>,
        /// The instance type that does the work. By default the service takes the smallest `ml.r5` type whose
        /// memory is ten times the size of the exported data.
        pub processing_instance_type: Option<String>,
        /// Disk size of that instance in GB; input and results have to fit. By default, or with 0, the
        /// service picks one.
        #[serde(rename = "processingInstanceVolumeSizeInGB")]
        pub processing_instance_volume_size_in_gb: Option<i32>,
        /// Time limit of the job in seconds; the service's default is one day.
        pub processing_time_out_in_seconds: Option<i32>,
        /// The kind of model to prepare for, `heterogeneous` or `kge`. By default the service picks one by
        /// the data.
        pub model_type: Option<String>,
        /// The file next to the exported data that says how to load it; the service's default is the name
        /// under which the export writes it, `training-data-configuration.json`.
        pub config_file_name: Option<String>,
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
    }

    /// Processes what is at one S3 location and puts the results at another.
    pub fn new(..);
}

output! {
    /// The answer to [`StartMlDataProcessingJob`].
    pub struct StartMlDataProcessingJobOutput {
        /// The id of the new job.
        pub id: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// When it was made, in milliseconds since 1970.
        pub creation_time_in_millis: Option<i64>,
    }
}

required_member! {
    StartMlDataProcessingJob,
    /// The id of the new job.
    StartMlDataProcessingJobOutput::require_id = "id", |output| output.id.as_deref()
}

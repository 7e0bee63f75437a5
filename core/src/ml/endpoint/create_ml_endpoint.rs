use super::EXCEPTIONS;

operation! {
    name: "CreateMLEndpoint",
    http: POST "/ml/endpoints",
    effect: Write,
    exceptions: EXCEPTIONS,
    iam_actions: ["CreateMLEndpoint"],
    output: CreateMlEndpointOutput,

    /// Creates an inference endpoint, through which queries use a model. With
    /// [`update`](CreateMlEndpoint::update) an existing endpoint gets another model.
    ///
    /// The model comes from one of two kinds of jobs, each with its own constructor:
    /// [`from_training_job`](CreateMlEndpoint::from_training_job) and
    /// [`from_transform_job`](CreateMlEndpoint::from_transform_job). The service requires exactly one job. The
    /// service model does not, so a deserialized request with no job or with both is sent as it is.
    ///
    /// A write: without an id every execution creates another endpoint, and with an id a second execution is
    /// rejected, so the request is not retried after a lost response. Updates are not retried either: no source
    /// describes the effect of a second update. Requires the IAM action `neptune-db:CreateMLEndpoint`, for
    /// updates too, and engine 1.2.1.0.R6 or later.
    ///
    /// An id that is in use or has invalid characters, or an unknown instance type, causes an
    /// `InvalidParameterException` (400). A missing role for SageMaker and S3 causes a `MissingParameterException`
    /// (400), and a job that does not exist or has not completed causes a `BadRequestException` (400).
    ///
    /// ```
    /// use neptunedata::{Endpoint, ml::CreateMlEndpoint};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let create = CreateMlEndpoint::from_training_job("job-1").id("endpoint-1").instance_count(2);
    /// let request = neptunedata::request(&create, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/ml/endpoints");
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"id":"endpoint-1","mlModelTrainingJobId":"job-1","instanceCount":2}"#,
    /// );
    ///
    /// let body = r#"{"id":"endpoint-1","arn":"arn:aws:neptune-ml:…","creationTimeInMillis":1662131463000}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<CreateMlEndpoint>(&response)?;
    /// assert_eq!(output.require_id()?, "endpoint-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct CreateMlEndpoint {
        /// The id of the new endpoint, or of the endpoint to update: 1 to 48 letters, digits and hyphens. By
        /// default the service generates an id that contains the time.
        pub id: Option<String>,
        /// The completed model-training job whose model is served. The service requires either this or
        /// [`ml_model_transform_job_id`](field@Self::ml_model_transform_job_id), and rejects a request with
        /// both or neither.
        pub ml_model_training_job_id: Option<String> => constructor,
        /// The completed model-transform job whose model is served. Not together with
        /// [`ml_model_training_job_id`](field@Self::ml_model_training_job_id).
        pub ml_model_transform_job_id: Option<String> => constructor,
        /// Whether an existing endpoint is updated. The service's default is false.
        ///
        /// The service's guide writes it as the text `"true"` ([M40](crate::wire_notes#m40)). For an engine that
        /// requires text, use [`CallOptions::extra("update", "true")`](crate::machine::CallOptions::extra).
        pub update: Option<bool>,
        /// The role that Neptune assumes to access SageMaker and S3. Required only if no role is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String>,
        /// The kind of model: `rgcn` for heterogeneous graphs, `kge`, `transe`, `distmult` or `rotate` for
        /// knowledge graphs. By default the service derives it from the data-processing job.
        pub model_name: Option<String>,
        /// The instance type that serves the model; the service's default is `ml.m5.xlarge`.
        pub instance_type: Option<String>,
        /// The minimum number of instances; the service's default is 1.
        pub instance_count: Option<i32>,
        /// The KMS key that encrypts the disks of the instances. By default there is no key.
        #[serde(rename = "volumeEncryptionKMSKey")]
        pub volume_encryption_kms_key: Option<String>,
    }
    fn new(..);
}

impl CreateMlEndpoint {
    /// Serves the model of this model-training job.
    pub fn from_training_job(ml_model_training_job_id: impl Into<String>) -> Self {
        CreateMlEndpoint::new(Some(ml_model_training_job_id.into()), None)
    }

    /// Serves the model of this model-transform job.
    pub fn from_transform_job(ml_model_transform_job_id: impl Into<String>) -> Self {
        CreateMlEndpoint::new(None, Some(ml_model_transform_job_id.into()))
    }
}

output! {
    /// The response to [`CreateMlEndpoint`].
    pub struct CreateMlEndpointOutput {
        /// The id of the endpoint.
        pub id: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// When it was created, in milliseconds since 1970.
        pub creation_time_in_millis: Option<i64>,
    }
}

required_member! {
    CreateMlEndpoint,
    /// The id of the endpoint.
    CreateMlEndpointOutput::require_id = "id", |output| output.id.as_deref()
}

use super::EXCEPTIONS;

operation! {
    name: "CreateMLEndpoint",
    http: POST "/ml/endpoints",
    effect: Write,
    exceptions: EXCEPTIONS,
    iam_actions: ["CreateMLEndpoint"],
    output: CreateMlEndpointOutput,

    /// Creates an inference endpoint, through which queries ask a model; or with
    /// [`update`](CreateMlEndpoint::update) gives an existing one another model.
    ///
    /// The model comes from one of two jobs, and each has a constructor:
    /// [`from_training_job`](CreateMlEndpoint::from_training_job) and
    /// [`from_transform_job`](CreateMlEndpoint::from_transform_job). The service needs exactly one. Its
    /// model does not say so, and thus a request that has none or both, because serde read it so, is not
    /// refused here.
    ///
    /// A write: without an id every execution creates another endpoint, and with one a second execution is
    /// refused, so after a lost answer the request is not sent again. Nor is an update, since no source
    /// says what a second one does. Needs the IAM action `neptune-db:CreateMLEndpoint`, for updates too, and
    /// engine 1.2.1.0.R6 or later.
    ///
    /// An id that an endpoint already has is an `InvalidParameterException` (400), and so are one of other
    /// characters and an instance type that there is not. No role for SageMaker and S3 is a
    /// `MissingParameterException` (400), a job that is not there or not completed a `BadRequestException`
    /// (400).
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<CreateMlEndpoint>(&answer)?;
    /// assert_eq!(output.id.as_deref(), Some("endpoint-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct CreateMlEndpoint {
        /// The id of the new endpoint, or of the one to update: 1 to 48 letters, digits and hyphens. The
        /// service makes a name with the time in it by default.
        pub id: Option<String>,
        /// The completed model-training job whose model is served. The service wants either this or
        /// [`ml_model_transform_job_id`](field@Self::ml_model_transform_job_id); both and none are sent as they are,
        /// as the service model has it, and refused there.
        pub ml_model_training_job_id: Option<String> => constructor,
        /// The completed model-transform job whose model is served. Not together with
        /// [`ml_model_training_job_id`](field@Self::ml_model_training_job_id).
        pub ml_model_transform_job_id: Option<String> => constructor,
        /// Whether an existing endpoint is updated. The service's default is false.
        ///
        /// The service's guide writes it as the text `"true"` ([M40](crate::wire_notes#m40)). For an engine that insists,
        /// [`CallOptions::extra("update", "true")`](crate::machine::CallOptions::extra) sends it so.
        pub update: Option<bool>,
        /// The role with which Neptune reaches SageMaker and S3. Only needed where none is attached to
        /// the cluster; it must be listed in the cluster's parameter group.
        pub neptune_iam_role_arn: Option<String>,
        /// The kind of model: `rgcn` for heterogeneous graphs, `kge`, `transe`, `distmult` or `rotate` for
        /// knowledge graphs. By default it follows from how the data was processed.
        pub model_name: Option<String>,
        /// The instance type that serves; the service's default is `ml.m5.xlarge`.
        pub instance_type: Option<String>,
        /// How many instances serve, at least; the service's default is 1.
        pub instance_count: Option<i32>,
        /// The KMS key that encrypts the disks of the instances. None by default.
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
    /// The answer to [`CreateMlEndpoint`].
    pub struct CreateMlEndpointOutput {
        /// The id of the endpoint.
        pub id: Option<String>,
        /// Its ARN.
        pub arn: Option<String>,
        /// When it was made, in milliseconds since 1970.
        pub creation_time_in_millis: Option<i64>,
    }
}

required_member! {
    CreateMlEndpoint,
    /// The id of the endpoint.
    CreateMlEndpointOutput::require_id = "id", |output| output.id.as_deref()
}

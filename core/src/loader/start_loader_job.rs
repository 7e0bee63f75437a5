use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    error::ExceptionKind,
    types::{IamRoleArn, S3BucketRegion, S3Uri},
    wire::request::RequestWriter,
};

custom_request! {
    name: "StartLoaderJob",
    http: POST "/loader",
    effect: Write,
    exceptions: &[
        ExceptionKind::BadRequestException,
        ExceptionKind::BulkLoadIdNotFoundException,
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InternalFailureException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::InvalidParameterException,
        ExceptionKind::LoadUrlAccessDeniedException,
        ExceptionKind::MissingParameterException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::S3Exception,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
    ],
    iam_actions: ["StartLoaderJob"],
    output: StartLoaderJobOutput,
    encode: StartLoaderJob::write,

    /// Starts a bulk load from S3.
    ///
    /// A write, though the service model calls the operation idempotent ([M03](crate::wire_notes#m03)): each
    /// execution starts a load, so the request is not retried after a lost response. Look for the load with
    /// [`ListLoaderJobs`](crate::loader::ListLoaderJobs) instead.
    ///
    /// While a load runs, the service rejects another load unless [`queue_request`](field@Self::queue_request)
    /// is set. The queue holds up to 64 loads. If Neptune cannot read the files, the error is a
    /// `LoadUrlAccessDeniedException` or an `S3Exception`. Requires the IAM action `neptune-db:StartLoaderJob`
    /// and engine 1.2.1.0.R6 or later; for older engines see [`flags_as_text`](field@Self::flags_as_text).
    ///
    /// ```
    /// use neptunedata::{
    ///     Endpoint, loader::{LoadFormat, StartLoaderJob},
    ///     types::{IamRoleArn, S3BucketRegion, S3Uri},
    /// };
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let start = StartLoaderJob::new(
    ///     S3Uri::new("s3://bucket/people.csv"),
    ///     LoadFormat::Csv,
    ///     S3BucketRegion::new("eu-west-1"),
    ///     IamRoleArn::new("arn:aws:iam::123456789012:role/load"),
    /// )
    /// .queue_request(true);
    /// let request = neptunedata::request(&start, &endpoint)?;
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"source":"s3://bucket/people.csv","format":"csv","region":"eu-west-1","iamRoleArn":"arn:aws:iam::123456789012:role/load","queueRequest":true}"#,
    /// );
    ///
    /// let body = r#"{"status":"200 OK","payload":{"loadId":"ef478d76-d9da-4d94-8ff1-08d9d4863aa5"}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartLoaderJob>(&response)?;
    /// assert_eq!(output.require_id()?, "ef478d76-d9da-4d94-8ff1-08d9d4863aa5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-load.html>
    pub struct StartLoaderJob {
        /// The file or folder to load.
        pub source: S3Uri,
        /// The format of the files.
        pub format: LoadFormat,
        /// The region of the bucket, which must be the cluster's. The member is called `region` on the wire.
        pub s3_bucket_region: S3BucketRegion,
        /// The role that Neptune assumes to read the bucket.
        pub iam_role_arn: IamRoleArn,
        /// How to treat an earlier load from the same source. The service's default is `AUTO`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub mode: Option<LoadMode>,
        /// Whether the first error ends the load. The service's default is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub fail_on_error: Option<bool>,
        /// The share of the instance's threads for the load. The service's default is `HIGH`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parallelism: Option<LoadParallelism>,
        /// Settings of the parser: `baseUri` and `namedGraphUri` for RDF, `allowEmptyStrings` (`true` as text) for
        /// CSV. The AWS documents disagree about the default of `namedGraphUri` ([M31](crate::wire_notes#m31)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parser_configuration: Option<BTreeMap<String, String>>,
        /// Whether a new value of a single-cardinality property replaces the old value instead of causing an error. The
        /// service's default is false. The AWS documents disagree about openCypher ([M31](crate::wire_notes#m31)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub update_single_cardinality_properties: Option<bool>,
        /// Whether the load waits in the queue while other loads run. The service's default is false.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub queue_request: Option<bool>,
        /// The ids of loads that must complete before this load begins.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub dependencies: Option<Vec<String>>,
        /// For openCypher: whether the files have ids for the edges, so that loading them again is safe. The
        /// service's default is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub user_provided_edge_ids: Option<bool>,
        /// For CSV: whether all files have only edges; the service then skips one pass over the files. The
        /// service's default is false.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub edge_only_load: Option<bool>,
        /// Whether booleans are sent as the strings `TRUE` and `FALSE`, which engines before 1.2.1.0.R6 require. It is
        /// not a member of the request on the wire. In the serde form it is `flagsAsText`, and left out if it is false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub flags_as_text: bool,
    }
}

arbitrary!(StartLoaderJob =>
    source, format, s3_bucket_region, iam_role_arn, mode, fail_on_error, parallelism,
    parser_configuration, update_single_cardinality_properties, queue_request, dependencies,
    user_provided_edge_ids, edge_only_load, flags_as_text);

impl StartLoaderJob {
    /// Loads from `source`.
    pub fn new(
        source: S3Uri,
        format: LoadFormat,
        s3_bucket_region: S3BucketRegion,
        iam_role_arn: IamRoleArn,
    ) -> Self {
        StartLoaderJob {
            source,
            format,
            s3_bucket_region,
            iam_role_arn,
            mode: None,
            fail_on_error: None,
            parallelism: None,
            parser_configuration: None,
            update_single_cardinality_properties: None,
            queue_request: None,
            dependencies: None,
            user_provided_edge_ids: None,
            edge_only_load: None,
            flags_as_text: false,
        }
    }

    /// Sets [`parser_configuration`](field@Self::parser_configuration).
    #[must_use]
    pub fn parser_configuration<K: Into<String>, V: Into<String>>(
        mut self,
        parser_configuration: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = parser_configuration.into_iter();
        self.parser_configuration = Some(pairs.map(|(k, v)| (k.into(), v.into())).collect());
        self
    }

    /// Sets [`flags_as_text`](field@Self::flags_as_text).
    ///
    /// ```
    /// # use neptunedata::{
    /// #     Endpoint, loader::{LoadFormat, StartLoaderJob},
    /// #     types::{IamRoleArn, S3BucketRegion, S3Uri},
    /// # };
    /// # let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// # let start = StartLoaderJob::new(
    /// #     S3Uri::new("s3://bucket/people.csv"),
    /// #     LoadFormat::Csv,
    /// #     S3BucketRegion::new("eu-west-1"),
    /// #     IamRoleArn::new("arn:aws:iam::123456789012:role/load"),
    /// # );
    /// let request = neptunedata::request(&start.fail_on_error(false).flags_as_text(true), &endpoint)?;
    /// assert!(request.body().ends_with(br#""failOnError":"FALSE"}"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn flags_as_text(mut self, flags_as_text: bool) -> Self {
        self.flags_as_text = flags_as_text;
        self
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        request.json(&Body {
            source: &self.source,
            format: &self.format,
            region: &self.s3_bucket_region,
            iam_role_arn: &self.iam_role_arn,
            mode: &self.mode,
            fail_on_error: self.flag(self.fail_on_error),
            parallelism: &self.parallelism,
            parser_configuration: &self.parser_configuration,
            update_single_cardinality_properties: self
                .flag(self.update_single_cardinality_properties),
            queue_request: self.flag(self.queue_request),
            dependencies: &self.dependencies,
            user_provided_edge_ids: self.flag(self.user_provided_edge_ids),
            edge_only_load: self.flag(self.edge_only_load),
        });
    }

    fn flag(&self, flag: Option<bool>) -> Option<Flag> {
        flag.map(|flag| match (self.flags_as_text, flag) {
            (false, flag) => Flag::Boolean(flag),
            (true, true) => Flag::Text("TRUE"),
            (true, false) => Flag::Text("FALSE"),
        })
    }
}

setters!(StartLoaderJob {
    mode: LoadMode,
    fail_on_error: bool,
    parallelism: LoadParallelism,
    update_single_cardinality_properties: bool,
    queue_request: bool,
    dependencies: list String,
    user_provided_edge_ids: bool,
    edge_only_load: bool,
});

open_enum! {
    /// The format of the files of a bulk load.
    LoadFormat {
        /// CSV with Gremlin's headers.
        Csv = "csv",
        /// CSV with openCypher's headers.
        OpenCypher = "opencypher",
        /// N-Triples.
        NTriples = "ntriples",
        /// N-Quads.
        NQuads = "nquads",
        /// RDF/XML.
        RdfXml = "rdfxml",
        /// Turtle.
        Turtle = "turtle",
    }
}

open_enum! {
    /// How a bulk load treats an earlier load from the same source.
    LoadMode {
        /// Resumes a failed load; does nothing if the load completed or did not exist.
        Resume = "RESUME",
        /// Loads all files, regardless of earlier loads.
        New = "NEW",
        /// Resumes a failed load, otherwise loads everything.
        Auto = "AUTO",
    }
}

open_enum! {
    /// The share of an instance's threads for a bulk load.
    LoadParallelism {
        /// An eighth of the instance's virtual CPUs.
        Low = "LOW",
        /// Half of the virtual CPUs.
        Medium = "MEDIUM",
        /// All virtual CPUs.
        High = "HIGH",
        /// All resources, at the expense of queries.
        Oversubscribe = "OVERSUBSCRIBE",
    }
}

/// The request as it is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    source: &'a S3Uri,
    format: &'a LoadFormat,
    region: &'a S3BucketRegion,
    iam_role_arn: &'a IamRoleArn,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: &'a Option<LoadMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_on_error: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallelism: &'a Option<LoadParallelism>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parser_configuration: &'a Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_single_cardinality_properties: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_request: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: &'a Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_provided_edge_ids: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edge_only_load: Option<Flag>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Flag {
    Boolean(bool),
    Text(&'static str),
}

output! {
    /// The response to [`StartLoaderJob`].
    pub struct StartLoaderJobOutput {
        /// A status text such as `200 OK`.
        pub status: Option<String>,
        /// A map with the member `loadId`, the id of the new load.
        pub payload: Option<BTreeMap<String, String>>,
    }
}

impl StartLoaderJobOutput {
    /// The id of the new load.
    pub fn load_id(&self) -> Option<&str> {
        self.payload.as_ref()?.get("loadId").map(String::as_str)
    }
}

required_member! {
    StartLoaderJob,
    /// The id of the new load.
    StartLoaderJobOutput::require_id = "payload.loadId", |output| output.load_id()
}

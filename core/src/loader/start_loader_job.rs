use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    error::{DecodeError, ExceptionKind},
    operation::{Operation, OperationInfo},
    types::{IamRoleArn, S3BucketRegion, S3Uri},
    wire::{request::RequestWriter, response::RawResponse},
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

    /// Starts a bulk load from S3.
    ///
    /// A write: nothing in the request tells a second execution from a second load, so after a lost answer
    /// it is not sent again, though the service model calls the operation idempotent ([M03](crate::wire_notes#m03)). Look
    /// for the load with [`ListLoaderJobs`](crate::loader::ListLoaderJobs) instead.
    ///
    /// While a load runs another one is refused, unless [`queue_request`](field@Self::queue_request) is
    /// set; the queue holds up to 64. Files that Neptune may not read are a
    /// `LoadUrlAccessDeniedException` or an `S3Exception`. Needs the IAM action `neptune-db:StartLoaderJob`
    /// and engine 1.2.1.0.R6 or later; for older ones see [`flags_as_text`](field@Self::flags_as_text).
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<StartLoaderJob>(&answer)?;
    /// assert_eq!(output.load_id(), Some("ef478d76-d9da-4d94-8ff1-08d9d4863aa5"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-load.html>
    pub struct StartLoaderJob {
        /// The file or folder to load.
        pub source: S3Uri,
        /// What the files are written in.
        pub format: LoadFormat,
        /// The region of the bucket, which must be the cluster's. `region` in the request that is sent.
        pub s3_bucket_region: S3BucketRegion,
        /// The role with which Neptune reads the bucket.
        pub iam_role_arn: IamRoleArn,
        /// What to do about an earlier load from the same source. The service's default is `AUTO`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub mode: Option<LoadMode>,
        /// Whether the first error ends the load. The service's default is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub fail_on_error: Option<bool>,
        /// How many of the instance's threads the load gets. The service's default is `HIGH`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parallelism: Option<LoadParallelism>,
        /// For RDF `baseUri` and `namedGraphUri`, for CSV `allowEmptyStrings` (`true` as text). Documents
        /// differ about the default of `namedGraphUri` ([M31](crate::wire_notes#m31)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parser_configuration: Option<BTreeMap<String, String>>,
        /// Whether a new value of a single-cardinality property replaces the old one instead of being an
        /// error. The service's default is false. Documents differ about openCypher ([M31](crate::wire_notes#m31)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub update_single_cardinality_properties: Option<bool>,
        /// Whether to wait in the queue while other loads run. The service's default is false.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub queue_request: Option<bool>,
        /// The ids of loads that must complete before this one begins.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub dependencies: Option<Vec<String>>,
        /// For openCypher: whether the files have ids for the edges, which makes it safe to load them
        /// again. The service's default is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub user_provided_edge_ids: Option<bool>,
        /// For CSV: whether the files hold nothing but edges, so that no pass over them is needed to find
        /// that out. The service's default is false.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub edge_only_load: Option<bool>,
        /// Whether flags are sent as the texts `TRUE` and `FALSE`, which is all that engines before
        /// 1.2.1.0.R6 take. Not a member of the request that is sent; `flagsAsText` in the serde form, where it
        /// is set.
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
    /// What the files of a bulk load are written in.
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
    /// What a bulk load does about an earlier one from the same source.
    LoadMode {
        /// Goes on where that one failed; does nothing if it completed or there was none.
        Resume = "RESUME",
        /// Loads everything, whatever was loaded before.
        New = "NEW",
        /// Goes on where that one failed, else loads everything.
        Auto = "AUTO",
    }
}

open_enum! {
    /// How many threads a bulk load gets.
    LoadParallelism {
        /// An eighth of the instance's virtual CPUs.
        Low = "LOW",
        /// Half of them.
        Medium = "MEDIUM",
        /// All of them.
        High = "HIGH",
        /// All that there are, queries or not.
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
    /// The answer to [`StartLoaderJob`].
    pub struct StartLoaderJobOutput {
        /// A status line such as `200 OK`.
        pub status: Option<String>,
        /// The new load: `loadId`.
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

impl Operation for StartLoaderJob {
    type Output = StartLoaderJobOutput;

    const INFO: &'static OperationInfo = Self::FACTS;

    fn encode(&self, request: &mut RequestWriter<'_>) {
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

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        response.json()
    }
}

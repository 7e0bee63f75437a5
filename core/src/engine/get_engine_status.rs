use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::ExceptionKind;

operation! {
    name: "GetEngineStatus",
    http: GET "/status",
    effect: Read,
    exceptions: &[
        ExceptionKind::ClientTimeoutException,
        ExceptionKind::ConstraintViolationException,
        ExceptionKind::IllegalArgumentException,
        ExceptionKind::InternalFailureException,
        ExceptionKind::InvalidArgumentException,
        ExceptionKind::PreconditionsFailedException,
        ExceptionKind::TooManyRequestsException,
        ExceptionKind::UnsupportedOperationException,
    ],
    iam_actions: ["GetEngineStatus"],
    output: GetEngineStatusOutput,

    /// Gets the status of the instance: health, engine version, role, features.
    ///
    /// A read. An unhealthy instance returns HTTP 500. Requires the IAM action `neptune-db:GetEngineStatus` and
    /// engine 1.2.1.0.R6 or later.
    ///
    /// Common errors: `AccessDeniedException` (403) without that permission, `ServerShutdownException` (500) or no
    /// response at all while the instance restarts.
    ///
    /// ```
    /// use neptunedata::{Endpoint, engine::GetEngineStatus};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetEngineStatus::new(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/status");
    ///
    /// let body = r#"{"status":"healthy","role":"writer","dbEngineVersion":"1.4.6.0.R1",
    ///     "features":{"Streams":"disabled","ResultCache":{"status":"disabled"}},
    ///     "settings":{"clusterQueryTimeoutInMs":"120000"}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<GetEngineStatus>(&response)?;
    /// assert_eq!(output.role.as_deref(), Some("writer"));
    /// assert_eq!(output.features.unwrap()["ResultCache"]["status"], "disabled");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-status.html>
    pub struct GetEngineStatus {}

    /// Requests the status.
    pub fn new();
}

output! {
    /// The response to [`GetEngineStatus`].
    pub struct GetEngineStatusOutput {
        /// `healthy`, or `recovery` while the instance recovers from a crash.
        pub status: Option<String>,
        /// When the process started, in the form `Sun Aug 10 06:54:15 UTC 2025`.
        pub start_time: Option<String>,
        /// The engine version, such as `1.4.6.0.R1`; may begin with `Patch-`.
        pub db_engine_version: Option<String>,
        /// `writer` or `reader`.
        pub role: Option<String>,
        /// `enabled`, or `viaQueryHint`, the default.
        pub dfe_query_engine: Option<String>,
        /// The Gremlin version.
        pub gremlin: Option<QueryLanguageVersion>,
        /// The SPARQL version.
        pub sparql: Option<QueryLanguageVersion>,
        /// The openCypher version.
        pub opencypher: Option<QueryLanguageVersion>,
        /// Lab-mode settings by name.
        pub lab_mode: Option<BTreeMap<String, String>>,
        /// The number of transactions being rolled back; `None` if there are none.
        pub rolling_back_trx_count: Option<i32>,
        /// When the earliest of these transactions began; the format is not documented ([U23](crate::wire_notes#u23)).
        pub rolling_back_trx_earliest_start_time: Option<String>,
        /// Features by name: a status as text, or an object with a status.
        pub features: Option<BTreeMap<String, Value>>,
        /// Settings by name; numbers and booleans are strings.
        pub settings: Option<BTreeMap<String, String>>,
        /// Capacity limits of a serverless instance by name, `minCapacity` and `maxCapacity`; not in the
        /// service model ([M24](crate::wire_notes#m24)).
        pub serverless_configuration: Option<BTreeMap<String, String>>,
    }
}

structure! {
    /// The version of a query language.
    pub struct QueryLanguageVersion {
        /// The version, such as `tinkerpop-3.7.1`.
        pub version: Option<String>,
    }
}

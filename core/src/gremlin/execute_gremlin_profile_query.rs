use serde::Serialize;

use super::{GremlinSerializer, QUERY_EXCEPTIONS};
use crate::{
    error::DecodeError,
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteGremlinProfileQuery",
    http: POST "/gremlin/profile",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery"],
    output: ExecuteGremlinProfileQueryOutput,
    encode: ExecuteGremlinProfileQuery::write,
    decode: ExecuteGremlinProfileQueryOutput::read,

    /// Executes a Gremlin query and reports its profile.
    ///
    /// A write: the query is executed, and its changes must be assumed to be committed ([U01](crate::wire_notes#u01)).
    /// For queries that only read, set [`Effect::Read`](crate::operation::Effect::Read) with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect).
    ///
    /// Requires the IAM action `neptune-db:ReadDataViaQuery`, and perhaps more for a query that writes
    /// ([U26](crate::wire_notes#u26)). Engine 1.2.1.0.R6 or later. The exceptions are those of
    /// [`ExecuteGremlinQuery`](crate::gremlin::ExecuteGremlinQuery).
    ///
    /// ```
    /// use neptunedata::{Endpoint, gremlin::ExecuteGremlinProfileQuery};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let profile = ExecuteGremlinProfileQuery::new("g.V().limit(1)").chop(0).index_ops(true);
    /// let request = neptunedata::request(&profile, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/gremlin/profile");
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"gremlin":"g.V().limit(1)","profile.chop":0,"profile.indexOps":true}"#,
    /// );
    ///
    /// let body = "\
    /// *******************************************************
    ///                 Neptune Gremlin Profile
    /// *******************************************************
    ///
    /// Query String
    /// ==================
    /// g.V().limit(1)
    /// ";
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteGremlinProfileQuery>(&response)?;
    /// assert!(output.text().contains("Neptune Gremlin Profile"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/gremlin-profile-api.html>
    pub struct ExecuteGremlinProfileQuery {
        /// The query, in the Gremlin grammar.
        pub gremlin_query: String,
        /// Whether the report has the results and not only their number. The service's default is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub results: Option<bool>,
        /// The length in characters to which results are shortened; 0 keeps them whole. The service's default is 250.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub chop: Option<i32>,
        /// The serialization of the results for the report: a media type, or a name such as `GRAPHSON_V3_UNTYPED`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub serializer: Option<GremlinSerializer>,
        /// Whether the report lists all index operations. The service's default is false.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub index_ops: Option<bool>,
    }
}

arbitrary!(ExecuteGremlinProfileQuery => gremlin_query, results, chop, serializer, index_ops);

impl ExecuteGremlinProfileQuery {
    /// Profiles this query.
    pub fn new(gremlin_query: impl Into<String>) -> Self {
        ExecuteGremlinProfileQuery {
            gremlin_query: gremlin_query.into(),
            results: None,
            chop: None,
            serializer: None,
            index_ops: None,
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        request.json(&Body {
            gremlin: &self.gremlin_query,
            results: self.results,
            chop: self.chop,
            serializer: self.serializer.as_ref(),
            index_ops: self.index_ops,
        });
    }
}

setters!(ExecuteGremlinProfileQuery {
    results: bool,
    chop: i32,
    serializer: impl GremlinSerializer,
    index_ops: bool
});

report_output! {
    /// The response to [`ExecuteGremlinProfileQuery`].
    pub struct ExecuteGremlinProfileQueryOutput;
}

/// The request as it is sent.
#[derive(Serialize)]
struct Body<'a> {
    gremlin: &'a str,
    #[serde(rename = "profile.results", skip_serializing_if = "Option::is_none")]
    results: Option<bool>,
    #[serde(rename = "profile.chop", skip_serializing_if = "Option::is_none")]
    chop: Option<i32>,
    #[serde(rename = "profile.serializer", skip_serializing_if = "Option::is_none")]
    serializer: Option<&'a GremlinSerializer>,
    #[serde(rename = "profile.indexOps", skip_serializing_if = "Option::is_none")]
    index_ops: Option<bool>,
}

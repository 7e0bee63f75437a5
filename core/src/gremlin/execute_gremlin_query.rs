use http::{HeaderValue, header::ACCEPT};
use serde::Serialize;

use super::{GremlinSerializer, QUERY_EXCEPTIONS};
use crate::{
    gremlin::CancelGremlinQuery,
    rows::{RowQuery, RowsFormat},
    wire::request::RequestWriter,
};

pub use output::{BinaryBody, ExecuteGremlinQueryOutput, GremlinQueryStatusAttributes};

mod output;

custom_request! {
    name: "ExecuteGremlinQuery",
    http: POST "/gremlin",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery"],
    output: ExecuteGremlinQueryOutput,
    encode: ExecuteGremlinQuery::write,
    decode: ExecuteGremlinQueryOutput::read,

    /// Executes a Gremlin query.
    ///
    /// A write, because the text of the query is not analyzed: it is not retried after a lost response. For
    /// queries that only read, set [`Effect::Read`](crate::operation::Effect::Read) with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect).
    ///
    /// Requires the IAM actions `neptune-db:ReadDataViaQuery`, `WriteDataViaQuery` and `DeleteDataViaQuery`,
    /// depending on what the query could do: adding a vertex also requires `ReadDataViaQuery`. Requires engine
    /// 1.2.1.0.R6 or later.
    ///
    /// # The text
    ///
    /// The text follows the Gremlin grammar and begins with `g`; variables, lambdas and Groovy are not supported.
    /// Parameters are not supported either: [`gremlin::quote`](crate::gremlin::quote) writes values into the text
    /// safely. Several statements, separated by `;` or line ends, are one transaction, and the response has the
    /// results of the last one. Each statement except the last needs a terminal step; the documentation requires
    /// `iterate()` in one place and `next()` in another ([M14](crate::wire_notes#m14)), so the text is sent as it
    /// is. A request has at most 157,286,400 bytes. The service rejects U+0000.
    ///
    /// The query's time limit is that of the cluster, 120 s by default, and starts when the query is queued. A
    /// text can lower the limit with `g.with('evaluationTimeout', 500)`, in milliseconds, right after `g`. A
    /// query keeps running after its caller stops waiting. Set a [`query_id`](field@Self::query_id) and cancel
    /// the query with [`CancelGremlinQuery`](crate::gremlin::CancelGremlinQuery), or use
    /// [`CallOptions::cancel_on_abandon`](crate::machine::CallOptions::cancel_on_abandon), which does both.
    ///
    /// # Common errors
    ///
    /// `MalformedQueryException` for a text outside the grammar, `TimeLimitExceededException`,
    /// `MemoryLimitExceededException`, `ConcurrentModificationException` and `ConstraintViolationException` for
    /// conflicts, `ReadOnlyViolationException` for writes on a replica, `FailureByQueryException` from the step
    /// `fail()`, `ThrottlingException` when too many queries wait ([M11](crate::wire_notes#m11)),
    /// `AccessDeniedException`. A query can fail after the status 200 was sent; the error is then in the trailers
    /// or at the end of the body. It is not documented whether a chunked response is one JSON document or several;
    /// this crate expects one ([U04](crate::wire_notes#u04)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, gremlin::{ExecuteGremlinQuery, quote}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let text = format!("g.V().has('airport', 'code', {}).elementMap()", quote("AGR")?);
    /// let request = neptunedata::request(&ExecuteGremlinQuery::new(text), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/gremlin");
    /// assert_eq!(request.headers()["accept"], "application/vnd.gremlin-v3.0+json;types=false");
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"gremlin":"g.V().has('airport', 'code', 'AGR').elementMap()"}"#,
    /// );
    ///
    /// let body = r#"{"requestId":"bdc1140c-4b4f-4a0b-9d8f-2c1f8b5bb8a1",
    ///     "status":{"message":"","code":200,"attributes":{}},
    ///     "result":{"data":[{"id":"3","label":"airport","code":"AGR","runways":2}],"meta":{}}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteGremlinQuery>(&response)?;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Airport { code: String, runways: u8 }
    /// let airports: Vec<Airport> = output.rows()?;
    /// assert_eq!((airports[0].code.as_str(), airports[0].runways), ("AGR", 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// With typed GraphSON, results are read as [`GremlinValue`](crate::gremlin::GremlinValue)s:
    ///
    /// ```
    /// use neptunedata::gremlin::{ExecuteGremlinQuery, GremlinSerializer, GremlinValue};
    ///
    /// let query = ExecuteGremlinQuery::new("g.V().groupCount().by(label)")
    ///     .serializer(GremlinSerializer::GraphSonV3);
    ///
    /// let body = r#"{"requestId":"bdc1140c-4b4f-4a0b-9d8f-2c1f8b5bb8a1",
    ///     "status":{"message":"","code":200,"attributes":{"@type":"g:Map","@value":[]}},
    ///     "result":{"data":{"@type":"g:List","@value":[
    ///         {"@type":"g:Map","@value":["contains",{"@type":"g:Int64","@value":7006}]}]},
    ///         "meta":{"@type":"g:Map","@value":[]}}}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let values = neptunedata::response::<ExecuteGremlinQuery>(&response)?.values()?;
    /// assert_eq!(values[0].get("contains"), Some(&GremlinValue::Int64(7006)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-gremlin-rest.html>
    pub struct ExecuteGremlinQuery {
        /// The query.
        pub gremlin_query: String,
        /// The serialization of the results. The default is
        /// [`UntypedGraphSonV3`](GremlinSerializer::UntypedGraphSonV3): the service's own default is not clear
        /// ([M15](crate::wire_notes#m15)), so an `Accept` header is always sent. The value must be a valid
        /// header value.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub serializer: Option<GremlinSerializer>,
        /// The id of the query, a UUID, for looking it up and cancelling it. By default the service generates one,
        /// which [`ListGremlinQueries`](crate::gremlin::ListGremlinQueries) returns. The service model does not
        /// have this member ([M13](crate::wire_notes#m13)); it is sent in the body ([M42](crate::wire_notes#m42)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub query_id: Option<String>,
    }
}

arbitrary!(ExecuteGremlinQuery => gremlin_query, serializer: Optional(Header), query_id);

impl ExecuteGremlinQuery {
    /// Executes this query.
    pub fn new(gremlin_query: impl Into<String>) -> Self {
        ExecuteGremlinQuery {
            gremlin_query: gremlin_query.into(),
            serializer: None,
            query_id: None,
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        match &self.serializer {
            Some(serializer) => request.header("serializer", ACCEPT, serializer.as_str()),
            // `GremlinSerializer::UntypedGraphSonV3`, as a static value, which takes no allocation.
            None => request.valid_header(
                ACCEPT,
                HeaderValue::from_static("application/vnd.gremlin-v3.0+json;types=false"),
            ),
        }
        let query_id = request.query_id::<CancelGremlinQuery>(self.query_id.as_deref());
        request.json(&Body {
            gremlin: &self.gremlin_query,
            query_id: query_id.as_deref(),
        });
    }
}

setters!(ExecuteGremlinQuery {
    serializer: impl GremlinSerializer,
    query_id: impl String
});

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    gremlin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_id: Option<&'a str>,
}

/// With typed GraphSON, read rows as [`GremlinValue`](crate::gremlin::GremlinValue); without types, as your own
/// type. The response of a binary serializer has no rows and is an error.
impl RowQuery for ExecuteGremlinQuery {
    const FORMAT: RowsFormat = RowsFormat::Gremlin;
}

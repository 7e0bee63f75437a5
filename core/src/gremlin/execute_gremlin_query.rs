use http::header::ACCEPT;
use serde::Serialize;

use super::{GremlinSerializer, QUERY_EXCEPTIONS};
use crate::{
    error::DecodeError,
    gremlin::CancelGremlinQuery,
    operation::{Operation, OperationInfo},
    rows::{RowQuery, RowsFormat},
    wire::{request::RequestWriter, response::RawResponse},
};

pub use output::{BinaryAnswer, ExecuteGremlinQueryOutput, GremlinQueryStatusAttributes};

mod output;

custom_request! {
    name: "ExecuteGremlinQuery",
    http: POST "/gremlin",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery"],

    /// Executes a Gremlin query.
    ///
    /// A write, as a text can do anything and nothing is guessed from it: after a lost answer it is not sent
    /// again. Say [`Effect::Read`](crate::operation::Effect::Read) for the calls of queries that only read, with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect).
    ///
    /// Needs the IAM actions `neptune-db:ReadDataViaQuery`, `WriteDataViaQuery` and `DeleteDataViaQuery`, those
    /// that the query could need: adding a vertex also reads. Engine 1.2.1.0.R6 or later.
    ///
    /// # The text
    ///
    /// It is in the Gremlin grammar and begins with `g`; there are no variables, lambdas or Groovy. There are
    /// no parameters either: [`gremlin::quote`](crate::gremlin::quote) writes values into it safely. Several
    /// statements, apart by `;` or line ends, are one transaction, and the last one's results are
    /// answered. The ones before it need a step that ends them; whether that is `iterate()` or `next()`
    /// the documentation says both ways ([M14](crate::wire_notes#m14)), so the text is sent as it is. A request holds at most
    /// 157,286,400 bytes, and no U+0000, which the service refuses.
    ///
    /// The query's time limit is that of the cluster, 120 s unless changed, from when it is queued. A text
    /// lowers it with `g.with('evaluationTimeout', 500)`, in milliseconds, right after `g`. A query
    /// keeps running when its caller stops waiting: give it a [`query_id`](field@Self::query_id), and cancel
    /// it with [`CancelGremlinQuery`](crate::gremlin::CancelGremlinQuery), or have the client do both, with
    /// [`CallOptions::cancel_on_abandon`](crate::machine::CallOptions::cancel_on_abandon).
    ///
    /// # Errors that occur
    ///
    /// `MalformedQueryException` for what is not in the grammar, `TimeLimitExceededException`,
    /// `MemoryLimitExceededException`, `ConcurrentModificationException` and `ConstraintViolationException` for
    /// conflicts, `ReadOnlyViolationException` for writes on a replica, `FailureByQueryException` by the
    /// step `fail()`, `ThrottlingException` when too many queries wait ([M11](crate::wire_notes#m11)), `AccessDeniedException`. They
    /// may come after a status of 200, which trailers or the end of the body then say; how many documents
    /// a chunked answer has no source says, and one is expected ([U04](crate::wire_notes#u04)).
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteGremlinQuery>(&answer)?;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Airport { code: String, runways: u8 }
    /// let airports: Vec<Airport> = output.rows()?;
    /// assert_eq!((airports[0].code.as_str(), airports[0].runways), ("AGR", 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// With types, values become [`GremlinValue`](crate::gremlin::GremlinValue)s:
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let values = neptunedata::response::<ExecuteGremlinQuery>(&answer)?.values()?;
    /// assert_eq!(values[0].get("contains"), Some(&GremlinValue::Int64(7006)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-gremlin-rest.html>
    pub struct ExecuteGremlinQuery {
        /// The query.
        pub gremlin_query: String,
        /// The form that the results come in. Without one it is
        /// [`UntypedGraphSonV3`](GremlinSerializer::UntypedGraphSonV3): the service's own default is not
        /// clear ([M15](crate::wire_notes#m15)), so there is always an `Accept` header. Refused if a header cannot carry it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub serializer: Option<GremlinSerializer>,
        /// The id, a UUID, under which the query can be found and cancelled. Without one the service makes
        /// its own, which [`ListGremlinQueries`](crate::gremlin::ListGremlinQueries) shows. The service model lacks this
        /// member ([M13](crate::wire_notes#m13)); it travels in the body ([M42](crate::wire_notes#m42)).
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

impl Operation for ExecuteGremlinQuery {
    type Output = ExecuteGremlinQueryOutput;

    const INFO: &'static OperationInfo = Self::FACTS;

    fn encode(&self, request: &mut RequestWriter<'_>) {
        let serializer = self.serializer.as_ref();
        let serializer = serializer.unwrap_or(&GremlinSerializer::UntypedGraphSonV3);
        request.header("serializer", ACCEPT, serializer.as_str());
        request.accept_trailers();
        let query_id = request.query_id::<CancelGremlinQuery>(self.query_id.as_deref());
        request.json(&Body {
            gremlin: &self.gremlin_query,
            query_id: query_id.as_deref(),
        });
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        ExecuteGremlinQueryOutput::read(response)
    }
}

/// With types, a row is a [`GremlinValue`](crate::gremlin::GremlinValue); without, whatever it is read
/// as. Answers of a binary serializer have no rows, and are an error.
impl RowQuery for ExecuteGremlinQuery {
    const FRAMING: RowsFormat = RowsFormat::Gremlin;
}

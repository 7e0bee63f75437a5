use serde::{Deserialize, Serialize};

use super::{
    QUERY_EXCEPTIONS,
    form::{Form, check_graphs},
};
use crate::{
    error::{DecodeError, DecodeErrorKind},
    sparql::CancelSparqlQuery,
    types::RawBody,
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteSparqlUpdate",
    http: POST "/sparql",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-sparql-http-rest.html",
    output: ExecuteSparqlUpdateOutput,
    encode: ExecuteSparqlUpdate::write,
    decode: |response: &RawResponse<'_>| Ok(ExecuteSparqlUpdateOutput {
        body: RawBody::new(response.acknowledgement()?),
    }),
    // Not all forms of the response are known (U09).
    may_answer_empty: true,

    /// Executes a SPARQL update, sent as a form.
    ///
    /// A write, because the text is not analyzed: it is not retried after a lost response. For updates that can
    /// be executed twice, set [`Effect::Idempotent`](crate::operation::Effect::Idempotent) with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect). Several updates in one text, separated by
    /// `;`, are one transaction.
    ///
    /// Triples without a graph are written to `http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph`. `LOAD`
    /// can access only URLs that are reachable from the cluster's network.
    ///
    /// Requires, depending on the text, the IAM actions `neptune-db:ReadDataViaQuery`,
    /// `neptune-db:WriteDataViaQuery` and `neptune-db:DeleteDataViaQuery`. Errors are those of
    /// [`ExecuteSparqlQuery`](crate::sparql::ExecuteSparqlQuery), `ConcurrentModificationException` (500) for
    /// conflicts, and `ReadOnlyViolationException` (400) on a replica. The documentation does not give a minimum
    /// engine version.
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::ExecuteSparqlUpdate};
    /// use neptunedata::serde_json::Value;
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let update = ExecuteSparqlUpdate::new("INSERT DATA { <s> <p> 1 }");
    /// let request = neptunedata::request(&update, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql");
    /// assert_eq!(request.body(), "update=INSERT%20DATA%20%7B%20%3Cs%3E%20%3Cp%3E%201%20%7D");
    ///
    /// let body = r#"[{"type":"UpdateEvent","totalElapsedMillis":20,"elapsedMillis":20},
    ///     {"type":"Commit","totalElapsedMillis":24}]"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteSparqlUpdate>(&response)?;
    /// let events: Vec<Value> = output.json()?;
    /// assert_eq!(events[1]["type"], "Commit");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ExecuteSparqlUpdate {
        /// The update.
        pub update: String,
        /// The id of the update, a UUID, for looking it up and cancelling it. It is sent in the form
        /// ([M42](crate::wire_notes#m42)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub query_id: Option<String>,
        /// IRIs of the graphs that form the default graph of `WHERE`, instead of `USING`. It is the protocol's
        /// `using-graph-uri`, which the service's documentation does not mention ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub using_graph_uri: Option<Vec<String>>,
        /// IRIs of the graphs that `GRAPH` in `WHERE` can name, instead of `USING NAMED`. It is the protocol's
        /// `using-named-graph-uri`, which the service's documentation does not mention ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub using_named_graph_uri: Option<Vec<String>>,
    }
}

arbitrary!(ExecuteSparqlUpdate =>
    update, query_id, using_graph_uri: Optional(Many(Label)),
    using_named_graph_uri: Optional(Many(Label)));

impl ExecuteSparqlUpdate {
    /// Executes this update.
    pub fn new(update: impl Into<String>) -> Self {
        ExecuteSparqlUpdate {
            update: update.into(),
            query_id: None,
            using_graph_uri: None,
            using_named_graph_uri: None,
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        check_graphs(request, "usingGraphUri", self.using_graph_uri.as_ref());
        let named = self.using_named_graph_uri.as_ref();
        check_graphs(request, "usingNamedGraphUri", named);
        let query_id = request.query_id::<CancelSparqlQuery>(self.query_id.as_deref());
        Form::default()
            .field("update", &self.update)
            .optional("queryId", query_id.as_deref())
            .repeated("using-graph-uri", self.using_graph_uri.as_ref())
            .repeated("using-named-graph-uri", named)
            .write(request);
    }
}

setters!(ExecuteSparqlUpdate {
    query_id: impl String,
    using_graph_uri: list String,
    using_named_graph_uri: list String,
});

/// The response to [`ExecuteSparqlUpdate`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteSparqlUpdateOutput {
    /// The whole response body. The only known example is a JSON list of steps with their times
    /// ([U09](crate::wire_notes#u09)).
    #[serde(default)]
    pub body: RawBody,
}

// The body must not be truncated JSON.
arbitrary!(ExecuteSparqlUpdateOutput, with = |mut output: ExecuteSparqlUpdateOutput| {
    output.body = RawBody::new(format!("updated {}", output.body.text()));
    output
} => body);

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
impl crate::testing::Answer for ExecuteSparqlUpdateOutput {
    fn to_response(&self) -> http::Response<bytes::Bytes> {
        crate::testing::body_answer(Some("text/plain"), self.body.bytes().clone())
    }

    fn form(&self) -> crate::testing::BodyForm {
        crate::testing::BodyForm::Opaque
    }
}

impl ExecuteSparqlUpdateOutput {
    // The body is a list, or text.
    pub(crate) const MEMBERS: &'static [&'static str] = &[];

    /// Reads the body as JSON into your own type, which may borrow from it.
    ///
    /// # Errors
    ///
    /// When the body is not valid JSON, or does not match `T`.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, DecodeError> {
        let body = self.body.bytes();
        serde_json::from_slice(body).map_err(|error| {
            let kind = match error.classify() {
                serde_json::error::Category::Data => DecodeErrorKind::Shape,
                _ => DecodeErrorKind::Syntax,
            };
            let reason = error.to_string();
            DecodeError::new("ExecuteSparqlUpdate", kind, "", reason, body.clone())
        })
    }
}

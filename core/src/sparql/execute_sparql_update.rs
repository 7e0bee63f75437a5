use serde::{Deserialize, Serialize};

use super::{
    QUERY_EXCEPTIONS,
    form::{Form, check_graphs},
};
use crate::{
    error::{DecodeError, DecodeErrorKind},
    operation::{Operation, OperationInfo},
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
    // Not all of its answers are known (U09).
    may_answer_empty: true,

    /// Executes a SPARQL update, sent as a form.
    ///
    /// A write, whatever the text says: after a lost answer it is not sent again. Where executing it twice
    /// does no harm, say so call by call, with [`CallOptions::effect`](crate::machine::CallOptions::effect) and
    /// [`Effect::Idempotent`](crate::operation::Effect::Idempotent). Several updates in one text, with `;` between them, are one transaction.
    ///
    /// What is written without a graph goes into `http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph`.
    /// `LOAD` reaches only what the cluster's network does.
    ///
    /// Needs, as the text demands, the IAM actions `neptune-db:ReadDataViaQuery`,
    /// `neptune-db:WriteDataViaQuery` and `neptune-db:DeleteDataViaQuery`. Fails as
    /// [`ExecuteSparqlQuery`](crate::sparql::ExecuteSparqlQuery) does, and with `ConcurrentModificationException` (500)
    /// for conflicts and `ReadOnlyViolationException` (400) on a replica.
    /// No page names an engine that lacks it.
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteSparqlUpdate>(&answer)?;
    /// let events: Vec<Value> = output.json()?;
    /// assert_eq!(events[1]["type"], "Commit");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ExecuteSparqlUpdate {
        /// The update.
        pub update: String,
        /// An id for the update, a UUID, by which it can be looked up and cancelled. It travels in the form
        /// ([M42](crate::wire_notes#m42)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub query_id: Option<String>,
        /// IRIs of graphs that together are the default graph of `WHERE`, in place of `USING`. The
        /// protocol's `using-graph-uri`; no page of the service mentions it ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub using_graph_uri: Option<Vec<String>>,
        /// IRIs of graphs that `GRAPH` in `WHERE` finds, in place of `USING NAMED`. The protocol's
        /// `using-named-graph-uri`; no page of the service mentions it ([U08](crate::wire_notes#u08)).
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
}

setters!(ExecuteSparqlUpdate {
    query_id: impl String,
    using_graph_uri: list String,
    using_named_graph_uri: list String,
});

/// The answer to [`ExecuteSparqlUpdate`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteSparqlUpdateOutput {
    /// The whole answer. Seen once: a JSON list of what took how long ([U09](crate::wire_notes#u09)).
    #[serde(default)]
    pub body: RawBody,
}

// Not JSON that just stops.
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
    /// Reads the answer as JSON into a type of the caller's, which may borrow from it.
    ///
    /// # Errors
    ///
    /// When it is no JSON, or of another shape.
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

impl Operation for ExecuteSparqlUpdate {
    type Output = ExecuteSparqlUpdateOutput;

    const INFO: &'static OperationInfo = Self::FACTS;

    fn encode(&self, request: &mut RequestWriter<'_>) {
        check_graphs(request, "usingGraphUri", self.using_graph_uri.as_ref());
        let named = self.using_named_graph_uri.as_ref();
        check_graphs(request, "usingNamedGraphUri", named);
        request.accept_trailers();
        let query_id = request.query_id::<CancelSparqlQuery>(self.query_id.as_deref());
        Form::default()
            .with("update", &self.update)
            .maybe("queryId", query_id.as_deref())
            .each("using-graph-uri", self.using_graph_uri.as_ref())
            .each("using-named-graph-uri", named)
            .write(request);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        let body = RawBody::new(response.acknowledgement()?);
        Ok(ExecuteSparqlUpdateOutput { body })
    }
}

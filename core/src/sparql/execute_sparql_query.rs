mod output;

use http::header::ACCEPT;

use super::{
    QUERY_EXCEPTIONS,
    form::{Form, check_graphs},
};
use crate::{
    error::{DecodeError, FieldError, FieldErrorKind},
    operation::{Operation, OperationInfo},
    rows::{RowQuery, RowsFormat},
    sparql::{CancelSparqlQuery, SparqlMediaType},
    wire::{request::RequestWriter, response::RawResponse},
};

pub use output::{ExecuteSparqlQueryOutput, SparqlResults};

custom_request! {
    name: "ExecuteSparqlQuery",
    http: POST "/sparql",
    effect: Read,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-sparql-http-rest.html",

    /// Executes a SPARQL query, sent as a form.
    ///
    /// A read: a query changes nothing, and an update is another operation,
    /// [`ExecuteSparqlUpdate`](crate::sparql::ExecuteSparqlUpdate). Needs the IAM action
    /// `neptune-db:ReadDataViaQuery`.
    ///
    /// The text is not looked into, so say which form the query has:
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::ExecuteSparqlQuery};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let query = ExecuteSparqlQuery::select("SELECT ?name ?age { ?p :name ?name ; :age ?age }");
    /// let request = neptunedata::request(&query, &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql");
    /// assert_eq!(request.headers()["accept"], "application/sparql-results+json");
    /// assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    /// assert!(request.body().starts_with(b"query=SELECT%20%3Fname"));
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Person {
    ///     name: String,
    ///     age: Option<u8>,
    /// }
    /// let body = r#"{"head":{"vars":["name","age"]},"results":{"bindings":[{
    ///     "name":{"type":"literal","value":"Ann"},
    ///     "age":{"type":"literal","value":"41","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}"#;
    /// let answer = neptunedata::http::Response::builder()
    ///     .header("content-type", "application/sparql-results+json")
    ///     .body(body.into())?;
    /// let output = neptunedata::response::<ExecuteSparqlQuery>(&answer)?;
    /// let people: Vec<Person> = output.rows()?;
    /// assert_eq!((people[0].name.as_str(), people[0].age), ("Ann", Some(41)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # What it is asked of
    ///
    /// Without dataset parameters the default graph of a query is the union of all named graphs, unlike in
    /// most stores. Relative IRIs in a text without `BASE` start from `http://aws.amazon.com/neptune/default/`
    /// (engine 1.2.1.0). Times come back in UTC.
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/feature-sparql-compliance.html>
    ///
    /// # Time-outs
    ///
    /// The service ends a query after `neptune_query_timeout`, 120 s unless the cluster says otherwise, with
    /// a `TimeLimitExceededException` (500). Sooner for one query: `hint:Query hint:queryTimeout 100 .` in
    /// its `WHERE` clause, in milliseconds and less than the cluster's, with
    /// `PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints#>`. A client that gives up leaves its
    /// query running: name it with [`query_id`](field@Self::query_id) and cancel it with
    /// [`CancelSparqlQuery`](crate::sparql::CancelSparqlQuery), or have the client do both, with
    /// [`CallOptions::cancel_on_abandon`](crate::machine::CallOptions::cancel_on_abandon).
    ///
    /// # Failures
    ///
    /// Answers are streamed, so a query can fail when its 200 and some rows are out already. Such an answer is
    /// the error that it ends in, whether trailers report it, which the request asks for (engine 1.0.3.0), or
    /// the end of the body.
    ///
    /// In practice: `MalformedQueryException` (400); `MemoryLimitExceededException`,
    /// `TimeLimitExceededException` and `CancelledByUserException` (500); `ThrottlingException` (500) with 8192
    /// queries in the queue ([M11](crate::wire_notes#m11)); `BadRequestException` (400) for more than 150 MiB.
    pub struct ExecuteSparqlQuery {
        /// The query.
        pub query: String,
        /// What to answer, sent as the header `Accept`.
        pub accept: SparqlMediaType,
        /// An id for the query, a UUID, by which it can be looked up and cancelled. It travels in the form
        /// ([M42](crate::wire_notes#m42)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub query_id: Option<String>,
        /// IRIs of graphs that together are the default graph of the query, in place of its `FROM`. The
        /// protocol's `default-graph-uri`; no page of the service mentions it ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub default_graph_uri: Option<Vec<String>>,
        /// IRIs of graphs that `GRAPH` finds, in place of the query's `FROM NAMED`. The protocol's
        /// `named-graph-uri`; no page of the service mentions it ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub named_graph_uri: Option<Vec<String>>,
    }
}

arbitrary!(ExecuteSparqlQuery =>
    query, accept: Header, query_id, default_graph_uri: Optional(Many(Label)),
    named_graph_uri: Optional(Many(Label)));

impl ExecuteSparqlQuery {
    /// Executes this query, and answers in this form.
    pub fn new(query: impl Into<String>, accept: SparqlMediaType) -> Self {
        ExecuteSparqlQuery {
            query: query.into(),
            accept,
            query_id: None,
            default_graph_uri: None,
            named_graph_uri: None,
        }
    }

    /// Executes a `SELECT`, answered as JSON: [`rows`](ExecuteSparqlQueryOutput::rows),
    /// [`results`](ExecuteSparqlQueryOutput::results).
    pub fn select(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::ResultsJson)
    }

    /// Executes an `ASK`, answered as JSON: [`boolean`](ExecuteSparqlQueryOutput::boolean).
    pub fn ask(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::ResultsJson)
    }

    /// Executes a `CONSTRUCT`, answered as N-Quads: [`body`](field@ExecuteSparqlQueryOutput::body).
    pub fn construct(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::NQuads)
    }

    /// Executes a `DESCRIBE`, answered as N-Quads: [`body`](field@ExecuteSparqlQueryOutput::body).
    pub fn describe(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::NQuads)
    }

    /// Sets [`accept`](field@Self::accept).
    #[must_use]
    pub fn accept(mut self, accept: SparqlMediaType) -> Self {
        self.accept = accept;
        self
    }
}

setters!(ExecuteSparqlQuery {
    query_id: impl String,
    default_graph_uri: list String,
    named_graph_uri: list String,
});

impl Operation for ExecuteSparqlQuery {
    type Output = ExecuteSparqlQueryOutput;

    const INFO: &'static OperationInfo = Self::FACTS;

    fn encode(&self, request: &mut RequestWriter<'_>) {
        check_graphs(request, "defaultGraphUri", self.default_graph_uri.as_ref());
        check_graphs(request, "namedGraphUri", self.named_graph_uri.as_ref());
        request.accept_trailers();
        request.header("accept", ACCEPT, self.accept.as_str());
        let query_id = request.query_id::<CancelSparqlQuery>(self.query_id.as_deref());
        Form::default()
            .with("query", &self.query)
            .maybe("queryId", query_id.as_deref())
            .each("default-graph-uri", self.default_graph_uri.as_ref())
            .each("named-graph-uri", self.named_graph_uri.as_ref())
            .write(request);
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        ExecuteSparqlQueryOutput::read(response)
    }
}

impl RowQuery for ExecuteSparqlQuery {
    const FRAMING: RowsFormat = RowsFormat::Sparql;

    /// Rows are read from results in JSON alone. A media type that is not known may be that.
    fn no_rows(&self) -> Option<FieldError> {
        let is_other = SparqlMediaType::KNOWN.contains(&self.accept);
        (is_other && self.accept != SparqlMediaType::ResultsJson).then(|| {
            let reason = format!(
                "rows are read from {}, not from {}",
                SparqlMediaType::ResultsJson,
                self.accept
            );
            FieldError::new("accept", FieldErrorKind::Other(reason.into()))
        })
    }
}

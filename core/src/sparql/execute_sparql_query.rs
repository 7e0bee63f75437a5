mod output;

use http::header::ACCEPT;

use super::{
    QUERY_EXCEPTIONS,
    form::{Form, check_graphs},
};
use crate::{
    error::{FieldError, FieldErrorKind},
    rows::{RowQuery, RowsFormat},
    sparql::{CancelSparqlQuery, SparqlMediaType},
    wire::request::RequestWriter,
};

pub use output::{ExecuteSparqlQueryOutput, SparqlResults};

custom_request! {
    name: "ExecuteSparqlQuery",
    http: POST "/sparql",
    effect: Read,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-sparql-http-rest.html",
    output: ExecuteSparqlQueryOutput,
    encode: ExecuteSparqlQuery::write,
    decode: ExecuteSparqlQueryOutput::read,

    /// Executes a SPARQL query, which is sent as a form.
    ///
    /// A read: a SPARQL query changes nothing; updates are another operation,
    /// [`ExecuteSparqlUpdate`](crate::sparql::ExecuteSparqlUpdate). Requires the IAM action
    /// `neptune-db:ReadDataViaQuery`.
    ///
    /// The text is not analyzed, so choose the constructor for the form of the query:
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
    /// let response = neptunedata::http::Response::builder()
    ///     .header("content-type", "application/sparql-results+json")
    ///     .body(body.into())?;
    /// let output = neptunedata::response::<ExecuteSparqlQuery>(&response)?;
    /// let people: Vec<Person> = output.rows()?;
    /// assert_eq!((people[0].name.as_str(), people[0].age), ("Ann", Some(41)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Dataset
    ///
    /// Without dataset parameters the default graph of a query is the union of all named graphs, unlike in most
    /// stores. Relative IRIs in a text without `BASE` are resolved against
    /// `http://aws.amazon.com/neptune/default/` (engine 1.2.1.0). Times are returned in UTC.
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/feature-sparql-compliance.html>
    ///
    /// # Time-outs
    ///
    /// The service ends a query after the cluster's `neptune_query_timeout`, 120 s by default, with a
    /// `TimeLimitExceededException` (500). To lower the limit for one query, in milliseconds, write
    /// `hint:Query hint:queryTimeout 100 .` in its `WHERE` clause, with
    /// `PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints#>`. A query keeps running after its
    /// caller stops waiting. Set a [`query_id`](field@Self::query_id) and cancel the query with
    /// [`CancelSparqlQuery`](crate::sparql::CancelSparqlQuery), or use
    /// [`CallOptions::cancel_on_abandon`](crate::machine::CallOptions::cancel_on_abandon), which does both.
    ///
    /// # Failures
    ///
    /// Responses are streamed, so a query can fail after the status 200 and some rows were sent. The error is then in
    /// the trailers, which the request accepts (engine 1.0.3.0), or at the end of the body, and the call returns it.
    ///
    /// Common errors: `MalformedQueryException` (400); `MemoryLimitExceededException`, `TimeLimitExceededException` and
    /// `CancelledByUserException` (500); `ThrottlingException` (500) with 8192 queries in the queue
    /// ([M11](crate::wire_notes#m11)); `BadRequestException` (400) for a request of more than 150 MiB.
    pub struct ExecuteSparqlQuery {
        /// The query.
        pub query: String,
        /// The media type of the response, sent as the header `Accept`.
        pub accept: SparqlMediaType,
        /// The id of the query, a UUID, for looking it up and cancelling it. It is sent in the form
        /// ([M42](crate::wire_notes#m42)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub query_id: Option<String>,
        /// IRIs of the graphs that form the default graph of the query, instead of its `FROM`. It is the protocol's
        /// `default-graph-uri`, which the service's documentation does not mention ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub default_graph_uri: Option<Vec<String>>,
        /// IRIs of the graphs that `GRAPH` can name, instead of the query's `FROM NAMED`. It is the protocol's
        /// `named-graph-uri`, which the service's documentation does not mention ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub named_graph_uri: Option<Vec<String>>,
    }
}

arbitrary!(ExecuteSparqlQuery =>
    query, accept: Header, query_id, default_graph_uri: Optional(Many(Label)),
    named_graph_uri: Optional(Many(Label)));

impl ExecuteSparqlQuery {
    /// Executes this query, with a response of this media type.
    pub fn new(query: impl Into<String>, accept: SparqlMediaType) -> Self {
        ExecuteSparqlQuery {
            query: query.into(),
            accept,
            query_id: None,
            default_graph_uri: None,
            named_graph_uri: None,
        }
    }

    /// Executes a `SELECT`, with a response in JSON: [`rows`](ExecuteSparqlQueryOutput::rows),
    /// [`results`](ExecuteSparqlQueryOutput::results).
    pub fn select(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::ResultsJson)
    }

    /// Executes an `ASK`, with a response in JSON: [`boolean`](ExecuteSparqlQueryOutput::boolean).
    pub fn ask(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::ResultsJson)
    }

    /// Executes a `CONSTRUCT`, with a response in N-Quads: [`body`](field@ExecuteSparqlQueryOutput::body), or
    /// [`BodyChunks`](crate::machine::BodyChunks) and the method `bytes` of the clients for a response of any size.
    pub fn construct(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::NQuads)
    }

    /// Executes a `DESCRIBE`, with a response in N-Quads: [`body`](field@ExecuteSparqlQueryOutput::body).
    pub fn describe(query: impl Into<String>) -> Self {
        ExecuteSparqlQuery::new(query, SparqlMediaType::NQuads)
    }

    /// Sets [`accept`](field@Self::accept).
    #[must_use]
    pub fn accept(mut self, accept: SparqlMediaType) -> Self {
        self.accept = accept;
        self
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        check_graphs(request, "defaultGraphUri", self.default_graph_uri.as_ref());
        check_graphs(request, "namedGraphUri", self.named_graph_uri.as_ref());
        request.header("accept", ACCEPT, self.accept.as_str());
        let query_id = request.query_id::<CancelSparqlQuery>(self.query_id.as_deref());
        Form::default()
            .field("query", &self.query)
            .optional("queryId", query_id.as_deref())
            .repeated("default-graph-uri", self.default_graph_uri.as_ref())
            .repeated("named-graph-uri", self.named_graph_uri.as_ref())
            .write(request);
    }
}

setters!(ExecuteSparqlQuery {
    query_id: impl String,
    default_graph_uri: list String,
    named_graph_uri: list String,
});

impl RowQuery for ExecuteSparqlQuery {
    const FORMAT: RowsFormat = RowsFormat::Sparql;

    /// Rows are read only from results in JSON. An unknown media type may be JSON.
    fn check_rows(&self) -> Result<(), FieldError> {
        let json = SparqlMediaType::ResultsJson;
        if self.accept == json || !SparqlMediaType::KNOWN.contains(&self.accept) {
            return Ok(());
        }
        let reason = format!("must be {json} to read rows, found {}", self.accept);
        Err(FieldError::new(
            "accept",
            FieldErrorKind::Other(reason.into()),
        ))
    }
}

use std::borrow::Cow;

use http::header::ACCEPT;
use serde::{Deserialize, Serialize};

use super::{
    QUERY_EXCEPTIONS,
    form::{Form, check_graphs},
};
use crate::{
    sparql::{CancelSparqlQuery, SparqlMediaType},
    types::ReportAsText,
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteSparqlExplainQuery",
    http: POST "/sparql",
    effect: Read,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery"],
    documentation: "https://docs.aws.amazon.com/neptune/latest/userguide/sparql-explain-using.html",
    output: ExecuteSparqlExplainQueryOutput,
    encode: ExecuteSparqlExplainQuery::write,
    decode: |response: &RawResponse<'_>| Ok(ExecuteSparqlExplainQueryOutput {
        media_type: SparqlMediaType::of(response.headers()),
        results: ReportAsText::new(response.report()?),
    }),

    /// Explains a SPARQL query, which is sent as a form with `explain`.
    ///
    /// A read in all modes: [`Dynamic`](SparqlExplainMode::Dynamic) and [`Details`](SparqlExplainMode::Details)
    /// execute the query, but a SPARQL query changes nothing. Updates cannot be explained with this operation.
    /// Requires the IAM action `neptune-db:ReadDataViaQuery`. Errors are those of
    /// [`ExecuteSparqlQuery`](crate::sparql::ExecuteSparqlQuery). The documentation does not give a minimum engine
    /// version.
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::{ExecuteSparqlExplainQuery, SparqlExplainMode}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let explain = ExecuteSparqlExplainQuery::new("ASK {}", SparqlExplainMode::Static);
    /// let request = neptunedata::request(&explain, &endpoint)?;
    /// assert_eq!(request.body(), "query=ASK%20%7B%7D&explain=static");
    /// assert_eq!(request.headers()["accept"], "text/plain");
    ///
    /// let body = "╔════╤════════╤════════╗\n║ ID │ Out #1 │ Out #2 ║\n╚════╧════════╧════════╝\n";
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteSparqlExplainQuery>(&response)?;
    /// assert!(output.text().contains("Out #1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct ExecuteSparqlExplainQuery {
        /// The query.
        pub query: String,
        /// How detailed the report is.
        pub explain: SparqlExplainMode,
        /// The media type of the report, sent as the header `Accept`: `text/plain` by default, `text/html`, or
        /// `text/csv`, in which the service separates values by semicolons.
        #[serde(default = "plain")]
        pub accept: SparqlMediaType,
        /// The id of the query, a UUID, for looking it up and cancelling it ([M42](crate::wire_notes#m42)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub query_id: Option<String>,
        /// IRIs of the graphs that form the default graph of the query, as in
        /// [`ExecuteSparqlQuery`](field@crate::sparql::ExecuteSparqlQuery::default_graph_uri)
        /// ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub default_graph_uri: Option<Vec<String>>,
        /// IRIs of the graphs that `GRAPH` can name, as in
        /// [`ExecuteSparqlQuery`](field@crate::sparql::ExecuteSparqlQuery::named_graph_uri)
        /// ([U08](crate::wire_notes#u08)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub named_graph_uri: Option<Vec<String>>,
    }
}

arbitrary!(ExecuteSparqlExplainQuery =>
    query, explain, accept: Header, query_id, default_graph_uri: Optional(Many(Label)),
    named_graph_uri: Optional(Many(Label)));

fn plain() -> SparqlMediaType {
    SparqlMediaType::Plain
}

impl ExecuteSparqlExplainQuery {
    /// Explains this query, as plain text.
    pub fn new(query: impl Into<String>, explain: SparqlExplainMode) -> Self {
        ExecuteSparqlExplainQuery {
            query: query.into(),
            explain,
            accept: plain(),
            query_id: None,
            default_graph_uri: None,
            named_graph_uri: None,
        }
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
            .field("explain", self.explain.as_str())
            .optional("queryId", query_id.as_deref())
            .repeated("default-graph-uri", self.default_graph_uri.as_ref())
            .repeated("named-graph-uri", self.named_graph_uri.as_ref())
            .write(request);
    }
}

setters!(ExecuteSparqlExplainQuery {
    query_id: impl String,
    default_graph_uri: list String,
    named_graph_uri: list String,
});

open_enum! {
    /// How detailed the report on a SPARQL query is.
    SparqlExplainMode {
        /// The plan. The query is not executed.
        Static = "static",
        /// The plan and its execution. The query is executed.
        Dynamic = "dynamic",
        /// The plan and its execution, with details of each operator. The query is executed.
        Details = "details",
    }
}

/// The response to [`ExecuteSparqlExplainQuery`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteSparqlExplainQueryOutput {
    /// The media type of the response, without parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<SparqlMediaType>,
    /// The report: the whole body.
    pub results: ReportAsText,
}

arbitrary!(ExecuteSparqlExplainQueryOutput, answer = |output: &ExecuteSparqlExplainQueryOutput| {
    let media_type = output.media_type.as_ref().map(SparqlMediaType::as_str);
    crate::testing::body_answer(media_type, output.results.bytes().clone())
} => media_type: Optional(OneOf(SparqlMediaType::KNOWN)), results);

impl ExecuteSparqlExplainQueryOutput {
    // The body is text.
    pub(crate) const MEMBERS: &'static [&'static str] = &[];

    /// The report as text.
    pub fn text(&self) -> Cow<'_, str> {
        self.results.text()
    }
}

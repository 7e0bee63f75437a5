use super::graph_store::{GraphStoreOutput, GraphTarget};
use crate::{sparql::SparqlMediaType, types::RawBody, wire::request::RequestWriter};

graph_request! {
    name: "PostGraph",
    http: POST,
    effect: Write,
    iam_actions: ["WriteDataViaQuery"],
    output: GraphStoreOutput,
    encode: PostGraph::write,
    decode: GraphStoreOutput::read,

    /// Adds to a graph, `POST /sparql/gsp/`: the Graph Store Protocol.
    ///
    /// A write: blank nodes in the data are new nodes in each execution, so the request is not retried after a lost
    /// response. For data without blank nodes, set [`Effect::Idempotent`](crate::operation::Effect::Idempotent) with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect).
    ///
    /// Data that names graphs, [`NQuads`](SparqlMediaType::NQuads) or [`TriG`](SparqlMediaType::TriG), is also
    /// written to these graphs.
    ///
    /// Requires the IAM action `neptune-db:WriteDataViaQuery` ([U11](crate::wire_notes#u11)). Engine 1.0.5.0 or later.
    ///
    /// Common errors: `AccessDeniedException` (403) without the permission, `BadRequestException` (400) for a
    /// target that is not an IRI or data that cannot be read, `ReadOnlyViolationException` (400) on a replica. The
    /// status for a graph that does not exist is not confirmed ([U10](crate::wire_notes#u10)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::{PostGraph, SparqlMediaType}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let data = "<http://example.com/s> <http://example.com/p> \"o\" .\n";
    /// let post = PostGraph::named("http://example.com/g", SparqlMediaType::NTriples, data);
    /// let request = neptunedata::request(&post, &endpoint)?;
    /// assert_eq!(request.method(), "POST");
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/sparql/gsp/?graph=http%3A%2F%2Fexample.com%2Fg",
    /// );
    /// assert_eq!(request.headers()["content-type"], "application/n-triples");
    ///
    /// let response = neptunedata::http::Response::builder().status(201).body("".into())?;
    /// let output = neptunedata::response::<PostGraph>(&response)?;
    /// assert_eq!(output.status_code, Some(201));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct PostGraph {
        /// The media type of the data, such as Turtle.
        pub content_type: SparqlMediaType,
        /// The data.
        pub body: RawBody,
    }
}

arbitrary!(PostGraph => graph: super::graph_store::AnyGraph, content_type: Header, body);

impl PostGraph {
    /// Adds this data to the default graph.
    pub fn default_graph(content_type: SparqlMediaType, body: impl Into<RawBody>) -> Self {
        PostGraph {
            graph: GraphTarget::Default,
            content_type,
            body: body.into(),
        }
    }

    /// Adds this data to the graph of this IRI.
    pub fn named(
        iri: impl Into<String>,
        content_type: SparqlMediaType,
        body: impl Into<RawBody>,
    ) -> Self {
        PostGraph {
            graph: GraphTarget::Named(iri.into()),
            content_type,
            body: body.into(),
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        self.graph
            .write_with_data(request, &self.content_type, &self.body);
    }
}

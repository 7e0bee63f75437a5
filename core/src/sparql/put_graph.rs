use super::graph_store::{GraphStoreOutput, GraphTarget};
use crate::{
    operation::Effect, sparql::SparqlMediaType, types::RawBody, wire::request::RequestWriter,
};

graph_request! {
    name: "PutGraph",
    http: PUT,
    effect: Idempotent,
    iam_actions: ["WriteDataViaQuery", "DeleteDataViaQuery"],
    output: GraphStoreOutput,
    effect_of: effect_of,
    encode: PutGraph::write,
    decode: GraphStoreOutput::read,

    /// Replaces a graph, `PUT /sparql/gsp/`: the Graph Store Protocol.
    ///
    /// Idempotent: the data replaces the content of the graph. A second execution removes data that other
    /// clients wrote after the first one. For a graph with several writers, set [`Effect::Write`] with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect), so that the request is not retried after a
    /// lost response.
    ///
    /// Data that names graphs, such as [`NQuads`](SparqlMediaType::NQuads) or [`TriG`](SparqlMediaType::TriG), is
    /// also added to these graphs. Such a request is a write, because a second execution would add blank nodes
    /// again. A request with data of an unknown type is a write too, because the data may name graphs. Only
    /// N-Triples, Turtle, N3 and RDF/XML are idempotent.
    ///
    /// Requires the IAM actions `neptune-db:WriteDataViaQuery` and `neptune-db:DeleteDataViaQuery`
    /// ([U11](crate::wire_notes#u11)). Engine 1.0.5.0 or later.
    ///
    /// Common errors: `AccessDeniedException` (403) without the permission, `BadRequestException` (400) for a
    /// target that is not an IRI or data that cannot be read, `ReadOnlyViolationException` (400) on a replica. The
    /// status for a graph that does not exist is not confirmed ([U10](crate::wire_notes#u10)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::{PutGraph, SparqlMediaType}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let data = "<http://example.com/s> <http://example.com/p> \"o\" .\n";
    /// let put = PutGraph::named("http://example.com/g", SparqlMediaType::NTriples, data);
    /// let request = neptunedata::request(&put, &endpoint)?;
    /// assert_eq!(request.method(), "PUT");
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/sparql/gsp/?graph=http%3A%2F%2Fexample.com%2Fg",
    /// );
    /// assert_eq!(request.headers()["content-type"], "application/n-triples");
    ///
    /// let response = neptunedata::http::Response::builder().status(201).body("".into())?;
    /// let output = neptunedata::response::<PutGraph>(&response)?;
    /// assert_eq!(output.status_code, Some(201));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct PutGraph {
        /// The media type of the data, such as Turtle.
        pub content_type: SparqlMediaType,
        /// The data.
        pub body: RawBody,
    }
}

arbitrary!(PutGraph => graph: super::graph_store::AnyGraph, content_type: Header, body);

impl PutGraph {
    /// Replaces the default graph with this data.
    pub fn default_graph(content_type: SparqlMediaType, body: impl Into<RawBody>) -> Self {
        PutGraph {
            graph: GraphTarget::Default,
            content_type,
            body: body.into(),
        }
    }

    /// Replaces the graph of this IRI with this data.
    pub fn named(
        iri: impl Into<String>,
        content_type: SparqlMediaType,
        body: impl Into<RawBody>,
    ) -> Self {
        PutGraph {
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

fn effect_of(request: &PutGraph) -> Effect {
    match request.content_type {
        SparqlMediaType::NTriples
        | SparqlMediaType::Turtle
        | SparqlMediaType::N3
        | SparqlMediaType::RdfXml => Effect::Idempotent,
        // Data is added to the graphs that it names, and data of unknown types may name graphs.
        _ => Effect::Write,
    }
}

use http::header::ACCEPT;
use serde::{Deserialize, Serialize};

use super::graph_store::GraphTarget;
use crate::{
    sparql::SparqlMediaType,
    types::RawBody,
    wire::{request::RequestWriter, response::RawResponse},
};

graph_request! {
    name: "GetGraph",
    http: GET,
    effect: Read,
    iam_actions: ["ReadDataViaQuery"],
    output: GetGraphOutput,
    encode: GetGraph::write,
    decode: |response: &RawResponse<'_>| Ok(GetGraphOutput {
        media_type: SparqlMediaType::of(response.headers()),
        body: RawBody::new(response.opaque_or_blank("RDF")?),
    }),

    /// Reads a graph, `GET /sparql/gsp/`: the Graph Store Protocol.
    ///
    /// A read. The default graph is the union of all named graphs. Requires the IAM action
    /// `neptune-db:ReadDataViaQuery` ([U11](crate::wire_notes#u11)) and engine 1.0.5.0 or later. The method `bytes` of
    /// the clients, and [`BodyChunks`](crate::machine::BodyChunks), read a graph of any size as it arrives.
    ///
    /// Common errors: `AccessDeniedException` (403) without the permission, `BadRequestException` (400) for a target
    /// that is not an IRI. The status for a graph that does not exist is not confirmed ([U10](crate::wire_notes#u10)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::{GetGraph, SparqlMediaType}};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&GetGraph::default_graph(), &endpoint)?;
    /// assert_eq!(request.uri(), "http://localhost:8182/sparql/gsp/?default");
    /// assert_eq!(request.headers()["accept"], "application/n-triples");
    ///
    /// let response = neptunedata::http::Response::builder()
    ///     .header("content-type", "application/n-triples;charset=UTF-8")
    ///     .body("<http://example.com/s> <http://example.com/p> \"o\" .\n".into())?;
    /// let output = neptunedata::response::<GetGraph>(&response)?;
    /// assert_eq!(output.media_type, Some(SparqlMediaType::NTriples));
    /// assert!(output.body.text().ends_with(" .\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct GetGraph {
        /// The media type of the response, sent as the header `Accept`. The default is N-Triples, which does
        /// not name graphs, so that the data can be written to any graph.
        #[serde(default = "n_triples")]
        pub accept: SparqlMediaType,
    }
}

arbitrary!(GetGraph => graph: super::graph_store::AnyGraph, accept: Header);

fn n_triples() -> SparqlMediaType {
    SparqlMediaType::NTriples
}

impl GetGraph {
    /// Reads the default graph.
    pub fn default_graph() -> Self {
        GetGraph {
            graph: GraphTarget::Default,
            accept: n_triples(),
        }
    }

    /// Reads the graph of this IRI.
    pub fn named(iri: impl Into<String>) -> Self {
        GetGraph {
            graph: GraphTarget::Named(iri.into()),
            accept: n_triples(),
        }
    }

    /// Sets [`accept`](field@Self::accept).
    #[must_use]
    pub fn accept(mut self, accept: SparqlMediaType) -> Self {
        self.accept = accept;
        self
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        self.graph.write(request);
        request.header("accept", ACCEPT, self.accept.as_str());
    }
}

/// The response to [`GetGraph`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetGraphOutput {
    /// The media type of the response, without parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<SparqlMediaType>,
    /// The graph. Empty if there is nothing in it.
    #[serde(default)]
    pub body: RawBody,
}

impl GetGraphOutput {
    // The body is RDF.
    pub(crate) const MEMBERS: &'static [&'static str] = &[];
}

arbitrary!(GetGraphOutput, answer = |output: &GetGraphOutput| {
    let media_type = output.media_type.as_ref().map(SparqlMediaType::as_str);
    crate::testing::body_answer(media_type, output.body.bytes().clone())
} => media_type: Optional(OneOf(&[
    SparqlMediaType::NTriples, SparqlMediaType::Turtle, SparqlMediaType::NQuads,
])), body);

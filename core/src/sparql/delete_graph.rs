use super::graph_store::{GraphStoreOutput, GraphTarget};
use crate::wire::request::RequestWriter;

graph_request! {
    name: "DeleteGraph",
    http: DELETE,
    effect: Idempotent,
    iam_actions: ["DeleteDataViaQuery"],
    output: GraphStoreOutput,
    encode: DeleteGraph::write,
    decode: GraphStoreOutput::read,

    /// Deletes a graph, `DELETE /sparql/gsp/`: the Graph Store Protocol.
    ///
    /// Idempotent: a deleted graph stays deleted. According to the protocol, deleting a graph that does not exist
    /// returns HTTP 404 ([U10](crate::wire_notes#u10)), so a retry after a lost response can fail with it; the
    /// error says that an earlier attempt may have been executed.
    ///
    /// Requires the IAM action `neptune-db:DeleteDataViaQuery` ([U11](crate::wire_notes#u11)). Engine 1.0.5.0 or later.
    ///
    /// Common errors: `AccessDeniedException` (403) without the permission, `BadRequestException` (400) for a
    /// target that is not an IRI, `ReadOnlyViolationException` (400) on a replica. The status for a graph that
    /// does not exist is not confirmed ([U10](crate::wire_notes#u10)).
    ///
    /// ```
    /// use neptunedata::{Endpoint, sparql::DeleteGraph};
    ///
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let delete = DeleteGraph::named("http://example.com/g");
    /// let request = neptunedata::request(&delete, &endpoint)?;
    /// assert_eq!(request.method(), "DELETE");
    /// assert_eq!(
    ///     request.uri(),
    ///     "http://localhost:8182/sparql/gsp/?graph=http%3A%2F%2Fexample.com%2Fg",
    /// );
    ///
    /// let response = neptunedata::http::Response::builder().status(204).body("".into())?;
    /// let output = neptunedata::response::<DeleteGraph>(&response)?;
    /// assert_eq!(output.status_code, Some(204));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct DeleteGraph {}
}

arbitrary!(DeleteGraph => graph: super::graph_store::AnyGraph);

impl DeleteGraph {
    /// Deletes the default graph.
    pub fn default_graph() -> Self {
        DeleteGraph {
            graph: GraphTarget::Default,
        }
    }

    /// Deletes the graph of this IRI.
    pub fn named(iri: impl Into<String>) -> Self {
        DeleteGraph {
            graph: GraphTarget::Named(iri.into()),
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        self.graph.write(request);
    }
}

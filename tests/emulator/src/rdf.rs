//! Executes SPARQL on a real engine: oxigraph, in memory.
//!
//! This module adds the behavior of Neptune: the default graph of queries is the union of all named graphs, triples
//! without a graph are stored in a named one, and responses have Neptune's media types.

use std::fmt;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{
    GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad, Term, Triple, TripleRef,
};
use oxigraph::sparql::{
    QueryEvaluationError, QueryResults, SparqlEvaluator, UpdateEvaluationError,
};
use oxigraph::store::{Store, Transaction};

use crate::failure::Failure;
use crate::{QueryKind, QueryRequest, Response};

mod literals;
mod nesting;
mod rewrite;
mod syntax;
mod update;
mod variables;
mod writing;

/// The graph that stores triples without a graph.
const DEFAULT_GRAPH: &str = "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph";
/// The base of relative IRIs, since engine 1.2.1.0.
const BASE: &str = "http://aws.amazon.com/neptune/default/";

/// The triples of a cluster.
#[derive(Default)]
pub(crate) struct Rdf {
    store: Option<Store>,
}

impl fmt::Debug for Rdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rdf").finish_non_exhaustive()
    }
}

/// An error that an in-memory engine should never return.
fn internal(error: impl fmt::Display) -> Failure {
    Failure::new("InternalFailureException", error.to_string())
}

impl Rdf {
    fn store(&mut self) -> Result<&Store, Failure> {
        if self.store.is_none() {
            self.store = Some(Store::new().map_err(internal)?);
        }
        self.store.as_ref().ok_or_else(|| internal("No store."))
    }

    /// Removes all triples.
    pub(crate) fn clear(&mut self) {
        self.store = None;
    }

    /// Executes a request; `None` if it is not for this engine.
    pub(crate) fn answer(&mut self, request: &QueryRequest) -> Option<Result<Response, Failure>> {
        match request.kind {
            QueryKind::Query => Some(self.query(request)),
            QueryKind::Update => Some(self.update(request)),
            QueryKind::GraphStore => Some(self.graph_store(request)),
            QueryKind::Explain | QueryKind::Profile => None,
        }
    }

    fn query(&mut self, request: &QueryRequest) -> Result<Response, Failure> {
        let mut query = syntax::query(&request.text)?;
        variables::put_in_order(&mut query, &request.text);
        let mut query = evaluator()?.for_query(query);
        let (default, named) = (
            nodes(request, "default-graph-uri")?,
            nodes(request, "named-graph-uri")?,
        );
        if !default.is_empty() || !named.is_empty() {
            let dataset = query.dataset_mut();
            dataset.set_default_graph(default.into_iter().map(GraphName::from).collect());
            let named = named.into_iter().map(NamedOrBlankNode::from);
            dataset.set_available_named_graphs(named.collect());
        }
        let results = query
            .on_store(self.store()?)
            .execute()
            .map_err(query_failure)?;
        let accept = request.accept.as_deref();
        match results {
            QueryResults::Solutions(solutions) => writing::solutions(solutions, accept),
            QueryResults::Boolean(answer) => writing::boolean(answer, accept),
            QueryResults::Graph(triples) => {
                let triples = triples
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(query_failure)?;
                writing::triples(triples, accept)
            }
        }
    }

    fn update(&mut self, request: &QueryRequest) -> Result<Response, Failure> {
        let using = (
            nodes(request, "using-graph-uri")?,
            nodes(request, "using-named-graph-uri")?,
        );
        update::run(self.store()?, &request.text, &using)?;
        Ok(writing::events())
    }

    fn graph_store(&mut self, request: &QueryRequest) -> Result<Response, Failure> {
        let (method, graph) = request.text.split_once(' ').unwrap_or_default();
        let is_default = graph == "default";
        let node = if is_default {
            NamedNode::new_unchecked(DEFAULT_GRAPH)
        } else {
            NamedNode::new(graph).map_err(|error| Failure::bad_request(error.to_string()))?
        };
        let store = self.store()?;
        let exists = store.contains_named_graph(&node).map_err(internal)?;
        if !exists && !is_default && matches!(method, "GET" | "DELETE") {
            return Err(Failure::new(
                "ResourceNotFoundException",
                format!("There is no graph {node}."),
            ));
        }
        match method {
            "GET" => {
                // The default graph is the union of all graphs, as in queries (assumed).
                let graph = if is_default {
                    GraphName::DefaultGraph
                } else {
                    node.into()
                };
                let quads = store.quads_for_pattern(None, None, None, Some(graph.as_ref()));
                let triples = quads.map(|quad| quad.map(Triple::from));
                let mut triples = triples.collect::<Result<Vec<_>, _>>().map_err(internal)?;
                triples.sort_by_cached_key(ToString::to_string);
                writing::triples(triples, request.accept.as_deref())
            }
            "DELETE" => {
                let mut transaction = store.start_transaction().map_err(internal)?;
                transaction.remove_named_graph(&node).map_err(internal)?;
                unite(&mut transaction)?;
                transaction.commit().map_err(internal)?;
                Ok(Response::new(http::StatusCode::NO_CONTENT, ""))
            }
            _ => {
                let quads = payload(request, &node)?;
                let mut transaction = store.start_transaction().map_err(internal)?;
                if method == "PUT" {
                    transaction.remove_named_graph(&node).map_err(internal)?;
                }
                transaction.insert_named_graph(&node);
                transaction.extend(&quads);
                unite(&mut transaction)?;
                transaction.commit().map_err(internal)?;
                Ok(writing::stored(!exists))
            }
        }
    }
}

/// Makes the default graph the union of all others. The engine's own union has a triple once for each graph that
/// contains it; Neptune's has it once.
fn unite(transaction: &mut Transaction<'_>) -> Result<(), Failure> {
    transaction
        .clear_graph(GraphNameRef::DefaultGraph)
        .map_err(internal)?;
    let quads = transaction.quads_for_pattern(None, None, None, None);
    let quads = quads.collect::<Result<Vec<_>, _>>().map_err(internal)?;
    for quad in &quads {
        let triple = TripleRef::from(quad.as_ref());
        transaction.insert(triple.in_graph(GraphNameRef::DefaultGraph));
    }
    Ok(())
}

fn evaluator() -> Result<SparqlEvaluator, Failure> {
    let evaluator = SparqlEvaluator::new();
    evaluator.with_base_iri(BASE).map_err(internal)
}

/// The graphs in this parameter.
fn nodes(request: &QueryRequest, name: &str) -> Result<Vec<NamedNode>, Failure> {
    let nodes = request.options(name).map(NamedNode::new);
    nodes.collect::<Result<_, _>>().map_err(|error| {
        Failure::invalid_parameter(format!("The value of {name} is not an IRI: {error}"))
    })
}

/// The quads to be stored. Triples are stored in the graph of the URL, quads in their own.
fn payload(request: &QueryRequest, graph: &NamedNode) -> Result<Vec<Quad>, Failure> {
    let media_type = request.payload_type.as_deref().unwrap_or_default();
    let Some(format) = RdfFormat::from_media_type(media_type) else {
        return Err(Failure::bad_request(format!(
            "Unsupported content type: {media_type}"
        )));
    };
    let refused = |error: &dyn fmt::Display| Failure::bad_request(error.to_string());
    let parser = RdfParser::from_format(format)
        .with_base_iri(BASE)
        .map_err(internal)?
        .with_default_graph(graph.clone())
        .rename_blank_nodes();
    let quads = parser.for_slice(&request.payload);
    let quads = quads.map(|quad| {
        let mut quad = quad.map_err(|error| refused(&error))?;
        if let Term::Literal(literal) = &mut quad.object {
            literals::normalize(literal)?;
        }
        Ok(quad)
    });
    quads.collect()
}

/// The error of a failed query. Apart from the store, only what the engine does not know can fail, such as a function.
fn query_failure(error: QueryEvaluationError) -> Failure {
    match error {
        QueryEvaluationError::Dataset(_) | QueryEvaluationError::UnexpectedDefaultGraph => {
            internal(error)
        }
        other => Failure::new("UnsupportedOperationException", other.to_string()),
    }
}

/// The error of a failed update.
fn update_failure(error: UpdateEvaluationError) -> Failure {
    match error {
        UpdateEvaluationError::Storage(error) => internal(error),
        other => Failure::bad_request(other.to_string()),
    }
}

//! Executes one request. This needs the store but not the emulator, so the server does it in a thread.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use oxigraph::sparql::{
    QueryEvaluationError, QueryResults, SparqlEvaluator, UpdateEvaluationError,
};
use oxigraph::store::{Store, Transaction};

use super::{
    BASE, DEFAULT_GRAPH, changes, literals, stop_check, syntax, unite, update, variables, writing,
};
use crate::engine::{Finished, Observer, Output, Stop, internal};
use crate::failure::Failure;
use crate::{QueryKind, QueryRequest, Response};

/// A request for the engine.
pub(crate) struct Work {
    pub(super) store: Store,
    pub(super) request: Arc<QueryRequest>,
    /// The time limit of the cluster.
    pub(super) max_time: Duration,
    /// Whether there is a change stream.
    pub(super) records_changes: bool,
    pub(super) stop: Stop,
}

impl Work {
    /// Executes the request to its end.
    pub(crate) fn run(&self, observer: &mut dyn Observer) {
        let executed = match self.request.kind {
            QueryKind::Update => self.update(observer),
            QueryKind::GraphStore => self.graph_store(observer),
            QueryKind::Query | QueryKind::Explain | QueryKind::Profile => self.query(observer),
        };
        if let Err(failure) = executed {
            observer.end(Box::new(|| Err(failure)));
        }
    }

    fn query(&self, observer: &mut dyn Observer) -> Result<(), Failure> {
        let (mut query, limit) = syntax::query(&self.request.text, self.max_time)?;
        if let Some(limit) = limit {
            observer.limit(limit);
        }
        variables::put_in_order(&mut query, &self.request.text);
        let mut query = self.evaluator()?.for_query(query);
        let (default, named) = (
            self.graphs("default-graph-uri")?,
            self.graphs("named-graph-uri")?,
        );
        if !default.is_empty() || !named.is_empty() {
            let dataset = query.dataset_mut();
            dataset.set_default_graph(default.into_iter().map(GraphName::from).collect());
            let named = named.into_iter().map(NamedOrBlankNode::from);
            dataset.set_available_named_graphs(named.collect());
        }
        let bound = query.on_store(&self.store);
        let results =
            self.unless_stopped(|| bound.execute().map_err(|error| self.failure(error)))?;
        let accept = self.request.accept.as_deref();
        let (result, stream) = match results {
            QueryResults::Boolean(answer) => (writing::boolean(answer, accept), None),
            QueryResults::Solutions(solutions) => {
                let (media_type, format) = writing::solutions_format(accept)?;
                let mut output = Output::new(media_type, observer);
                let written = writing::solutions(self, solutions, format, &mut output);
                output.end(written)
            }
            QueryResults::Graph(triples) => {
                let (media_type, format) = writing::graph_format(accept)?;
                let mut output = Output::new(media_type, observer);
                let written = writing::triples(self, triples, format, &mut output);
                output.end(written)
            }
        };
        observer.end(Box::new(|| result.map(Finished::from)));
        // Ends the body, after the observer has recorded the end.
        drop(stream);
        Ok(())
    }

    fn update(&self, observer: &mut dyn Observer) -> Result<(), Failure> {
        let (update, limit) = syntax::update(&self.request.text, self.max_time)?;
        if let Some(limit) = limit {
            observer.limit(limit);
        }
        let using = (
            self.graphs("using-graph-uri")?,
            self.graphs("using-named-graph-uri")?,
        );
        let mut transaction = self.transaction()?;
        self.unless_stopped(|| update::run(self, &mut transaction, update, &using))?;
        self.commit(transaction, writing::events(), observer)
    }

    fn graph_store(&self, observer: &mut dyn Observer) -> Result<(), Failure> {
        let (method, graph) = self.request.text.split_once(' ').unwrap_or_default();
        let is_default = graph == "default";
        let node = if is_default {
            NamedNode::new_unchecked(DEFAULT_GRAPH)
        } else {
            NamedNode::new(graph).map_err(|error| Failure::bad_request(error.to_string()))?
        };
        let exists = self.store.contains_named_graph(&node).map_err(internal)?;
        if !exists && !is_default && matches!(method, "GET" | "DELETE") {
            return Err(Failure::new(
                "ResourceNotFoundException",
                format!("The graph {node} does not exist."),
            ));
        }
        if method == "GET" {
            // The default graph is the union of all graphs, as in queries (assumed).
            let graph = if is_default {
                GraphName::DefaultGraph
            } else {
                node.into()
            };
            let response = self.graph(&graph)?;
            observer.end(Box::new(|| Ok(response.into())));
            return Ok(());
        }
        let quads = match method {
            "DELETE" => Vec::new(),
            _ => payload(&self.request, &node)?,
        };
        let mut transaction = self.transaction()?;
        if method != "POST" {
            transaction.remove_named_graph(&node).map_err(internal)?;
        }
        let response = if method == "DELETE" {
            Response::new(http::StatusCode::NO_CONTENT, "")
        } else {
            transaction.insert_named_graph(&node);
            transaction.extend(&quads);
            writing::stored(!exists)
        };
        unite(&mut transaction, &self.stop)?;
        self.commit(transaction, response, observer)
    }

    /// Ends a request that has written.
    fn commit(
        &self,
        transaction: Transaction<'_>,
        response: Response,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let commit = if self.records_changes {
            Some(changes::commit(&self.store, &transaction, &self.stop)?)
        } else {
            None
        };
        observer.end(Box::new(|| {
            transaction.commit().map_err(internal)?;
            Ok(Finished { response, commit })
        }));
        Ok(())
    }

    /// The contents of a graph.
    fn graph(&self, graph: &GraphName) -> Result<Response, Failure> {
        let quads = self
            .store
            .quads_for_pattern(None, None, None, Some(graph.as_ref()));
        let triples = quads.map(|quad| {
            self.stop.check()?;
            quad.map(Triple::from).map_err(internal)
        });
        let mut triples = triples.collect::<Result<Vec<_>, _>>()?;
        triples.sort_by_cached_key(ToString::to_string);
        writing::graph(&triples, self.request.accept.as_deref())
    }

    /// A transaction. Only one is open at a time, so this may wait.
    fn transaction(&self) -> Result<Transaction<'_>, Failure> {
        let transaction = self.store.start_transaction().map_err(internal)?;
        self.stop.check()?;
        Ok(transaction)
    }

    pub(super) fn evaluator(&self) -> Result<SparqlEvaluator, Failure> {
        let token = self.stop.rdf.clone();
        let check = move |_: &[Term]| {
            if token.is_cancelled() {
                // An error of a function does not end the query.
                resume_unwind(Box::new("stopped"));
            }
            None
        };
        let evaluator = SparqlEvaluator::new()
            .with_cancellation_token(self.stop.rdf.clone())
            .with_custom_function(NamedNode::new_unchecked(stop_check::STOP_CHECK), check);
        evaluator.with_base_iri(BASE).map_err(internal)
    }

    /// Runs the engine, which [`stop_check::STOP_CHECK`] may interrupt.
    fn unless_stopped<T>(&self, run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
            self.stop.check()?;
            resume_unwind(panic)
        })
    }

    /// The graphs in this parameter.
    fn graphs(&self, name: &str) -> Result<Vec<NamedNode>, Failure> {
        let graphs = self.request.options(name).map(NamedNode::new);
        graphs.collect::<Result<_, _>>().map_err(|error| {
            Failure::invalid_parameter(format!("The value of {name} is not an IRI: {error}"))
        })
    }

    /// The error of a failed query. Apart from the store, only what the engine does not know can fail, such as a
    /// function.
    fn failure(&self, error: QueryEvaluationError) -> Failure {
        match error {
            QueryEvaluationError::Cancelled => self.stop.failure(),
            QueryEvaluationError::Dataset(_) | QueryEvaluationError::UnexpectedDefaultGraph => {
                internal(error)
            }
            other => Failure::new("UnsupportedOperationException", other.to_string()),
        }
    }

    /// The next result. `None` at the end, or if the query was cancelled silently.
    pub(super) fn next<T>(
        &self,
        results: &mut impl Iterator<Item = Result<T, QueryEvaluationError>>,
    ) -> Result<Option<T>, Failure> {
        let next = self.unless_stopped(|| {
            let next = results.next();
            self.stop.check()?;
            next.transpose().map_err(|error| self.failure(error))
        });
        if self.stop.is_silent() {
            return Ok(None);
        }
        next
    }

    /// The error of a failed update.
    pub(super) fn update_failure(&self, error: UpdateEvaluationError) -> Failure {
        if let Err(stopped) = self.stop.check() {
            return stopped;
        }
        match error {
            UpdateEvaluationError::Storage(error) => internal(error),
            other => Failure::bad_request(other.to_string()),
        }
    }

    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }
}

/// The quads to be stored. Triples are stored in the graph of the URL, quads in their own.
fn payload(request: &QueryRequest, graph: &NamedNode) -> Result<Vec<Quad>, Failure> {
    let media_type = request.payload_type.as_deref().unwrap_or_default();
    let Some(format) = RdfFormat::from_media_type(media_type) else {
        return Err(Failure::bad_request(format!(
            "Unsupported content type: {media_type}"
        )));
    };
    let parser = RdfParser::from_format(format)
        .with_base_iri(BASE)
        .map_err(internal)?
        .with_default_graph(graph.clone())
        .rename_blank_nodes();
    let quads = parser.for_slice(&request.payload);
    let quads = quads.map(|quad| {
        let mut quad = quad.map_err(|error| Failure::bad_request(error.to_string()))?;
        if let Term::Literal(literal) = &mut quad.object {
            literals::normalize(literal)?;
        }
        Ok(quad)
    });
    quads.collect()
}

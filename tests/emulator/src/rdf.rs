//! Executes SPARQL on a real engine: oxigraph, in memory.
//!
//! This module adds the behavior of Neptune: the default graph of queries is the union of all named graphs, triples
//! without a graph are stored in a named one, and responses have Neptune's media types.

use std::fmt;
use std::sync::Arc;

use oxigraph::model::{GraphNameRef, Quad, Term, TripleRef};
use oxigraph::store::{Store, Transaction};
use serde_json::json;

pub(crate) use self::work::Work;
use crate::engine::{Stop, internal};
use crate::failure::Failure;
use crate::operations::statistics::content::Content;
use crate::{Change, Config, Language, QueryKind, QueryRequest};

mod changes;
mod literals;
mod nesting;
mod rewrite;
mod stop_check;
mod summary;
mod syntax;
mod update;
mod variables;
mod work;
mod writing;

/// The graph that stores triples without a graph.
pub(crate) const DEFAULT_GRAPH: &str = "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph";
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

/// Whether this engine executes such a request.
pub(crate) fn executes(request: &QueryRequest) -> bool {
    let kinds = [QueryKind::Query, QueryKind::Update, QueryKind::GraphStore];
    request.language == Language::Sparql && kinds.contains(&request.kind)
}

impl Rdf {
    /// What is stored.
    pub(crate) fn content(&self) -> Result<Content, Failure> {
        match &self.store {
            Some(store) => summary::content(store),
            None => summary::content(&Store::new().map_err(internal)?),
        }
    }

    /// Removes all triples.
    pub(crate) fn clear(&mut self) {
        self.store = None;
    }

    /// The store, which is made when it is first used.
    fn store(&mut self) -> Result<&Store, Failure> {
        let store = match self.store.take() {
            Some(store) => store,
            None => Store::new().map_err(internal)?,
        };
        Ok(self.store.insert(store))
    }

    /// Adds the statements of a load, and commits them. Returns the records of the change stream: those that were not
    /// there before.
    pub(crate) fn load(&mut self, quads: Vec<Quad>) -> Result<Vec<Change>, Failure> {
        let mut transaction = self.store()?.start_transaction().map_err(internal)?;
        let mut added = Vec::new();
        for quad in quads {
            if !transaction.contains(&quad).map_err(internal)? {
                transaction.insert(&quad);
                added.push(Change::add(json!({ "stmt": changes::statement(quad) })));
            }
        }
        unite(&mut transaction, &Stop::default())?;
        transaction.commit().map_err(internal)?;
        Ok(added)
    }

    /// Prepares the execution of a request.
    pub(crate) fn prepare(
        &mut self,
        request: &Arc<QueryRequest>,
        config: &Config,
        stop: Stop,
    ) -> Result<Work, Failure> {
        Ok(Work {
            store: self.store()?.clone(),
            request: Arc::clone(request),
            max_time: config.queries.timeout,
            records_changes: config.streams.enabled,
            stop,
        })
    }
}

/// Brings a statement into the form in which Neptune stores it.
///
/// # Errors
///
/// An integer with more than 64 bits.
pub(crate) fn normalize(quad: &mut Quad) -> Result<(), Failure> {
    match &mut quad.object {
        Term::Literal(literal) => literals::normalize(literal),
        _ => Ok(()),
    }
}

/// Makes the default graph the union of all others. The engine's own union has a triple once for each graph that
/// contains it; Neptune's has it once.
fn unite(transaction: &mut Transaction<'_>, stop: &Stop) -> Result<(), Failure> {
    transaction
        .clear_graph(GraphNameRef::DefaultGraph)
        .map_err(internal)?;
    let quads = transaction.quads_for_pattern(None, None, None, None);
    let quads = quads.collect::<Result<Vec<_>, _>>().map_err(internal)?;
    for quad in &quads {
        stop.check()?;
        let triple = TripleRef::from(quad.as_ref());
        transaction.insert(triple.in_graph(GraphNameRef::DefaultGraph));
    }
    Ok(())
}

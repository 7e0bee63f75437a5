//! The engine marsdb, in memory.
//!
//! The ids of the engine are numbers. The id that users know is the property [`ID`] of a node or an edge. Every node
//! has the label [`NODE`] in addition to its own, so that one index finds nodes by id, whatever their labels.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use marsdb_graph::{GraphStore, WriteTransaction};
use marsdb_query::{
    ExecutionOptions, Executor, QueryError, QueryResult, Statement, is_read_only, parse,
    substitute_params, validate_statement,
};

use self::values::Reader;
use super::cypher::{self, ID, MAX_ROWS, NODE, Translation};
use super::{Edge, ElementChange, Engine, Graph, Node, PreparedQuery, QueryInput, QueryOutput};
use crate::engine::{Stop, internal};
use crate::failure::Failure;
use crate::ids::Ids;

mod apply;
mod changes;
mod errors;
mod values;

/// Edges have internal ids from here on, so that they differ from those of nodes.
const FIRST_EDGE: u64 = 1 << 40;

/// The edges that a query may follow. A query that follows more of them is assumed to be endless.
const MAX_EXPANSIONS: u64 = 2_000_000;

/// The engine, and a copy of the committed graph with Neptune's ids.
pub(super) struct Mars {
    store: GraphStore,
    ids: Mutex<Ids>,
    /// Held while a query writes. Queries that read do not wait for it.
    writer: Mutex<()>,
    committed: Mutex<Arc<Elements>>,
}

/// The nodes and edges by internal id, which is called a number here.
#[derive(Clone, Debug, Default)]
struct Elements {
    nodes: BTreeMap<u64, Arc<Node>>,
    edges: BTreeMap<u64, Arc<Edge>>,
    /// The stored records, which show what a query has changed. Those of elements that [`apply`] has changed are missing
    /// or old.
    node_records: BTreeMap<u64, Arc<[u8]>>,
    edge_records: BTreeMap<u64, Arc<[u8]>>,
    /// The numbers by Neptune's id.
    node_numbers: HashMap<String, u64>,
    edge_numbers: HashMap<String, u64>,
}

impl fmt::Debug for Mars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mars").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Elements {
    fn remove_node(&mut self, number: u64) {
        self.node_records.remove(&number);
        if let Some(node) = self.nodes.remove(&number) {
            self.node_numbers.remove(&node.id);
        }
    }

    fn remove_edge(&mut self, number: u64) {
        self.edge_records.remove(&number);
        if let Some(edge) = self.edges.remove(&number) {
            self.edge_numbers.remove(&edge.id);
        }
    }
}

impl Mars {
    pub(super) fn new(seed: u64) -> Result<Self, Failure> {
        let store = GraphStore::open_memory().map_err(internal)?;
        // Not unique: while a query runs, `SET a = properties(b)` gives two nodes the same id.
        store.create_index(NODE, ID, false).map_err(internal)?;
        let transaction = store.begin_write().map_err(internal)?;
        {
            let mut meta = transaction
                .open_table(marsdb_storage::tables::META)
                .map_err(internal)?;
            meta.insert("next_edge_id", FIRST_EDGE).map_err(internal)?;
        }
        GraphStore::commit(transaction).map_err(internal)?;
        Ok(Self {
            store,
            // A separate sequence, so that ids of elements do not depend on other ids.
            ids: Mutex::new(Ids::new(seed.rotate_left(32))),
            writer: Mutex::default(),
            committed: Mutex::default(),
        })
    }

    fn committed(&self) -> Arc<Elements> {
        Arc::clone(&lock(&self.committed))
    }

    fn begin(&self) -> Result<WriteTransaction, Failure> {
        self.store.begin_write().map_err(internal)
    }

    /// Commits a transaction, and with it the copy of the graph.
    fn commit(&self, transaction: WriteTransaction, after: Elements) -> Result<(), Failure> {
        let mut committed = lock(&self.committed);
        GraphStore::commit(transaction).map_err(internal)?;
        *committed = Arc::new(after);
        Ok(())
    }
}

impl Engine for Mars {
    fn prepare<'a>(
        &'a self,
        input: &QueryInput<'_>,
    ) -> Result<Box<dyn PreparedQuery + 'a>, Failure> {
        let translation = cypher::translate(input)?;
        let fail = |error| errors::query(error, &translation);
        let mut statement = parse(&translation.text).map_err(fail)?;
        let parameters = values::parameters(input.parameters);
        substitute_params(&mut statement, &parameters).map_err(fail)?;
        validate_statement(&statement).map_err(fail)?;
        Ok(Box::new(Prepared {
            engine: self,
            statement,
            translation,
        }))
    }

    fn graph(&self) -> Graph {
        let committed = self.committed();
        Graph {
            nodes: committed.nodes.values().cloned().collect(),
            edges: committed.edges.values().cloned().collect(),
        }
    }

    fn apply(&self, changes: &[ElementChange]) -> Result<(), Failure> {
        let _writer = lock(&self.writer);
        let mut elements = Elements::clone(&self.committed());
        let transaction = self.begin()?;
        let applied = apply::apply(changes, &mut elements, &transaction)
            .and_then(|()| changes::read_records(&mut elements, &transaction));
        match applied {
            Ok(()) => self.commit(transaction, elements),
            Err(failure) => {
                GraphStore::abort(transaction).map_err(internal)?;
                Err(failure)
            }
        }
    }
}

struct Prepared<'a> {
    engine: &'a Mars,
    statement: Statement,
    translation: Translation,
}

impl PreparedQuery for Prepared<'_> {
    fn writes(&self) -> bool {
        !is_read_only(&self.statement)
    }

    fn limit(&self) -> Option<Duration> {
        self.translation.limit
    }

    fn run(&self, stop: &Stop) -> Result<QueryOutput<'_>, Failure> {
        let options = ExecutionOptions {
            max_intermediate_rows: Some(MAX_ROWS),
            max_result_rows: Some(MAX_ROWS),
            max_relationship_expansions: Some(MAX_EXPANSIONS),
            cancellation_token: Some(stop.graph.clone()),
            ..ExecutionOptions::default()
        };
        let ran = if self.writes() {
            self.write(&options)
        } else {
            self.read(&options)
        };
        // A query that was stopped fails with the reason.
        stop.check().and(ran)
    }
}

impl Prepared<'_> {
    fn read(&self, options: &ExecutionOptions) -> Result<QueryOutput<'_>, Failure> {
        let before = self.engine.committed();
        let executor = Executor::new(&self.engine.store);
        let result =
            self.guarded(|| executor.execute_with_options_trusted(&self.statement, options))?;
        // The snapshot that the engine has read is one of these, or lies between them.
        let after = self.engine.committed();
        let reader = Reader::new(&self.translation.text, &before, &after);
        Ok(QueryOutput {
            columns: self.columns(result.columns),
            rows: reader.rows(result.rows),
            changes: Vec::new(),
            commit: Box::new(|| Ok(())),
        })
    }

    fn write(&self, options: &ExecutionOptions) -> Result<QueryOutput<'_>, Failure> {
        let writer = lock(&self.engine.writer);
        let before = self.engine.committed();
        // Dropped before it is committed, a transaction changes nothing.
        let transaction = self.engine.begin()?;
        let executor = Executor::new(&self.engine.store);
        let result = self.guarded(|| {
            executor.execute_in_write_transaction_with_options_trusted(
                &self.statement,
                &transaction,
                options,
            )
        })?;
        let (after, changes) =
            changes::finalize(&before, &transaction, &mut lock(&self.engine.ids))?;
        let rows = Reader::new(&self.translation.text, &before, &after).rows(result.rows);
        Ok(QueryOutput {
            columns: self.columns(result.columns),
            rows,
            changes,
            commit: Box::new(move || {
                let committed = self.engine.commit(transaction, after);
                drop(writer);
                committed
            }),
        })
    }

    /// Runs the engine. If it panics, the query fails.
    fn guarded(
        &self,
        run: impl FnOnce() -> Result<QueryResult, QueryError>,
    ) -> Result<QueryResult, Failure> {
        let result = catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|_| Err(QueryError::Semantic("The engine panicked.".to_owned())));
        result.map_err(|error| errors::query(error, &self.translation))
    }

    /// The columns as the query names them; the engine has names of its own.
    fn columns(&self, own: Vec<String>) -> Vec<String> {
        match &self.translation.columns {
            Some(columns) if columns.len() == own.len() => columns.clone(),
            _ => own,
        }
    }
}

//! The property graph on a real engine.
//!
//! [`Engine`] executes openCypher; [`mars`] implements it, and another engine could. The form of responses, change
//! streams, roles and time limits are Neptune's, so they are in this module and not in the engine.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

pub(crate) use self::work::Work;
use crate::engine::Stop;
use crate::failure::Failure;
use crate::operations::statistics::content::Content;
use crate::{Change, Language, QueryKind, QueryRequest};

mod cypher;
mod mars;
mod records;
mod results;
mod summary;
mod work;

/// The label of nodes that are created without one
/// ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-data-model.html)).
pub(crate) const DEFAULT_LABEL: &str = "vertex";

/// A value of a property or of a result.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    /// Milliseconds since the epoch.
    DateTime(i64),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
    Node(Arc<Node>),
    Edge(Arc<Edge>),
    /// A node, and for each step an edge and a node.
    Path(Vec<Value>),
}

/// Whether both are the same value of the same type. NaN is the same as NaN.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) | (Self::DateTime(left), Self::DateTime(right)) => {
                left == right
            }
            (Self::Float(left), Self::Float(right)) => left.to_bits() == right.to_bits(),
            (Self::String(left), Self::String(right)) => left == right,
            (Self::List(left), Self::List(right)) | (Self::Path(left), Self::Path(right)) => {
                left == right
            }
            (Self::Map(left), Self::Map(right)) => left == right,
            (Self::Node(left), Self::Node(right)) => left == right,
            (Self::Edge(left), Self::Edge(right)) => left == right,
            _ => false,
        }
    }
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) labels: Vec<String>,
    pub(crate) properties: BTreeMap<String, Value>,
}

/// A relationship.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) properties: BTreeMap<String, Value>,
}

/// All nodes and edges, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Arc<Node>>,
    pub(crate) edges: Vec<Arc<Edge>>,
}

/// Whether something is added or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Remove,
}

/// The kinds of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Node,
    Edge,
}

/// A change of the graph: what one record of the change stream describes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ElementChange {
    /// The first label creates the node, and the removal of the last one removes it.
    Label { op: Op, node: String, label: String },
    Edge {
        op: Op,
        id: String,
        label: String,
        from: String,
        to: String,
    },
    Property {
        op: Op,
        of: Element,
        id: String,
        key: String,
        value: Value,
    },
}

impl ElementChange {
    pub(crate) fn property(op: Op, of: Element, id: &str, key: &str, value: Value) -> Self {
        Self::Property {
            op,
            of,
            id: id.to_owned(),
            key: key.to_owned(),
            value,
        }
    }
}

/// The text of a query, its parameters and its time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueryInput<'a> {
    pub(crate) text: &'a str,
    pub(crate) parameters: &'a Map<String, Json>,
    /// The current time, in milliseconds since the epoch.
    pub(crate) now: i64,
}

/// Stores a graph and executes queries. All methods can be called from several threads.
pub(crate) trait Engine: fmt::Debug + Send + Sync {
    /// Parses and checks a query, which is not executed.
    fn prepare<'a>(
        &'a self,
        input: &QueryInput<'_>,
    ) -> Result<Box<dyn PreparedQuery + 'a>, Failure>;

    /// The committed graph.
    fn graph(&self) -> Graph;

    /// Applies changes in order, and commits them. If one is impossible, none is applied.
    fn apply(&self, changes: &[ElementChange]) -> Result<(), Failure>;
}

/// A query that has been parsed and checked.
pub(crate) trait PreparedQuery {
    fn writes(&self) -> bool;

    /// The time limit that the query sets.
    fn limit(&self) -> Option<Duration>;

    /// Executes the query to its end. Its changes are stored only if the result is [committed](QueryOutput::commit).
    fn run(&self, stop: &Stop) -> Result<QueryOutput<'_>, Failure>;
}

/// The result of a query.
pub(crate) struct QueryOutput<'a> {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
    /// What the query changed, in an order in which the changes can be applied one by one: an edge is removed before its
    /// nodes, and added after them.
    pub(crate) changes: Vec<ElementChange>,
    /// Stores the changes.
    pub(crate) commit: Box<dyn FnOnce() -> Result<(), Failure> + 'a>,
}

/// The property graph of a cluster.
#[derive(Debug, Default)]
pub(crate) struct PropertyGraph {
    engine: Option<Arc<dyn Engine>>,
}

impl PropertyGraph {
    /// The engine. It is created when it is first used; `seed` decides which ids it generates.
    pub(crate) fn engine(&mut self, seed: u64) -> Result<Arc<dyn Engine>, Failure> {
        let engine = match &self.engine {
            Some(engine) => engine,
            None => self.engine.insert(Arc::new(mars::Mars::new(seed)?)),
        };
        Ok(Arc::clone(engine))
    }

    /// The committed graph.
    pub(crate) fn graph(&self) -> Graph {
        let engine = self.engine.as_ref();
        engine.map(|engine| engine.graph()).unwrap_or_default()
    }

    /// What the graph contains.
    pub(crate) fn content(&self) -> Content {
        summary::content(&self.graph())
    }

    /// Applies and commits the changes of a load. Returns the records of the change stream.
    pub(crate) fn load(
        &mut self,
        seed: u64,
        changes: &[ElementChange],
    ) -> Result<Vec<Change>, Failure> {
        self.engine(seed)?.apply(changes)?;
        Ok(records::records(changes))
    }

    /// Removes all nodes and edges. Queries that still run keep the old graph.
    pub(crate) fn clear(&mut self) {
        self.engine = None;
    }
}

/// Whether this engine executes such a request.
pub(crate) fn executes(request: &QueryRequest) -> bool {
    request.language == Language::OpenCypher && request.kind == QueryKind::Query
}

//! What an update has changed, as records of the change stream.

use std::fmt::Display;

use oxigraph::model::{GraphName, NamedNode, Quad};
use oxigraph::store::{Store, Transaction};
use serde_json::json;

use super::DEFAULT_GRAPH;
use crate::engine::{Stop, internal};
use crate::failure::Failure;
use crate::{Change, ChangeStream};

/// The commit of a transaction that has not been committed: what it removes, then what it adds, both in the order of
/// their statements.
pub(super) fn commit(
    store: &Store,
    transaction: &Transaction<'_>,
    stop: &Stop,
) -> Result<(ChangeStream, Vec<Change>), Failure> {
    // Only one transaction is open at a time, so the store has the data from before it.
    let removed = statements(store.iter(), |quad| transaction.contains(quad), stop)?;
    let added = statements(transaction.iter(), |quad| store.contains(quad), stop)?;
    let removed = removed.into_iter().map(Change::remove);
    let changes = removed.chain(added.into_iter().map(Change::add));
    Ok((ChangeStream::Sparql, changes.collect()))
}

/// The statements of these quads, without those that the other side has.
fn statements<E: Display>(
    quads: impl Iterator<Item = Result<Quad, E>>,
    is_in_other: impl Fn(&Quad) -> Result<bool, E>,
    stop: &Stop,
) -> Result<Vec<serde_json::Value>, Failure> {
    let mut statements = Vec::new();
    for quad in quads {
        stop.check()?;
        let quad = quad.map_err(internal)?;
        // The default graph only repeats the others.
        if quad.graph_name != GraphName::DefaultGraph && !is_in_other(&quad).map_err(internal)? {
            statements.push(statement(quad));
        }
    }
    statements.sort();
    let data = statements.into_iter().map(|stmt| json!({ "stmt": stmt }));
    Ok(data.collect())
}

/// The quad as N-Quads. The graph of triples that were stored without a graph is omitted, as in the example of the
/// [guide](https://docs.aws.amazon.com/neptune/latest/userguide/streams-change-formats.html) (assumed).
pub(super) fn statement(mut quad: Quad) -> String {
    if quad.graph_name == NamedNode::new_unchecked(DEFAULT_GRAPH).into() {
        quad.graph_name = GraphName::DefaultGraph;
    }
    format!("{quad} .\n")
}

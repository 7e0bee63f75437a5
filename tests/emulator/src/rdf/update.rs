//! Updates with Neptune's meaning of the default graph.

use oxigraph::model::{GraphName as Graph, NamedNode, NamedOrBlankNode};
use oxigraph::store::Transaction;
use spargebra::algebra::GraphTarget;
use spargebra::term::{GraphName, GraphNamePattern, GroundQuad, GroundQuadPattern};
use spargebra::{GraphUpdateOperation, Update};

use super::work::Work;
use super::{DEFAULT_GRAPH, unite};
use crate::engine::internal;
use crate::failure::Failure;

/// Executes an update, which is not committed.
pub(super) fn run(
    work: &Work,
    transaction: &mut Transaction<'_>,
    update: Update,
    using: &(Vec<NamedNode>, Vec<NamedNode>),
) -> Result<(), Failure> {
    for operation in update.operations {
        let has_own = match &operation {
            GraphUpdateOperation::DeleteInsert { using, .. } => using.is_some(),
            _ => false,
        };
        let protocol = !using.0.is_empty() || !using.1.is_empty();
        if has_own && protocol {
            return Err(Failure::bad_request(
                "The update has a USING or WITH clause, so using-graph-uri and using-named-graph-uri are not allowed.",
            ));
        }
        let operation = placed(operation, transaction)?;
        let mut prepared = work.evaluator()?.for_update(Update {
            base_iri: update.base_iri.clone(),
            operations: vec![operation],
        });
        for dataset in prepared.using_datasets_mut().filter(|_| protocol) {
            dataset.set_default_graph(using.0.iter().cloned().map(Graph::from).collect());
            let named = using.1.iter().cloned().map(NamedOrBlankNode::from);
            dataset.set_available_named_graphs(named.collect());
        }
        prepared
            .on_transaction(transaction)
            .execute()
            .map_err(|error| work.update_failure(error))?;
        unite(transaction, work.stop())?;
    }
    Ok(())
}

/// Adds a graph to every operation without one. Additions go to the fallback graph. Removals apply to all graphs,
/// because the default graph is their union (assumed: the guide does not say so).
fn placed(
    operation: GraphUpdateOperation,
    transaction: &Transaction<'_>,
) -> Result<GraphUpdateOperation, Failure> {
    use GraphUpdateOperation::{Clear, DeleteData, DeleteInsert, Drop, InsertData};

    let fallback = || NamedNode::new_unchecked(DEFAULT_GRAPH);
    let all = || -> Result<Vec<NamedNode>, Failure> {
        let mut all = Vec::new();
        for graph in transaction.named_graphs() {
            if let NamedOrBlankNode::NamedNode(graph) = graph.map_err(internal)? {
                all.push(graph);
            }
        }
        Ok(all)
    };
    Ok(match operation {
        InsertData { mut data } => {
            for quad in &mut data {
                if quad.graph_name == GraphName::DefaultGraph {
                    quad.graph_name = fallback().into();
                }
            }
            InsertData { data }
        }
        DeleteData { data } => {
            let all = all()?;
            let data = data.into_iter().flat_map(|quad| {
                let graphs = match quad.graph_name {
                    GraphName::DefaultGraph => all.clone(),
                    GraphName::NamedNode(graph) => vec![graph],
                };
                let (subject, predicate, object) = (quad.subject, quad.predicate, quad.object);
                graphs.into_iter().map(move |graph| GroundQuad {
                    subject: subject.clone(),
                    predicate: predicate.clone(),
                    object: object.clone(),
                    graph_name: graph.into(),
                })
            });
            DeleteData {
                data: data.collect(),
            }
        }
        DeleteInsert {
            delete,
            mut insert,
            using,
            pattern,
        } => {
            for quad in &mut insert {
                if quad.graph_name == GraphNamePattern::DefaultGraph {
                    quad.graph_name = fallback().into();
                }
            }
            let all = all()?;
            let delete = delete.into_iter().flat_map(|quad| {
                let graphs = match quad.graph_name {
                    GraphNamePattern::DefaultGraph => {
                        all.iter().cloned().map(GraphNamePattern::from).collect()
                    }
                    named => vec![named],
                };
                let (subject, predicate, object) = (quad.subject, quad.predicate, quad.object);
                graphs.into_iter().map(move |graph_name| GroundQuadPattern {
                    subject: subject.clone(),
                    predicate: predicate.clone(),
                    object: object.clone(),
                    graph_name,
                })
            });
            DeleteInsert {
                delete: delete.collect(),
                insert,
                using,
                pattern,
            }
        }
        // Clearing the default graph clears the fallback graph, whether or not it exists (assumed).
        Clear {
            graph: GraphTarget::DefaultGraph,
            ..
        } => Clear {
            silent: true,
            graph: GraphTarget::NamedNode(fallback()),
        },
        Drop {
            graph: GraphTarget::DefaultGraph,
            ..
        } => Drop {
            silent: true,
            graph: GraphTarget::NamedNode(fallback()),
        },
        other => other,
    })
}

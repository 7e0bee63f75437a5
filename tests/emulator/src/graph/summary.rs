//! Computes the statistics and the summary of the property graph.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::Graph;
use crate::operations::statistics::content::{Content, Counts};
use crate::operations::statistics::tally::Tally;

/// The counts and the summary of the graph.
///
/// Edges without properties have no structure, as in the guide's example. The predicates are the names of properties
/// and the labels of edges (assumed).
pub(super) fn content(graph: &Graph) -> Content {
    let mut predicates = BTreeSet::new();
    let mut edge_labels = BTreeSet::new();
    let mut edge_properties = Tally::default();
    let mut edge_structures = Tally::default();
    let mut outgoing = HashMap::<_, BTreeSet<_>>::new();
    for edge in &graph.edges {
        edge_labels.insert(edge.label.as_str());
        outgoing
            .entry(edge.from.as_str())
            .or_default()
            .insert(edge.label.as_str());
        let keys: Vec<_> = edge.properties.keys().map(String::as_str).collect();
        predicates.extend(keys.iter().copied());
        keys.iter().for_each(|key| edge_properties.add(*key));
        if !keys.is_empty() {
            edge_structures.add(keys);
        }
    }
    predicates.extend(edge_labels.iter().copied());

    let mut node_labels = BTreeSet::new();
    let mut node_properties = Tally::default();
    let mut node_structures = Tally::default();
    for node in &graph.nodes {
        node_labels.extend(&node.labels);
        let keys: Vec<_> = node.properties.keys().map(String::as_str).collect();
        predicates.extend(keys.iter().copied());
        keys.iter().for_each(|key| node_properties.add(*key));
        let labels = outgoing.remove(node.id.as_str()).unwrap_or_default();
        node_structures.add((keys, labels));
    }

    let nodes = node_structures.by_count().into_iter();
    let nodes: Vec<Value> = nodes
        .map(|((keys, labels), count)| {
            json!({ "count": count, "nodeProperties": keys, "distinctOutgoingEdgeLabels": labels })
        })
        .collect();
    let edges = edge_structures.by_count().into_iter();
    let edges: Vec<Value> = edges
        .map(|(keys, count)| json!({ "count": count, "edgeProperties": keys }))
        .collect();
    Content {
        counts: Counts {
            signatures: node_structures.distinct() + edge_structures.distinct(),
            instances: node_structures.total() + edge_structures.total(),
            predicates: predicates.len() as u64,
        },
        summary: json!({
            "numNodes": graph.nodes.len(),
            "numEdges": graph.edges.len(),
            "numNodeLabels": node_labels.len(),
            "numEdgeLabels": edge_labels.len(),
            "nodeLabels": node_labels,
            "edgeLabels": edge_labels,
            "numNodeProperties": node_properties.distinct(),
            "numEdgeProperties": edge_properties.distinct(),
            "nodeProperties": node_properties.maps(),
            "edgeProperties": edge_properties.maps(),
            "totalNodePropertyValues": node_properties.total(),
            "totalEdgePropertyValues": edge_properties.total(),
            "nodeStructures": nodes,
            "edgeStructures": edges,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Edge, Node};

    fn properties(keys: &[&str]) -> BTreeMap<String, crate::graph::Value> {
        let value = || crate::graph::Value::Bool(true);
        keys.iter()
            .map(|key| ((*key).to_owned(), value()))
            .collect()
    }

    fn node(id: &str, labels: &[&str], keys: &[&str]) -> Arc<Node> {
        Arc::new(Node {
            id: id.to_owned(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            properties: properties(keys),
        })
    }

    fn edge(label: &str, from: &str, keys: &[&str]) -> Arc<Edge> {
        Arc::new(Edge {
            id: format!("{from}-{label}-{}", keys.len()),
            label: label.to_owned(),
            from: from.to_owned(),
            to: "c".to_owned(),
            properties: properties(keys),
        })
    }

    #[test]
    fn what_is_counted() {
        let graph = Graph {
            nodes: vec![
                node("a", &["Z", "A"], &["name"]),
                node("b", &["A"], &["name", "age"]),
                node("c", &["A"], &["name"]),
                node("d", &["vertex"], &[]),
                node("e", &["A"], &["name"]),
            ],
            edges: vec![
                edge("KNOWS", "a", &[]),
                edge("KNOWS", "a", &["since"]),
                edge("LIKES", "a", &["since"]),
            ],
        };
        let content = content(&graph);
        assert_eq!(
            content.summary,
            json!({
                "numNodes": 5, "numEdges": 3, "numNodeLabels": 3, "numEdgeLabels": 2,
                "nodeLabels": ["A", "Z", "vertex"], "edgeLabels": ["KNOWS", "LIKES"],
                "numNodeProperties": 2, "numEdgeProperties": 1,
                "nodeProperties": [{ "name": 4 }, { "age": 1 }], "edgeProperties": [{ "since": 2 }],
                "totalNodePropertyValues": 5, "totalEdgePropertyValues": 2,
                "nodeStructures": [
                    { "count": 2, "nodeProperties": ["name"], "distinctOutgoingEdgeLabels": [] },
                    { "count": 1, "nodeProperties": [], "distinctOutgoingEdgeLabels": [] },
                    { "count": 1, "nodeProperties": ["age", "name"], "distinctOutgoingEdgeLabels": [] },
                    { "count": 1, "nodeProperties": ["name"], "distinctOutgoingEdgeLabels": ["KNOWS", "LIKES"] },
                ],
                "edgeStructures": [{ "count": 2, "edgeProperties": ["since"] }],
            })
        );
        let counts = Counts {
            signatures: 5,
            instances: 7,
            predicates: 5,
        };
        assert_eq!(content.counts, counts);
    }
}

//! Applies changes one by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use marsdb_graph::{EdgeId, GraphStore, NodeId, PropertyValue, WriteTransaction};

use super::{Elements, ID, NODE, errors, values};
use crate::engine::internal;
use crate::failure::Failure;
use crate::graph::{Edge, Element, ElementChange, Node, Op, Value};

/// Applies changes to the store and to the copy of the graph.
pub(super) fn apply(
    mut changes: &[ElementChange],
    elements: &mut Elements,
    transaction: &WriteTransaction,
) -> Result<(), Failure> {
    while let Some((change, rest)) = changes.split_first() {
        changes = rest;
        match change {
            ElementChange::Label { op, node, label } => match op {
                Op::Add if elements.node_numbers.contains_key(node) => {
                    add_label(node, label, elements, transaction)?;
                }
                Op::Add => {
                    let (own, others) = of_new(rest, Element::Node, node);
                    create_node(node, label, own, elements, transaction)?;
                    changes = others;
                }
                Op::Remove => remove_label(node, label, elements, transaction)?,
            },
            ElementChange::Edge {
                op,
                id,
                label,
                from,
                to,
            } => match op {
                Op::Add => {
                    let (own, others) = of_new(rest, Element::Edge, id);
                    let edge = Edge {
                        id: id.clone(),
                        label: label.clone(),
                        from: from.clone(),
                        to: to.clone(),
                        properties: added_properties(own),
                    };
                    create_edge(edge, elements, transaction)?;
                    changes = others;
                }
                Op::Remove => {
                    let number = number(&elements.edge_numbers, id)?;
                    GraphStore::delete_edge_in_txn(transaction, EdgeId(number))
                        .map_err(internal)?;
                    elements.remove_edge(number);
                }
            },
            ElementChange::Property {
                op,
                of,
                id,
                key,
                value,
            } => {
                let stored = match op {
                    Op::Add => Some(values::storable(value)?),
                    Op::Remove => None,
                };
                let numbers = match of {
                    Element::Node => &elements.node_numbers,
                    Element::Edge => &elements.edge_numbers,
                };
                let number = number(numbers, id)?;
                store_property(transaction, *of, number, key, stored)?;
                let properties = match of {
                    Element::Node => {
                        let node = elements.nodes.get_mut(&number);
                        node.map(|node| &mut Arc::make_mut(node).properties)
                    }
                    Element::Edge => {
                        let edge = elements.edges.get_mut(&number);
                        edge.map(|edge| &mut Arc::make_mut(edge).properties)
                    }
                };
                if let Some(properties) = properties {
                    match op {
                        Op::Add => properties.insert(key.clone(), value.clone()),
                        Op::Remove => properties.remove(key),
                    };
                }
            }
        }
    }
    Ok(())
}

fn number(numbers: &std::collections::HashMap<String, u64>, id: &str) -> Result<u64, Failure> {
    let found = numbers.get(id).copied();
    found.ok_or_else(|| Failure::bad_request(format!("The element {id} does not exist.")))
}

/// Sets a property, or removes it without a value.
fn store_property(
    transaction: &WriteTransaction,
    of: Element,
    number: u64,
    key: &str,
    value: Option<PropertyValue>,
) -> Result<(), Failure> {
    let (node, edge) = (NodeId(number), EdgeId(number));
    match (of, value) {
        (Element::Node, Some(value)) => {
            GraphStore::set_node_prop_in_txn(transaction, node, key, value).map(drop)
        }
        (Element::Node, None) => {
            GraphStore::remove_node_prop_in_txn(transaction, node, key).map(drop)
        }
        (Element::Edge, Some(value)) => {
            GraphStore::set_edge_prop_in_txn(transaction, edge, key, value).map(drop)
        }
        (Element::Edge, None) => {
            GraphStore::remove_edge_prop_in_txn(transaction, edge, key).map(drop)
        }
    }
    .map_err(internal)
}

/// The changes that go on with a new element, and the others. The store writes an element as a whole, so that a new one
/// is written once and not with each property.
fn of_new<'a>(
    changes: &'a [ElementChange],
    element: Element,
    id: &str,
) -> (&'a [ElementChange], &'a [ElementChange]) {
    let is_own = |change: &&ElementChange| match change {
        ElementChange::Label { op, node, .. } => {
            element == Element::Node && *op == Op::Add && node == id
        }
        ElementChange::Property {
            op, of, id: other, ..
        } => *of == element && *op == Op::Add && other == id,
        ElementChange::Edge { .. } => false,
    };
    changes.split_at(changes.iter().take_while(is_own).count())
}

fn added_properties(changes: &[ElementChange]) -> BTreeMap<String, Value> {
    let property = |change: &ElementChange| match change {
        ElementChange::Property { key, value, .. } => Some((key.clone(), value.clone())),
        _ => None,
    };
    changes.iter().filter_map(property).collect()
}

/// The properties as they are stored, and the id.
fn stored(
    id: &str,
    properties: &BTreeMap<String, Value>,
) -> Result<BTreeMap<String, PropertyValue>, Failure> {
    let mut stored = BTreeMap::from([(ID.to_owned(), PropertyValue::String(id.to_owned()))]);
    for (key, value) in properties {
        stored.insert(key.clone(), values::storable(value)?);
    }
    Ok(stored)
}

fn create_node(
    id: &str,
    label: &str,
    changes: &[ElementChange],
    elements: &mut Elements,
    transaction: &WriteTransaction,
) -> Result<(), Failure> {
    let mut labels = vec![label.to_owned()];
    for change in changes {
        if let ElementChange::Label { label, .. } = change
            && !labels.contains(label)
        {
            labels.push(label.clone());
        }
    }
    let node = Node {
        id: id.to_owned(),
        labels,
        properties: added_properties(changes),
    };
    let labels: Vec<&str> = [NODE]
        .into_iter()
        .chain(node.labels.iter().map(String::as_str))
        .collect();
    let stored = stored(id, &node.properties)?;
    let created = GraphStore::create_node_in_txn(transaction, &labels, stored);
    let number = created.map_err(internal)?.0;
    elements.nodes.insert(number, Arc::new(node));
    elements.node_numbers.insert(id.to_owned(), number);
    Ok(())
}

fn add_label(
    id: &str,
    label: &str,
    elements: &mut Elements,
    transaction: &WriteTransaction,
) -> Result<(), Failure> {
    let number = number(&elements.node_numbers, id)?;
    GraphStore::add_node_label_in_txn(transaction, NodeId(number), label).map_err(internal)?;
    if let Some(node) = elements.nodes.get_mut(&number)
        && !node.labels.iter().any(|it| it == label)
    {
        Arc::make_mut(node).labels.push(label.to_owned());
    }
    Ok(())
}

fn remove_label(
    id: &str,
    label: &str,
    elements: &mut Elements,
    transaction: &WriteTransaction,
) -> Result<(), Failure> {
    let number = number(&elements.node_numbers, id)?;
    let Some(node) = elements.nodes.get_mut(&number) else {
        return Ok(());
    };
    if node.labels.iter().any(|it| it != label) {
        GraphStore::remove_node_label_in_txn(transaction, NodeId(number), label)
            .map_err(internal)?;
        Arc::make_mut(node).labels.retain(|it| it != label);
        return Ok(());
    }
    GraphStore::delete_node_in_txn(transaction, NodeId(number), false).map_err(errors::graph)?;
    elements.remove_node(number);
    Ok(())
}

fn create_edge(
    edge: Edge,
    elements: &mut Elements,
    transaction: &WriteTransaction,
) -> Result<(), Failure> {
    if elements.edge_numbers.contains_key(&edge.id) {
        return Err(errors::duplicate(&edge.id));
    }
    let from = NodeId(number(&elements.node_numbers, &edge.from)?);
    let to = NodeId(number(&elements.node_numbers, &edge.to)?);
    let stored = stored(&edge.id, &edge.properties)?;
    let created = GraphStore::create_edge_in_txn(transaction, &edge.label, from, to, stored);
    let number = created.map_err(internal)?.0;
    elements.edge_numbers.insert(edge.id.clone(), number);
    elements.edges.insert(number, Arc::new(edge));
    Ok(())
}

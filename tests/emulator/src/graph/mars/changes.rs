//! What a query has changed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use marsdb_graph::{EdgeId, GraphStore, NodeId, PropertyValue, Txn, WriteTransaction};
use marsdb_storage::TableDefinition;
use marsdb_storage::tables::{EDGES, NODES};

use super::{Elements, ID, NODE, errors, values};
use crate::engine::internal;
use crate::failure::Failure;
use crate::graph::{DEFAULT_LABEL, Edge, Element, ElementChange, Node, Op, Value};
use crate::ids::Ids;

type Properties = BTreeMap<String, Value>;
type RecordTable = TableDefinition<'static, u64, &'static [u8]>;

/// Completes what a query has written: gives each new element an id and each new node the hidden label, and restores ids
/// that an assignment of all properties has removed. Returns the graph after the query, and how it differs from the
/// graph before, because the engine records no changes.
pub(super) fn finalize(
    before: &Elements,
    transaction: &WriteTransaction,
    ids: &mut Ids,
) -> Result<(Elements, Vec<ElementChange>), Failure> {
    let mut after = before.clone();
    let nodes = changed(transaction, NODES, &before.node_records)?;
    let edges = changed(transaction, EDGES, &before.edge_records)?;
    for number in nodes.removed {
        after.remove_node(number);
    }
    for number in edges.removed {
        after.remove_edge(number);
    }
    let in_transaction = Txn::Write(transaction);
    let mut nodes_now = Vec::new();
    for number in nodes.changed {
        let node = GraphStore::get_node_in_txn(in_transaction, NodeId(number));
        nodes_now.extend(node.map_err(internal)?);
    }
    let mut edges_now = Vec::new();
    for number in edges.changed {
        let edge = GraphStore::get_edge_in_txn(in_transaction, EdgeId(number));
        edges_now.extend(edge.map_err(internal)?);
    }
    // All ids first, because a property may contain the id of another element.
    let mut new_ids = HashMap::new();
    for node in &nodes_now {
        let id = complete_node(before, transaction, node, ids)?;
        let other = after.node_numbers.insert(id.clone(), node.id.0);
        if other.is_some_and(|other| other != node.id.0) {
            return Err(errors::duplicate(&id));
        }
        new_ids.insert(node.id.0, id);
    }
    for edge in &edges_now {
        let known = before.edges.get(&edge.id.0).map(|known| known.id.as_str());
        let (id, is_stored) = element_id(known, &edge.props, ids)?;
        if !is_stored {
            let value = PropertyValue::String(id.clone());
            GraphStore::set_edge_prop_in_txn(transaction, edge.id, ID, value).map_err(internal)?;
        }
        let other = after.edge_numbers.insert(id.clone(), edge.id.0);
        if other.is_some_and(|other| other != edge.id.0) {
            return Err(errors::duplicate(&id));
        }
        new_ids.insert(edge.id.0, id);
    }
    let id = |number: u64| new_ids.get(&number).or_else(|| before.id(number)).cloned();
    for node in nodes_now {
        let set = |key: &str, value| {
            GraphStore::set_node_prop_in_txn(transaction, node.id, key, value).map(drop)
        };
        let now = Node {
            id: id(node.id.0).unwrap_or_default(),
            labels: values::labels(node.labels),
            properties: properties(node.props, id, set)?,
        };
        let known = before.nodes.get(&node.id.0);
        after.nodes.insert(node.id.0, same_or_new(known, now));
        let record = record(transaction, NODES, node.id.0)?;
        after.node_records.insert(node.id.0, record);
    }
    for edge in edges_now {
        let set = |key: &str, value| {
            GraphStore::set_edge_prop_in_txn(transaction, edge.id, key, value).map(drop)
        };
        let now = Edge {
            id: id(edge.id.0).unwrap_or_default(),
            label: edge.label,
            from: id(edge.src.0).unwrap_or_default(),
            to: id(edge.dst.0).unwrap_or_default(),
            properties: properties(edge.props, id, set)?,
        };
        let known = before.edges.get(&edge.id.0);
        after.edges.insert(edge.id.0, same_or_new(known, now));
        let record = record(transaction, EDGES, edge.id.0)?;
        after.edge_records.insert(edge.id.0, record);
    }
    let changes = Difference::between(before, &after).changes();
    Ok((after, changes))
}

/// Makes a changed or new node complete, and returns its id.
fn complete_node(
    before: &Elements,
    transaction: &WriteTransaction,
    node: &marsdb_graph::Node,
    ids: &mut Ids,
) -> Result<String, Failure> {
    let known = before.nodes.get(&node.id.0).map(|known| known.id.as_str());
    let (id, is_stored) = element_id(known, &node.props, ids)?;
    if !is_stored {
        let value = PropertyValue::String(id.clone());
        GraphStore::set_node_prop_in_txn(transaction, node.id, ID, value).map_err(internal)?;
    }
    let has_labels = node.labels.iter().any(|label| label != NODE);
    if known.is_none() {
        GraphStore::add_node_label_in_txn(transaction, node.id, NODE).map_err(internal)?;
        if !has_labels {
            GraphStore::add_node_label_in_txn(transaction, node.id, DEFAULT_LABEL)
                .map_err(internal)?;
        }
    } else if !has_labels {
        return Err(errors::last_label());
    }
    Ok(id)
}

/// Internal ids.
#[derive(Default)]
struct Numbers {
    /// Elements that were changed or created.
    changed: Vec<u64>,
    removed: Vec<u64>,
}

/// The elements whose records in this table differ from those before. Only these have to be decoded.
fn changed(
    transaction: &WriteTransaction,
    table: RecordTable,
    before: &BTreeMap<u64, Arc<[u8]>>,
) -> Result<Numbers, Failure> {
    let table = Txn::Write(transaction)
        .open_table(table)
        .map_err(internal)?;
    let mut numbers = Numbers::default();
    let mut kept = HashSet::new();
    for entry in table.iter().map_err(internal)? {
        let (number, record) = entry.map_err(internal)?;
        let number = number.value();
        match before.get(&number) {
            Some(known) => {
                kept.insert(number);
                if **known != *record.value() {
                    numbers.changed.push(number);
                }
            }
            None => numbers.changed.push(number),
        }
    }
    let removed = before.keys().filter(|number| !kept.contains(*number));
    numbers.removed.extend(removed);
    Ok(numbers)
}

/// Reads the records of all elements, so that the next query need not decode those that it does not change.
pub(super) fn read_records(
    elements: &mut Elements,
    transaction: &WriteTransaction,
) -> Result<(), Failure> {
    let read = |table: RecordTable| {
        let table = Txn::Write(transaction)
            .open_table(table)
            .map_err(internal)?;
        let records = table.iter().map_err(internal)?.map(|entry| {
            let (number, record) = entry.map_err(internal)?;
            Ok((number.value(), Arc::from(record.value())))
        });
        records.collect::<Result<BTreeMap<u64, Arc<[u8]>>, Failure>>()
    };
    elements.node_records = read(NODES)?;
    elements.edge_records = read(EDGES)?;
    Ok(())
}

/// The record of an element.
fn record(
    transaction: &WriteTransaction,
    table: RecordTable,
    number: u64,
) -> Result<Arc<[u8]>, Failure> {
    let table = Txn::Write(transaction)
        .open_table(table)
        .map_err(internal)?;
    let record = table.get(number).map_err(internal)?;
    Ok(record.map_or_else(Arc::default, |record| record.value().into()))
}

/// The id of an element, and whether the engine has stored it.
fn element_id(
    known: Option<&str>,
    properties: &BTreeMap<String, PropertyValue>,
    ids: &mut Ids,
) -> Result<(String, bool), Failure> {
    match (known, properties.get(ID)) {
        (Some(known), Some(PropertyValue::String(stored))) => {
            Ok((known.to_owned(), known == stored))
        }
        (Some(known), _) => Ok((known.to_owned(), false)),
        (None, None) => Ok((ids.uuid(), false)),
        (None, Some(PropertyValue::String(id))) if !id.is_empty() => Ok((id.clone(), true)),
        // Neptune's text is not known.
        (None, Some(_)) => Err(Failure::bad_request(
            "The value of ~id must be a string that is not empty.",
        )),
    }
}

/// The properties of an element. Placeholders of ids in them are replaced, with `set` also in the store.
fn properties(
    properties: BTreeMap<String, PropertyValue>,
    id: impl Fn(u64) -> Option<String>,
    set: impl Fn(&str, PropertyValue) -> Result<(), marsdb_graph::GraphError>,
) -> Result<Properties, Failure> {
    let properties = properties.into_iter().filter(|(key, _)| key != ID);
    let properties = properties.map(|(key, value)| {
        let value = match values::property(value) {
            Value::String(text) if values::has_placeholders(&text) => {
                let text = values::replace_placeholders(&text, &id);
                set(&key, PropertyValue::String(text.clone())).map_err(internal)?;
                Value::String(text)
            }
            Value::List(_) => return Err(values::not_simple("List")),
            Value::Map(_) => return Err(values::not_simple("Map")),
            value => value,
        };
        Ok((key, value))
    });
    properties.collect()
}

/// Shares the known element if it is equal, so that [`Difference`] need not compare the two again.
fn same_or_new<T: PartialEq>(known: Option<&Arc<T>>, new: T) -> Arc<T> {
    match known {
        Some(known) if **known == new => Arc::clone(known),
        _ => Arc::new(new),
    }
}

/// The changes of a query by kind.
#[derive(Default)]
struct Difference {
    added_labels: Vec<ElementChange>,
    removed_edge_properties: Vec<ElementChange>,
    removed_edges: Vec<ElementChange>,
    removed_properties: Vec<ElementChange>,
    removed_labels: Vec<ElementChange>,
    added_properties: Vec<ElementChange>,
    added_edges: Vec<ElementChange>,
    added_edge_properties: Vec<ElementChange>,
}

impl Difference {
    /// Elements are the same if their ids are: one that was deleted and created again has changed.
    fn between(before: &Elements, after: &Elements) -> Self {
        let mut difference = Self::default();
        for node in before.nodes.values() {
            let now = after.node_numbers.get(&node.id);
            let now = now.and_then(|number| after.nodes.get(number));
            difference.node(Some(node), now);
        }
        for node in after.nodes.values() {
            if !before.node_numbers.contains_key(&node.id) {
                difference.node(None, Some(node));
            }
        }
        for edge in before.edges.values() {
            let now = after.edge_numbers.get(&edge.id);
            let now = now.and_then(|number| after.edges.get(number));
            difference.edge(Some(edge), now);
        }
        for edge in after.edges.values() {
            if !before.edge_numbers.contains_key(&edge.id) {
                difference.edge(None, Some(edge));
            }
        }
        difference
    }

    fn node(&mut self, before: Option<&Arc<Node>>, after: Option<&Arc<Node>>) {
        let Some(id) = before.or(after).map(|node| node.id.as_str()) else {
            return;
        };
        if let (Some(before), Some(after)) = (before, after)
            && Arc::ptr_eq(before, after)
        {
            return;
        }
        let label = |op, label: &String| ElementChange::Label {
            op,
            node: id.to_owned(),
            label: label.clone(),
        };
        let labels = |node: Option<&Arc<Node>>| node.map_or(Vec::new(), |node| node.labels.clone());
        let (old, new) = (labels(before), labels(after));
        let removed = old.iter().filter(|it| !new.contains(it));
        self.removed_labels
            .extend(removed.map(|it| label(Op::Remove, it)));
        let added = new.iter().filter(|it| !old.contains(it));
        self.added_labels.extend(added.map(|it| label(Op::Add, it)));
        let (removed, added) = property_changes(
            (Element::Node, id),
            before.map(|node| &node.properties),
            after.map(|node| &node.properties),
        );
        self.removed_properties.extend(removed);
        self.added_properties.extend(added);
    }

    fn edge(&mut self, before: Option<&Arc<Edge>>, after: Option<&Arc<Edge>>) {
        if let (Some(old), Some(new)) = (before, after) {
            if Arc::ptr_eq(old, new) {
                return;
            }
            if (&old.label, &old.from, &old.to) != (&new.label, &new.from, &new.to) {
                // Another edge with the same id.
                self.edge(before, None);
                self.edge(None, after);
                return;
            }
        }
        let Some(id) = before.or(after).map(|edge| edge.id.as_str()) else {
            return;
        };
        let change = |op, edge: &Edge| ElementChange::Edge {
            op,
            id: id.to_owned(),
            label: edge.label.clone(),
            from: edge.from.clone(),
            to: edge.to.clone(),
        };
        match (before, after) {
            (Some(edge), None) => self.removed_edges.push(change(Op::Remove, edge)),
            (None, Some(edge)) => self.added_edges.push(change(Op::Add, edge)),
            _ => {}
        }
        let (removed, added) = property_changes(
            (Element::Edge, id),
            before.map(|edge| &edge.properties),
            after.map(|edge| &edge.properties),
        );
        self.removed_edge_properties.extend(removed);
        self.added_edge_properties.extend(added);
    }

    /// The changes in an order that always leaves a graph: nodes are there before their edges and properties, and
    /// removed after them; a node that changes its labels never loses all of them.
    fn changes(self) -> Vec<ElementChange> {
        [
            self.added_labels,
            self.removed_edge_properties,
            self.removed_edges,
            self.removed_properties,
            self.removed_labels,
            self.added_properties,
            self.added_edges,
            self.added_edge_properties,
        ]
        .concat()
    }
}

/// The removed and the added properties. A property with another value is in both.
fn property_changes(
    (of, id): (Element, &str),
    before: Option<&Properties>,
    after: Option<&Properties>,
) -> (Vec<ElementChange>, Vec<ElementChange>) {
    let differing = |op, from: Option<&Properties>, to: Option<&Properties>| {
        let from = from.into_iter().flatten();
        from.filter(|(key, value)| to.and_then(|to| to.get(*key)) != Some(*value))
            .map(|(key, value)| ElementChange::property(op, of, id, key, value.clone()))
            .collect()
    };
    (
        differing(Op::Remove, before, after),
        differing(Op::Add, after, before),
    )
}

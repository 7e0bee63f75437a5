//! Loads nodes and edges: computes the changes of the graph.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::columns::{self, Header};
use super::csv::Records;
use super::report::{Report, Stopped};
use super::rows::{self, Field, Row};
use super::{Format, Settings};
use crate::graph::{DEFAULT_LABEL, Edge, Element, ElementChange, Graph, Node, Op, Value};
use crate::ids::Ids;

/// The graph before and during a load.
#[derive(Debug, Default)]
pub(super) struct Model {
    nodes: HashMap<String, Arc<Node>>,
    edges: HashMap<String, Arc<Edge>>,
    /// What the load changes, in order.
    pub(super) changes: Vec<ElementChange>,
    /// The values of sets after the first, which is the only one that is stored. They show duplicates.
    others: HashMap<String, Vec<(String, Value)>>,
    /// The edges that this load has added.
    added: BTreeSet<String>,
}

impl Model {
    pub(super) fn new(graph: Graph) -> Self {
        Self {
            nodes: by_id(graph.nodes, |node| &node.id),
            edges: by_id(graph.edges, |edge| &edge.id),
            ..Self::default()
        }
    }

    fn properties(&mut self, id: &str, element: Element) -> Option<&mut BTreeMap<String, Value>> {
        match element {
            Element::Node => {
                let node = self.nodes.get_mut(id)?;
                Some(&mut Arc::make_mut(node).properties)
            }
            Element::Edge => {
                let edge = self.edges.get_mut(id)?;
                Some(&mut Arc::make_mut(edge).properties)
            }
        }
    }
}

fn by_id<T>(elements: Vec<Arc<T>>, id: impl Fn(&T) -> &String) -> HashMap<String, Arc<T>> {
    let with_ids = elements.into_iter().map(|it| (id(&it).clone(), it));
    with_ids.collect()
}

/// The header of a file.
pub(super) fn header(text: &str, settings: &Settings) -> Result<Header, String> {
    let Some(cells) = Records::new(text).next() else {
        return Err("The file has no header".to_owned());
    };
    let cells = cells?;
    if settings.format == Format::Gremlin {
        columns::gremlin(&cells)
    } else {
        columns::open_cypher(&cells, settings.edge_ids)
    }
}

/// Loads files into a model of the graph.
#[derive(Debug)]
pub(super) struct GraphLoad<'a> {
    pub(super) model: &'a mut Model,
    pub(super) ids: &'a mut Ids,
    pub(super) settings: &'a Settings,
    pub(super) report: &'a mut Report,
}

impl GraphLoad<'_> {
    /// Loads a file.
    pub(super) fn file(&mut self, text: &str) -> Result<(), Stopped> {
        let header = match header(text, self.settings) {
            Ok(header) => header,
            Err(error) => return self.report.parsing_error(error, 0),
        };
        for (number, cells) in (1..).zip(Records::new(text).skip(1)) {
            let cells = match cells {
                Ok(cells) => cells,
                Err(error) => {
                    self.report.parsing_error(error, number)?;
                    continue;
                }
            };
            match rows::read(&header, &cells, self.settings.empty_strings) {
                Ok(row) if header.is_edges => self.edge(row)?,
                Ok(row) => self.node(row)?,
                Err(error) if error.is_mismatch => self.report.mismatch(error.message, number)?,
                Err(error) => self.report.parsing_error(error.message, number)?,
            }
        }
        Ok(())
    }

    fn is_gremlin(&self) -> bool {
        self.settings.format == Format::Gremlin
    }

    fn node(&mut self, row: Row<'_>) -> Result<(), Stopped> {
        let id = row.id.unwrap_or_default();
        let known = self.model.nodes.get(&id);
        let mut labels = row.labels;
        // Each node has a label.
        let has = |label: &str| known.is_some_and(|it| it.labels.iter().any(|it| it == label));
        if labels.is_empty() && (known.is_none() || has(DEFAULT_LABEL)) {
            labels.push(DEFAULT_LABEL.to_owned());
        }
        if known.is_some() && !self.is_gremlin() {
            // The guide counts a duplicate for the row, not for its values.
            self.report.duplicates += 1;
        }
        let node = self.model.nodes.entry(id.clone()).or_insert_with(|| {
            Arc::new(Node {
                id: id.clone(),
                labels: Vec::new(),
                properties: Default::default(),
            })
        });
        for label in labels {
            self.report.records += 1;
            if node.labels.contains(&label) {
                self.report.duplicates += u64::from(self.settings.format == Format::Gremlin);
                continue;
            }
            Arc::make_mut(node).labels.push(label.clone());
            self.model.changes.push(ElementChange::Label {
                op: Op::Add,
                node: id.clone(),
                label,
            });
        }
        self.properties(&id, row.values, Element::Node)
    }

    fn edge(&mut self, row: Row<'_>) -> Result<(), Stopped> {
        let (from, to) = (row.from, row.to);
        self.report.records += 1;
        let nodes = &self.model.nodes;
        if !nodes.contains_key(&from) || !nodes.contains_key(&to) {
            let message =
                format!("Either from vertex, '{from}', or to vertex, '{to}', is not present.");
            let code = "FROM_OR_TO_VERTEX_ARE_MISSING";
            return self.report.insert_error(code, message);
        }
        let id = row.id.unwrap_or_else(|| self.ids.uuid());
        let label = row.labels.into_iter().next();
        let label = label.unwrap_or_else(|| "edge".to_owned());
        match self.model.edges.get(&id) {
            Some(known)
                if self.is_gremlin()
                    && !(known.from == from && known.to == to && known.label == label) =>
            {
                let message = format!("The id '{id}' is assigned to more than one edge.");
                let code = "ID_ASSIGNED_TO_MULTIPLE_EDGES";
                return self.report.insert_error(code, message);
            }
            Some(_) => {
                self.report.duplicates += 1;
                // Of the relationships with the same id in a load, one is loaded.
                if !self.is_gremlin() && self.model.added.contains(&id) {
                    return Ok(());
                }
            }
            None => {
                self.model.added.insert(id.clone());
                self.model.changes.push(ElementChange::Edge {
                    op: Op::Add,
                    id: id.clone(),
                    label: label.clone(),
                    from: from.clone(),
                    to: to.clone(),
                });
                let edge = Edge {
                    id: id.clone(),
                    label,
                    from,
                    to,
                    properties: Default::default(),
                };
                self.model.edges.insert(id.clone(), Arc::new(edge));
            }
        }
        self.properties(&id, row.values, Element::Edge)
    }

    fn properties(
        &mut self,
        id: &str,
        fields: Vec<Field<'_>>,
        element: Element,
    ) -> Result<(), Stopped> {
        for field in fields {
            self.report.records += 1;
            let known = self.model.properties(id, element);
            let old = known.and_then(|known| known.get(field.key)).cloned();
            if !self.replaces(id, old.as_ref(), &field)? {
                continue;
            }
            let removed =
                old.map(|old| ElementChange::property(Op::Remove, element, id, field.key, old));
            self.model.changes.extend(removed);
            let value = field.value.clone();
            let added = ElementChange::property(Op::Add, element, id, field.key, value);
            self.model.changes.push(added);
            if let Some(known) = self.model.properties(id, element) {
                known.insert(field.key.to_owned(), field.value);
            }
        }
        Ok(())
    }

    /// Whether a value is stored, instead of the one that the property has.
    fn replaces(
        &mut self,
        id: &str,
        old: Option<&Value>,
        field: &Field<'_>,
    ) -> Result<bool, Stopped> {
        let Some(old) = old else {
            return Ok(true);
        };
        if !self.is_gremlin() {
            return Ok(false);
        }
        if *old == field.value {
            self.report.duplicates += 1;
            return Ok(false);
        }
        if field.is_single {
            if self.settings.update_single {
                return Ok(true);
            }
            let message = format!(
                "The property '{}' of '{id}' has single cardinality and another value.",
                field.key
            );
            let code = "SINGLE_CARDINALITY_VIOLATION";
            self.report.insert_error(code, message)?;
            return Ok(false);
        }
        let others = self.model.others.entry(id.to_owned()).or_default();
        let other = (field.key.to_owned(), field.value.clone());
        if others.contains(&other) {
            self.report.duplicates += 1;
        } else {
            others.push(other);
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests;

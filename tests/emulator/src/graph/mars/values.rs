//! Converts values of the engine.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use marsdb_graph::{PropertyValue, TzId};
use marsdb_query::{Literal, PathElem, Value as EngineValue, temporal};
use serde_json::{Map, Value as Json};

use super::{Elements, FIRST_EDGE, ID, NODE};
use crate::failure::Failure;
use crate::graph::cypher::ID_PLACEHOLDER;
use crate::graph::{DEFAULT_LABEL, Edge, Node, Value};

/// The parameters of a query.
pub(super) fn parameters(parameters: &Map<String, Json>) -> HashMap<String, PropertyValue> {
    let converted = parameters.iter();
    converted
        .map(|(name, value)| (name.clone(), json(value)))
        .collect()
}

fn json(value: &Json) -> PropertyValue {
    match value {
        Json::Null => PropertyValue::Null,
        Json::Bool(value) => PropertyValue::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => PropertyValue::Int(integer),
            None => PropertyValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => PropertyValue::String(text.clone()),
        Json::Array(items) => PropertyValue::List(items.iter().map(json).collect()),
        Json::Object(members) => {
            let members = members.iter();
            PropertyValue::Map(members.map(|(key, it)| (key.clone(), json(it))).collect())
        }
    }
}

/// A stored value.
pub(super) fn property(value: PropertyValue) -> Value {
    match value {
        PropertyValue::Null => Value::Null,
        PropertyValue::Bool(value) => Value::Bool(value),
        PropertyValue::Int(value) => Value::Int(value),
        PropertyValue::Float(value) => Value::Float(value),
        PropertyValue::String(text) => Value::String(text),
        PropertyValue::DateTime {
            epoch_seconds,
            nanos,
            ..
        } => {
            let millis = i64::from(nanos) / 1_000_000;
            Value::DateTime(epoch_seconds.saturating_mul(1000).saturating_add(millis))
        }
        PropertyValue::List(items) => Value::List(items.into_iter().map(property).collect()),
        PropertyValue::Map(members) => {
            let members = members.into_iter();
            Value::Map(members.map(|(key, it)| (key, property(it))).collect())
        }
        // Neptune has no other types for dates and times, so queries that create them are refused.
        PropertyValue::Date(days) => Value::String(temporal::format_date(days)),
        PropertyValue::LocalTime(nanos) => Value::String(temporal::format_local_time(nanos)),
        PropertyValue::Time {
            nanos_of_day,
            offset_seconds,
        } => Value::String(temporal::format_time(nanos_of_day, offset_seconds)),
        PropertyValue::LocalDateTime {
            epoch_seconds,
            nanos,
        } => Value::String(temporal::format_local_date_time(epoch_seconds, nanos)),
        PropertyValue::Duration {
            months,
            days,
            seconds,
            nanos,
        } => Value::String(temporal::format_duration(months, days, seconds, nanos)),
    }
}

/// The value that is stored for a property.
///
/// # Errors
///
/// Lists, maps and elements cannot be stored.
pub(super) fn storable(value: &Value) -> Result<PropertyValue, Failure> {
    Ok(match value {
        Value::Bool(value) => PropertyValue::Bool(*value),
        Value::Int(value) => PropertyValue::Int(*value),
        Value::Float(value) => PropertyValue::Float(*value),
        Value::String(text) => PropertyValue::String(text.clone()),
        Value::DateTime(millis) => PropertyValue::DateTime {
            epoch_seconds: millis.div_euclid(1000),
            nanos: i32::try_from(millis.rem_euclid(1000) * 1_000_000).unwrap_or_default(),
            zone: TzId::Offset(0),
        },
        Value::Null => return Err(not_simple("null")),
        Value::List(_) => return Err(not_simple("List")),
        Value::Map(_) => return Err(not_simple("Map")),
        Value::Node(_) | Value::Edge(_) | Value::Path(_) => return Err(not_simple("Element")),
    })
}

/// The error for a value that no property can have. Its text was seen on a cluster
/// ([report](https://github.com/guacsec/guac/issues/1128)); its code is assumed.
pub(super) fn not_simple(found: &str) -> Failure {
    Failure::bad_request(format!("Expected a simple literal but found {found}"))
}

/// Whether a text contains ids that were unknown while the query ran.
pub(super) fn has_placeholders(text: &str) -> bool {
    text.contains(ID_PLACEHOLDER)
}

/// Replaces [`ID_PLACEHOLDER`] and the number after it by the id.
pub(super) fn replace_placeholders(text: &str, id: impl Fn(u64) -> Option<String>) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut parts = text.split(ID_PLACEHOLDER);
    resolved.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let marked = part.split_once(';');
        let found = marked.and_then(|(number, rest)| Some((id(number.parse().ok()?)?, rest)));
        match found {
            Some((id, rest)) => {
                resolved.push_str(&id);
                resolved.push_str(rest);
            }
            None => {
                resolved.push(ID_PLACEHOLDER);
                resolved.push_str(part);
            }
        }
    }
    resolved
}

/// The labels of a node without the hidden one.
pub(super) fn labels(labels: Vec<String>) -> Vec<String> {
    let mut labels: Vec<String> = labels.into_iter().filter(|label| label != NODE).collect();
    if labels.is_empty() {
        labels.push(DEFAULT_LABEL.to_owned());
    }
    labels
}

impl Elements {
    /// The id of a node or an edge.
    pub(super) fn id(&self, number: u64) -> Option<&String> {
        if number < FIRST_EDGE {
            self.nodes.get(&number).map(|node| &node.id)
        } else {
            self.edges.get(&number).map(|edge| &edge.id)
        }
    }
}

/// Reads the results of a query.
pub(super) struct Reader<'a> {
    before: &'a Elements,
    after: &'a Elements,
    /// Whether maps lose the member [`ID`]: they may contain all properties of an element.
    hides_ids: bool,
}

impl<'a> Reader<'a> {
    /// `text` is the query, `before` and `after` are the elements before and after it.
    pub(super) fn new(text: &str, before: &'a Elements, after: &'a Elements) -> Self {
        Self {
            before,
            after,
            hides_ids: text.to_ascii_lowercase().contains("properties"),
        }
    }

    pub(super) fn rows(&self, rows: Vec<Vec<EngineValue>>) -> Vec<Vec<Value>> {
        let row = |row: Vec<EngineValue>| row.into_iter().map(|it| self.value(it)).collect();
        rows.into_iter().map(row).collect()
    }

    fn value(&self, value: EngineValue) -> Value {
        match value {
            EngineValue::Null => Value::Null,
            EngineValue::Literal(literal) => match literal {
                Literal::Int(value) => Value::Int(value),
                Literal::Float(value) => Value::Float(value),
                Literal::String(text) => Value::String(self.text(text)),
                Literal::Bool(value) => Value::Bool(value),
                Literal::Null | Literal::Param(_) => Value::Null,
            },
            EngineValue::Property(value) => self.property(value),
            EngineValue::List(items) => {
                Value::List(items.into_iter().map(|it| self.value(it)).collect())
            }
            EngineValue::Map(members) => {
                let members = members.into_iter();
                let members = members.filter(|(key, _)| !self.hides_ids || key != ID);
                Value::Map(members.map(|(key, it)| (key, self.value(it))).collect())
            }
            EngineValue::Path(elements) => {
                let element = |element| match element {
                    PathElem::Node(node) => self.node(node),
                    PathElem::Edge(edge) => self.edge(edge),
                };
                Value::Path(elements.into_iter().map(element).collect())
            }
            EngineValue::Node(node) => self.node(node),
            EngineValue::Edge(edge) => self.edge(edge),
        }
    }

    fn property(&self, value: PropertyValue) -> Value {
        match property(value) {
            Value::String(text) => Value::String(self.text(text)),
            other => other,
        }
    }

    fn text(&self, text: String) -> String {
        if has_placeholders(&text) {
            replace_placeholders(&text, |number| Some(self.id(number)))
        } else {
            text
        }
    }

    fn node(&self, node: marsdb_graph::Node) -> Value {
        Value::Node(Arc::new(Node {
            id: self.id(node.id.0),
            labels: labels(node.labels),
            properties: self.properties(node.props),
        }))
    }

    fn edge(&self, edge: marsdb_graph::Edge) -> Value {
        Value::Edge(Arc::new(Edge {
            id: self.id(edge.id.0),
            label: edge.label,
            from: self.id(edge.src.0),
            to: self.id(edge.dst.0),
            properties: self.properties(edge.props),
        }))
    }

    fn properties(&self, properties: BTreeMap<String, PropertyValue>) -> BTreeMap<String, Value> {
        let properties = properties.into_iter().filter(|(key, _)| key != ID);
        properties
            .map(|(key, value)| (key, self.property(value)))
            .collect()
    }

    /// The id of an element. Only one that the query both created and deleted has none.
    fn id(&self, number: u64) -> String {
        let found = self.after.id(number).or_else(|| self.before.id(number));
        found.cloned().unwrap_or_default()
    }
}

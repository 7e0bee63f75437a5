//! Values of any kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

use crate::opencypher::{Node, Path, Properties, Relationship};

/// A value of any kind, with nodes, relationships and paths distinguished from other maps and lists.
///
/// On the wire a path is a list of alternating nodes and relationships, without a mark. Such a list is read as
/// a path if it has at least one step and each relationship joins its neighbours. A list that a query builds
/// from the same parts is therefore read as a path too, and a path without a step as a list of one node. Read a
/// column as [`Path`] if you know that it holds paths.
///
/// Dates and times are strings, as on the wire.
///
/// ```
/// use neptunedata::opencypher::Value;
/// use neptunedata::serde_json::{self, json};
///
/// let value: Value = serde_json::from_value(json!([
///     null, 7, {"~id": "1", "~entityType": "node", "~labels": ["person"], "~properties": {}},
/// ]))?;
/// let Value::List(items) = value else { panic!() };
/// assert_eq!(items[0], Value::Null);
/// assert_eq!(items[1].as_i64(), Some(7));
/// assert_eq!(items[2].as_node().unwrap().labels, ["person"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Null.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// An integer of up to 64 bits, or a float. Larger integers are rounded to floats; the [raw
    /// JSON](crate::types::RawJson) keeps their digits.
    Number(Number),
    /// Text.
    String(String),
    /// A list other than a path.
    List(Vec<Value>),
    /// A map other than a node or relationship.
    Map(BTreeMap<String, Value>),
    /// A node.
    Node(Node),
    /// A relationship.
    Relationship(Relationship),
    /// A path of at least one step.
    Path(Path),
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $method:ident: $variant:ident($value:ident) -> $type:ty = $part:expr;)*) => {
        impl Value {
            $(
                $(#[$doc])*
                pub fn $method(&self) -> Option<$type> {
                    match self {
                        Value::$variant($value) => $part,
                        _ => None,
                    }
                }
            )*
        }
    };
}

accessors! {
    /// The boolean, if the value is one.
    as_bool: Bool(value) -> bool = Some(*value);
    /// The integer, if the value is one and fits in 64 bits.
    as_i64: Number(value) -> i64 = value.as_i64();
    /// The number as a float, if the value is one.
    as_f64: Number(value) -> f64 = value.as_f64();
    /// The string, if the value is one.
    as_str: String(value) -> &str = Some(value);
    /// The list, if the value is one and not a path.
    as_list: List(value) -> &[Value] = Some(value);
    /// The map, if the value is one and neither a node nor a relationship.
    as_map: Map(value) -> &BTreeMap<String, Value> = Some(value);
    /// The node, if the value is one.
    as_node: Node(value) -> &Node = Some(value);
    /// The relationship, if the value is one.
    as_relationship: Relationship(value) -> &Relationship = Some(value);
    /// The path, if the value is one.
    as_path: Path(value) -> &Path = Some(value);
}

impl Value {
    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        *self == Value::Null
    }

    fn into_text(self) -> Option<String> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(value) => Value::Number(value),
            serde_json::Value::String(value) => Value::String(value),
            serde_json::Value::Array(items) => from_list(items.into_iter().map(Value::from)),
            serde_json::Value::Object(members) => from_map(
                members
                    .into_iter()
                    .map(|(name, value)| (name, value.into())),
            ),
        }
    }
}

/// A node or relationship, if the map has all of its members; otherwise the map.
fn from_map(members: impl Iterator<Item = (String, Value)>) -> Value {
    let mut map: BTreeMap<_, _> = members.collect();
    let is_text = |name: &&str| matches!(map.get(*name), Some(Value::String(_)));
    let is_map = |name| matches!(map.get(name), Some(Value::Map(_)));
    match map.get("~entityType").and_then(Value::as_str) {
        Some("node")
            if is_text(&"~id")
                && is_map("~properties")
                && map.get("~labels").is_some_and(is_texts) =>
        {
            let labels = match map.remove("~labels") {
                Some(Value::List(labels)) => labels,
                _ => Vec::new(),
            };
            Value::Node(Node::new(
                text(&mut map, "~id"),
                labels.into_iter().filter_map(Value::into_text),
                properties(&mut map),
            ))
        }
        Some("relationship")
            if ["~id", "~start", "~end", "~type"].iter().all(is_text) && is_map("~properties") =>
        {
            let ends = (text(&mut map, "~start"), text(&mut map, "~end"));
            Value::Relationship(Relationship::new(
                text(&mut map, "~id"),
                text(&mut map, "~type"),
                ends,
                properties(&mut map),
            ))
        }
        _ => Value::Map(map),
    }
}

fn is_texts(value: &Value) -> bool {
    value
        .as_list()
        .is_some_and(|items| items.iter().all(|item| item.as_str().is_some()))
}

fn text(map: &mut BTreeMap<String, Value>, name: &str) -> String {
    map.remove(name)
        .and_then(Value::into_text)
        .unwrap_or_default()
}

fn properties(map: &mut BTreeMap<String, Value>) -> Properties {
    match map.remove("~properties") {
        Some(Value::Map(properties)) => properties,
        _ => Properties::new(),
    }
}

/// A path, if the list has the form of one; otherwise the list.
fn from_list(items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<_> = items.collect();
    if !is_path(&items) {
        return Value::List(items);
    }
    let mut items = items.into_iter();
    let mut start = Node::default();
    let mut steps = Vec::new();
    if let Some(Value::Node(node)) = items.next() {
        start = node;
    }
    while let (Some(Value::Relationship(relationship)), Some(Value::Node(node))) =
        (items.next(), items.next())
    {
        steps.push((relationship, node));
    }
    Value::Path(Path::new(start, steps))
}

/// Whether there is at least one step, and each relationship joins its neighbours in either direction.
fn is_path(items: &[Value]) -> bool {
    let Some((Value::Node(start), steps)) = items.split_first() else {
        return false;
    };
    let (steps, rest) = steps.as_chunks::<2>();
    let mut at = start;
    for step in steps {
        let [Value::Relationship(relationship), Value::Node(node)] = step else {
            return false;
        };
        let ends = (&relationship.start, &relationship.end);
        if ends != (&at.id, &node.id) && ends != (&node.id, &at.id) {
            return false;
        }
        at = node;
    }
    !steps.is_empty() && rest.is_empty()
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(deserializer).map(Value::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(id: &str) -> serde_json::Value {
        json!({"~id": id, "~entityType": "node", "~labels": ["l"], "~properties": {"p": [id]}})
    }

    fn relationship(id: &str, start: &str, end: &str) -> serde_json::Value {
        json!({"~id": id, "~entityType": "relationship", "~start": start, "~end": end, "~type": "t",
            "~properties": {}})
    }

    #[test]
    fn kinds_are_distinguished_and_survive_a_round_trip() {
        let (a, b, ab) = (node("a"), node("b"), relationship("ab", "a", "b"));
        let path = json!([a, ab, b, ab, a]);
        for (json, is) in [
            (json!(null), "Null"),
            (json!(false), "Bool"),
            (json!(1), "Number"),
            (json!(1.5), "Number"),
            (json!(u64::MAX), "Number"),
            (json!("x"), "String"),
            (json!([1, [null], {}]), "List"),
            (json!({"a": [1], "b": {}}), "Map"),
            (a.clone(), "Node"),
            (ab.clone(), "Relationship"),
            (path.clone(), "Path"),
            // Not paths.
            (json!([]), "List"),
            (json!([a]), "List"),
            (json!([a, b]), "List"),
            (json!([a, ab]), "List"),
            (json!([ab]), "List"),
            (json!([ab, a, ab]), "List"),
            (json!([a, ab, b, ab]), "List"),
            (json!([a, ab, b, b, ab]), "List"),
            (json!([a, ab, node("c")]), "List"),
            (json!([a, relationship("cd", "c", "d"), b]), "List"),
            (json!([a, ab, b, ab, b]), "List"),
            // Not nodes or relationships.
            (json!({"~id": "a", "~entityType": "node"}), "Map"),
            (json!({"~entityType": "something"}), "Map"),
            (json!({"~entityType": 1}), "Map"),
        ] {
            let value: Value = serde_json::from_value(json.clone()).unwrap();
            assert!(format!("{value:?}").starts_with(is), "{json}: {value:?}");
            assert_eq!(serde_json::to_value(&value).unwrap(), json);
        }
        let mut wrong = node("a");
        wrong["~labels"] = json!(["l", 1]);
        assert!(matches!(Value::from(wrong), Value::Map(map) if map.len() == 4));
        let nested = Value::from(json!({"rows": [{"n": a, "p": path}]}));
        let rows = nested.as_map().unwrap()["rows"].as_list().unwrap();
        let row = rows[0].as_map().unwrap();
        assert_eq!(
            row["n"].as_node().unwrap().properties["p"]
                .as_list()
                .unwrap()
                .len(),
            1
        );
        let ids: Vec<_> = row["p"]
            .as_path()
            .unwrap()
            .nodes()
            .map(|node| &node.id)
            .collect();
        assert_eq!(ids, ["a", "b", "a"]);
    }

    #[test]
    fn types_reject_other_values() {
        let (a, b, ab) = (node("a"), node("b"), relationship("ab", "a", "b"));
        let read = |json: &serde_json::Value| {
            (
                serde_json::from_value::<Node>(json.clone()).is_ok(),
                serde_json::from_value::<Relationship>(json.clone()).is_ok(),
                serde_json::from_value::<Path>(json.clone()).is_ok(),
            )
        };
        assert_eq!(read(&a), (true, false, false));
        assert_eq!(read(&ab), (false, true, false));
        assert_eq!(read(&json!([a])), (false, false, true));
        assert_eq!(read(&json!([b, ab, a])), (false, false, true));
        for json in [
            json!([]),
            json!([a, ab]),
            json!([ab]),
            json!([a, b]),
            json!([a, ab, ab]),
        ] {
            assert_eq!(read(&json), (false, false, false), "{json}");
        }
        let error = serde_json::from_value::<Path>(json!([a, ab])).unwrap_err();
        assert!(error.to_string().contains("invalid length 2"), "{error}");
    }
}

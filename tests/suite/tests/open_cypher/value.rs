//! Values as the TCK writes them, and whether a value of a response is one of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::statements::are_same;

/// The label that Neptune gives to nodes without one.
pub(crate) const DEFAULT_LABEL: &str = "vertex";

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
    Node(Vec<String>, BTreeMap<String, Value>),
    Relationship(String, BTreeMap<String, Value>),
    Path(Box<Value>, Vec<Hop>),
}

/// A relationship of a path and the node after it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hop {
    relationship: Value,
    /// Whether the relationship ends at the node after it.
    forward: bool,
    node: Value,
}

impl Value {
    /// # Panics
    ///
    /// If the text is not a value.
    pub(crate) fn parse(text: &str) -> Value {
        let mut reader = Reader(text);
        let value = reader.value();
        assert!(reader.0.trim().is_empty(), "{text}: {} is left", reader.0);
        value
    }

    /// The value as a parameter.
    ///
    /// # Panics
    ///
    /// If JSON has no such value.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Integer(value) => Json::from(*value),
            Value::Float(value) => Json::from(*value),
            Value::String(value) => Json::from(value.as_str()),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Map(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| (key.clone(), value.to_json()));
                Json::Object(entries.collect())
            }
            _ => panic!("no parameter: {self:?}"),
        }
    }

    /// Whether the value of a response is this value. `ordered` is whether the order of lists counts.
    pub(crate) fn is(&self, actual: &Json, ordered: bool) -> bool {
        match (self, actual) {
            (Value::Null, Json::Null) => true,
            (Value::Bool(expected), Json::Bool(actual)) => expected == actual,
            (Value::Integer(expected), Json::Number(actual)) => actual.as_i64() == Some(*expected),
            // JSON has no such number; the emulator writes its name.
            (Value::Float(expected), Json::String(actual)) => expected.is_nan() && actual == "NaN",
            (Value::Float(expected), Json::Number(actual)) => {
                // The reader of JSON may be wrong in the last bit.
                let is_near =
                    |actual: f64| (actual - expected).abs() <= expected.abs() * f64::EPSILON;
                actual.is_f64() && actual.as_f64().is_some_and(is_near)
            }
            (Value::String(expected), Json::String(actual)) => expected == actual,
            (Value::List(expected), Json::Array(actual)) if ordered => {
                expected.len() == actual.len()
                    && expected
                        .iter()
                        .zip(actual)
                        .all(|(expected, actual)| expected.is(actual, ordered))
            }
            (Value::List(expected), Json::Array(actual)) => {
                are_same(expected, actual, |expected, actual| {
                    expected.is(actual, ordered)
                })
            }
            (Value::Map(expected), Json::Object(actual)) => are_entries(expected, actual, ordered),
            (Value::Node(labels, expected), Json::Object(actual)) => {
                let properties = element(actual, "node", expected, ordered);
                let actual = actual.get("~labels").and_then(Json::as_array);
                let is = |labels: &[&str]| {
                    actual.is_some_and(|actual| are_same(labels, actual, |a, b| b == a))
                };
                let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                properties
                    && is(if labels.is_empty() {
                        &[DEFAULT_LABEL]
                    } else {
                        &labels
                    })
            }
            (Value::Relationship(label, expected), Json::Object(actual)) => {
                actual.get("~type").is_some_and(|actual| actual == label)
                    && element(actual, "relationship", expected, ordered)
            }
            (Value::Path(start, hops), Json::Array(actual)) => {
                let [first, rest @ ..] = actual.as_slice() else {
                    return false;
                };
                let mut before = first;
                start.is(first, ordered)
                    && rest.len() == 2 * hops.len()
                    && hops.iter().zip(rest.chunks(2)).all(|(hop, actual)| {
                        let (edge, node) = (&actual[0], &actual[1]);
                        let (from, to) = if hop.forward {
                            (before, node)
                        } else {
                            (node, before)
                        };
                        before = node;
                        edge["~start"] == from["~id"]
                            && edge["~end"] == to["~id"]
                            && hop.relationship.is(edge, ordered)
                            && hop.node.is(node, ordered)
                    })
            }
            _ => false,
        }
    }
}

fn element(
    actual: &Map<String, Json>,
    kind: &str,
    properties: &BTreeMap<String, Value>,
    ordered: bool,
) -> bool {
    actual
        .get("~entityType")
        .is_some_and(|actual| actual == kind)
        && actual
            .get("~properties")
            .and_then(Json::as_object)
            .is_some_and(|actual| are_entries(properties, actual, ordered))
}

fn are_entries(
    expected: &BTreeMap<String, Value>,
    actual: &Map<String, Json>,
    ordered: bool,
) -> bool {
    expected.len() == actual.len()
        && expected.iter().all(|(key, value)| {
            actual
                .get(key)
                .is_some_and(|actual| value.is(actual, ordered))
        })
}

/// What is left of the text.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// Whether this comes next, which is then read.
    fn skip(&mut self, token: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) {
        assert!(self.skip(token), "no {token} before {}", self.0);
    }

    /// The text up to a character that is not part of a name, a number or a keyword.
    fn word(&mut self) -> &'a str {
        let text = self.0.trim_start();
        let is_end = |char: char| !(char.is_alphanumeric() || "_.+-".contains(char));
        let (word, rest) = text.split_at(text.find(is_end).unwrap_or(text.len()));
        self.0 = rest;
        word
    }

    fn value(&mut self) -> Value {
        if self.skip("'") {
            return Value::String(self.string());
        }
        if self.skip("[") {
            if self.skip(":") {
                return self.relationship();
            }
            let mut items = Vec::new();
            while !self.skip("]") {
                items.push(self.value());
                self.skip(",");
            }
            return Value::List(items);
        }
        if self.skip("(") {
            return self.node();
        }
        if self.skip("<") {
            return self.path();
        }
        if self.0.trim_start().starts_with('{') {
            return Value::Map(self.map());
        }
        match self.word() {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => {
                let integer = number.parse().map(Value::Integer);
                integer.unwrap_or_else(|_| Value::Float(number.parse().expect(number)))
            }
        }
    }

    /// A text after its quote.
    fn string(&mut self) -> String {
        let mut text = String::new();
        let mut chars = self.0.chars();
        loop {
            match chars.next().expect("a quote at the end") {
                '\'' => break,
                '\\' => text.push(match chars.next().expect("an escape") {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                }),
                other => text.push(other),
            }
        }
        self.0 = chars.as_str();
        text
    }

    /// A map, or nothing, which is an empty map.
    fn map(&mut self) -> BTreeMap<String, Value> {
        let mut entries = BTreeMap::new();
        if self.skip("{") {
            while !self.skip("}") {
                let key = self.word().to_owned();
                self.expect(":");
                entries.insert(key, self.value());
                self.skip(",");
            }
        }
        entries
    }

    /// A relationship after its colon.
    fn relationship(&mut self) -> Value {
        let label = self.word().to_owned();
        let properties = self.map();
        self.expect("]");
        Value::Relationship(label, properties)
    }

    /// A node after its parenthesis.
    fn node(&mut self) -> Value {
        let mut labels = Vec::new();
        while self.skip(":") {
            labels.push(self.word().to_owned());
        }
        let properties = self.map();
        self.expect(")");
        Value::Node(labels, properties)
    }

    /// A path after its bracket.
    fn path(&mut self) -> Value {
        self.expect("(");
        let start = self.node();
        let mut hops = Vec::new();
        while !self.skip(">") {
            let forward = !self.skip("<");
            self.expect("-");
            self.expect("[");
            self.expect(":");
            let relationship = self.relationship();
            self.expect(if forward { "->" } else { "-" });
            self.expect("(");
            hops.push(Hop {
                relationship,
                forward,
                node: self.node(),
            });
        }
        Value::Path(Box::new(start), hops)
    }
}

#[test]
fn values_of_responses_are_compared() {
    let is = |text: &str, json: Json| Value::parse(text).is(&json, true);
    assert!(is("1", 1.into()) && !is("1", 1.0.into()) && !is("1.0", 1.into()));
    assert!(is(r"'it\'s'", "it's".into()) && !is("null", "".into()));
    let list = serde_json::json!([1, [-2.5, null], { "a": true }]);
    assert!(is("[1, [-2.5, null], {a: true}]", list.clone()));
    assert!(!is("[1, {a: true}, [-2.5, null]]", list.clone()));
    assert!(Value::parse("[{a: true}, [null, -2.5], 1]").is(&list, false));
    let node = |id: u8| {
        serde_json::json!({ "~id": id.to_string(), "~entityType": "node", "~labels": ["B", "A"],
            "~properties": { "x": 1 } })
    };
    assert!(is("(:A:B {x: 1})", node(1)) && !is("(:A {x: 1})", node(1)) && !is("(:A:B)", node(1)));
    let edge = serde_json::json!({ "~id": "e", "~entityType": "relationship", "~start": "2", "~end": "1",
        "~type": "T", "~properties": {} });
    assert!(is("[:T]", edge.clone()) && !is("[:S]", edge.clone()));
    let path = Json::from(vec![node(1), edge, node(2)]);
    assert!(is("<(:A:B {x: 1})<-[:T]-(:A:B {x: 1})>", path.clone()));
    assert!(!is("<(:A:B {x: 1})-[:T]->(:A:B {x: 1})>", path.clone()));
    assert!(!is("<(:A:B {x: 1})>", path));
    let unlabelled = serde_json::json!({ "~id": "3", "~entityType": "node", "~labels": ["vertex"],
        "~properties": {} });
    assert!(is("()", unlabelled.clone()) && !is("(:A)", unlabelled) && !is("()", node(1)));
    assert!(is("NaN", "NaN".into()) && !is("1.0", "NaN".into()) && !is("NaN", 1.0.into()));
}

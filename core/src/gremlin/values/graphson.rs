//! Reads GraphSON from text that is known to be valid JSON. Numbers are taken from the text itself, because
//! serde_json rounds numbers of more than 64 bits.

use std::{borrow::Cow, str::FromStr};

use super::value::{Edge, GremlinValue, Path, Property, Vertex, VertexProperty};
use crate::{
    types::RawJson,
    wire::json_text::{self, Cursor},
};

/// The maximum nesting depth of the JSON. A typed list takes two levels: its object and its array.
const MAX_DEPTH: usize = 256;

/// The reason why GraphSON cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphSonError {
    /// The text is not valid JSON.
    #[error("{0}")]
    Syntax(String),
    /// The value nests deeper than 256 levels.
    #[error("the value nests deeper than 256 levels")]
    TooDeep,
    /// A string has an unpaired surrogate, which a Rust string cannot hold.
    #[error("a string has an unpaired surrogate")]
    Surrogate,
}

/// Reads one value.
pub(super) fn read(text: &str) -> Result<GremlinValue, GraphSonError> {
    Ok(value(Node::read(&mut Cursor::new(text), 0)?))
}

/// A JSON value with its text.
struct Node<'a> {
    text: &'a str,
    kind: Kind<'a>,
}

enum Kind<'a> {
    /// null, true, false or a number.
    Scalar,
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    fn read(cursor: &mut Cursor<'a>, depth: usize) -> Result<Self, GraphSonError> {
        if depth >= MAX_DEPTH {
            return Err(GraphSonError::TooDeep);
        }
        let deeper = depth.saturating_add(1);
        let start = cursor.begin();
        let kind = if cursor.enter(b'[') {
            let mut nodes = Vec::new();
            while !cursor.leave(b']') {
                nodes.push(Node::read(cursor, deeper)?);
            }
            Kind::List(nodes)
        } else if cursor.enter(b'{') {
            let mut members = Vec::new();
            while !cursor.leave(b'}') {
                let key = cursor.value().ok_or_else(invalid_json)?;
                let key = json_text::unquoted(key).ok_or(GraphSonError::Surrogate)?;
                members.push((key, Node::read(cursor, deeper)?));
            }
            Kind::Object(members)
        } else {
            match cursor.value().ok_or_else(invalid_json)? {
                text if text.starts_with('"') => {
                    Kind::Text(json_text::unquoted(text).ok_or(GraphSonError::Surrogate)?)
                }
                _ => Kind::Scalar,
            }
        };
        let text = cursor.since(start);
        Ok(Node { text, kind })
    }

    fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// The text of a number, which GraphSON may write as a JSON string.
    fn digits(&self) -> Option<&str> {
        let text = match &self.kind {
            Kind::Scalar => self.text,
            Kind::Text(text) => text,
            _ => return None,
        };
        let is_number = text.contains(|c: char| c.is_ascii_digit())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        is_number.then_some(text)
    }

    fn parsed<T: FromStr>(&self) -> Option<T> {
        self.digits()?.parse().ok()
    }

    /// A float that JSON cannot write as a number.
    fn special(&self) -> Option<f32> {
        match &self.kind {
            Kind::Text(text) if text == "NaN" => Some(f32::NAN),
            Kind::Text(text) if text == "Infinity" => Some(f32::INFINITY),
            Kind::Text(text) if text == "-Infinity" => Some(f32::NEG_INFINITY),
            _ => None,
        }
    }

    fn float(&self) -> Option<f32> {
        self.special()
            .or_else(|| self.parsed().filter(|float: &f32| float.is_finite()))
    }

    fn double(&self) -> Option<f64> {
        let special = self.special().map(f64::from);
        special.or_else(|| self.parsed().filter(|double: &f64| double.is_finite()))
    }

    fn string(self) -> Option<String> {
        match self.kind {
            Kind::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    fn list(self) -> Option<Vec<Node<'a>>> {
        match self.kind {
            Kind::List(nodes) => Some(nodes),
            _ => None,
        }
    }

    fn object(self) -> Option<Members<'a>> {
        match self.kind {
            Kind::Object(members) => Some(Members(members)),
            _ => None,
        }
    }

    /// The value inside a typed node, or the node itself.
    fn inner(self) -> Self {
        match typed(self) {
            Ok((_, inner)) => inner,
            Err(node) => node,
        }
    }
}

fn invalid_json() -> GraphSonError {
    GraphSonError::Syntax("the value is not valid JSON".to_owned())
}

/// Splits a typed node into type and value. An object with any other members is not typed.
fn typed(node: Node<'_>) -> Result<(Cow<'_, str>, Node<'_>), Node<'_>> {
    let is_typed = match &node.kind {
        Kind::Object(members) => {
            let is_text = |node: &Node<'_>| matches!(node.kind, Kind::Text(_));
            let has = |wanted: &str| members.iter().find(|(name, _)| name == wanted);
            members.len() == 2
                && has("@type").is_some_and(|(_, name)| is_text(name))
                && has("@value").is_some()
        }
        _ => false,
    };
    if !is_typed {
        return Err(node);
    }
    let text = node.text;
    let (mut name, mut value) = (None, None);
    for (key, node) in node.object().map(|members| members.0).unwrap_or_default() {
        match node.kind {
            Kind::Text(text) if key == "@type" => name = Some(text),
            _ => value = Some(node),
        }
    }
    match (name, value) {
        (Some(name), Some(value)) => Ok((name, value)),
        // Not reached: `is_typed` has found both members.
        _ => Err(Node {
            text,
            kind: Kind::Scalar,
        }),
    }
}

fn value(node: Node<'_>) -> GremlinValue {
    match typed(node) {
        Ok((name, inner)) => {
            let text = inner.text;
            typed_value(&name, inner).unwrap_or_else(|| GremlinValue::Other {
                type_name: name.into_owned(),
                value: RawJson::known(text),
            })
        }
        Err(node) => untyped(node),
    }
}

fn untyped(node: Node<'_>) -> GremlinValue {
    match node.kind {
        Kind::Text(text) => GremlinValue::Text(text.into_owned()),
        Kind::List(nodes) => GremlinValue::List(values(nodes)),
        Kind::Object(members) => {
            let entries = members.into_iter();
            let entries =
                entries.map(|(key, node)| (GremlinValue::Text(key.into_owned()), value(node)));
            GremlinValue::Map(entries.collect())
        }
        Kind::Scalar => match node.text {
            "null" => GremlinValue::Null,
            "true" => GremlinValue::Bool(true),
            "false" => GremlinValue::Bool(false),
            digits => GremlinValue::Number(digits.to_owned()),
        },
    }
}

fn values(nodes: Vec<Node<'_>>) -> Vec<GremlinValue> {
    nodes.into_iter().map(value).collect()
}

/// A value of this type; `None` if the type is unknown or the value does not match it.
fn typed_value(name: &str, node: Node<'_>) -> Option<GremlinValue> {
    Some(match name {
        "gx:Byte" => GremlinValue::Byte(node.parsed()?),
        "gx:Int16" => GremlinValue::Int16(node.parsed()?),
        "g:Int32" => GremlinValue::Int32(node.parsed()?),
        "g:Int64" => GremlinValue::Int64(node.parsed()?),
        "g:Float" => GremlinValue::Float(node.float()?),
        "g:Double" => GremlinValue::Double(node.double()?),
        "gx:BigInteger" => GremlinValue::BigInteger(node.digits()?.to_owned()),
        "gx:BigDecimal" => GremlinValue::BigDecimal(node.digits()?.to_owned()),
        "g:UUID" => GremlinValue::Uuid(node.string()?),
        "g:Date" => GremlinValue::Date(node.parsed()?),
        "g:Timestamp" => GremlinValue::Timestamp(node.parsed()?),
        "g:T" => GremlinValue::T(node.string()?),
        "g:Direction" => GremlinValue::Direction(node.string()?),
        "g:List" => GremlinValue::List(values(node.list()?)),
        "g:Set" => GremlinValue::Set(values(node.list()?)),
        "g:Map" => GremlinValue::Map(pairs(node)?),
        "g:BulkSet" => {
            let counted = pairs(node)?.into_iter();
            let counted = counted.map(|(value, count)| Some((value, count.as_i64()?)));
            GremlinValue::BulkSet(counted.collect::<Option<_>>()?)
        }
        "g:Vertex" => GremlinValue::Vertex(Box::new(vertex(node.object()?)?)),
        "g:Edge" => GremlinValue::Edge(Box::new(edge(node.object()?)?)),
        "g:VertexProperty" => {
            GremlinValue::VertexProperty(Box::new(vertex_property(node.object()?)?))
        }
        "g:Property" => GremlinValue::Property(Box::new(property(node.object()?)?)),
        "g:Path" => GremlinValue::Path(path(node.object()?)?),
        "g:Tree" => GremlinValue::TypedMap {
            type_name: name.to_owned(),
            entries: tree(node)?,
        },
        // All other types are written as a text or a map.
        _ => match value(node) {
            GremlinValue::Text(text) => GremlinValue::TypedText {
                type_name: name.to_owned(),
                text,
            },
            GremlinValue::Map(entries) => GremlinValue::TypedMap {
                type_name: name.to_owned(),
                entries,
            },
            _ => return None,
        },
    })
}

/// The branches of a tree: objects with a key and the tree below it.
fn tree(node: Node<'_>) -> Option<Vec<(GremlinValue, GremlinValue)>> {
    let branches = node.list()?.into_iter();
    branches
        .map(|branch| {
            let mut members = branch.inner().object()?;
            Some((members.value("key"), members.value("value")))
        })
        .collect()
}

/// Entries of a map: either alternating keys and values in one list, or an object.
fn pairs(node: Node<'_>) -> Option<Vec<(GremlinValue, GremlinValue)>> {
    if matches!(node.kind, Kind::Object(_)) {
        return match untyped(node) {
            GremlinValue::Map(entries) => Some(entries),
            _ => None,
        };
    }
    let mut nodes = node.list()?.into_iter();
    let mut entries = Vec::new();
    while let Some(key) = nodes.next() {
        entries.push((value(key), value(nodes.next()?)));
    }
    Some(entries)
}

/// The members of a graph element.
struct Members<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

impl<'a> Members<'a> {
    fn take(&mut self, name: &str) -> Option<Node<'a>> {
        let index = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(index).1).filter(|node| !node.is_null())
    }

    fn value(&mut self, name: &str) -> GremlinValue {
        self.take(name).map_or(GremlinValue::Null, value)
    }

    fn string(&mut self, name: &str) -> Option<String> {
        self.take(name)?.string()
    }

    /// Properties by name; `None` if they do not have the expected form.
    fn properties<T>(&mut self, read: fn(Node<'a>) -> Option<T>) -> Option<Vec<(String, T)>> {
        let Some(node) = self.take("properties") else {
            return Some(Vec::new());
        };
        let members = node.inner().object()?.0.into_iter();
        members
            .map(|(name, node)| Some((name.into_owned(), read(node)?)))
            .collect()
    }
}

fn vertex(mut members: Members<'_>) -> Option<Vertex> {
    Some(Vertex {
        id: members.take("id").map(value)?,
        label: members.string("label").unwrap_or_default(),
        properties: members.properties(|node| {
            let nodes = node.inner().list()?.into_iter();
            nodes
                .map(|node| vertex_property(node.inner().object()?))
                .collect()
        })?,
    })
}

fn edge(mut members: Members<'_>) -> Option<Edge> {
    Some(Edge {
        id: members.take("id").map(value)?,
        label: members.string("label").unwrap_or_default(),
        out_v: members.value("outV"),
        out_v_label: members.string("outVLabel"),
        in_v: members.value("inV"),
        in_v_label: members.string("inVLabel"),
        properties: members.properties(|node| match value(node) {
            GremlinValue::Property(property) => Some(property.value),
            other => Some(other),
        })?,
    })
}

fn vertex_property(mut members: Members<'_>) -> Option<VertexProperty> {
    Some(VertexProperty {
        id: members.value("id"),
        label: members.string("label").unwrap_or_default(),
        value: members.take("value").map(value)?,
        properties: members.properties(|node| Some(value(node)))?,
    })
}

fn property(mut members: Members<'_>) -> Option<Property> {
    Some(Property {
        key: members.string("key")?,
        value: members.value("value"),
    })
}

/// Objects and labels are typed lists in GraphSON 3 and plain lists in GraphSON 2.
fn path(mut members: Members<'_>) -> Option<Path> {
    let objects = members.take("objects")?.inner().list()?;
    let labels = match members.take("labels") {
        Some(node) => node.inner().list()?,
        None => Vec::new(),
    };
    let texts = |node: Node<'_>| {
        let labels = node.inner().list()?.into_iter();
        labels.map(Node::string).collect::<Option<Vec<_>>>()
    };
    Some(Path {
        objects: values(objects),
        labels: labels.into_iter().map(texts).collect::<Option<_>>()?,
    })
}

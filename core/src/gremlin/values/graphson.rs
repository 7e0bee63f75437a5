//! Reads GraphSON from text that is known to be valid JSON. Numbers are taken from the text itself, because
//! serde_json rounds numbers of more than 64 bits.

mod node;

use self::node::{Members, Node, Tokens};
use super::value::{Edge, GremlinValue, Path, Property, Vertex, VertexProperty};
use crate::{types::RawJson, wire::json_text::Cursor};

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
    GraphSonReader::new().read(&mut Cursor::new(text))
}

/// Reads values one after another, and reuses its memory.
pub(crate) struct GraphSonReader<'a>(Tokens<'a>);

impl<'a> GraphSonReader<'a> {
    pub(crate) fn new() -> Self {
        GraphSonReader(Tokens::new())
    }

    /// Reads the value at the cursor.
    pub(crate) fn read(&mut self, cursor: &mut Cursor<'a>) -> Result<GremlinValue, GraphSonError> {
        self.0.read(cursor).map(value)
    }
}

fn value(node: Node<'_, '_>) -> GremlinValue {
    match node.typed() {
        Some((name, inner)) => typed_value(&name, inner).unwrap_or_else(|| GremlinValue::Other {
            type_name: name.into_owned(),
            value: RawJson::known(inner.json()),
        }),
        None => untyped(node),
    }
}

fn untyped(node: Node<'_, '_>) -> GremlinValue {
    if let Some(text) = node.string() {
        GremlinValue::Text(text)
    } else if let Some(elements) = node.list() {
        GremlinValue::List(elements.map(value).collect())
    } else if let Some(members) = node.object() {
        GremlinValue::Map(
            members
                .map(|(key, node)| (untyped(key), value(node)))
                .collect(),
        )
    } else {
        match node.json() {
            "null" => GremlinValue::Null,
            "true" => GremlinValue::Bool(true),
            "false" => GremlinValue::Bool(false),
            digits => GremlinValue::Number(digits.to_owned()),
        }
    }
}

/// A value of this type; `None` if the type is unknown or the value does not match it.
fn typed_value(name: &str, node: Node<'_, '_>) -> Option<GremlinValue> {
    Some(match name {
        "gx:Byte" => GremlinValue::Byte(node.parsed()?),
        "gx:Int16" => GremlinValue::Int16(node.parsed()?),
        "g:Int32" => GremlinValue::Int32(node.parsed()?),
        "g:Int64" => GremlinValue::Int64(node.parsed()?),
        "g:Float" => GremlinValue::Float(node.float()?),
        "g:Double" => GremlinValue::Double(node.double()?),
        "gx:BigInteger" => GremlinValue::BigInteger(node.digits()?.into_owned()),
        "gx:BigDecimal" => GremlinValue::BigDecimal(node.digits()?.into_owned()),
        "g:UUID" => GremlinValue::Uuid(node.string()?),
        "g:Date" => GremlinValue::Date(node.parsed()?),
        "g:Timestamp" => GremlinValue::Timestamp(node.parsed()?),
        "g:T" => GremlinValue::T(node.string()?),
        "g:Direction" => GremlinValue::Direction(node.string()?),
        "g:List" => GremlinValue::List(node.list()?.map(value).collect()),
        "g:Set" => GremlinValue::Set(node.list()?.map(value).collect()),
        "g:Map" => GremlinValue::Map(pairs(node)?),
        "g:BulkSet" => {
            let counted = pairs(node)?.into_iter();
            let counted = counted.map(|(value, count)| Some((value, count.as_i64()?)));
            GremlinValue::BulkSet(counted.collect::<Option<_>>()?)
        }
        "g:Vertex" => GremlinValue::Vertex(Box::new(vertex(&node.object()?)?)),
        "g:Edge" => GremlinValue::Edge(Box::new(edge(&node.object()?)?)),
        "g:VertexProperty" => {
            GremlinValue::VertexProperty(Box::new(vertex_property(&node.object()?)?))
        }
        "g:Property" => GremlinValue::Property(Box::new(property(&node.object()?)?)),
        "g:Path" => GremlinValue::Path(path(&node.object()?)?),
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
fn tree(node: Node<'_, '_>) -> Option<Vec<(GremlinValue, GremlinValue)>> {
    let branches = node.list()?.map(|branch| {
        let members = branch.inner().object()?;
        Some((value_of(&members, "key"), value_of(&members, "value")))
    });
    branches.collect()
}

/// Entries of a map: either alternating keys and values in one list, or an object.
fn pairs(node: Node<'_, '_>) -> Option<Vec<(GremlinValue, GremlinValue)>> {
    if let Some(members) = node.object() {
        return Some(
            members
                .map(|(key, node)| (untyped(key), value(node)))
                .collect(),
        );
    }
    let mut nodes = node.list()?;
    let mut entries = Vec::with_capacity(nodes.size_hint().0 / 2);
    while let Some(key) = nodes.next() {
        entries.push((value(key), value(nodes.next()?)));
    }
    Some(entries)
}

/// A member of a graph element; null if it is missing.
fn value_of(members: &Members<'_, '_>, name: &str) -> GremlinValue {
    members.get(name).map_or(GremlinValue::Null, value)
}

fn string_of(members: &Members<'_, '_>, name: &str) -> Option<String> {
    members.get(name)?.string()
}

/// Properties by name; `None` if they do not have the expected form.
fn properties_of<'t, 'a, T>(
    members: &Members<'t, 'a>,
    read: fn(Node<'t, 'a>) -> Option<T>,
) -> Option<Vec<(String, T)>> {
    let Some(node) = members.get("properties") else {
        return Some(Vec::new());
    };
    let properties = node.inner().object()?;
    properties
        .map(|(name, node)| Some((name.string()?, read(node)?)))
        .collect()
}

fn vertex(members: &Members<'_, '_>) -> Option<Vertex> {
    Some(Vertex {
        id: members.get("id").map(value)?,
        label: string_of(members, "label").unwrap_or_default(),
        properties: properties_of(members, |node| {
            node.inner()
                .list()?
                .map(|node| vertex_property(&node.inner().object()?))
                .collect()
        })?,
    })
}

fn edge(members: &Members<'_, '_>) -> Option<Edge> {
    Some(Edge {
        id: members.get("id").map(value)?,
        label: string_of(members, "label").unwrap_or_default(),
        out_v: value_of(members, "outV"),
        out_v_label: string_of(members, "outVLabel"),
        in_v: value_of(members, "inV"),
        in_v_label: string_of(members, "inVLabel"),
        properties: properties_of(members, |node| match value(node) {
            GremlinValue::Property(property) => Some(property.value),
            other => Some(other),
        })?,
    })
}

fn vertex_property(members: &Members<'_, '_>) -> Option<VertexProperty> {
    Some(VertexProperty {
        id: value_of(members, "id"),
        label: string_of(members, "label").unwrap_or_default(),
        value: members.get("value").map(value)?,
        properties: properties_of(members, |node| Some(value(node)))?,
    })
}

fn property(members: &Members<'_, '_>) -> Option<Property> {
    Some(Property {
        key: string_of(members, "key")?,
        value: value_of(members, "value"),
    })
}

/// Objects and labels are typed lists in GraphSON 3 and plain lists in GraphSON 2.
fn path(members: &Members<'_, '_>) -> Option<Path> {
    let objects = members.get("objects")?.inner().list()?;
    let labels = match members.get("labels") {
        Some(node) => {
            let labels = node.inner().list()?.map(|node| {
                let texts = node.inner().list()?;
                texts.map(Node::string).collect::<Option<Vec<_>>>()
            });
            labels.collect::<Option<_>>()?
        }
        None => Vec::new(),
    };
    Some(Path {
        objects: objects.map(value).collect(),
        labels,
    })
}

//! Nodes and relationships.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use crate::opencypher::Value;

/// The properties of a node or relationship.
pub type Properties = BTreeMap<String, Value>;

/// A node, with its properties read as `P`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(from = "NodeForm<P>", bound(deserialize = "P: Deserialize<'de>"))]
#[non_exhaustive]
pub struct Node<P = Properties> {
    /// Its id.
    pub id: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its properties.
    pub properties: P,
}

impl<P> Node<P> {
    /// A node with these labels and properties.
    pub fn new<L: Into<String>>(
        id: impl Into<String>,
        labels: impl IntoIterator<Item = L>,
        properties: P,
    ) -> Self {
        Node {
            id: id.into(),
            labels: labels.into_iter().map(Into::into).collect(),
            properties,
        }
    }
}

/// A relationship, with its properties read as `P`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(
    from = "RelationshipForm<P>",
    bound(deserialize = "P: Deserialize<'de>")
)]
#[non_exhaustive]
pub struct Relationship<P = Properties> {
    /// Its id.
    pub id: String,
    /// The id of its start node.
    pub start: String,
    /// The id of its end node.
    pub end: String,
    /// Its type.
    pub relationship_type: String,
    /// Its properties.
    pub properties: P,
}

impl<P> Relationship<P> {
    /// A relationship of this type and these properties, from `start` to `end`.
    pub fn new(
        id: impl Into<String>,
        relationship_type: impl Into<String>,
        (start, end): (impl Into<String>, impl Into<String>),
        properties: P,
    ) -> Self {
        Relationship {
            id: id.into(),
            start: start.into(),
            end: end.into(),
            relationship_type: relationship_type.into(),
            properties,
        }
    }
}

#[derive(Deserialize)]
struct NodeForm<P> {
    #[serde(rename = "~id")]
    id: String,
    #[serde(rename = "~entityType")]
    _is: IsNode,
    #[serde(rename = "~labels")]
    labels: Vec<String>,
    #[serde(rename = "~properties")]
    properties: P,
}

#[derive(Deserialize)]
enum IsNode {
    #[serde(rename = "node")]
    Node,
}

impl<P> From<NodeForm<P>> for Node<P> {
    fn from(form: NodeForm<P>) -> Self {
        Node {
            id: form.id,
            labels: form.labels,
            properties: form.properties,
        }
    }
}

#[derive(Deserialize)]
struct RelationshipForm<P> {
    #[serde(rename = "~id")]
    id: String,
    #[serde(rename = "~entityType")]
    _is: IsRelationship,
    #[serde(rename = "~start")]
    start: String,
    #[serde(rename = "~end")]
    end: String,
    #[serde(rename = "~type")]
    relationship_type: String,
    #[serde(rename = "~properties")]
    properties: P,
}

#[derive(Deserialize)]
enum IsRelationship {
    #[serde(rename = "relationship")]
    Relationship,
}

impl<P> From<RelationshipForm<P>> for Relationship<P> {
    fn from(form: RelationshipForm<P>) -> Self {
        Relationship {
            id: form.id,
            start: form.start,
            end: form.end,
            relationship_type: form.relationship_type,
            properties: form.properties,
        }
    }
}

impl<P: Serialize> Serialize for Node<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("Node", 4)?;
        form.serialize_field("~id", &self.id)?;
        form.serialize_field("~entityType", "node")?;
        form.serialize_field("~labels", &self.labels)?;
        form.serialize_field("~properties", &self.properties)?;
        form.end()
    }
}

impl<P: Serialize> Serialize for Relationship<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("Relationship", 6)?;
        form.serialize_field("~id", &self.id)?;
        form.serialize_field("~entityType", "relationship")?;
        form.serialize_field("~start", &self.start)?;
        form.serialize_field("~end", &self.end)?;
        form.serialize_field("~type", &self.relationship_type)?;
        form.serialize_field("~properties", &self.properties)?;
        form.end()
    }
}

//! Paths.

use std::{fmt, iter, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, SeqAccess, Visitor},
    ser::SerializeSeq,
};

use crate::opencypher::{Node, Properties, Relationship};

/// A path: a node, and any number of steps to other nodes. The properties of nodes are read as `N`, those of
/// relationships as `R`.
///
/// On the wire it is a flat list of a node, a relationship, a node, and so on.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Path<N = Properties, R = Properties> {
    /// Its first node.
    pub start: Node<N>,
    /// Its steps: over a relationship, in either direction, to a node.
    pub steps: Vec<(Relationship<R>, Node<N>)>,
}

impl<N, R> Path<N, R> {
    /// A path from `start` with these steps.
    pub fn new(
        start: Node<N>,
        steps: impl IntoIterator<Item = (Relationship<R>, Node<N>)>,
    ) -> Self {
        Path {
            start,
            steps: steps.into_iter().collect(),
        }
    }

    /// Its last node, which is the first if there are no steps.
    pub fn end(&self) -> &Node<N> {
        self.steps.last().map_or(&self.start, |(_, node)| node)
    }

    /// Its nodes, one more than its relationships.
    pub fn nodes(&self) -> impl Iterator<Item = &Node<N>> {
        iter::once(&self.start).chain(self.steps.iter().map(|(_, node)| node))
    }

    /// Its relationships.
    pub fn relationships(&self) -> impl Iterator<Item = &Relationship<R>> {
        self.steps.iter().map(|(relationship, _)| relationship)
    }
}

impl<'de, N: Deserialize<'de>, R: Deserialize<'de>> Deserialize<'de> for Path<N, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Steps(PhantomData))
    }
}

struct Steps<N, R>(PhantomData<Path<N, R>>);

impl<'de, N: Deserialize<'de>, R: Deserialize<'de>> Visitor<'de> for Steps<N, R> {
    type Value = Path<N, R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path: a list of alternating nodes and relationships")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Path<N, R>, A::Error> {
        let ends_early = |length| A::Error::invalid_length(length, &self);
        let start = list.next_element()?.ok_or_else(|| ends_early(0))?;
        let mut steps = Vec::new();
        while let Some(relationship) = list.next_element()? {
            let length = steps.len().saturating_mul(2).saturating_add(2);
            let node = list.next_element()?.ok_or_else(|| ends_early(length))?;
            steps.push((relationship, node));
        }
        Ok(Path { start, steps })
    }
}

impl<N: Serialize, R: Serialize> Serialize for Path<N, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = self.steps.len().saturating_mul(2).saturating_add(1);
        let mut list = serializer.serialize_seq(Some(length))?;
        list.serialize_element(&self.start)?;
        for (relationship, node) in &self.steps {
            list.serialize_element(relationship)?;
            list.serialize_element(node)?;
        }
        list.end()
    }
}

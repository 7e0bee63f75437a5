//! Counts and summary of a graph, computed from what it contains.

use serde_json::Value;

/// Counts and summary of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) counts: Counts,
    /// The detailed summary.
    pub(crate) summary: Value,
}

/// The counts in the statistics. A signature is a set of properties, or of predicates, that elements have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) signatures: u64,
    pub(crate) instances: u64,
    pub(crate) predicates: u64,
}

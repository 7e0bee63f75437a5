//! Counts for summaries.
//!
//! The guide has [examples](https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html) but no
//! definitions. Lists with counts begin with the highest count, as in the examples; otherwise they are in alphabetical
//! order (assumed).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

/// How often each value occurs.
#[derive(Debug)]
pub(crate) struct Tally<T>(BTreeMap<T, u64>);

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord> Tally<T> {
    pub(crate) fn add(&mut self, value: T) {
        *self.0.entry(value).or_default() += 1;
    }

    /// The number of different values.
    pub(crate) fn distinct(&self) -> u64 {
        self.0.len() as u64
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// The values, the most frequent one first.
    pub(crate) fn by_count(&self) -> Vec<(&T, u64)> {
        let mut counts: Vec<_> = self
            .0
            .iter()
            .map(|(value, count)| (value, *count))
            .collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        counts
    }
}

impl Tally<&str> {
    /// Maps with one entry each.
    pub(crate) fn maps(&self) -> Vec<Value> {
        let counts = self.by_count().into_iter();
        counts
            .map(|(name, count)| json!({ *name: count }))
            .collect()
    }
}

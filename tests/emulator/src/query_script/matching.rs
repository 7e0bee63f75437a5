//! The conditions of a script.

use std::fmt;
use std::sync::Arc;

use crate::QueryRequest;

/// A condition.
#[derive(Clone)]
pub(super) enum Matching {
    Exact(String),
    Containing(String),
    Predicate(Arc<dyn Fn(&QueryRequest) -> bool + Send + Sync>),
}

impl Matching {
    pub(super) fn is_for(&self, request: &QueryRequest) -> bool {
        match self {
            Self::Exact(text) => request.text == *text,
            Self::Containing(part) => request.text.contains(part.as_str()),
            Self::Predicate(condition) => condition(request),
        }
    }
}

impl fmt::Debug for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => write!(f, "Exact({text:?})"),
            Self::Containing(part) => write!(f, "Containing({part:?})"),
            Self::Predicate(_) => f.write_str("Predicate"),
        }
    }
}

//! The order of the variables of `SELECT *`, which the parser sorts alphabetically.

use spargebra::Query;
use spargebra::algebra::GraphPattern;

use crate::operations::queries::sparql_text::{self, Form};

/// Sorts the variables by their first occurrence in the text (assumed).
pub(super) fn put_in_order(query: &mut Query, text: &str) {
    let Query::Select { pattern, .. } = query else {
        return;
    };
    if Form::of(text) != Form::Select(None) {
        return;
    }
    let mut pattern = pattern;
    while let GraphPattern::Distinct { inner }
    | GraphPattern::Reduced { inner }
    | GraphPattern::Slice { inner, .. } = pattern
    {
        pattern = inner;
    }
    if let GraphPattern::Project { variables, .. } = pattern {
        let order = sparql_text::variables(text);
        let index = |name: &str| order.iter().position(|it| *it == name);
        variables.sort_by_cached_key(|variable| index(variable.as_str()).unwrap_or(usize::MAX));
    }
}

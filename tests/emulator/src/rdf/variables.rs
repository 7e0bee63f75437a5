//! The variables of `SELECT *`, which the parser has in the order of the alphabet.

use spargebra::Query;
use spargebra::algebra::GraphPattern;

use crate::operations::queries::sparql_text::{self, Form};

/// Puts them in the order in which they first appear in the text (assumed).
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
        let place = |name: &str| order.iter().position(|it| *it == name);
        variables.sort_by_cached_key(|variable| place(variable.as_str()).unwrap_or(usize::MAX));
    }
}

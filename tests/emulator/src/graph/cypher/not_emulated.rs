//! Refuses what Neptune supports, but not the emulator's engine.

use super::query::{Clause, Query};
use super::tokens::Kind;
use super::{ID, reduce, regular_expressions};
use crate::failure::Failure;

/// Functions that the engine does not have, in lower case.
pub(super) const FUNCTIONS: &[&str] = &[
    // https://docs.aws.amazon.com/neptune/latest/userguide/feature-opencypher-compliance.html
    "acos",
    "asin",
    "atan",
    "atan2",
    "cos",
    "cot",
    "exp",
    "log",
    "log10",
    "randomuuid",
    "reduce",
    "sin",
    "stdev",
    "stdevp",
    "tan",
    // https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-extensions.html
    "collintersection",
    "collsort",
    "collsortmaps",
    "collsortmulti",
    "collsortnodes",
    "collsubtract",
    "colltoset",
    "join",
    "removekeyfrommap",
    "textindexof",
];

/// Refuses functions, operators and clauses that the engine lacks.
pub(super) fn check(query: &Query<'_>) -> Result<(), Failure> {
    for at in 0..query.len() {
        if query.symbol(at, "=~") && regular_expressions::search(query, at).is_none() {
            return Err(not_emulated(
                query,
                at,
                "the operator =~ with this expression",
            ));
        }
        if query.keyword(at) && query.word(at, "CALL") {
            let what = if query.word(at + 1, "neptune") {
                "neptune.read()"
            } else {
                "CALL with a subquery"
            };
            return Err(not_emulated(query, at, what));
        }
        if query.token(at).starts_with('`')
            && query.token(at).contains("``")
            && query.token(at).len() > 2
        {
            return Err(not_emulated(query, at, "a backtick in a name"));
        }
        let name = query.token(at).to_ascii_lowercase();
        let is_lacking = query.call(at).is_some() && FUNCTIONS.contains(&name.as_str());
        let is_rewritten = || {
            removes_id(query, at)
                || joined(query, at).is_some()
                || reduce::unrolled(query, at).is_some()
        };
        if is_lacking && !is_rewritten() {
            return Err(not_emulated(query, at, &format!("{}()", query.token(at))));
        }
    }
    Ok(())
}

/// Whether this is `removeKeyFromMap` that removes the id from all properties of an element. The guide recommends it.
fn removes_id(query: &Query<'_>, at: usize) -> bool {
    let assigned = |before: usize| query.symbol(before, "=") || query.symbol(before, "+=");
    let Some(close) = query
        .call(at)
        .filter(|_| query.word(at, "removeKeyFromMap"))
    else {
        return false;
    };
    let is_value = query.clause(at) == Some(Clause::Set)
        && query.outside_brackets(at)
        && at.checked_sub(1).is_some_and(assigned)
        // `n.name = …` sets one property.
        && at.checked_sub(3).is_none_or(|before| !query.symbol(before, "."));
    let is_whole = close + 1 == query.len()
        || query.keyword(close + 1)
        || query.symbol(close + 1, ",")
        || query.symbol(close + 1, ";");
    let items = query.items(at + 1, close);
    let is_id = matches!(items.as_slice(), [_, (key, end)] if key + 1 == *end && query.token(*key).trim_matches(['\'', '"']) == ID);
    is_value && is_whole && is_id
}

/// The items of `join` if they are strings, and its delimiter.
pub(super) fn joined(query: &Query<'_>, at: usize) -> Option<(Vec<usize>, usize)> {
    let close = query.call(at).filter(|_| query.word(at, "join"))?;
    let text = |(first, end): &(usize, usize)| {
        (first + 1 == *end && query.kind(*first) == Some(Kind::String)).then_some(*first)
    };
    let arguments = query.items(at + 1, close);
    let [(open, end), delimiter] = arguments.as_slice() else {
        return None;
    };
    if !query.symbol(*open, "[") || query.matching_bracket(*open)? + 1 != *end {
        return None;
    }
    let items = query.items(*open, query.matching_bracket(*open)?);
    let items: Option<Vec<_>> = items.iter().map(text).collect();
    Some((items?, text(delimiter)?))
}

/// The error for what the engine lacks.
pub(super) fn not_emulated(query: &Query<'_>, at: usize, what: &str) -> Failure {
    let (line, column) = query.place(at);
    Failure::not_emulated(format!(
        "The emulator's graph engine does not have {what} (line {line}, column {column})."
    ))
}

//! Rewrites `EXISTS { … }` and `COUNT { … }`.
//!
//! The engine has `EXISTS` with one pattern, or with a whole query, and only in `WHERE`. Elsewhere, a list of one
//! pattern is counted.

use super::edits::Edits;
use super::not_emulated::not_emulated;
use super::query::{Clause, Query};
use crate::failure::Failure;

/// Rewrites all subqueries.
pub(super) fn rewrite(query: &Query<'_>, edits: &mut Edits<'_>) -> Result<(), Failure> {
    for at in 0..query.len() {
        let exists = query.word(at, "EXISTS");
        if !(exists || query.word(at, "COUNT")) || !query.symbol(at + 1, "{") || query.is_name(at) {
            continue;
        }
        let Some(close) = query.matching_bracket(at + 1) else {
            continue;
        };
        if exists && query.clause(at) == Some(Clause::Where) {
            in_condition(query, (at + 1, close), edits);
            continue;
        }
        if !is_pattern(query, (at + 1, close)) {
            let what = if exists {
                "EXISTS with more than one pattern outside of WHERE"
            } else {
                "COUNT with more than one pattern"
            };
            return Err(not_emulated(query, at, what));
        }
        edits.replace(at, if exists { "(size([" } else { "size([" });
        edits.replace(at + 1, "");
        if query.word(at + 2, "MATCH") {
            edits.replace(at + 2, "");
        }
        edits.replace(close, if exists { " | 1]) > 0)" } else { " | 1])" });
    }
    Ok(())
}

/// `EXISTS` in `WHERE`: a query needs a `RETURN`, and several patterns need a query.
fn in_condition(query: &Query<'_>, (open, close): (usize, usize), edits: &mut Edits<'_>) {
    let inner = || (open + 1..close).filter(|at| query.level(*at) == query.level(open) + 1);
    if query.keyword(open + 1) {
        let returns = |at: usize| query.keyword(at) && query.word(at, "RETURN");
        if !inner().any(returns) {
            edits.before(close, " RETURN 1 AS `~1`");
        }
    } else if inner().any(|at| query.symbol(at, ",")) {
        edits.after(open, " MATCH ");
        edits.before(close, " RETURN 1 AS `~1`");
    }
}

/// Whether a subquery is one pattern with a relationship, and perhaps a condition.
fn is_pattern(query: &Query<'_>, (open, close): (usize, usize)) -> bool {
    let start = if query.word(open + 1, "MATCH") {
        open + 2
    } else {
        open + 1
    };
    let inner = || (start..close).filter(|at| query.level(*at) == query.level(open) + 1);
    query.is_chain(start, close)
        && !inner().any(|at| query.keyword(at) && !query.word(at, "WHERE"))
        && !inner().any(|at| query.symbol(at, ","))
}

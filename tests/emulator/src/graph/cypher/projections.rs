//! Rewrites map projections, such as `n{.name, x: 1}`.

use super::edits::Edits;
use super::not_emulated::not_emulated;
use super::query::{Clause, Query};
use crate::failure::Failure;

/// Rewrites all map projections.
pub(super) fn rewrite(query: &Query<'_>, edits: &mut Edits<'_>) -> Result<(), Failure> {
    for at in 0..query.len() {
        let open = at + 1;
        let Some(close) = query
            .matching_bracket(open)
            .filter(|_| query.symbol(open, "{"))
        else {
            continue;
        };
        if !query.variable(at) || query.is_name(at) {
            continue;
        }
        let items = query.items(open, close);
        if !is_projection(query, at, &items) {
            continue;
        }
        let all = |item: &(usize, usize)| {
            query.symbol(item.0, "*")
                || (query.symbol(item.0, ".") && query.symbol(item.0 + 1, "*"))
        };
        let variable = query.token(at);
        if items.iter().any(all) {
            if items.len() > 1 {
                let what = "a map projection of all properties and others";
                return Err(not_emulated(query, at, what));
            }
            edits.replace(at, format!("properties({variable})"));
            for token in open..=close {
                edits.replace(token, "");
            }
            continue;
        }
        edits.replace(at, format!("(CASE WHEN {variable} IS NULL THEN null ELSE "));
        edits.after(close, " END)");
        for (first, end) in items {
            if query.symbol(first, ".") {
                let property = query.token(first + 1);
                edits.replace(first, format!("{property}: {variable}"));
                edits.before(first + 1, ".");
            } else if first + 1 == end {
                edits.before(first, &format!("{}: ", query.token(first)));
            }
        }
    }
    Ok(())
}

/// Whether these are the items of a map projection, not the properties of a pattern.
fn is_projection(query: &Query<'_>, at: usize, items: &[(usize, usize)]) -> bool {
    if items.is_empty() {
        return false;
    }
    let selects = |item: &(usize, usize)| query.symbol(item.0, ".") || item.0 + 1 == item.1;
    if items.iter().any(selects) {
        return true;
    }
    // `(n {a: 1})` is a pattern; in `f(n {a: 1})`, it is an argument.
    let before = at.saturating_sub(1);
    let is_argument = query.symbol(before, "(") && query.call(before.saturating_sub(1)).is_some();
    let in_pattern = query.outside_brackets(before)
        && matches!(
            query.clause(at),
            Some(Clause::Match | Clause::Merge | Clause::Create)
        );
    let opens = query.symbol(before, "(") || query.symbol(before, "[");
    is_argument || !(opens || in_pattern)
}

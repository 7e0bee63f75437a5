//! The names of the columns.

use super::query::{Clause, Query};
use super::tokens::Kind;

/// The names of the columns: the items of the last `RETURN` as they are written. Of a union, those of the first query.
pub(super) fn names(query: &Query<'_>) -> Option<Vec<String>> {
    let top = |at: &usize| query.level(*at) == 0;
    let union = (0..query.len())
        .filter(top)
        .find(|at| query.clause(*at) == Some(Clause::Union));
    let end = union.unwrap_or(query.len());
    let returns = |at: &usize| query.keyword(*at) && query.word(*at, "RETURN");
    let mut start = (0..end).rev().filter(top).find(returns)? + 1;
    if query.word(start, "DISTINCT") {
        start += 1;
    }
    let in_clause =
        |at: &usize| query.clause(*at) == Some(Clause::Return) && !query.symbol(*at, ";");
    // Only tokens outside of brackets: those in subqueries belong to other clauses.
    let end = (start..end)
        .filter(top)
        .find(|at| !in_clause(at))
        .unwrap_or(end);
    let items = query.split(start, end);
    items.into_iter().map(|item| name(query, item)).collect()
}

fn name(query: &Query<'_>, (first, end): (usize, usize)) -> Option<String> {
    let last = end.checked_sub(1)?;
    if first == last && query.symbol(first, "*") {
        return None;
    }
    let alias = last > first + 1 && query.word(last - 1, "AS");
    let single = first == last && query.kind(last) == Some(Kind::QuotedName);
    let name = if alias || single {
        query.name(last)
    } else {
        query.slice(first, last)
    };
    Some(name.to_owned())
}

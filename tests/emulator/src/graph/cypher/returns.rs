//! Rewrites the last `RETURN` of a query that writes.
//!
//! - The engine stops when it has enough rows for `LIMIT`, even if the rest of the rows would have been written. It
//!   reads all rows if they are sorted.
//! - The engine does not accept `RETURN *` after a clause that writes, but `WITH * RETURN *`.

use super::edits::Edits;
use super::query::{Clause, Query};

const WRITING: &[Clause] = &[
    Clause::Create,
    Clause::Merge,
    Clause::Set,
    Clause::Remove,
    Clause::Delete,
];

/// Adds an order by a constant, and `WITH *`.
pub(super) fn rewrite(query: &Query<'_>, edits: &mut Edits<'_>) {
    let mut all = 0..query.len();
    let keyword = |at: usize, words: &[&str]| {
        query.keyword(at) && query.level(at) == 0 && words.iter().any(|word| query.word(at, word))
    };
    let Some(start) = all.clone().rfind(|at| keyword(*at, &["RETURN"])) else {
        return;
    };
    if !all.any(|at| query.clause(at).is_some_and(|it| WRITING.contains(&it))) {
        return;
    }
    let distinct = usize::from(query.word(start + 1, "DISTINCT"));
    if query.symbol(start + 1 + distinct, "*") {
        edits.before(start, "WITH * ");
    }
    let paged = (start..query.len()).find(|at| keyword(*at, &["ORDER", "SKIP", "LIMIT"]));
    if let Some(at) = paged.filter(|at| !query.word(*at, "ORDER")) {
        edits.before(at, "ORDER BY true ");
    }
}

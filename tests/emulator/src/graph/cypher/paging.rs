//! Sorts the rows of a query that writes before `SKIP` and `LIMIT` take some of them.
//!
//! The engine stops when it has enough rows, even if the rest of the rows would have been written. It reads all rows
//! if they are sorted.

use super::edits::Edits;
use super::query::{Clause, Query};

/// Adds an order by a constant to the last `RETURN`.
pub(super) fn rewrite(query: &Query<'_>, edits: &mut Edits<'_>) {
    let writes = |at: &usize| {
        let writing = [
            Clause::Create,
            Clause::Merge,
            Clause::Set,
            Clause::Remove,
            Clause::Delete,
        ];
        query.clause(*at).is_some_and(|it| writing.contains(&it))
    };
    let keyword = |at: &usize, words: &[&str]| {
        let is_word = |word: &&str| query.word(*at, word);
        query.keyword(*at) && query.level(*at) == 0 && words.iter().any(is_word)
    };
    let mut all = 0..query.len();
    let Some(start) = all.clone().rev().find(|at| keyword(at, &["RETURN"])) else {
        return;
    };
    let paged = (start..query.len()).find(|at| keyword(at, &["ORDER", "SKIP", "LIMIT"]));
    if let Some(at) = paged.filter(|at| !query.word(*at, "ORDER"))
        && all.any(|at| writes(&at))
    {
        edits.before(at, "ORDER BY true ");
    }
}

//! Refuses `UNWIND` clauses that multiply to too many rows, and values that are too large. The engine checks the
//! number of rows only after it has made them, and not their size.

use serde_json::{Map, Value as Json};

use super::growth::Sizes;
use super::query::Query;
use super::{MAX_ROWS, ranges};
use crate::failure::Failure;

/// Functions after which the number of rows is not known.
const AGGREGATES: &[&str] = &[
    "avg",
    "collect",
    "count",
    "max",
    "min",
    "percentileCont",
    "percentileDisc",
    "sum",
];

/// Multiplies the lengths of the lists that are known before the query runs.
pub(super) fn check(query: &Query<'_>, parameters: &Map<String, Json>) -> Result<(), Failure> {
    let mut sizes = Sizes::new(query, parameters);
    let mut rows = 1;
    for at in 0..query.len() {
        let is_keyword = |word: &str| query.keyword(at) && query.word(at, word);
        let aggregates = query.call(at).is_some() && AGGREGATES.iter().any(|it| query.word(at, it));
        let reduces = ["WHERE", "LIMIT", "UNION"].into_iter().any(is_keyword);
        if aggregates || reduces || query.word(at, "DISTINCT") {
            rows = 1;
        } else if is_keyword("UNWIND") && query.level(at) == 0 {
            // The rows of a single list are few enough.
            let is_product = rows > 1;
            rows = length(query, at + 1, parameters).saturating_mul(rows);
            if is_product && rows > i128::try_from(MAX_ROWS).unwrap_or(i128::MAX) {
                return Err(Failure::new(
                    "TimeLimitExceededException",
                    format!("The emulator does not create more than {MAX_ROWS} rows."),
                ));
            }
        }
        if query.keyword(at) && query.level(at) == 0 {
            sizes.read(at, u64::try_from(rows).unwrap_or(u64::MAX))?;
        }
    }
    Ok(())
}

/// The length of a list that begins at a token, if it is known; otherwise 1.
fn length(query: &Query<'_>, at: usize, parameters: &Map<String, Json>) -> i128 {
    let length = if query.symbol(at, "$") {
        let list = parameters.get(query.name(at + 1)).and_then(Json::as_array);
        list.and_then(|list| i128::try_from(list.len()).ok())
    } else if query.symbol(at, "[") {
        let items = query
            .matching_bracket(at)
            .map(|close| query.items(at, close).len());
        items.and_then(|items| i128::try_from(items).ok())
    } else if query.word(at, "range") {
        ranges::length(query, at)
    } else {
        None
    };
    length.unwrap_or(1).max(1)
}

//! [Query hints](https://docs.aws.amazon.com/neptune/latest/userguide/opencypher-query-hints.html): `USING`, a scope, a
//! name and a value before the first clause. They are removed from the text.
//!
//! Neptune's guide has no hints of clauses, and does not say what happens to unknown hints and values. Assumed: the
//! query is malformed.

use std::time::Duration;

use super::edits::Edits;
use super::malformed;
use super::query::Query;
use super::tokens::Kind;
use crate::failure::Failure;

/// The hints that change only how Neptune executes a query, with their values.
const WITHOUT_EFFECT: &[(&str, &[&str])] = &[
    // https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-qpc.html
    ("PLANCACHE", &["ENABLED", "DISABLED"]),
    // https://docs.aws.amazon.com/neptune/latest/userguide/opencypher-query-hints-AssumeConsistentDataTypes.html
    ("ASSUMECONSISTENTDATATYPES", &["TRUE", "FALSE"]),
];
/// The [time limit](https://docs.aws.amazon.com/neptune/latest/userguide/opencypher-query-hints-timeout-hint.html) in
/// milliseconds.
const TIMEOUT: &str = "TIMEOUTMILLISECONDS";
/// The tokens of a hint: `USING QUERY : NAME VALUE`.
const LENGTH: usize = 5;

/// Removes the hints. Returns the lowest time limit in them.
pub(super) fn read(query: &Query<'_>, edits: &mut Edits<'_>) -> Result<Option<Duration>, Failure> {
    let mut limit: Option<Duration> = None;
    let mut at = 0;
    while query.word(at, "USING") {
        if !query.word(at + 1, "QUERY") || !query.symbol(at + 2, ":") {
            return Err(invalid(query, at, "Unknown query hint"));
        }
        let (name, value) = (query.token(at + 3), query.token(at + 4));
        let value = match query.kind(at + 4) {
            Some(Kind::String) => value.trim_matches(['\'', '"']),
            _ => value,
        };
        if name.eq_ignore_ascii_case(TIMEOUT) {
            let milliseconds = value.parse::<i64>().ok();
            let milliseconds = milliseconds.and_then(|it| u64::try_from(it).ok());
            let milliseconds =
                milliseconds.ok_or_else(|| invalid(query, at, "Invalid value of a query hint"))?;
            let given = Duration::from_millis(milliseconds);
            limit = Some(limit.map_or(given, |limit| limit.min(given)));
        } else {
            let values = WITHOUT_EFFECT
                .iter()
                .find(|(known, _)| name.eq_ignore_ascii_case(known))
                .map(|(_, values)| *values)
                .ok_or_else(|| invalid(query, at, "Unknown query hint"))?;
            if !values.iter().any(|known| value.eq_ignore_ascii_case(known)) {
                return Err(invalid(query, at, "Invalid value of a query hint"));
            }
        }
        for token in at..at + LENGTH {
            edits.replace(token, "");
        }
        at += LENGTH;
    }
    if at == query.len() {
        return Err(query.unexpected(at));
    }
    Ok(limit)
}

fn invalid(query: &Query<'_>, at: usize, what: &str) -> Failure {
    let (line, column) = query.place(at);
    malformed(format!("{what} at line {line}, column {column}."))
}

//! Refuses what Neptune does not support.
//!
//! The lists are those of [openCypher specification
//! compliance](https://docs.aws.amazon.com/neptune/latest/userguide/feature-opencypher-compliance.html). The guide lists
//! [errors](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-exceptions.html) for
//! unsupported features without their texts. Only the one for dates is
//! [known](https://repost.aws/questions/QU2mfcPZWgSyatrTnJi82J3w/neptune-not-supporting-duration-provided-by-opencypher);
//! the others have the same form.

use super::query::{Clause, Query};
use super::{ID, NODE};
use crate::failure::Failure;

/// Functions for dates and times. Only `datetime()` is supported.
const TEMPORAL: &[&str] = &["date", "time", "localtime", "localdatetime", "duration"];
/// Functions for points.
const SPATIAL: &[&str] = &["point", "distance"];
/// Path functions of `MATCH`.
const SHORTEST: &[&str] = &["shortestPath", "allShortestPaths"];
/// Statements of other dialects. They are not in the specification that Neptune implements
/// ([`FOREACH`](https://docs.aws.amazon.com/neptune/latest/userguide/migration-opencypher-rewrites.html)), so its parser
/// does not know them. The engine knows some of them.
const UNKNOWN_STATEMENTS: &[&str] = &[
    "BEGIN", "COMMIT", "DROP", "EXPLAIN", "FOREACH", "LOAD", "PROFILE", "ROLLBACK", "SHOW",
];

/// Refuses a query that Neptune would refuse.
pub(super) fn check(query: &Query<'_>) -> Result<(), Failure> {
    let mut writes = false;
    let mut union = None;
    for at in 0..query.len() {
        statement(query, at)?;
        expression(query, at)?;
        hidden(query, at)?;
        match query.clause(at) {
            Some(
                Clause::Create | Clause::Merge | Clause::Set | Clause::Remove | Clause::Delete,
            ) => writes = true,
            Some(Clause::Union) => union = union.or(Some(at)),
            _ => {}
        }
    }
    match union {
        Some(at) if writes => Err(unsupported(query, at, "UNION of mutation queries")),
        _ => Ok(()),
    }
}

/// Refuses statements and clauses.
fn statement(query: &Query<'_>, at: usize) -> Result<(), Failure> {
    if !query.outside_brackets(at) {
        return Ok(());
    }
    let first = at == 0 || query.symbol(at - 1, ";");
    let is_statement = |word: &&str| query.word(at, word);
    let unknown = if first {
        UNKNOWN_STATEMENTS.iter().any(is_statement)
    } else {
        (query.word(at, "FOREACH") && query.symbol(at + 1, "("))
            || (query.word(at, "LOAD") && query.word(at + 1, "CSV"))
    };
    // Several statements in a request: assumed, because all examples have one.
    let second = query.symbol(at, ";") && at + 1 < query.len();
    if unknown {
        return Err(query.unexpected(at));
    }
    if second {
        return Err(query.unexpected(at + 1));
    }
    if !query.keyword(at) {
        return Ok(());
    }
    let is_index = ["INDEX", "CONSTRAINT"];
    if query.word(at, "CREATE") && is_index.iter().any(|word| query.word(at + 1, word)) {
        return Err(query.unexpected(at + 1));
    }
    if query.word(at, "MANDATORY") {
        return Err(unsupported(query, at, "MANDATORY MATCH"));
    }
    let subquery = query.symbol(at + 1, "{") || query.symbol(at + 1, "(");
    // `neptune.read` is a procedure, too, but Neptune has it.
    if query.word(at, "CALL") && !subquery && !query.word(at + 1, "neptune") {
        return Err(unsupported(query, at, "CALL of a procedure"));
    }
    for (word, clause) in [("SKIP", Clause::Skip), ("LIMIT", Clause::Limit)] {
        let in_clause = |at: &usize| query.clause(*at) == Some(clause);
        let computed = |at: usize| query.call(at).is_some();
        if query.word(at, word) && (at + 1..query.len()).take_while(in_clause).any(computed) {
            let what = format!("{word} with a value that is not static");
            return Err(unsupported(query, at, &what));
        }
    }
    Ok(())
}

/// Refuses operators and functions.
fn expression(query: &Query<'_>, at: usize) -> Result<(), Failure> {
    if query.symbol(at, "^") {
        return Err(unsupported(query, at, "The exponentiation operator ^"));
    }
    let function = |names: &[&str]| names.iter().any(|name| query.word(at, name));
    let member = query.symbol(at + 1, ".") && query.symbol(at + 3, "(");
    let called = query.call(at).is_some() || (member && !query.is_name(at));
    if !called {
        return Ok(());
    }
    if function(TEMPORAL) || (query.word(at, "datetime") && member) {
        return Err(Failure::new(
            "UnsupportedOperationException",
            "Date and Time related functions are not supported in this release.",
        ));
    }
    if function(SPATIAL) || function(SHORTEST) {
        let what = format!("The function {}()", query.token(at));
        return Err(unsupported(query, at, &what));
    }
    Ok(())
}

/// Refuses the label that is hidden, and changes of ids.
///
/// Ids are [reserved](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-extensions.html) and
/// given to new elements only. The exception and its text are an assumption.
fn hidden(query: &Query<'_>, at: usize) -> Result<(), Failure> {
    if query.is_quoted_name(at, NODE) && query.is_name(at) {
        let (line, column) = query.place(at);
        return Err(Failure::bad_request(format!(
            "The label {NODE} at line {line}, column {column} is reserved."
        )));
    }
    if !query.is_quoted_name(at, ID) || !query.is_name(at) || !query.outside_brackets(at) {
        return Ok(());
    }
    let changed = match query.clause(at) {
        Some(Clause::Remove) => true,
        // The target of an assignment, not its value.
        Some(Clause::Set) => {
            let starts = |at: &usize| query.symbol(*at, ",") || query.keyword(*at);
            let start = (0..at)
                .rev()
                .find(|at| query.outside_brackets(*at) && starts(at));
            !(start.unwrap_or(0)..at).any(|at| query.symbol(at, "=") || query.symbol(at, "+="))
        }
        _ => false,
    };
    if changed {
        let (line, column) = query.place(at);
        return Err(Failure::bad_request(format!(
            "The id of an element cannot be changed (line {line}, column {column})."
        )));
    }
    Ok(())
}

fn unsupported(query: &Query<'_>, at: usize, what: &str) -> Failure {
    let (line, column) = query.place(at);
    Failure::new(
        "UnsupportedOperationException",
        format!("{what} is not supported in this release (line {line}, column {column})."),
    )
}

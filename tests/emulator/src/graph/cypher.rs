//! Translates openCypher as Neptune understands it into the text that the graph engine runs.
//!
//! The text is split into tokens, not parsed: what is neither rewritten nor refused here reaches the engine as it is,
//! and the engine reports the error.

use std::time::Duration;

use self::edits::{Edits, Segment};
use self::query::Query;
use self::tokens::Token;
use super::QueryInput;
use crate::failure::Failure;

mod columns;
mod edits;
mod functions;
mod growth;
mod hints;
mod limits;
mod not_emulated;
mod patterns;
mod projections;
mod query;
mod ranges;
mod reduce;
mod refusals;
mod regular_expressions;
mod returns;
mod subqueries;
#[cfg(test)]
mod tests;
mod tokens;
mod unwinds;

/// The property with the id of an element.
pub(crate) const ID: &str = "~id";
/// The hidden label of all nodes that were stored before the query.
pub(crate) const NODE: &str = "~node";
/// Takes the place of the id of an element that gets one when the query ends. The internal id and `;` follow.
pub(crate) const ID_PLACEHOLDER: char = '\u{f8ff}';
/// The rows that a step of a query may have. A query with more of them is assumed to be endless. Unlike time, the number
/// of rows is the same on every machine.
pub(crate) const MAX_ROWS: usize = 200_000;
/// The engine's error for a range that is too long contains this text.
pub(crate) const RANGE_TOO_LONG: &str = "range() of more than 1048576 values";

/// A query for the engine.
#[derive(Debug)]
pub(crate) struct Translation {
    pub(crate) text: String,
    /// The names of the columns; `None` without `RETURN`, or with `RETURN *`.
    pub(crate) columns: Option<Vec<String>>,
    /// The time limit in the query hints.
    pub(crate) limit: Option<Duration>,
    original: String,
    segments: Vec<Segment>,
}

/// Checks and rewrites a query.
pub(crate) fn translate(input: &QueryInput<'_>) -> Result<Translation, Failure> {
    let query = Query::new(input.text)?;
    limits::check(&query)?;
    let mut edits = Edits::new(&query);
    let limit = hints::read(&query, &mut edits)?;
    refusals::check(&query)?;
    not_emulated::check(&query)?;
    query.parameters(&mut edits);
    query.strings(&mut edits);
    patterns::rewrite(&query, input.parameters, &mut edits)?;
    regular_expressions::rewrite(&query, &mut edits);
    functions::rewrite(&query, input.now, &mut edits);
    ranges::rewrite(&query, &mut edits)?;
    unwinds::check(&query, input.parameters)?;
    subqueries::rewrite(&query, &mut edits)?;
    projections::rewrite(&query, &mut edits)?;
    reduce::rewrite(&query, &mut edits);
    returns::rewrite(&query, &mut edits);
    let (text, segments) = edits.finish();
    limits::check_translated(&text)?;
    Ok(Translation {
        text,
        columns: columns::names(&query),
        limit,
        original: input.text.to_owned(),
        segments,
    })
}

impl Translation {
    /// The line and the column (both from 1) in the original text of a place in the translated text.
    pub(crate) fn locate(&self, line: usize, column: usize) -> (usize, usize) {
        let offset = edits::offset(&self.text, line, column);
        edits::place(&self.original, edits::original(&self.segments, offset))
    }

    /// The line and the column of the first token in the original text that is this name, in any case.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, usize)> {
        let tokens = tokens::tokenize(&self.original).ok()?;
        let text = |token: &Token| self.original.get(token.start..token.end);
        let is_name = |token: &&Token| {
            let text = text(token).unwrap_or_default();
            text.trim_matches('`').eq_ignore_ascii_case(name)
        };
        let found = tokens.iter().find(is_name)?;
        Some(edits::place(&self.original, found.start))
    }
}

/// The error for a text that is not a query.
fn malformed(message: impl AsRef<str>) -> Failure {
    Failure::new(
        "MalformedQueryException",
        format!("Malformed query: {}", message.as_ref()),
    )
}

/// The error for a parameter that the request does not have; Neptune's text is not known.
pub(crate) fn no_parameter(name: &str) -> Failure {
    Failure::missing_parameter(format!("Expected parameter(s): {name}"))
}

//! Parses queries and updates.

use std::time::Duration;

use spargebra::{Query, SparqlParser, SparqlSyntaxError, Update};

use super::nesting::check_nesting;
use super::{BASE, rewrite};
use crate::engine::internal;
use crate::failure::Failure;

/// The prefixes that are known without a declaration
/// ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/feature-sparql-compliance.html)).
const PREFIXES: &[(&str, &str)] = &[
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// How much of the text an error shows, in characters.
const MAX_SHOWN: usize = 20;
/// Appended to a text with an error. The parser reads the length of a whole keyword before it compares: at the end of
/// the text, it would report only that the text is too short.
const PADDING: &str = "\n                ";

/// Parses a query and [rewrites](rewrite) it. Also returns the time limit in its hints, which must be less than
/// `max_time`.
pub(super) fn query(text: &str, max_time: Duration) -> Result<(Query, Option<Duration>), Failure> {
    let mut query = parsed(text, SparqlParser::parse_query)?;
    let limit = rewrite::query(&mut query, max_time)?;
    Ok((query, limit))
}

/// Parses an update and [rewrites](rewrite) it, like a query.
pub(super) fn update(
    text: &str,
    max_time: Duration,
) -> Result<(Update, Option<Duration>), Failure> {
    let mut update = parsed(text, SparqlParser::parse_update)?;
    let limit = rewrite::update(&mut update.operations, max_time)?;
    Ok((update, limit))
}

fn parsed<T>(
    text: &str,
    parse: impl Fn(SparqlParser, &str) -> Result<T, SparqlSyntaxError>,
) -> Result<T, Failure> {
    check_nesting(text)?;
    let mut parser = SparqlParser::new().with_base_iri(BASE).map_err(internal)?;
    for (prefix, iri) in PREFIXES {
        parser = parser.with_prefix(*prefix, *iri).map_err(internal)?;
    }
    parse(parser.clone(), text).map_err(|error| {
        let fail = |text: &str| {
            let padded = format!("{text}{PADDING}");
            Some(parse(parser.clone(), &padded).err()?.to_string())
        };
        let message = sentence(text, fail).unwrap_or_else(|| error.to_string());
        Failure::new(
            "MalformedQueryException",
            format!("Malformed query: {message}"),
        )
    })
}

/// The error of this text, as one sentence. The parser's error has the form `error at LINE:COLUMN: expected one of …`,
/// with all that could follow: tokens in quotation marks or brackets, keywords, and reasons in words.
fn sentence(text: &str, fail: impl Fn(&str) -> Option<String>) -> Option<String> {
    let error = fail(text)?;
    let (place, expected) = error.strip_prefix("error at ")?.split_once(": expected ")?;
    let (line, column) = place.split_once(':')?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let expected = expected.strip_prefix("one of ").unwrap_or(expected);
    let lines = text.split_inclusive('\n').take(line - 1);
    let before = lines.map(|line| line.chars().count()).sum::<usize>() + column - 1;
    let is_reason = |item: &&str| {
        item.starts_with(|first: char| first.is_ascii_alphabetic()) && item.contains(' ')
    };
    if let Some(reason) = expected.split(", ").find(is_reason) {
        let start: String = text.chars().take(before).collect();
        let (line, column) = place_after(&start);
        return Some(format!("{reason} at line {line}, column {column}."));
    }
    // The place may be after the error, by the length of a keyword that does not match. The error follows the longest
    // start of the text that could be continued: that start fails only at its end.
    let mut starts = (0..PADDING.len()).filter_map(|back| {
        let characters = text.chars().take(before.checked_sub(back)?);
        text.get(..characters.map(char::len_utf8).sum())
    });
    let can_continue = |start: &&str| {
        let (line, column) = place_after(&format!("{start}{PADDING}"));
        fail(start).is_none_or(|error| error.starts_with(&format!("error at {line}:{column}:")))
    };
    let start = starts.find(can_continue).unwrap_or(text);
    Some(unexpected(text, start))
}

/// The line and the column after this text, from 1.
fn place_after(text: &str) -> (usize, usize) {
    let last = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() + 1, last.chars().count() + 1)
}

/// Names the first word after this start of the text.
fn unexpected(text: &str, start: &str) -> String {
    let rest = text.get(start.len()..).unwrap_or_default().trim_start();
    let (what, start) = match rest.split_whitespace().next() {
        Some(word) => {
            let shown: String = word.chars().take(MAX_SHOWN).collect();
            let start = text.get(..text.len() - rest.len());
            (format!("'{shown}'"), start.unwrap_or_default())
        }
        None => ("end of the text".to_owned(), text.trim_end()),
    };
    let (line, column) = place_after(start);
    format!("Unexpected {what} at line {line}, column {column}.")
}

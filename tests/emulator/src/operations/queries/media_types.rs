//! The media types of SPARQL results.

use super::accept::preferred;
use crate::failure::Failure;

/// The encoding of solutions and booleans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    Json,
    Xml,
    Csv,
    Tsv,
    /// `true` or `false`; not available for solutions.
    Text,
}

const DEFAULT: (&str, Notation) = ("application/sparql-results+json", Notation::Json);

const RESULTS: &[(&str, Notation)] = &[
    DEFAULT,
    ("application/json", Notation::Json),
    ("application/sparql-results+xml", Notation::Xml),
    ("text/csv;charset=UTF-8", Notation::Csv),
    ("text/tab-separated-values;charset=UTF-8", Notation::Tsv),
    ("text/boolean;charset=UTF-8", Notation::Text),
];

/// The media types for `CONSTRUCT`, `DESCRIBE` and the Graph Store Protocol.
const GRAPHS: &[&str] = &[
    "application/n-quads",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-triples",
    "text/turtle;charset=UTF-8",
    "text/n3;charset=UTF-8",
    "application/trig",
];

/// Media types of Neptune that the emulator cannot write.
const UNWRITABLE: &[&str] = &[
    "application/trix",
    "application/x-binary-rdf",
    "application/x-binary-rdf-results-table",
];

/// The accepted type among these. Otherwise Neptune is assumed to use its default, the first one.
fn accepted(accept: Option<&str>, offers: &[&'static str]) -> Result<&'static str, Failure> {
    if let Some(media_type) = preferred(accept, offers) {
        return Ok(media_type);
    }
    match preferred(accept, UNWRITABLE) {
        Some(name) => Err(Failure::new(
            "UnsupportedOperationException",
            format!("The emulator cannot write {name}."),
        )),
        None => Ok(offers.first().copied().unwrap_or(DEFAULT.0)),
    }
}

fn results(
    accept: Option<&str>,
    fits: impl Fn(Notation) -> bool,
) -> Result<(&'static str, Notation), Failure> {
    let offers = RESULTS.iter().filter(|(_, notation)| fits(*notation));
    let offers: Vec<&str> = offers.map(|(name, _)| *name).collect();
    let media_type = accepted(accept, &offers)?;
    let found = RESULTS.iter().find(|(name, _)| *name == media_type);
    Ok(found.copied().unwrap_or(DEFAULT))
}

/// The encoding of the response to a `SELECT`.
pub(crate) fn solutions(accept: Option<&str>) -> Result<(&'static str, Notation), Failure> {
    results(accept, |notation| notation != Notation::Text)
}

/// The encoding of the response to an `ASK`.
pub(crate) fn boolean(accept: Option<&str>) -> Result<(&'static str, Notation), Failure> {
    results(accept, |notation| {
        matches!(notation, Notation::Json | Notation::Xml | Notation::Text)
    })
}

/// The media type of triples.
pub(crate) fn graph(accept: Option<&str>) -> Result<&'static str, Failure> {
    accepted(accept, GRAPHS)
}

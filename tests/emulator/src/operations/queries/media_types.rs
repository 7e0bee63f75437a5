//! The media types of SPARQL results.

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
    ("text/csv", Notation::Csv),
    ("text/tab-separated-values", Notation::Tsv),
    ("text/boolean", Notation::Text),
];

/// The media types for `CONSTRUCT`, `DESCRIBE` and the Graph Store Protocol.
const GRAPHS: &[&str] = &[
    "application/n-quads",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-triples",
    "text/turtle",
    "text/n3",
    "application/trig",
];

/// Media types of Neptune that the emulator cannot write.
const UNWRITABLE: &[&str] = &[
    "application/trix",
    "application/x-binary-rdf",
    "application/x-binary-rdf-results-table",
];

/// The first accepted type that `find` knows. `None` if there is none; Neptune is assumed to use the default type then.
fn accepted<T>(
    accept: Option<&str>,
    find: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Failure> {
    let mut unwritable = None;
    for item in accept.unwrap_or_default().split(',') {
        let name = item.split(';').next().unwrap_or_default().trim();
        let name = name.to_ascii_lowercase();
        if let Some(found) = find(&name) {
            return Ok(Some(found));
        }
        if UNWRITABLE.contains(&name.as_str()) {
            unwritable = Some(name);
        }
    }
    match unwritable {
        Some(name) => Err(Failure::new(
            "UnsupportedOperationException",
            format!("The emulator cannot write {name}."),
        )),
        None => Ok(None),
    }
}

fn results(
    accept: Option<&str>,
    fits: impl Fn(Notation) -> bool,
) -> Result<(&'static str, Notation), Failure> {
    let mut known = RESULTS.iter().filter(|(_, notation)| fits(*notation));
    let find = |name: &str| known.clone().find(|(it, _)| *it == name).copied();
    let found = accepted(accept, find)?;
    Ok(found.or(known.next().copied()).unwrap_or(DEFAULT))
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
    let find = |name: &str| GRAPHS.iter().find(|it| **it == name).copied();
    Ok(accepted(accept, find)?.unwrap_or("application/n-quads"))
}

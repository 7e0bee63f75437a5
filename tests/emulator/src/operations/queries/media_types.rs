//! In which media type SPARQL results are told.

use crate::failure::Failure;

/// How solutions and truth values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    Json,
    Xml,
    Csv,
    Tsv,
    /// `true` or `false`; solutions have no such form.
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

/// Of what `CONSTRUCT` and `DESCRIBE` give, and the Graph Store Protocol.
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

/// The first accepted type that there is, by what `find` knows. Where there is none, `None` means the default: that Neptune
/// falls back to it is assumed.
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

/// What a `SELECT` is answered in.
pub(crate) fn solutions(accept: Option<&str>) -> Result<(&'static str, Notation), Failure> {
    results(accept, |notation| notation != Notation::Text)
}

/// What an `ASK` is answered in.
pub(crate) fn boolean(accept: Option<&str>) -> Result<(&'static str, Notation), Failure> {
    results(accept, |notation| {
        matches!(notation, Notation::Json | Notation::Xml | Notation::Text)
    })
}

/// What triples are told in.
pub(crate) fn graph(accept: Option<&str>) -> Result<&'static str, Failure> {
    let find = |name: &str| GRAPHS.iter().find(|it| **it == name).copied();
    Ok(accepted(accept, find)?.unwrap_or("application/n-quads"))
}

//! Results in the media types that are accepted.

use http::{HeaderValue, StatusCode, header};
use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::Triple;
use oxigraph::sparql::QuerySolutionIter;
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};

use super::internal;
use crate::Response;
use crate::failure::Failure;
use crate::operations::queries::answer::update_events;

/// Media types of Neptune that the engine cannot write.
const UNWRITABLE: &[&str] = &[
    "application/trix",
    "application/x-binary-rdf",
    "application/x-binary-rdf-results-table",
];

const SOLUTIONS: &[(&str, QueryResultsFormat)] = &[
    ("application/sparql-results+json", QueryResultsFormat::Json),
    ("application/json", QueryResultsFormat::Json),
    ("application/sparql-results+xml", QueryResultsFormat::Xml),
    ("text/csv", QueryResultsFormat::Csv),
    ("text/tab-separated-values", QueryResultsFormat::Tsv),
];

const GRAPHS: &[&str] = &[
    "application/n-quads",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-triples",
    "text/turtle",
    "text/n3",
    "application/trig",
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

fn typed(media_type: &'static str, body: Vec<u8>) -> Response {
    Response::new(StatusCode::OK, body)
        .header(header::CONTENT_TYPE, HeaderValue::from_static(media_type))
}

pub(super) fn solutions(
    solutions: QuerySolutionIter<'_>,
    accept: Option<&str>,
) -> Result<Response, Failure> {
    let find = |name: &str| SOLUTIONS.iter().find(|(it, _)| *it == name).copied();
    let (media_type, format) = accepted(accept, find)?
        .unwrap_or(("application/sparql-results+json", QueryResultsFormat::Json));
    let serializer = QueryResultsSerializer::from_format(format);
    let variables = solutions.variables().to_vec();
    let mut writer = serializer
        .serialize_solutions_to_writer(Vec::new(), variables)
        .map_err(internal)?;
    for solution in solutions {
        let solution = solution.map_err(internal)?;
        writer.serialize(&solution).map_err(internal)?;
    }
    Ok(typed(media_type, writer.finish().map_err(internal)?))
}

pub(super) fn boolean(answer: bool, accept: Option<&str>) -> Result<Response, Failure> {
    let find = |name: &str| match name {
        "text/boolean" => Some(("text/boolean", None)),
        _ => SOLUTIONS
            .iter()
            .find(|(it, _)| *it == name && !name.starts_with("text/"))
            .map(|(name, format)| (*name, Some(*format))),
    };
    let (media_type, format) = accepted(accept, find)?.unwrap_or((
        "application/sparql-results+json",
        Some(QueryResultsFormat::Json),
    ));
    let body = match format {
        None => answer.to_string().into_bytes(),
        Some(format) => QueryResultsSerializer::from_format(format)
            .serialize_boolean_to_writer(Vec::new(), answer)
            .map_err(internal)?,
    };
    Ok(typed(media_type, body))
}

pub(super) fn triples(triples: Vec<Triple>, accept: Option<&str>) -> Result<Response, Failure> {
    let find = |name: &str| GRAPHS.iter().find(|it| **it == name).copied();
    let media_type = accepted(accept, find)?.unwrap_or("application/n-quads");
    let format = RdfFormat::from_media_type(media_type).unwrap_or(RdfFormat::NQuads);
    let mut writer = RdfSerializer::from_format(format).for_writer(Vec::new());
    for triple in &triples {
        writer.serialize_triple(triple).map_err(internal)?;
    }
    Ok(typed(media_type, writer.finish().map_err(internal)?))
}

/// The answer to an update.
pub(super) fn events() -> Response {
    typed("application/json", update_events().into_bytes())
}

/// The answer to what was stored (U10).
pub(super) fn stored(is_new: bool) -> Response {
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::NO_CONTENT
    };
    Response::new(status, "")
}

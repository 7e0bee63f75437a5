//! Writes results in the accepted media types.

use http::StatusCode;
use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::Triple;
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};
use oxigraph::sparql::{QuerySolutionIter, QueryTripleIter};

use super::work::Work;
use crate::Response;
use crate::engine::Output;
use crate::engine::internal;
use crate::failure::Failure;
use crate::operations::queries::answer::update_events;
use crate::operations::queries::media_types::{self, Notation};

fn format(notation: Notation) -> Option<QueryResultsFormat> {
    match notation {
        Notation::Json => Some(QueryResultsFormat::Json),
        Notation::Xml => Some(QueryResultsFormat::Xml),
        Notation::Csv => Some(QueryResultsFormat::Csv),
        Notation::Tsv => Some(QueryResultsFormat::Tsv),
        Notation::Text => None,
    }
}

fn typed(media_type: &'static str, body: Vec<u8>) -> Response {
    Response::typed(StatusCode::OK, media_type, body)
}

/// The media type and the format of solutions.
pub(super) fn solutions_format(
    accept: Option<&str>,
) -> Result<(&'static str, QueryResultsFormat), Failure> {
    let (media_type, notation) = media_types::solutions(accept)?;
    Ok((
        media_type,
        format(notation).unwrap_or(QueryResultsFormat::Json),
    ))
}

/// Writes solutions.
pub(super) fn solutions(
    work: &Work,
    mut solutions: QuerySolutionIter<'_>,
    format: QueryResultsFormat,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let serializer = QueryResultsSerializer::from_format(format);
    let variables = solutions.variables().to_vec();
    let mut writer = serializer
        .serialize_solutions_to_writer(output, variables)
        .map_err(internal)?;
    while let Some(solution) = work.next(&mut solutions)? {
        writer.serialize(&solution).map_err(internal)?;
    }
    writer.finish().map_err(internal)?;
    Ok(())
}

pub(super) fn boolean(answer: bool, accept: Option<&str>) -> Result<Response, Failure> {
    let (media_type, notation) = media_types::boolean(accept)?;
    let body = match format(notation) {
        None => answer.to_string().into_bytes(),
        Some(format) => QueryResultsSerializer::from_format(format)
            .serialize_boolean_to_writer(Vec::new(), answer)
            .map_err(internal)?,
    };
    Ok(typed(media_type, body))
}

/// The media type and the format of triples.
pub(super) fn graph_format(accept: Option<&str>) -> Result<(&'static str, RdfFormat), Failure> {
    let media_type = media_types::graph(accept)?;
    let format = RdfFormat::from_media_type(media_type).unwrap_or(RdfFormat::NQuads);
    Ok((media_type, format))
}

/// Writes triples.
pub(super) fn triples(
    work: &Work,
    mut triples: QueryTripleIter<'_>,
    format: RdfFormat,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut writer = RdfSerializer::from_format(format).for_writer(output);
    while let Some(triple) = work.next(&mut triples)? {
        writer.serialize_triple(&triple).map_err(internal)?;
    }
    writer.finish().map_err(internal)?;
    Ok(())
}

/// The response with these triples.
pub(super) fn graph(triples: &[Triple], accept: Option<&str>) -> Result<Response, Failure> {
    let (media_type, format) = graph_format(accept)?;
    let mut writer = RdfSerializer::from_format(format).for_writer(Vec::new());
    for triple in triples {
        writer.serialize_triple(triple).map_err(internal)?;
    }
    Ok(typed(media_type, writer.finish().map_err(internal)?))
}

/// The response to an update.
pub(super) fn events() -> Response {
    typed("application/json", update_events().into_bytes())
}

/// The response to a write of the Graph Store Protocol (U10).
pub(super) fn stored(is_new: bool) -> Response {
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::NO_CONTENT
    };
    Response::new(status, "")
}

//! Reads statements of RDF.

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{NamedNode, Quad};

use super::report::{Report, Stopped};
use super::{Format, Settings};
use crate::rdf;

/// The base of relative IRIs. The guide gives the loader another one than SPARQL: without a slash at the end.
const BASE: &str = "http://aws.amazon.com/neptune/default";

/// Reads the statements of a file.
pub(super) fn file(
    content: &[u8],
    settings: &Settings,
    report: &mut Report,
    quads: &mut Vec<Quad>,
) -> Result<(), Stopped> {
    let format = match settings.format {
        Format::NTriples => RdfFormat::NTriples,
        Format::NQuads => RdfFormat::NQuads,
        Format::RdfXml => RdfFormat::RdfXml,
        _ => RdfFormat::Turtle,
    };
    let graph = settings.graph.as_deref().unwrap_or(rdf::DEFAULT_GRAPH);
    let base = settings.base.as_deref().unwrap_or(BASE);
    let parser = match (
        NamedNode::new(graph),
        RdfParser::from_format(format).with_base_iri(base),
    ) {
        (Ok(graph), Ok(parser)) => parser.with_default_graph(graph),
        (Err(error), _) | (_, Err(error)) => return report.parsing_error(error.to_string(), 0),
    };
    for (number, quad) in (1..).zip(parser.rename_blank_nodes().for_slice(content)) {
        let mut quad = match quad {
            Ok(quad) => quad,
            Err(error) => {
                report.parsing_error(error.to_string(), number)?;
                // Only lines can be read after an error.
                if matches!(format, RdfFormat::NTriples | RdfFormat::NQuads) {
                    continue;
                }
                break;
            }
        };
        match rdf::normalize(&mut quad) {
            Ok(()) => {
                report.records += 1;
                quads.push(quad);
            }
            Err(failure) => report.mismatch(failure.message, number)?,
        }
    }
    Ok(())
}

//! What a request says about its files.

use crate::failure::Failure;
use crate::incoming::Members;

/// The format of the files of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Gremlin,
    OpenCypher,
    NTriples,
    NQuads,
    RdfXml,
    Turtle,
}

impl Format {
    pub(super) fn is_rdf(self) -> bool {
        !matches!(self, Self::Gremlin | Self::OpenCypher)
    }
}

/// How to load files.
#[cfg_attr(not(all(feature = "graph", feature = "oxigraph")), allow(dead_code))]
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(super) format: Format,
    /// Whether the first error ends the load.
    pub(super) fail_on_error: bool,
    /// Whether files are loaded in their order, rather than nodes before edges.
    pub(super) edge_only: bool,
    /// Whether a new value replaces that of a property with single cardinality.
    pub(super) update_single: bool,
    /// Whether files of relationships have ids; either if `None`.
    pub(super) edge_ids: Option<bool>,
    /// Whether an empty text is a value.
    pub(super) empty_strings: bool,
    /// The graph of statements without a graph.
    pub(super) graph: Option<String>,
    /// The base of relative IRIs.
    pub(super) base: Option<String>,
}

impl Settings {
    /// Settings for files of this format, with the loader's defaults.
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            fail_on_error: true,
            edge_only: false,
            update_single: false,
            edge_ids: None,
            empty_strings: false,
            graph: None,
            base: None,
        }
    }

    /// The settings of a request that has been checked.
    pub(super) fn of(members: &Members) -> Result<Self, Failure> {
        let format = match members.required_string("format")? {
            "csv" => Format::Gremlin,
            "opencypher" => Format::OpenCypher,
            "ntriples" => Format::NTriples,
            "nquads" => Format::NQuads,
            "rdfxml" => Format::RdfXml,
            _ => Format::Turtle,
        };
        let flag = |name| Ok::<_, Failure>(members.flag(name)?.unwrap_or(false));
        let mut settings = Self {
            fail_on_error: members.flag("failOnError")?.unwrap_or(true),
            edge_only: flag("edgeOnlyLoad")?,
            update_single: flag("updateSingleCardinalityProperties")?,
            edge_ids: Some(members.flag("userProvidedEdgeIds")?.unwrap_or(true)),
            ..Self::new(format)
        };
        if let Some(parser) = members.object("parserConfiguration")? {
            settings.empty_strings = parser.flag("allowEmptyStrings")?.unwrap_or(false);
            settings.graph = parser.string("namedGraphUri")?.map(str::to_owned);
            settings.base = parser.string("baseUri")?.map(str::to_owned);
        }
        Ok(settings)
    }
}

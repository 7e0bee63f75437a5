//! What the SPARQL operations share.

open_enum! {
    /// The media types of SPARQL: of results, and of RDF.
    ///
    /// Which of them a query can be answered with depends on its form.
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/sparql-media-type-support.html>
    SparqlMediaType {
        /// Results of `SELECT` and `ASK` as JSON; of `CONSTRUCT` and `DESCRIBE` too.
        ResultsJson = "application/sparql-results+json",
        /// Results of `SELECT` and `ASK` as XML.
        ResultsXml = "application/sparql-results+xml",
        /// Results of `SELECT` in a binary form.
        BinaryResultsTable = "application/x-binary-rdf-results-table",
        /// Results of `SELECT`, separated by commas.
        Csv = "text/csv",
        /// Results of `SELECT`, separated by tabs.
        Tsv = "text/tab-separated-values",
        /// The answer to `ASK` as a word.
        Boolean = "text/boolean",
        /// RDF with graphs, a quad a line; what the service answers `CONSTRUCT` and `DESCRIBE` with
        /// unless it is asked for something else. One example of the guide spells it without the hyphen
        /// ([M22](crate::wire_notes#m22)), which is taken for the same and never sent.
        NQuads = "application/n-quads" | "application/nquads",
        /// RDF, a triple a line.
        NTriples = "application/n-triples",
        /// RDF in Turtle.
        Turtle = "text/turtle",
        /// RDF in Notation3.
        N3 = "text/n3",
        /// RDF in XML.
        RdfXml = "application/rdf+xml",
        /// RDF in JSON-LD.
        JsonLd = "application/ld+json",
        /// RDF with graphs, in XML.
        TriX = "application/trix",
        /// RDF with graphs, in TriG.
        TriG = "application/trig",
        /// RDF in a binary form.
        BinaryRdf = "application/x-binary-rdf",
        /// Text, as explanations are unless something else is asked for.
        Plain = "text/plain",
        /// HTML, which explanations can be.
        Html = "text/html",
    }
}

impl SparqlMediaType {
    /// The media type of a body, whatever its parameters and capitals.
    pub(crate) fn of(headers: &http::HeaderMap) -> Option<Self> {
        Some(crate::wire::response::media_type(headers)?.into())
    }
}

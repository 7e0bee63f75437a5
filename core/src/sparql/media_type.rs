//! Media types of SPARQL.

open_enum! {
    /// The media types of SPARQL results and of RDF data.
    ///
    /// The form of a query determines which of them its response can have.
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/sparql-media-type-support.html>
    SparqlMediaType {
        /// Results of `SELECT` and `ASK` as JSON, also of `CONSTRUCT` and `DESCRIBE`.
        ResultsJson = "application/sparql-results+json",
        /// Results of `SELECT` and `ASK` as XML.
        ResultsXml = "application/sparql-results+xml",
        /// Results of `SELECT` in a binary form.
        BinaryResultsTable = "application/x-binary-rdf-results-table",
        /// Results of `SELECT`, separated by commas.
        Csv = "text/csv",
        /// Results of `SELECT`, separated by tabs.
        Tsv = "text/tab-separated-values",
        /// The result of `ASK` as the text `true` or `false`.
        Boolean = "text/boolean",
        /// RDF with graphs, one quad per line: the service's default for `CONSTRUCT` and `DESCRIBE`. One
        /// example of the guide spells it without the hyphen ([M22](crate::wire_notes#m22)); that spelling is
        /// read as the same type and never sent.
        NQuads = "application/n-quads" | "application/nquads",
        /// RDF, one triple per line.
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
        /// Plain text, the default of reports on queries.
        Plain = "text/plain",
        /// HTML, for reports on queries.
        Html = "text/html",
    }
}

impl SparqlMediaType {
    /// The media type of a body, in lower case and without parameters.
    pub(crate) fn of(headers: &http::HeaderMap) -> Option<Self> {
        Some(crate::wire::response::media_type(headers)?.into())
    }
}

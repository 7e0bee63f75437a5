//! A parsed query, independent of the form in which it was sent.

use bytes::Bytes;

/// A query language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// Gremlin.
    Gremlin,
    /// openCypher.
    OpenCypher,
    /// SPARQL, the Graph Store Protocol included.
    Sparql,
}

/// The kind of a query request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryKind {
    /// The query is executed. Gremlin and openCypher also write in this way.
    Query,
    /// A SPARQL update.
    Update,
    /// The plan of the query is requested.
    Explain,
    /// A Gremlin traversal is executed and profiled.
    Profile,
    /// A request of the Graph Store Protocol. Its text is the method and the graph: `PUT default`, `GET http://graph`.
    GraphStore,
}

/// A parsed query. It is the same for all forms in which a query can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryRequest {
    /// The language.
    pub language: Language,
    /// The kind of the request.
    pub kind: QueryKind,
    /// The text of the query.
    pub text: String,
    /// The id that the client set.
    pub query_id: Option<String>,
    /// The `parameters` of an openCypher query, the text of a JSON object.
    pub parameters: Option<String>,
    /// All other parameters (`explain`, `profile.chop`, `default-graph-uri`), in order.
    pub options: Vec<(String, String)>,
    /// The value of the header `accept`.
    pub accept: Option<String>,
    /// Whether the client sent `te: trailers`.
    pub trailers: bool,
    /// The body of a request of the Graph Store Protocol.
    pub payload: Bytes,
    /// The media type of the payload.
    pub payload_type: Option<String>,
}

impl QueryRequest {
    pub(crate) fn new(language: Language, kind: QueryKind, text: impl Into<String>) -> Self {
        Self {
            language,
            kind,
            text: text.into(),
            query_id: None,
            parameters: None,
            options: Vec::new(),
            accept: None,
            trailers: false,
            payload: Bytes::new(),
            payload_type: None,
        }
    }

    /// The first option with this name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options(name).next()
    }

    /// All options with this name.
    pub fn options<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.options
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the form of the request marks it as a write. Only SPARQL has such forms.
    pub(crate) fn is_update(&self) -> bool {
        match self.kind {
            QueryKind::Update => true,
            QueryKind::GraphStore => !self.text.starts_with("GET "),
            QueryKind::Query | QueryKind::Explain | QueryKind::Profile => false,
        }
    }
}

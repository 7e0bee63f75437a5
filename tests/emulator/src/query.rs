//! A query as it was understood, whatever form it came in.

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

/// What is to be done with a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryKind {
    /// It runs. Gremlin and openCypher write in this way, too.
    Query,
    /// A SPARQL update.
    Update,
    /// Its plan is shown.
    Explain,
    /// A Gremlin traversal runs, and what that took is shown.
    Profile,
    /// A request of the Graph Store Protocol. Its text is the method and the graph: `PUT default`, `GET http://graph`.
    GraphStore,
}

/// A query as it was understood: the same for every form in which it can come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryRequest {
    /// The language.
    pub language: Language,
    /// What is to be done.
    pub kind: QueryKind,
    /// The text of the query.
    pub text: String,
    /// The id that the client gave it.
    pub query_id: Option<String>,
    /// The `parameters` of an openCypher query, the text of a JSON object.
    pub parameters: Option<String>,
    /// Everything else that came with it (`explain`, `profile.chop`, `default-graph-uri`), in order.
    pub options: Vec<(String, String)>,
    /// What the client accepts, as the header says it.
    pub accept: Option<String>,
    /// Whether the client said `te: trailers`.
    pub trailers: bool,
    /// What a request of the Graph Store Protocol brings.
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

    /// The first option of this name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options(name).next()
    }

    /// All options of this name.
    pub fn options<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.options
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the text, or rather the way in which it came, says that it writes. Only SPARQL does.
    pub(crate) fn is_update(&self) -> bool {
        match self.kind {
            QueryKind::Update => true,
            QueryKind::GraphStore => !self.text.starts_with("GET "),
            QueryKind::Query | QueryKind::Explain | QueryKind::Profile => false,
        }
    }
}

//! The responses to queries: scripts that tests register.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use self::matching::Matching;
use crate::failure::Failure;
use crate::{Language, QueryKind, QueryRequest};

mod matching;
pub(crate) mod registry;

pub use self::registry::ScriptId;

/// The response to a query. Register it with [`Emulator::script`](crate::Emulator::script).
///
/// A script applies to one language. It applies to queries that are executed (including updates), unless
/// [`explain`](Self::explain), [`profile`](Self::profile) or [`graph_store`](Self::graph_store) is set.
/// Without conditions it matches every text. If several scripts match, the one registered first is used,
/// until its [`times`](Self::times) are used up.
///
/// ```
/// use bytes::Bytes;
/// use neptunedata_emulator::{Emulator, Now, QueryScript};
/// use serde_json::json;
///
/// let mut neptune = Emulator::default();
/// let script = neptune.script(
///     QueryScript::open_cypher().containing("MATCH (n)").rows([json!({ "name": "Ada" }), json!({ "name": "Grace" })]),
/// );
/// let ask = http::Request::get("/openCypher?query=MATCH+(n)+RETURN+n.name+AS+name").body(Bytes::new())?;
/// let response = neptune.handle(ask, Now::at_unix(1_704_067_200)).into_response().ok_or("no response")?;
/// assert_eq!(response.to_json(), Some(json!({ "results": [{ "name": "Ada" }, { "name": "Grace" }] })));
/// assert_eq!(neptune.script_completions(script), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct QueryScript {
    language: Language,
    kinds: Vec<QueryKind>,
    matching: Vec<Matching>,
    pub(crate) writes: bool,
    pub(crate) times: Option<u64>,
    pub(crate) duration: Duration,
    pub(crate) reply: Scripted,
    pub(crate) vars: Option<Vec<String>>,
    pub(crate) chunking: Option<Chunking>,
    pub(crate) several_documents: bool,
    pub(crate) broken: Option<Broken>,
    pub(crate) appended: Option<bool>,
    pub(crate) trailers: Option<bool>,
    pub(crate) last_chunk: bool,
}

/// The result of a script.
#[derive(Clone)]
pub(crate) enum Scripted {
    Rows(Arc<[Value]>),
    /// The same row, repeated.
    Repeated(Value, u64),
    /// A number of rows, each generated when it is sent.
    Made(u64, Arc<dyn Fn(u64) -> Value + Send + Sync>),
    /// A number of rows, each generated as the text in the response.
    Raw(u64, Arc<dyn Fn(u64) -> Bytes + Send + Sync>),
    /// A media type and a body.
    Body(String, Bytes),
    Error(Failure),
}

/// How a body is divided into chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunking {
    Whole,
    Rows(u64),
    Bytes(usize),
}

/// Where a response fails.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) rows: u64,
    pub(crate) error: Failure,
}

impl QueryScript {
    /// A script for Gremlin. A row is a value: plain JSON, or GraphSON with `@type`. The response is typed or untyped
    /// as the client requests, in whichever form the rows are.
    pub fn gremlin() -> Self {
        Self::new(Language::Gremlin)
    }

    /// A script for openCypher. A row is an object of columns.
    pub fn open_cypher() -> Self {
        Self::new(Language::OpenCypher)
    }

    /// A script for SPARQL. A row is a solution, an object of terms: `{"x":{"type":"literal","value":"1"}}`.
    pub fn sparql() -> Self {
        Self::new(Language::Sparql)
    }

    fn new(language: Language) -> Self {
        Self {
            language,
            kinds: vec![QueryKind::Query, QueryKind::Update],
            matching: Vec::new(),
            writes: false,
            times: None,
            duration: Duration::ZERO,
            reply: Scripted::Rows(Arc::from([])),
            vars: None,
            chunking: None,
            several_documents: false,
            broken: None,
            appended: None,
            trailers: None,
            last_chunk: true,
        }
    }

    /// Matches queries with this text.
    pub fn exact(mut self, text: impl Into<String>) -> Self {
        self.matching.push(Matching::Exact(text.into()));
        self
    }

    /// Matches queries whose text contains this part.
    pub fn containing(mut self, part: impl Into<String>) -> Self {
        self.matching.push(Matching::Containing(part.into()));
        self
    }

    /// Matches queries for which this function returns true.
    pub fn matching(
        mut self,
        condition: impl Fn(&QueryRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.matching.push(Matching::Predicate(Arc::new(condition)));
        self
    }

    /// Responds with a report, as explain and profile return it: `text/plain`.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.body("text/plain;charset=UTF-8", text.into())
    }

    /// Responds to a SPARQL `ASK`.
    pub fn boolean(self, answer: bool) -> Self {
        let body = json!({ "head": {}, "boolean": answer });
        self.body("application/sparql-results+json", body.to_string())
    }

    fn is_for(&self, request: &QueryRequest) -> bool {
        self.language == request.language
            && self.kinds.contains(&request.kind)
            && self.matching.iter().all(|it| it.is_for(request))
    }

    /// Whether the query completes without an error.
    pub(crate) fn succeeds(&self) -> bool {
        self.broken.is_none() && !matches!(self.reply, Scripted::Error(_))
    }
}

setters! {
    QueryScript;

    /// Matches explain requests.
    explain() => kinds = vec![QueryKind::Explain];

    /// Matches profile requests.
    profile() => kinds = vec![QueryKind::Profile];

    /// Matches requests of the Graph Store Protocol. Their text is the method and the graph, as in `PUT default`.
    graph_store() => kinds = vec![QueryKind::GraphStore];

    /// The maximum number of queries to which the script applies; after that, it matches no more queries.
    /// Default: no limit.
    times(times: u64) => times = Some(times);

    /// Marks the query as a write: read replicas refuse it with a `ReadOnlyViolationException`. They refuse SPARQL
    /// updates in any case, and openCypher and Gremlin queries whose text has a clause or a step that writes.
    writes() => writes = true;

    /// How long the query runs. Meanwhile it is listed, uses one of the
    /// [`Config::query_slots`](crate::Config::query_slots), and can be cancelled. Its response is sent at the end (see
    /// [`Outcome::Pending`](crate::Outcome::Pending)). Default: zero.
    lasting(duration: Duration) => duration = duration;

    /// Responds with these rows.
    rows(rows: impl IntoIterator<Item = Value>)
        => reply = Scripted::Rows(rows.into_iter().collect());

    /// Responds with the same row, this many times. Rows are generated while they are sent, so the memory that is
    /// needed does not depend on their number. Only GraphBinary responses are built at once, of at most 65,536 rows.
    repeat(row: Value, times: u64) => reply = Scripted::Repeated(row, times);

    /// Responds with this many rows. Each is generated from its number, from 0, while it is sent. As with
    /// [`repeat`](Self::repeat), GraphBinary responses have at most 65,536 rows.
    generate(count: u64, row: impl Fn(u64) -> Value + Send + Sync + 'static)
        => reply = Scripted::Made(count, Arc::new(row));

    /// Like [`generate`](Self::generate), but the rows are written unchanged. This is the fastest way, and
    /// allows rows that are not valid JSON. GraphBinary responses have none of these rows.
    generate_raw(count: u64, row: impl Fn(u64) -> Bytes + Send + Sync + 'static)
        => reply = Scripted::Raw(count, Arc::new(row));

    /// The variables of a SPARQL response. Default: those of the first row, in alphabetical order.
    vars(vars: impl IntoIterator<Item = impl Into<String>>)
        => vars = Some(vars.into_iter().map(Into::into).collect());

    /// Responds with a body of any media type: RDF, other forms of results, bytes of a binary serializer.
    body(media_type: impl Into<String>, body: impl Into<Bytes>)
        => reply = Scripted::Body(media_type.into(), body.into());

    /// Responds with an exception. The status is that of the exception.
    error(code: impl Into<String>, message: impl Into<String>)
        => reply = Scripted::Error(Failure::new(code, message));

    /// Fails with an exception after this many rows, when status 200 has been sent. In openCypher, engines since
    /// 1.4.5.0 end such a body with the error object, and older ones just stop; the other languages always append the
    /// object. [`appended`](Self::appended) overrides this. Trailers contain the error, too.
    fail_after(rows: u64, code: impl Into<String>, message: impl Into<String>)
        => broken = Some(Broken { rows, error: Failure::new(code, message) });

    /// Whether a body that fails ends with the error object.
    appended(appended: bool) => appended = Some(appended);

    /// Whether clients that sent `te: trailers` get trailers. Default: true, except in openCypher before
    /// engine 1.4.5.0 and for explain, profile and the Graph Store Protocol.
    trailers(present: bool) => trailers = Some(present);

    /// The number of rows in each chunk, at least one.
    chunk_rows(rows: u64) => chunking = Some(Chunking::Rows(rows.max(1)));

    /// The size of each chunk in bytes, at least one. Chunks may end inside a row. Default: one chunk, or chunks of 64
    /// KiB for generated rows.
    chunk_bytes(bytes: usize) => chunking = Some(Chunking::Bytes(bytes.max(1)));

    /// Makes each chunk of a Gremlin response with [`chunk_rows`](Self::chunk_rows) a separate JSON document. It
    /// is not known whether Neptune sends several documents, or one document in several chunks
    /// ([U04](crate::wire_notes#u04)). Default: one document.
    several_documents() => several_documents = true;

    /// Ends the connection instead of sending the last chunk, of size zero.
    without_last_chunk() => last_chunk = false;
}

/// Shows the result without the closures.
impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "Rows({})", rows.len()),
            Self::Repeated(row, times) => write!(f, "Repeated({row}, {times})"),
            Self::Made(count, _) => write!(f, "Made({count})"),
            Self::Raw(count, _) => write!(f, "Raw({count})"),
            Self::Body(media_type, body) => write!(f, "Body({media_type}, {})", body.len()),
            Self::Error(error) => write!(f, "{error:?}"),
        }
    }
}

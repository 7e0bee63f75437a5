//! What queries are answered with: scripts that tests register.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use self::matching::Matching;
use crate::{Language, QueryKind, QueryRequest};

mod matching;
pub(crate) mod registry;

pub use self::registry::ScriptId;

/// What a query is answered with. Hand it to [`Emulator::script`](crate::Emulator::script).
///
/// A script is for one language, and for queries that run (updates included) unless [`explain`](Self::explain),
/// [`profile`](Self::profile) or [`graph_store`](Self::graph_store) says otherwise. Without conditions it is for every
/// text. Of the scripts that match, the one that was registered first answers, as often as [`times`](Self::times)
/// allows.
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
/// let answer = neptune.handle(ask, Now::at_unix(1_704_067_200)).into_response().ok_or("no answer")?;
/// assert_eq!(answer.to_json(), Some(json!({ "results": [{ "name": "Ada" }, { "name": "Grace" }] })));
/// assert_eq!(neptune.script_effects(script), 1);
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

/// What is answered.
#[derive(Clone)]
pub(crate) enum Scripted {
    Rows(Arc<[Value]>),
    /// The same row so many times.
    Repeated(Value, u64),
    /// So many rows, each made when it is sent.
    Made(u64, Arc<dyn Fn(u64) -> Value + Send + Sync>),
    /// The same, as the text that stands in the answer.
    Raw(u64, Arc<dyn Fn(u64) -> Bytes + Send + Sync>),
    Boolean(bool),
    /// A body of any type.
    Body(String, Bytes),
    Error(Error),
}

/// An exception.
#[derive(Clone, Debug)]
pub(crate) struct Error {
    pub(crate) status: Option<StatusCode>,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// Where a body is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunking {
    Whole,
    Rows(u64),
    Bytes(usize),
}

/// Where an answer breaks.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) rows: u64,
    pub(crate) error: Error,
}

impl QueryScript {
    /// For Gremlin. A row is a value: plain JSON, or GraphSON with its `@type`s. The answer is typed or untyped as the
    /// client asks for it, whichever of them the rows are in.
    pub fn gremlin() -> Self {
        Self::new(Language::Gremlin)
    }

    /// For openCypher. A row is an object of columns.
    pub fn open_cypher() -> Self {
        Self::new(Language::OpenCypher)
    }

    /// For SPARQL. A row is a solution, an object of terms: `{"x":{"type":"literal","value":"1"}}`.
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

    /// For queries whose plan is asked for.
    pub fn explain(mut self) -> Self {
        self.kinds = vec![QueryKind::Explain];
        self
    }

    /// For traversals that are to be profiled.
    pub fn profile(mut self) -> Self {
        self.kinds = vec![QueryKind::Profile];
        self
    }

    /// For requests of the Graph Store Protocol; their text is the method and the graph, as in `PUT default`.
    pub fn graph_store(mut self) -> Self {
        self.kinds = vec![QueryKind::GraphStore];
        self
    }

    /// For this text.
    pub fn exact(mut self, text: impl Into<String>) -> Self {
        self.matching.push(Matching::Exact(text.into()));
        self
    }

    /// For texts with this part.
    pub fn containing(mut self, part: impl Into<String>) -> Self {
        self.matching.push(Matching::Containing(part.into()));
        self
    }

    /// For requests of which this is true.
    pub fn matching(
        mut self,
        is_for: impl Fn(&QueryRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.matching.push(Matching::Predicate(Arc::new(is_for)));
        self
    }

    /// For so many queries. Default: all.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Says that the query writes: read replicas refuse it with a `ReadOnlyViolationException`. They do the same with SPARQL
    /// updates in any case.
    pub fn writes(mut self) -> Self {
        self.writes = true;
        self
    }

    /// How long the query runs. Meanwhile it is listed, holds one of
    /// [`Config::query_slots`](crate::Config::query_slots), and can be cancelled; its answer comes when the time is over
    /// (see [`Outcome::Pending`](crate::Outcome::Pending)). Default: no time at all.
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    /// These rows.
    pub fn rows(mut self, rows: impl IntoIterator<Item = Value>) -> Self {
        self.reply = Scripted::Rows(rows.into_iter().collect());
        self
    }

    /// The same row so many times. Rows are made while they are sent and need no memory, however many they are.
    pub fn repeat(mut self, row: Value, times: u64) -> Self {
        self.reply = Scripted::Repeated(row, times);
        self
    }

    /// So many rows, each made from its number, from 0, while it is sent.
    pub fn generate(
        mut self,
        count: u64,
        row: impl Fn(u64) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.reply = Scripted::Made(count, Arc::new(row));
        self
    }

    /// The same for rows that are written as they stand, without a look at them: the quickest way, and the way to rows
    /// that are no JSON.
    pub fn generate_raw(
        mut self,
        count: u64,
        row: impl Fn(u64) -> Bytes + Send + Sync + 'static,
    ) -> Self {
        self.reply = Scripted::Raw(count, Arc::new(row));
        self
    }

    /// The variables of a SPARQL answer. Default: those of the first row, in the order of the alphabet.
    pub fn vars(mut self, vars: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.vars = Some(vars.into_iter().map(Into::into).collect());
        self
    }

    /// The answer to a SPARQL `ASK`.
    pub fn boolean(mut self, answer: bool) -> Self {
        self.reply = Scripted::Boolean(answer);
        self
    }

    /// A body of any media type: RDF, other forms of results, bytes of a binary serializer.
    pub fn body(mut self, media_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        self.reply = Scripted::Body(media_type.into(), body.into());
        self
    }

    /// A report, as explain and profile give it: `text/plain`.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.body("text/plain;charset=UTF-8", text.into())
    }

    /// An exception in place of rows. Its status is the one that goes with its name.
    pub fn error(mut self, code: impl Into<String>, message: impl Into<String>) -> Self {
        self.reply = Scripted::Error(Error::new(code, message));
        self
    }

    /// An exception after so many rows, when status 200 has left already. Engines from 1.4.5.0 on end such a body with the
    /// error object, in openCypher; older ones just stop (the others always did append it).
    /// [`appended`](Self::appended) decides otherwise. Trailers tell it as well.
    pub fn fail_after(
        mut self,
        rows: u64,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        self.broken = Some(Broken {
            rows,
            error: Error::new(code, message),
        });
        self
    }

    /// Whether a body that breaks ends with the error object.
    pub fn appended(mut self, appended: bool) -> Self {
        self.appended = Some(appended);
        self
    }

    /// Whether there are trailers for clients that said `te: trailers`. Default: as the engine's version has them.
    pub fn trailers(mut self, present: bool) -> Self {
        self.trailers = Some(present);
        self
    }

    /// So many rows in each chunk. At least one.
    pub fn chunk_rows(mut self, rows: u64) -> Self {
        self.chunking = Some(Chunking::Rows(rows.max(1)));
        self
    }

    /// So many bytes in each chunk, wherever that cuts. At least one. Default: one chunk, and 64 KiB for rows that are
    /// generated.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunking = Some(Chunking::Bytes(bytes.max(1)));
        self
    }

    /// Makes each chunk of a Gremlin answer that is [chunked by rows](Self::chunk_rows) a document of its own. Whether
    /// Neptune sends several documents or one that is cut is not known (U04). Default: one.
    pub fn several_documents(mut self) -> Self {
        self.several_documents = true;
        self
    }

    /// The last chunk, of size zero, does not come, and the connection ends.
    pub fn without_last_chunk(mut self) -> Self {
        self.last_chunk = false;
        self
    }

    fn is_for(&self, request: &QueryRequest) -> bool {
        self.language == request.language
            && self.kinds.contains(&request.kind)
            && self.matching.iter().all(|it| it.is_for(request))
    }

    /// Whether the query comes to its end.
    pub(crate) fn succeeds(&self) -> bool {
        self.broken.is_none() && !matches!(self.reply, Scripted::Error(_))
    }
}

impl Error {
    fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: None,
            code: code.into(),
            message: message.into(),
        }
    }
}

/// Shows what can be shown.
impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "Rows({})", rows.len()),
            Self::Repeated(row, times) => write!(f, "Repeated({row}, {times})"),
            Self::Made(count, _) => write!(f, "Made({count})"),
            Self::Raw(count, _) => write!(f, "Raw({count})"),
            Self::Boolean(answer) => write!(f, "Boolean({answer})"),
            Self::Body(media_type, body) => write!(f, "Body({media_type}, {})", body.len()),
            Self::Error(error) => write!(f, "{error:?}"),
        }
    }
}

//! [`BodyChunks`]: the body of a response as it arrives.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, response::Parts};

use super::{
    AbandonedQuery, CallOptions, Exchange, Input, Io, Judge, Machine, Now, ResponseMeta, Step,
    Verdict, body::Body, judge::Undecoded,
};
use crate::{
    error::{Cause, DecodeError, DecodeErrorKind},
    operation::{Operation, OperationInfo},
    session::Session,
    wire::{
        coding,
        json_scan::Scan,
        outcome,
        response::{RawResponse, media_type},
    },
};

/// An operation whose response body is handed out as it arrives, without decoding it.
///
/// This is a [`Machine`]: its items are the chunks of the body, none of them empty, and its output is the
/// [`ResponseMeta`]. Resume it with [`Input::Next`] to start and after each chunk. Chunks that you do not request are
/// not fetched. Concatenated, the chunks are the body; their boundaries have no meaning. With the feature `gzip` the
/// body is decompressed.
///
/// The chunks are a complete body only if the machine ends without an error. It fails if
///
/// - the response is an error: it has an error status, or its whole body is an error object. No chunk is handed out;
/// - the query failed after the status 200 was sent: trailers or the end of the body report the error;
/// - the body is incomplete: the connection broke, fewer bytes arrived than announced, the compressed data ends too
///   early, or JSON ends before its last bracket. A body without a media type is JSON if it begins with a bracket.
///   In another format, a body with neither `content-length` nor chunked encoding may be incomplete without an error;
/// - the body is in an unsupported content coding, or is JSON and empty although the operation always returns JSON.
///
/// Apart from that, the body is not checked. For example, it may be an HTML page of a proxy: see
/// [`ResponseMeta::content_type`].
///
/// Before the first chunk, the operation is retried like any other call, according to its effect; after the first chunk
/// it is never retried. A body that may still turn out to be an error object is held back, up to 256 KiB: JSON without
/// an array or an object inside.
///
/// ```
/// use std::time::SystemTime;
/// use neptunedata::{
///     Auth, Endpoint, Session, machine::{BodyChunks, Input, Io, Machine, Now, Step}, sparql::GetGraph,
/// };
/// use neptunedata::http::{HeaderMap, Response};
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let mut chunks = BodyChunks::new(&session, &GetGraph::default_graph(), 42);
///
/// // What a driver would have received:
/// let (head, ()) = Response::builder().header("content-type", "application/n-triples").body(())?.into_parts();
/// let mut received = vec![
///     Input::End(HeaderMap::new()),
///     Input::Chunk("<urn:p> <urn:o> .\n".into()),
///     Input::Chunk("<urn:s> ".into()),
///     Input::Head(head),
/// ];
/// let now = Now::at(SystemTime::UNIX_EPOCH);
/// let (mut graph, mut input) = (Vec::new(), Input::Next);
/// let meta = loop {
///     input = match chunks.resume(input, now) {
///         Step::Io(Io::Send(_) | Io::Receive) => received.pop().unwrap(),
///         Step::Item(chunk) => {
///             graph.extend_from_slice(&chunk);
///             Input::Next
///         }
///         Step::Done(result) => break result?,
///         step => panic!("{step:?}"),
///     };
/// };
/// assert_eq!(graph, b"<urn:s> <urn:p> <urn:o> .\n");
/// assert_eq!(meta.content_type(), Some("application/n-triples"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BodyChunks {
    exchange: Exchange,
    judge: ChunkJudge,
    /// Of the response whose chunks are handed out.
    meta: Option<ResponseMeta>,
    /// The response is a success, and the last chunk was handed out.
    is_complete: bool,
}

impl BodyChunks {
    /// Runs `operation` and reads the body of its response. See [`Call::new`](super::Call::new) for `seed`.
    pub fn new<O: Operation>(session: &Session, operation: &O, seed: u64) -> Self {
        BodyChunks::with_options(session, operation, &CallOptions::default(), seed)
    }

    /// Like [`new`](BodyChunks::new), with options. [`max_body_bytes`](CallOptions::max_body_bytes) does not apply.
    pub fn with_options<O: Operation>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        seed: u64,
    ) -> Self {
        BodyChunks {
            exchange: Exchange::streaming(session, operation, options, seed),
            judge: ChunkJudge {
                info: O::INFO,
                held: Body::Empty,
                holds: true,
                json: Json::default(),
                chunk: None,
            },
            meta: None,
            is_complete: false,
        }
    }

    /// Status, headers and attempts of the response, once its first chunk was handed out, or the machine has ended
    /// without an error.
    pub fn meta(&self) -> Option<&ResponseMeta> {
        self.meta.as_ref()
    }

    /// The number of attempts so far.
    pub fn attempts(&self) -> u32 {
        self.exchange.attempts()
    }
}

impl Machine for BodyChunks {
    type Item = Bytes;
    type Output = ResponseMeta;

    fn resume(&mut self, input: Input, now: Now) -> Step<Bytes, ResponseMeta> {
        if self.is_complete
            && matches!(input, Input::Next)
            && let Some(meta) = &self.meta
        {
            self.is_complete = false;
            return Step::Done(Ok(meta.clone()));
        }
        match self.exchange.resume_with(input, now, &mut self.judge) {
            Step::Item(()) => match self.judge.chunk.take() {
                Some(chunk) => {
                    if self.meta.is_none() {
                        // From now on a retry would hand out this chunk a second time.
                        self.exchange.commit();
                        self.meta = self.exchange.response_meta();
                    }
                    Step::Item(chunk)
                }
                // Not reached: the judge sets the chunk before it returns `Verdict::Item`.
                None => Step::Io(Io::Continue),
            },
            Step::Io(io) => Step::Io(io),
            Step::Misuse(misuse) => Step::Misuse(misuse),
            Step::Done(Err(error)) => Step::Done(Err(error)),
            Step::Done(Ok(response)) => {
                self.meta = Some(response.meta.clone());
                let held = self.judge.held.take();
                if held.is_empty() {
                    return Step::Done(Ok(response.meta));
                }
                self.is_complete = true;
                Step::Item(held)
            }
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        self.exchange.wake_at()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        self.exchange.abandoned()
    }

    fn abandon(&mut self) {
        self.exchange.abandon();
    }
}

/// Hands out the chunks of a body, except that it holds back a body that may be an error object.
#[derive(Debug)]
struct ChunkJudge {
    info: &'static OperationInfo,
    /// The beginning of the body, until a chunk is handed out.
    held: Body,
    /// The body so far may be an error object.
    holds: bool,
    json: Json,
    /// The chunk to hand out next.
    chunk: Option<Bytes>,
}

impl ChunkJudge {
    /// Why a body that HTTP reports as complete is not a complete response.
    fn defect(&self, headers: &HeaderMap) -> Option<(DecodeErrorKind, String)> {
        if let Some(reason) = coding::unsupported(headers) {
            // The body was labelled as gzip, but it is not.
            return Some((DecodeErrorKind::Encoding, reason));
        }
        let media_type = media_type(headers);
        let media_type = media_type.as_deref();
        // JSON-LD is RDF, and a graph may be empty.
        let never_blank = media_type
            .is_some_and(|it| it.ends_with("json") && it != "application/ld+json")
            && !self.info.may_answer_empty;
        if self.json.is_blank() && never_blank {
            return Some((DecodeErrorKind::Empty, "empty response body".to_owned()));
        }
        if self.json.is_incomplete() && media_type.is_none_or(|it| it.ends_with("json")) {
            let reason = "the JSON ends before its last bracket".to_owned();
            return Some((DecodeErrorKind::Truncated, reason));
        }
        None
    }
}

impl Judge for ChunkJudge {
    fn head(&mut self, head: &Parts) -> Verdict {
        // A retry starts over. No chunk of the earlier response was handed out.
        self.held = Body::Empty;
        self.holds = true;
        self.json = Json::default();
        Verdict::of_coding(self.info, head)
    }

    fn chunk(&mut self, chunk: Bytes) -> Verdict {
        self.json.scan(&chunk);
        self.held.push(chunk);
        self.holds &=
            self.json.may_be_error_object() && self.held.len() <= outcome::WHOLE_BODY_LIMIT;
        if self.holds || self.held.len() == 0 {
            return Verdict::NeedMore;
        }
        self.chunk = Some(self.held.take());
        Verdict::Item
    }

    fn end(&mut self, response: &RawResponse<'_>) -> Result<(), Cause> {
        let (status, headers) = (response.status, response.headers);
        let held = self.held.take();
        outcome::check_outcome(self.info, status, headers, &HeaderMap::new(), &held)?;
        let Some((kind, reason)) = self.defect(headers) else {
            self.held.push(held);
            return Undecoded.end(response);
        };
        let error = DecodeError::new(self.info.name, kind, "", reason, held);
        Err(outcome::error_at_tail(error, response))
    }
}

/// The JSON values of a body: one, or several in a row (`U04`).
#[derive(Debug, Default)]
struct Json {
    position: Position,
    /// The body is not an error object: it has an array or an object inside, or something after the first value.
    is_other_than_error: bool,
}

#[derive(Debug, Default)]
enum Position {
    /// Only white space so far.
    #[default]
    Blank,
    /// Inside a value.
    Open(Scan),
    /// After a value.
    Closed,
    /// The body is not JSON, or something else follows the JSON.
    Other,
}

impl Json {
    fn scan(&mut self, mut chunk: &[u8]) {
        loop {
            match &mut self.position {
                Position::Other => return,
                Position::Open(scan) => {
                    let end = scan.find_end(chunk);
                    self.is_other_than_error |= scan.is_nested();
                    let Some(end) = end else { return };
                    self.position = Position::Closed;
                    chunk = chunk.get(end..).unwrap_or_default();
                }
                Position::Blank | Position::Closed => {
                    chunk = chunk.trim_ascii_start();
                    let Some(first) = chunk.first() else { return };
                    let is_json = matches!(first, b'{' | b'[');
                    self.is_other_than_error |=
                        !is_json || matches!(self.position, Position::Closed);
                    self.position = if is_json {
                        Position::Open(Scan::default())
                    } else {
                        Position::Other
                    };
                }
            }
        }
    }

    fn is_blank(&self) -> bool {
        matches!(self.position, Position::Blank)
    }

    fn is_incomplete(&self) -> bool {
        matches!(self.position, Position::Open(_))
    }

    /// Whether the body so far may be an error object, which contains neither arrays nor objects.
    fn may_be_error_object(&self) -> bool {
        !self.is_other_than_error
    }
}

//! Rows of an answer as they arrive: [`Rows`], and the [`RowReader`] under it.
//!
//! An answer of any size is read in the memory of one row and one chunk. That it began well says
//! nothing: only its end, checked as for collected answers, makes it a success.

mod envelope;
mod error;
mod error_path;
mod format;
#[cfg(test)]
mod linear_work;
mod reader;
mod scan;
mod value;
mod window;

use std::{mem, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, response::Parts};
use serde::de::DeserializeOwned;

use crate::{
    error::{Cause, DecodeError, DecodeErrorKind},
    machine::{
        AbandonedQuery, CallOptions, Exchange, Input, Io, Judge, Machine, Now, ResponseMeta, Step,
        Verdict,
    },
    operation::OperationInfo,
    session::Session,
    wire::{coding, outcome, response::RawResponse},
};

pub use envelope::Envelope;
pub use error::RowError;
pub use format::{RowQuery, RowsFormat};
pub use reader::RowReader;

/// How much of a body is received after the place where it stopped being valid, beyond the longest
/// row: an error object at its end may say why.
const TRAILING_BYTES: u64 = 1024 * 1024;

/// A query whose rows are handed out as they arrive, decoded into `T`.
///
/// A [`Machine`] whose items are the rows, and which ends in what stood around them. Give it
/// [`Input::Next`] to begin and after each row; what is not asked for is not fetched.
///
/// Rows that were handed out are good, but they may not be all: a failure of any sort comes after
/// them, as one error, which is the end. A row is handed out when what follows it begins to arrive:
/// only then is it certain that it is one. Before the first row the query is sent again like any
/// other, by its effect; after it never.
///
/// A row that is not a `T` ends the reading too, with a [`DecodeError`] that names the row and holds
/// it. For rows of several shapes take a `T` that has them all, such as an untagged enum or
/// `serde_json::Value`.
///
/// ```
/// use std::time::SystemTime;
/// use neptunedata::{
///     Auth, Effect, Endpoint, Operation, OperationInfo, Session, error::DecodeError,
///     machine::{Input, Io, Machine, Now, Step}, operation::{RawResponse, RequestWriter},
///     rows::{RowQuery, Rows, RowsFormat},
/// };
/// use neptunedata::http::{self, Method};
///
/// struct People;
///
/// impl Operation for People {
///     type Output = ();
///     const INFO: &'static OperationInfo =
///         &OperationInfo::new("People", Method::POST, "/opencypher", Effect::Read);
///     fn encode(&self, request: &mut RequestWriter<'_>) {
///         request.json(&neptunedata::serde_json::json!({"query": "MATCH (p:Person) RETURN p.name AS name"}));
///     }
///     fn decode(_: &RawResponse<'_>) -> Result<(), DecodeError> {
///         Ok(())
///     }
/// }
///
/// impl RowQuery for People {
///     const FRAMING: RowsFormat = RowsFormat::OpenCypher;
/// }
///
/// #[derive(Debug, PartialEq, serde::Deserialize)]
/// struct Person {
///     name: String,
/// }
///
/// let session = Session::new(Endpoint::parse("http://localhost:8182")?, Auth::unsigned())?;
/// let mut rows = Rows::<Person>::new(&session, &People, 42);
///
/// // What a driver would have received:
/// let (head, ()) = http::Response::new(()).into_parts();
/// let mut received = vec![
///     Input::End(http::HeaderMap::new()),
///     Input::Chunk(r#"me":"Bob"}]}"#.into()),
///     Input::Chunk(r#"{"results":[{"name":"Ann"},{"na"#.into()),
///     Input::Head(head),
/// ];
/// let now = Now::at(SystemTime::UNIX_EPOCH);
/// let (mut names, mut input) = (Vec::new(), Input::Next);
/// let end = loop {
///     input = match rows.resume(input, now) {
///         Step::Io(Io::Send(_) | Io::Receive) => received.pop().unwrap(),
///         Step::Item(person) => {
///             names.push(person.name);
///             Input::Next
///         }
///         Step::Done(end) => break end?,
///         step => panic!("{step:?}"),
///     };
/// };
/// assert_eq!(names, ["Ann", "Bob"]);
/// assert_eq!(end.rows, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Rows<T> {
    exchange: Exchange,
    judge: RowJudge<T>,
}

/// Reads rows from a response, and decides by them whether it is a success.
#[derive(Debug)]
struct RowJudge<T> {
    info: &'static OperationInfo,
    framing: RowsFormat,
    row_limit: Option<usize>,
    reader: RowReader<T>,
    /// How much of the body has arrived.
    received: u64,
    /// The row for the caller.
    row: Option<T>,
}

/// What rows end in, when all of them have come.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RowsSummary {
    /// How many there were.
    pub rows: u64,
    /// What stood around them.
    pub members: Envelope,
    /// Status, headers and attempts.
    pub meta: ResponseMeta,
}

impl<T: DeserializeOwned> Rows<T> {
    /// The rows that `operation` answers. The `seed` decides the jitter of waits; take a random
    /// number for each call.
    pub fn new<O: RowQuery>(session: &Session, operation: &O, seed: u64) -> Self {
        Rows::with_options(session, operation, &CallOptions::default(), seed)
    }

    /// The rows, with options. [`row_limit`](CallOptions::row_limit) takes the place of the limit of
    /// bodies.
    pub fn with_options<O: RowQuery>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        seed: u64,
    ) -> Self {
        let mut exchange = Exchange::streaming(session, operation, options, seed);
        if let Some(fault) = operation.no_rows() {
            exchange.refuse(fault);
        }
        Rows {
            exchange,
            judge: RowJudge {
                info: O::INFO,
                framing: O::FRAMING,
                row_limit: options.row_limit,
                reader: reader(O::FRAMING, options.row_limit),
                received: 0,
                row: None,
            },
        }
    }

    /// What stands around the rows, as far as it has come: with SPARQL mostly
    /// [`vars`](Envelope::vars) before the first row.
    pub fn members(&self) -> &Envelope {
        self.judge.reader.members()
    }

    /// How many rows were handed out.
    pub fn rows(&self) -> u64 {
        self.judge.reader.rows()
    }

    /// How many attempts were made so far.
    pub fn attempts(&self) -> u32 {
        self.exchange.attempts()
    }
}

impl<T: DeserializeOwned> RowJudge<T> {
    /// Reads on to the next row.
    fn read(&mut self) -> Verdict {
        match self.reader.next_row() {
            Ok(Some(row)) => {
                self.row = Some(row);
                Verdict::Item
            }
            Ok(None) => Verdict::GoOn,
            // The rest of a broken response is received because its end may say what went wrong.
            Err(_) if self.reader.is_broken() && !self.is_hopeless() => Verdict::GoOn,
            Err(error) => {
                let error = error.into_decode_error(self.info.name);
                Verdict::Reject(Box::new(error.into()))
            }
        }
    }

    fn is_hopeless(&self) -> bool {
        let limit = u64::try_from(self.reader.limit()).unwrap_or(u64::MAX);
        let surplus = self.received.saturating_sub(self.reader.position());
        surplus > limit.saturating_add(TRAILING_BYTES)
    }
}

impl<T: DeserializeOwned> Judge for RowJudge<T> {
    fn head(&mut self, head: &Parts) -> Verdict {
        // Whatever an earlier response brought is void.
        self.reader = reader(self.framing, self.row_limit);
        self.received = 0;
        match coding::left_in(&head.headers) {
            Some(reason) => {
                let kind = DecodeErrorKind::Encoding;
                let error = DecodeError::new(self.info.name, kind, "", reason, Bytes::new());
                Verdict::Reject(Box::new(error.into()))
            }
            None => Verdict::GoOn,
        }
    }

    fn chunk(&mut self, chunk: Bytes) -> Verdict {
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.received = self.received.saturating_add(length);
        self.reader.push(chunk);
        self.read()
    }

    fn next(&mut self) -> Verdict {
        self.read()
    }

    fn end(&mut self, response: &RawResponse<'_>) -> Result<(), Cause> {
        self.reader.end();
        let error = match self.reader.next_row() {
            // A row is handed out when the comma or bracket after it has arrived, so none is left.
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == DecodeErrorKind::Empty && self.info.may_answer_empty => {
                return Ok(());
            }
            Err(error) => error,
        };
        let (status, headers) = (response.status, response.headers);
        // An error object in place of the rows. The end of the body shows it too, unless it is long.
        if !self.reader.found_rows() {
            let object = self.reader.members().object();
            outcome::gate(status, headers, &HeaderMap::new(), &object)?;
        }
        let error = error.into_decode_error(self.info.name);
        Err(outcome::or_tail(error, status, headers, response.body))
    }
}

fn reader<T: DeserializeOwned>(framing: RowsFormat, limit: Option<usize>) -> RowReader<T> {
    let reader = RowReader::new(framing);
    match limit {
        Some(limit) => reader.row_limit(limit),
        None => reader,
    }
}

impl<T: DeserializeOwned> Machine for Rows<T> {
    type Item = T;
    type Output = RowsSummary;

    fn resume(&mut self, input: Input, now: Now) -> Step<T, RowsSummary> {
        match self.exchange.resume_with(input, now, &mut self.judge) {
            Step::Item(()) => match self.judge.row.take() {
                Some(row) => {
                    self.exchange.commit();
                    Step::Item(row)
                }
                // Not reached: a step that is an item has put a row there.
                None => Step::Io(Io::Continue),
            },
            Step::Io(io) => Step::Io(io),
            Step::Misuse(misuse) => Step::Misuse(misuse),
            Step::Done(Err(error)) => Step::Done(Err(error)),
            Step::Done(Ok(answer)) => {
                let reader = mem::replace(&mut self.judge.reader, reader(self.judge.framing, None));
                Step::Done(Ok(RowsSummary {
                    rows: reader.rows(),
                    members: reader.into_members(),
                    meta: answer.meta,
                }))
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

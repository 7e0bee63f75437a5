//! Rows of a response as they arrive: [`Rows`], and the [`RowReader`] that it uses.
//!
//! A response of any size is read with the memory of one row and one chunk. The response is a success only if its
//! end is valid too, as for collected responses.

mod envelope;
mod error;
mod error_path;
mod format;
#[cfg(test)]
mod linear_work;
mod reader;
mod value;
mod window;

use std::{mem, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, response::Parts};
use serde::de::DeserializeOwned;

use crate::{
    error::{Cause, DecodeErrorKind},
    machine::{
        AbandonedQuery, CallOptions, Exchange, Input, Io, Judge, Machine, Now, ResponseMeta, Step,
        Verdict,
    },
    operation::OperationInfo,
    session::Session,
    wire::{outcome, response::RawResponse},
};

pub use envelope::Envelope;
pub use error::RowError;
pub use format::{RowQuery, RowsFormat};
pub use reader::RowReader;

/// How many bytes of a body, in addition to the row limit, are received after the position where it
/// became invalid: an error object at its end may say why.
const TRAILING_BYTES: u64 = 1024 * 1024;

/// A query whose rows are handed out as they arrive, each decoded into `T`.
///
/// This is a [`Machine`]: its items are the rows, and its output is the rest of the response. Resume it
/// with [`Input::Next`] to start and after each row. Rows that you do not request are not fetched.
///
/// Rows that the machine has returned are valid, but they may not be all rows: if the response fails later, the
/// machine returns an error after these rows, and ends. A row is returned when its last byte has arrived or, in
/// [some cases](RowReader::next_row), when the comma or bracket after it has arrived. Before the first row, the query is
/// retried like any other call, according to its effect; after the first row it is never retried.
///
/// A row that is not a `T` also ends the machine, with a [`DecodeError`](crate::error::DecodeError) that names the row
/// and contains it. For rows of several shapes use a `T` that accepts all of them, such as an untagged enum or
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
///     const FORMAT: RowsFormat = RowsFormat::OpenCypher;
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

/// Reads rows from a response, and decides whether the response is a success.
#[derive(Debug)]
struct RowJudge<T> {
    info: &'static OperationInfo,
    format: RowsFormat,
    max_row_bytes: Option<usize>,
    reader: RowReader<T>,
    /// How many bytes of the body have arrived.
    received: u64,
    /// The row to hand out next.
    row: Option<T>,
}

/// The output of [`Rows`] after all rows have been handed out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RowsSummary {
    /// The number of rows.
    pub rows: u64,
    /// The members of the response body other than the rows.
    pub envelope: Envelope,
    /// The status, the headers and the attempts.
    pub meta: ResponseMeta,
}

impl<T: DeserializeOwned> Rows<T> {
    /// Runs `operation` and reads its rows. The `seed` determines the retry jitter and, if the query can be cancelled,
    /// its id: use a random number for each call, or [`Session::next_seed`](crate::session::Session::next_seed).
    pub fn new<O: RowQuery>(session: &Session, operation: &O, seed: u64) -> Self {
        Rows::with_options(session, operation, &CallOptions::default(), seed)
    }

    /// Like [`new`](Rows::new), with options. The limit [`max_row_bytes`](CallOptions::max_row_bytes) applies
    /// instead of the limit for bodies.
    pub fn with_options<O: RowQuery>(
        session: &Session,
        operation: &O,
        options: &CallOptions,
        seed: u64,
    ) -> Self {
        let mut exchange = Exchange::streaming(session, operation, options, seed);
        if let Err(error) = operation.check_rows() {
            exchange.reject(error);
        }
        Rows {
            exchange,
            judge: RowJudge {
                info: O::INFO,
                format: O::FORMAT,
                max_row_bytes: options.max_row_bytes,
                reader: reader(O::FORMAT, options.max_row_bytes),
                received: 0,
                row: None,
            },
        }
    }

    /// The members of the response body other than the rows that have arrived. In SPARQL results,
    /// [`vars`](Envelope::vars) usually arrive before the first row.
    pub fn envelope(&self) -> &Envelope {
        self.judge.reader.envelope()
    }

    /// The number of rows that were handed out.
    pub fn rows(&self) -> u64 {
        self.judge.reader.rows()
    }

    /// The number of attempts so far.
    pub fn attempts(&self) -> u32 {
        self.exchange.attempts()
    }
}

impl<T: DeserializeOwned> RowJudge<T> {
    /// Reads the next row.
    fn read(&mut self) -> Verdict {
        match self.reader.next_row() {
            Ok(Some(row)) => {
                self.row = Some(row);
                Verdict::Item
            }
            Ok(None) => Verdict::NeedMore,
            // The rest of a broken response is received because its end may say what went wrong.
            Err(_) if self.reader.is_malformed() && !self.exceeds_trailing_limit() => {
                Verdict::NeedMore
            }
            Err(error) => {
                let error = error.into_decode_error(self.info.name);
                Verdict::Reject(Box::new(error.into()))
            }
        }
    }

    /// Whether too much has arrived after the position where the body became invalid.
    fn exceeds_trailing_limit(&self) -> bool {
        let limit = u64::try_from(self.reader.limit()).unwrap_or(u64::MAX);
        let trailing = self.received.saturating_sub(self.reader.position());
        trailing > limit.saturating_add(TRAILING_BYTES)
    }
}

impl<T: DeserializeOwned> Judge for RowJudge<T> {
    fn head(&mut self, head: &Parts) -> Verdict {
        // A retry starts over. No row of the earlier response was handed out.
        self.reader = reader(self.format, self.max_row_bytes);
        self.received = 0;
        Verdict::of_coding(self.info, head)
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
            // A row that was not returned when it arrived needs a comma or bracket after it, so no row is left.
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == DecodeErrorKind::Empty && self.info.may_answer_empty => {
                return Ok(());
            }
            Err(error) => error,
        };
        // The whole body may be an error object. It is searched for in the members as well, because the
        // tail of the body contains only short objects completely.
        if !self.reader.found_rows() {
            let object = self.reader.envelope().object();
            let (status, headers) = (response.status, response.headers);
            outcome::check_outcome(self.info, status, headers, &HeaderMap::new(), &object)?;
        }
        let mut error = error.into_decode_error(self.info.name);
        // Only the end of a longer body is here.
        if self.received <= u64::try_from(outcome::TAIL).unwrap_or_default() {
            error = response.name_format(error);
        }
        Err(outcome::error_at_tail(error, response))
    }
}

fn reader<T: DeserializeOwned>(format: RowsFormat, limit: Option<usize>) -> RowReader<T> {
    let reader = RowReader::new(format);
    match limit {
        Some(limit) => reader.max_row_bytes(limit),
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
                    // From now on a retry would hand out this row a second time.
                    self.exchange.commit();
                    Step::Item(row)
                }
                // Unreachable: the judge sets the row before it returns `Verdict::Item`.
                None => Step::Io(Io::Continue),
            },
            Step::Io(io) => Step::Io(io),
            Step::Misuse(misuse) => Step::Misuse(misuse),
            Step::Done(Err(error)) => Step::Done(Err(error)),
            Step::Done(Ok(response)) => {
                let reader = mem::replace(&mut self.judge.reader, reader(self.judge.format, None));
                Step::Done(Ok(RowsSummary {
                    rows: reader.rows(),
                    envelope: reader.into_envelope(),
                    meta: response.meta,
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

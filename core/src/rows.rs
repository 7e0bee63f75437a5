//! Rows of an answer as they arrive: [`Rows`], and the [`RowReader`] under it.
//!
//! An answer of any size is read in the memory of one row and one chunk. That it began well says
//! nothing: only its end, checked as for collected answers, makes it a success.

mod envelope;
mod error;
#[cfg(test)]
mod linear_work;
mod place;
mod reader;
mod rows_format;
mod scan;
mod value;
mod window;

use std::ops::ControlFlow::{self, Break, Continue};

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::{
    error::{DecodeError, DecodeErrorKind, EncodeError, Error, ErrorKind, Misuse},
    machine::{
        AbandonedQuery, BodyEvent, CallOptions, CallOutput, Exchange, Input, Machine, Now,
        ResponseMeta, Step, Timeouts,
    },
    operation::OperationInfo,
    session::Session,
    wire::{coding, outcome},
};

pub use envelope::Envelope;
pub use error::RowError;
pub use reader::RowReader;
pub use rows_format::{RowQuery, RowsFormat};

/// So much is received of a body behind the place where it stopped being the answer, beyond the
/// longest row: its end may tell why.
const PATIENCE: u64 = 1024 * 1024;

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
/// use std::time::{Duration, SystemTime};
/// use neptunedata::{
///     Auth, Effect, Endpoint, Operation, OperationInfo, Session, error::DecodeError,
///     machine::{Input, Machine, Now, Step}, operation::{RawResponse, RequestWriter},
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
/// let now = Now { wall: SystemTime::UNIX_EPOCH, mono: Duration::ZERO };
/// let (mut names, mut input) = (Vec::new(), Input::Next);
/// let end = loop {
///     input = match rows.resume(input, now) {
///         Step::Send(_) | Step::Receive => received.pop().unwrap(),
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
    info: &'static OperationInfo,
    framing: RowsFormat,
    row_limit: Option<usize>,
    reader: RowReader<T>,
    /// How much of the body has come.
    received: u64,
    /// A row is out.
    handing_out: bool,
    /// Why it is not sent.
    refused: Option<Error>,
    /// That was said.
    over: bool,
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
        Rows {
            exchange: Exchange::streaming(session, operation, options, seed).judged_outside(),
            info: O::INFO,
            framing: O::FRAMING,
            row_limit: options.row_limit,
            reader: reader(O::FRAMING, options.row_limit),
            received: 0,
            handing_out: false,
            refused: operation.no_rows().map(|fault| {
                let error = EncodeError::new(O::INFO.name, vec![fault]);
                Error::new(O::INFO.name, error)
            }),
            over: false,
        }
    }

    /// What stands around the rows, as far as it has come: with SPARQL mostly
    /// [`vars`](Envelope::vars) before the first row.
    pub fn members(&self) -> &Envelope {
        self.reader.members()
    }

    /// How many rows were handed out.
    pub fn rows(&self) -> u64 {
        self.reader.rows()
    }

    /// How many attempts were made so far.
    pub fn attempts(&self) -> u32 {
        self.exchange.attempts()
    }

    /// Takes what the exchange wants, up to something that is for the driver.
    fn go_on(
        &mut self,
        mut step: Step<BodyEvent, CallOutput<()>>,
        now: Now,
    ) -> Step<T, RowsSummary> {
        loop {
            step = match step {
                Step::Item(BodyEvent::Head(head)) => self.begin(&head.headers, now),
                Step::Item(BodyEvent::Chunk(chunk)) => {
                    let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                    self.received = self.received.saturating_add(length);
                    self.reader.push(chunk);
                    match self.next_row(now) {
                        Break(row) => return Step::Item(row),
                        Continue(step) => step,
                    }
                }
                Step::Done(Ok(answer)) => match self.judge(answer, now) {
                    Break(end) => return Step::Done(Ok(end)),
                    Continue(step) => step,
                },
                Step::Done(Err(error)) => return Step::Done(Err(error)),
                Step::Receive => return Step::Receive,
                Step::Wait(time) => return Step::Wait(time),
                Step::Send(transmit) => return Step::Send(transmit),
                Step::Credentials { refresh } => return Step::Credentials { refresh },
            };
        }
    }

    /// An answer begins; what came of one before is forgotten.
    fn begin(&mut self, headers: &HeaderMap, now: Now) -> Step<BodyEvent, CallOutput<()>> {
        self.reader = reader(self.framing, self.row_limit);
        self.received = 0;
        match coding::left_in(headers) {
            Some(reason) => {
                let kind = DecodeErrorKind::Encoding;
                let error = DecodeError::new(self.info.name, kind, "", reason, Bytes::new());
                self.exchange.break_off(error.into(), now)
            }
            None => self.exchange.resume(Input::Next, now),
        }
    }

    /// A row, or what the exchange wants before there is one.
    fn next_row(&mut self, now: Now) -> ControlFlow<T, Step<BodyEvent, CallOutput<()>>> {
        match self.reader.next_row() {
            Ok(Some(row)) => {
                self.exchange.commit();
                self.handing_out = true;
                Break(row)
            }
            // The rest of a broken answer is received for what its end tells.
            Err(_) if self.reader.is_broken() && !self.is_hopeless() => {
                Continue(self.exchange.resume(Input::Next, now))
            }
            Err(error) => {
                let error = error.into_decode_error(self.info.name);
                Continue(self.exchange.break_off(error.into(), now))
            }
            Ok(None) => Continue(self.exchange.resume(Input::Next, now)),
        }
    }

    fn is_hopeless(&self) -> bool {
        let limit = u64::try_from(self.reader.limit()).unwrap_or(u64::MAX);
        let surplus = self.received.saturating_sub(self.reader.position());
        surplus > limit.saturating_add(PATIENCE)
    }

    /// The answer has ended as far as HTTP can tell.
    fn judge(
        &mut self,
        answer: CallOutput<()>,
        now: Now,
    ) -> ControlFlow<RowsSummary, Step<BodyEvent, CallOutput<()>>> {
        self.reader.end();
        let CallOutput { meta, body, .. } = answer;
        let error = match self.reader.next_row() {
            // Rows are followed by something, so none was left until now.
            Ok(_) => None,
            Err(error) => Some(error).filter(|error| {
                error.kind() != DecodeErrorKind::Empty || !self.info.may_answer_empty
            }),
        };
        let Some(error) = error else {
            self.exchange.accept();
            let reader = std::mem::replace(&mut self.reader, reader(self.framing, None));
            return Break(RowsSummary {
                rows: reader.rows(),
                members: reader.into_members(),
                meta,
            });
        };
        let (status, headers) = (meta.status, meta.headers);
        // An error object in place of the answer, which the end of the body shows too unless it is
        // long.
        if !self.reader.found_rows() {
            let object = self.reader.members().object();
            if let Err(error) = outcome::gate(status, &headers, &HeaderMap::new(), &object) {
                return Continue(self.exchange.fail(error.into(), status, headers, body, now));
            }
        }
        let error = error.into_decode_error(self.info.name);
        Continue(self.exchange.reject(error, status, headers, body, now))
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
        if self.over {
            let (state, input) = ("done", input.name());
            return Step::fail(Error::new(self.info.name, Misuse { state, input }));
        }
        if matches!(input, Input::Next)
            && let Some(error) = self.refused.take()
        {
            self.over = true;
            return Step::fail(error);
        }
        if self.handing_out && matches!(input, Input::Next) {
            self.handing_out = false;
            return match self.next_row(now) {
                Break(row) => Step::Item(row),
                Continue(step) => self.go_on(step, now),
            };
        }
        let step = self.exchange.resume(input, now);
        // Only what was out of turn leaves the row where it is.
        self.handing_out &=
            matches!(&step, Step::Done(Err(error)) if error.kind() == ErrorKind::Misuse);
        self.go_on(step, now)
    }

    fn timeouts(&self) -> Timeouts {
        self.exchange.timeouts()
    }

    fn abandoned(&mut self) -> Option<AbandonedQuery> {
        self.exchange.abandoned()
    }
}

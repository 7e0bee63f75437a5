//! The reader that takes the bytes of a response body and returns its rows.
//!
//! The objects on the way to the rows are read byte by byte by a small state machine ([`State`]).
//! Values (rows, keys, and all other members) are parsed as a whole by [`Values`]:
//!
//! ```text
//! {                        Start, FirstKey
//!   "requestId" : "…" ,    Colon, Value, Skip, AfterMember, Key
//!   "results" : [          Colon, Value, FirstRow
//!     row , row            Row, AfterRow, Row, AfterRow
//!   ]                      AfterMember
//! }                        Done
//! ```

mod envelope;
mod failure;
mod state;

use std::{marker::PhantomData, mem};

use bytes::Bytes;
use serde::de::DeserializeOwned;

use self::state::{Check, Found, State};
use super::{
    Envelope, RowError, RowsFormat,
    format::{Array, Format, Null, Object, PathMember},
    value::{ValueError, Values},
};
use crate::error::DecodeErrorKind;

/// The default of [`RowReader::max_row_bytes`].
const DEFAULT_LIMIT: usize = 64 * 1024 * 1024;

/// Reads rows from the bytes of a response body while it arrives.
///
/// Rows are decoded by serde_json into a type of your choice. They may be nested 127 levels deep. The reader holds
/// one row and one chunk in memory, and its results do not depend on how the body is split into chunks. The other
/// members of the body are available from [`envelope`](RowReader::envelope).
///
/// [`Rows`](crate::rows::Rows) sends requests and uses this reader for the responses. Use the reader alone
/// for bodies from other sources:
///
/// ```
/// use neptunedata::rows::{RowReader, RowsFormat};
///
/// #[derive(serde::Deserialize)]
/// struct Person {
///     name: String,
/// }
///
/// let mut reader = RowReader::<Person>::new(RowsFormat::OpenCypher);
/// let mut names = Vec::new();
/// for chunk in [r#"{"results":[{"name":"Ann"},{"na"#, r#"me":"Bob"}"#, "]}"] {
///     reader.push(chunk);
///     while let Some(person) = reader.next_row()? {
///         names.push(person.name);
///     }
/// }
/// // Only the end of the body shows that these are all rows.
/// reader.end();
/// assert!(reader.next_row()?.is_none());
/// assert_eq!(names, ["Ann", "Bob"]);
/// # Ok::<(), neptunedata::rows::RowError>(())
/// ```
#[derive(Debug)]
pub struct RowReader<T> {
    format: &'static Format,
    values: Values,
    state: State,
    /// How many members of the format's path have been entered. This is also the index in that path of the member
    /// to look for in the innermost open object.
    level: usize,
    found: Found,
    /// How many rows were returned.
    rows: u64,
    envelope: Envelope,
    /// The body has ended: no more chunks will arrive.
    ended: bool,
    row: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> RowReader<T> {
    /// A reader for one body in this format.
    pub fn new(format: RowsFormat) -> Self {
        RowReader {
            format: format.format(),
            values: Values::new(DEFAULT_LIMIT),
            state: State::Start,
            level: 0,
            found: Found::Nothing,
            rows: 0,
            envelope: Envelope::default(),
            ended: false,
            row: PhantomData,
        }
    }

    /// Sets the maximum size of a row in bytes; 64 MiB by default. The same limit applies to each other member.
    /// The white space after a row counts if the row is returned only with the [delimiter](RowReader::next_row) after
    /// it.
    #[must_use]
    pub fn max_row_bytes(mut self, bytes: usize) -> Self {
        self.values.set_limit(bytes);
        self
    }

    /// Adds the next chunk of the body. Take all rows before you push another chunk, because the unread
    /// part of the last chunk is copied.
    pub fn push(&mut self, chunk: impl Into<Bytes>) {
        // Nothing is read after a failure, so keep nothing.
        if !matches!(self.state, State::Failed(_) | State::Malformed(_)) {
            self.values.push(chunk.into());
        }
    }

    /// Marks the end of the body. Rows that have arrived can still be taken.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Returns the next row. `None` means that more of the body is needed or, after
    /// [`end`](RowReader::end), that the body was complete and there are no more rows.
    ///
    /// A row is returned when its last byte has arrived; the next call checks the comma or bracket after it. Two kinds
    /// of rows are returned only with the comma or bracket: numbers, booleans and nulls, which may continue in the next
    /// chunk, and objects with a code (`code`, `Code` or `__type`) and a message (`detailedMessage`, `message` or
    /// `Message`) in them, which may be the error object at the end of an incomplete body.
    ///
    /// # Errors
    ///
    /// If the next row is not a `T` or exceeds the limit, or if the body is truncated or is not a
    /// response in this format. Reading ends there: every later call returns the same error.
    #[inline]
    pub fn next_row(&mut self) -> Result<Option<T>, RowError> {
        while let Some(byte) = self.values.peek() {
            // Most calls find the reader here, because a row also consumes the comma after it, if it is there.
            if matches!(self.state, State::Row) {
                return self.row();
            }
            if !self.step(byte)? {
                break;
            }
        }
        self.no_row()
    }

    /// How many rows were returned.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The members of the body other than the rows that have been read so far.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    pub(super) fn into_envelope(self) -> Envelope {
        self.envelope
    }

    /// Whether the rows array, or an accepted substitute for an empty one, has been seen.
    pub(super) fn found_rows(&self) -> bool {
        self.found.has_rows()
    }

    /// Whether reading ended because the body is not a response in this format. The rest of the body may
    /// then be an error object that says why.
    pub(super) fn is_malformed(&self) -> bool {
        matches!(self.state, State::Malformed(_))
    }

    #[cfg(test)]
    pub(super) fn work(&self) -> usize {
        self.values.work
    }

    pub(super) fn limit(&self) -> usize {
        self.values.limit()
    }

    /// How many bytes of the body have been read.
    pub(super) fn position(&self) -> u64 {
        self.values.position()
    }

    /// Reads the row that begins here.
    #[inline]
    fn row(&mut self) -> Result<Option<T>, RowError> {
        match self.values.value([b',', b']']) {
            Ok(Some((row, length))) => {
                self.values.consume(length);
                self.rows = self.rows.saturating_add(1);
                // If the comma is consumed here, the state remains `Row`, and the next call needs no step.
                if self.values.unread(1) == b"," {
                    self.values.consume(1);
                } else {
                    self.state = State::AfterRow;
                }
                Ok(Some(row))
            }
            Ok(None) => self.no_row(),
            Err(error) => Err(self.fail_in_row(error)),
        }
    }

    /// The result of [`next_row`](RowReader::next_row) when the input contains no further row.
    fn no_row(&mut self) -> Result<Option<T>, RowError> {
        match &self.state {
            State::Failed(error) | State::Malformed(error) => Err(error.clone()),
            _ if self.ended => self.judge_end().map(|()| None),
            _ => Ok(None),
        }
    }

    /// Reads one token that is not a row; false if more input is needed.
    fn step(&mut self, byte: u8) -> Result<bool, RowError> {
        match (&mut self.state, byte) {
            (State::Start, b'{') => self.pass(State::FirstKey),
            // An object may end in `FirstKey` but not in `Key`: JSON has no trailing commas.
            (State::FirstKey | State::AfterMember, b'}') => self.close()?,
            (State::FirstKey | State::Key, b'"') => return self.key(),
            (State::Colon(key), b':') => {
                let key = mem::take(key);
                self.pass(State::Value(key));
            }
            (State::Value(key), _) => {
                let key = mem::take(key);
                self.value(key, byte)?;
            }
            (State::Skip(key, check), _) => {
                let (key, check) = (mem::take(key), *check);
                return self.skip(key, check);
            }
            (State::AfterMember, b',') => self.pass(State::Key),
            (State::FirstRow | State::AfterRow, b']') => self.pass(State::AfterMember),
            // This byte belongs to the row.
            (State::FirstRow, _) => self.state = State::Row,
            (State::AfterRow, b',') => self.pass(State::Row),
            (State::Start, _) => {
                let reason = "response body is not a JSON object";
                return Err(self.malformed(DecodeErrorKind::Syntax, "", reason));
            }
            // Servers append an error object if a query fails after its results were sent.
            (State::Done, _) => {
                let reason = "unexpected data after the end of the JSON object";
                return Err(self.malformed(DecodeErrorKind::Syntax, "", reason));
            }
            (State::Failed(error) | State::Malformed(error), _) => return Err(error.clone()),
            (State::AfterRow, _) => return Err(self.not_json(self.level_path())),
            // A punctuation character is missing or unexpected.
            _ => return Err(self.not_json("")),
        }
        Ok(true)
    }

    /// Consumes one byte and changes the state.
    fn pass(&mut self, state: State) {
        self.values.consume(1);
        self.state = state;
    }

    /// Closes the innermost open object.
    fn close(&mut self) -> Result<(), RowError> {
        // The type may follow the rows, so only the end of the object shows that it is missing. The rows
        // have been returned by now, as in any body that is invalid at its end.
        if self.found == Found::UntypedRows {
            let path = self.level_path();
            return Err(self.malformed(DecodeErrorKind::Shape, path, "missing @type of the rows"));
        }
        match self.level.checked_sub(1) {
            Some(outer) => {
                self.level = outer;
                self.pass(State::AfterMember);
            }
            None => self.pass(State::Done),
        }
        Ok(())
    }

    fn key(&mut self) -> Result<bool, RowError> {
        // Parse the key instead of comparing its text: `"res\u0075lts"` is also `results`.
        match self.values.value::<String>([b':', b':']) {
            Ok(Some((key, length))) => {
                self.values.consume(length);
                self.state = State::Colon(key);
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(ValueError::TooLarge) => Err(self.too_large("")),
            Err(ValueError::NotJson | ValueError::WrongType(..)) => Err(self.not_json("")),
        }
    }

    /// Enters the value of a member, reads rows from it, or skips it, depending on its first byte.
    fn value(&mut self, key: String, byte: u8) -> Result<(), RowError> {
        let member = match self.format.path.get(self.level) {
            Some(member) if member.key == key => member,
            wanted => return self.other_value(key, byte, wanted),
        };
        // Reject a second array: its rows would seem to continue the first.
        if self.found.has_rows() {
            return Err(self.malformed(DecodeErrorKind::Shape, member.path, "duplicate member"));
        }
        let is_typed = member.type_member.is_some();
        match (byte, &member.object) {
            (b'[', _) if member.array == Array::Rows => {
                self.found.add_rows(is_typed);
                self.pass(State::FirstRow);
            }
            (b'{', Object::Enter) => {
                self.level = self.level.saturating_add(1);
                self.pass(State::FirstKey);
            }
            (b'{', Object::EmptySparqlResults) => {
                self.found.add_rows(is_typed);
                self.state = State::Skip(key, Check::EmptySparqlResults);
            }
            (b'n', _) => {
                if member.null == Null::NoRows {
                    self.found.add_rows(is_typed);
                }
                self.state = State::Skip(key, Check::Anything);
            }
            _ => {
                let reason = match member.array {
                    Array::Rows => "expected an array of rows",
                    Array::Invalid => "expected an object that contains the rows",
                };
                return Err(self.malformed(DecodeErrorKind::Shape, member.path, reason));
            }
        }
        Ok(())
    }

    /// A member that does not lead to the rows: it is checked if the format defines it, and skipped.
    fn other_value(
        &mut self,
        key: String,
        byte: u8,
        wanted: Option<&'static PathMember>,
    ) -> Result<(), RowError> {
        if self.level == 0 && self.format.boolean == Some(key.as_str()) {
            self.boolean(&key, byte)?;
        }
        let check = match wanted.and_then(|wanted| wanted.type_member.as_ref()) {
            Some(type_member) if type_member.key == key => Check::ListType(type_member),
            _ => Check::Anything,
        };
        self.state = State::Skip(key, check);
        Ok(())
    }

    /// The path of the member that is looked for in the innermost open object.
    fn level_path(&self) -> &'static str {
        self.format
            .path
            .get(self.level)
            .map_or("", |wanted| wanted.path)
    }

    /// The path of the next row.
    fn row_path(&self) -> String {
        format!("{}[{}]", self.level_path(), self.rows)
    }
}

//! Rows from the bytes of an answer, as they come.

mod beside;
mod failing;

use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{
    Envelope, RowError, RowsFormat,
    value::{Fault, Values},
};
use crate::error::DecodeErrorKind;

/// The longest row, unless something else is said.
const DEFAULT_LIMIT: usize = 64 * 1024 * 1024;
/// So much of what was not read is kept with an error.
const KEPT: usize = 64 * 1024;

/// Reads the rows of an answer while it arrives: bytes in, rows out.
///
/// Rows are decoded by serde_json into whatever is asked for; they may nest 127 deep. No more is held
/// in memory than one row and one chunk, and where the body is cut into chunks makes no difference.
/// What stands around the rows is kept in [`members`](RowReader::members).
///
/// This is the part under [`Rows`](crate::rows::Rows) that knows nothing of requests; for bodies that come
/// from elsewhere it works by itself:
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
/// // Only the end says that it is all.
/// reader.end();
/// assert!(reader.next_row()?.is_none());
/// assert_eq!(names, ["Ann", "Bob"]);
/// # Ok::<(), neptunedata::rows::RowError>(())
/// ```
#[derive(Debug)]
pub struct RowReader<T> {
    framing: RowsFormat,
    values: Values,
    state: State,
    /// The key of the member at hand. Beside the state, which is looked at with each piece of the body.
    key: String,
    /// How many of the objects on the way to the rows are open, less one.
    level: usize,
    /// Rows handed out.
    rows: u64,
    /// The list of rows was there, or what stands for one without any.
    found: bool,
    /// The member was there that some answers have instead.
    found_instead: bool,
    /// The type beside the rows was there, and it is one of lists.
    found_type: bool,
    members: Envelope,
    ended: bool,
    failed: Option<RowError>,
    /// The answer is not what it should be, so that its end may say why.
    broken: bool,
    row: PhantomData<fn() -> T>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the answer.
    Start,
    /// Behind the brace that opens an object.
    FirstKey,
    /// Behind a comma in an object.
    Key,
    /// Behind a key.
    Colon,
    /// Behind a colon.
    Member,
    /// Before the value of a member that is passed.
    Passed,
    /// Behind a member.
    AfterMember,
    /// Behind the bracket that opens the rows.
    FirstRow,
    /// Behind a comma in the rows.
    Row,
    AfterRow,
    /// Behind the answer.
    Done,
}

impl<T: DeserializeOwned> RowReader<T> {
    /// A reader of an answer with this framing.
    pub fn new(framing: RowsFormat) -> Self {
        RowReader {
            framing,
            values: Values::new(DEFAULT_LIMIT),
            state: State::Start,
            key: String::new(),
            level: 0,
            rows: 0,
            found: false,
            found_instead: false,
            found_type: false,
            members: Envelope::default(),
            ended: false,
            failed: None,
            broken: false,
            row: PhantomData,
        }
    }

    /// The longest row in bytes, with the white space behind it; 64 MiB by default. The same goes
    /// for each member beside the rows.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.values.set_limit(bytes);
        self
    }

    /// The next piece of the body. Take the rows before you push another one: what is not taken is
    /// copied.
    pub fn push(&mut self, chunk: impl Into<Bytes>) {
        // What follows a failure is not looked at.
        if self.failed.is_none() {
            self.values.push(chunk.into());
        }
    }

    /// The body is over. What rows there are can still be taken.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next row. None means that more of the body is needed or, after [`end`](RowReader::end),
    /// that the answer was whole and this is all.
    ///
    /// # Errors
    ///
    /// When the next row is not what was asked for, is too long, or is no row at all: the body is
    /// something else, or stops in the middle. That is the end: the error comes again each time.
    #[inline]
    pub fn next_row(&mut self) -> Result<Option<T>, RowError> {
        if self.state == State::Row && self.failed.is_none() && self.values.peek().is_some() {
            match self.values.value([b',', b']']) {
                Ok(Some((row, length))) => {
                    self.values.consume(length);
                    self.state = State::AfterRow;
                    self.rows = self.rows.saturating_add(1);
                    // Most rows are followed by another one in the same chunk.
                    if self.values.unread(1) == b"," {
                        self.values.consume(1);
                        self.state = State::Row;
                    }
                    return Ok(Some(row));
                }
                Ok(None) if !self.ended => return Ok(None),
                Ok(None) => {}
                Err(fault) => return Err(self.fail_in_row(fault)),
            }
        }
        self.next_slowly()
    }

    fn next_slowly(&mut self) -> Result<Option<T>, RowError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        while let Some(byte) = self.values.peek() {
            if self.state == State::Row {
                match self.values.value([b',', b']']) {
                    Ok(Some((row, length))) => {
                        self.values.consume(length);
                        self.state = State::AfterRow;
                        self.rows = self.rows.saturating_add(1);
                        return Ok(Some(row));
                    }
                    Ok(None) => break,
                    Err(fault) => return Err(self.fail_in_row(fault)),
                }
            }
            if !self.step(byte)? {
                break;
            }
        }
        match self.ended {
            true => self.judge_end().map(|()| None),
            false => Ok(None),
        }
    }

    /// How many rows were handed out.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What stands beside the rows, as far as it was read.
    pub fn members(&self) -> &Envelope {
        &self.members
    }

    pub(super) fn into_members(self) -> Envelope {
        self.members
    }

    /// Whether anything stood where the rows should be.
    pub(super) fn found_rows(&self) -> bool {
        self.found
    }

    /// Whether the answer is not what it should be, so that its end may say why.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    #[cfg(test)]
    pub(super) fn work(&self) -> usize {
        self.values.work
    }

    pub(super) fn limit(&self) -> usize {
        self.values.limit()
    }

    /// Where in the body reading came to a stand.
    pub(super) fn position(&self) -> u64 {
        self.values.position()
    }

    /// Goes on past something that is no row; false if more input is needed.
    fn step(&mut self, byte: u8) -> Result<bool, RowError> {
        match (self.state, byte) {
            (State::Start, b'{') => self.pass(State::FirstKey),
            (State::FirstKey, b'}') | (State::AfterMember, b'}') => self.close()?,
            (State::FirstKey | State::Key, b'"') => return self.key(),
            (State::Colon, b':') => self.pass(State::Member),
            (State::Member, _) => self.member(byte)?,
            (State::Passed, _) => return self.skip(),
            (State::AfterMember, b',') => self.pass(State::Key),
            (State::FirstRow, b']') | (State::AfterRow, b']') => self.pass(State::AfterMember),
            (State::FirstRow, _) => self.state = State::Row,
            (State::AfterRow, b',') => self.pass(State::Row),
            (State::Start, _) => {
                let reason = "the body is no JSON object";
                return Err(self.break_up(DecodeErrorKind::Syntax, "", reason));
            }
            (State::Done, _) => {
                let reason = "the answer goes on behind its end";
                return Err(self.break_up(DecodeErrorKind::Syntax, "", reason));
            }
            _ => return Err(self.not_json(String::new())),
        }
        Ok(true)
    }

    /// Takes one byte as read.
    fn pass(&mut self, state: State) {
        self.values.consume(1);
        self.state = state;
    }

    fn close(&mut self) -> Result<(), RowError> {
        if self.found && self.framing.types_rows_at(self.level) && !self.found_type {
            let name = self.framing.name(self.level);
            return Err(self.break_up(DecodeErrorKind::Shape, name, "it has no type"));
        }
        self.values.consume(1);
        match self.level.checked_sub(1) {
            Some(level) => {
                self.level = level;
                self.state = State::AfterMember;
            }
            None => self.state = State::Done,
        }
        Ok(())
    }

    fn key(&mut self) -> Result<bool, RowError> {
        match self.values.value::<String>([b':', b':']) {
            Ok(Some((key, length))) => {
                self.values.consume(length);
                self.key = key;
                self.state = State::Colon;
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(Fault::TooLarge) => Err(self.too_large(String::new())),
            Err(_) => Err(self.not_json(String::new())),
        }
    }

    /// Decides what to do with a member.
    fn member(&mut self, byte: u8) -> Result<(), RowError> {
        let path = self.framing.path();
        if path.get(self.level) != Some(&self.key.as_str()) {
            if self.level == 0 && self.framing.instead() == Some(self.key.as_str()) {
                self.member_instead(byte)?;
            }
            self.state = State::Passed;
            return Ok(());
        }
        let name = self.framing.name(self.level);
        if self.found {
            return Err(self.break_up(DecodeErrorKind::Shape, name, "it is there twice"));
        }
        let is_last = path.len() == self.level.saturating_add(1);
        match byte {
            b'[' if self.framing.has_rows_at(self.level) => {
                self.found = true;
                self.pass(State::FirstRow);
            }
            b'{' if !is_last => {
                self.level = self.level.saturating_add(1);
                self.pass(State::FirstKey);
            }
            b'{' if self.framing.takes_object_for_none() => {
                self.found = true;
                self.state = State::Passed;
            }
            // Else as if it were not there.
            b'n' => {
                self.found = self.framing.takes_null_at(self.level);
                self.state = State::Passed;
            }
            _ => return Err(self.break_up(DecodeErrorKind::Shape, name, "it is no list of rows")),
        }
        Ok(())
    }

    /// The path of the row that is next.
    fn row_path(&self) -> String {
        format!("{}[{}]", self.framing.name(self.level), self.rows)
    }
}

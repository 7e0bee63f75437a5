//! The errors of the reader.

use serde::de::DeserializeOwned;

use super::state::State;
use crate::rows::RowReader;
use crate::{
    error::DecodeErrorKind,
    rows::{RowError, error_path::path_to, value::ValueError},
    wire::lenient::elide,
};

/// How many of the unread bytes an error keeps.
const KEPT_BYTES: usize = 64 * 1024;

impl<T: DeserializeOwned> RowReader<T> {
    /// Decides at the end of the body whether it was complete.
    pub(super) fn judge_end(&mut self) -> Result<(), RowError> {
        let path = match &mut self.state {
            State::Done if self.found.is_complete() => return Ok(()),
            State::Done => {
                let path = self.format.missing_path;
                return Err(self.malformed(DecodeErrorKind::Shape, path, "missing member"));
            }
            State::Start => {
                return Err(self.malformed(DecodeErrorKind::Empty, "", "empty response body"));
            }
            State::Row => self.row_path(),
            State::AfterRow => self.level_path().to_owned(),
            State::Skip(key, _) => {
                let key = std::mem::take(key);
                self.path_of(&key)
            }
            _ => String::new(),
        };
        // A value that cannot become JSON is not truncated but invalid.
        if self.values.peek().is_some() && self.values.is_never_json() {
            return Err(self.not_json(path));
        }
        let reason = "the body ends before its JSON is complete";
        Err(self.malformed(DecodeErrorKind::Truncated, path, reason))
    }

    #[cold]
    pub(super) fn fail_in_row(&mut self, error: ValueError) -> RowError {
        let path = self.row_path();
        match error {
            ValueError::NotJson => self.not_json(path),
            ValueError::TooLarge => self.too_large(path),
            ValueError::WrongType(error, length) => {
                // serde_json reports nesting beyond its limit as a syntax error.
                let kind = if error.is_data() {
                    DecodeErrorKind::Shape
                } else {
                    DecodeErrorKind::Syntax
                };
                let row = self.values.rest(length);
                let path = path + &path_to(&row, error.line(), error.column());
                let reason = elide(&error.to_string());
                self.fail(RowError::new(kind, path, reason, row))
            }
        }
    }

    #[cold]
    pub(super) fn too_large(&mut self, path: impl Into<String>) -> RowError {
        let limit = self.values.limit();
        let reason = format!("longer than max_row_bytes ({limit} bytes)");
        let body = self.values.rest(KEPT_BYTES.min(limit));
        self.fail(RowError::new(DecodeErrorKind::TooLarge, path, reason, body))
    }

    #[cold]
    pub(super) fn not_json(&mut self, path: impl Into<String>) -> RowError {
        let reason = format!("invalid JSON at byte {}", self.values.position());
        self.malformed(DecodeErrorKind::Syntax, path, reason)
    }

    /// Ends reading because the body is not a response in this format.
    #[cold]
    pub(super) fn malformed(
        &mut self,
        kind: DecodeErrorKind,
        path: impl Into<String>,
        reason: impl Into<String>,
    ) -> RowError {
        let error = RowError::new(kind, path, reason, self.values.rest(KEPT_BYTES));
        self.state = State::Malformed(error.clone());
        error
    }

    /// Ends reading because of one value, in a body that may otherwise be valid. Unlike after `malformed`, the rest of
    /// the body is not searched for an error object.
    fn fail(&mut self, error: RowError) -> RowError {
        self.state = State::Failed(error.clone());
        error
    }
}

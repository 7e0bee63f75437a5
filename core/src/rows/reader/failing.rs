//! How reading rows ends before its time.

use serde::de::DeserializeOwned;

use super::{KEPT, State};
use crate::rows::RowReader;
use crate::{
    error::DecodeErrorKind,
    rows::{RowError, RowsFormat, place::path_to, value::Fault},
    wire::lenient::elide,
};

impl<T: DeserializeOwned> RowReader<T> {
    /// Nothing more comes.
    pub(super) fn judge_end(&mut self) -> Result<(), RowError> {
        let path = match self.state {
            State::Done if self.found || self.found_instead => return Ok(()),
            State::Done => {
                let last = self.framing.path().len();
                let path = match self.framing {
                    RowsFormat::Gremlin => self.framing.name(1),
                    framing => framing.name(last),
                };
                return Err(self.break_up(DecodeErrorKind::Shape, path, "it is missing"));
            }
            State::Start => {
                return Err(self.break_up(DecodeErrorKind::Empty, "", "the body is empty"));
            }
            State::Row => self.row_path(),
            State::Passed => self.name(),
            _ => String::new(),
        };
        if self.values.peek().is_some() && self.values.is_never_json() {
            return Err(self.not_json(path));
        }
        Err(self.break_up(DecodeErrorKind::Truncated, path, "the answer ends here"))
    }

    #[cold]
    pub(super) fn fail_in_row(&mut self, fault: Fault) -> RowError {
        let path = self.row_path();
        match fault {
            Fault::NotJson => self.not_json(path),
            Fault::TooLarge => self.too_large(path),
            Fault::Other(error, length) => {
                let kind = match error.is_data() {
                    true => DecodeErrorKind::Shape,
                    false => DecodeErrorKind::Syntax,
                };
                let row = self.values.rest(length);
                let place = path_to(&row, error.line(), error.column());
                let reason = elide(&error.to_string());
                let error = RowError::new(kind, path + &place, reason, row);
                self.failed.insert(error).clone()
            }
        }
    }

    pub(super) fn too_large(&mut self, path: String) -> RowError {
        let limit = self.values.limit();
        let reason = format!("it is longer than the limit of {limit} bytes");
        let kind = DecodeErrorKind::TooLarge;
        let error = RowError::new(kind, path, reason, self.values.rest(KEPT.min(limit)));
        self.failed.insert(error).clone()
    }

    pub(super) fn not_json(&mut self, path: String) -> RowError {
        let reason = format!("what begins at byte {} is no JSON", self.values.position());
        self.break_up(DecodeErrorKind::Syntax, path, reason)
    }

    #[cold]
    pub(super) fn break_up(
        &mut self,
        kind: DecodeErrorKind,
        path: impl Into<String>,
        reason: impl Into<String>,
    ) -> RowError {
        self.broken = true;
        let error = RowError::new(kind, path, reason, self.values.rest(KEPT));
        self.failed.insert(error).clone()
    }
}

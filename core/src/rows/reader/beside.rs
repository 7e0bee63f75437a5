//! What stands beside the rows.

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::State;
use crate::rows::RowReader;
use crate::{
    error::DecodeErrorKind,
    rows::{RowError, value::Fault},
    wire::lenient::elide,
};

impl<T: DeserializeOwned> RowReader<T> {
    /// The answer to a question. A null is none.
    pub(super) fn member_instead(&mut self, byte: u8) -> Result<(), RowError> {
        let reason = match byte {
            b'n' => return Ok(()),
            b't' | b'f' if !self.found_instead => {
                self.found_instead = true;
                return Ok(());
            }
            b't' | b'f' => "it is there twice",
            _ => "it is neither true nor false",
        };
        let name = self.name();
        Err(self.break_up(DecodeErrorKind::Shape, name, reason))
    }

    /// Passes and keeps a member.
    pub(super) fn skip(&mut self) -> Result<bool, RowError> {
        match self.values.value::<IgnoredAny>([b',', b'}']) {
            Ok(Some((_, length))) => {
                if self.framing.types_rows_at(self.level) && self.key == "@type" {
                    self.member_type(length)?;
                }
                if self.level == 0 && self.framing.takes_object_for_none() {
                    self.member_for_none(length)?;
                }
                let name = self.name();
                self.members.keep(name, self.values.unread(length));
                self.values.consume(length);
                self.state = State::AfterMember;
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(Fault::TooLarge) => {
                let name = self.name();
                Err(self.too_large(name))
            }
            Err(_) => {
                let name = self.name();
                Err(self.not_json(name))
            }
        }
    }

    /// An object in place of the rows: of SPARQL, and without any.
    fn member_for_none(&mut self, length: usize) -> Result<(), RowError> {
        #[derive(Deserialize)]
        struct Silent {
            bindings: Vec<IgnoredAny>,
        }
        let text = self.values.unread(length);
        if self.framing.path().first() != Some(&self.key.as_str()) || !text.starts_with(b"{") {
            return Ok(());
        }
        match serde_json::from_slice::<Silent>(text) {
            Ok(Silent { bindings }) if bindings.is_empty() => Ok(()),
            _ => {
                let name = self.name();
                Err(self.break_up(DecodeErrorKind::Shape, name, "it is no list of rows"))
            }
        }
    }

    /// The type of GraphSON beside `@value`, before it or behind it. The elements of others than lists
    /// are no rows.
    fn member_type(&mut self, length: usize) -> Result<(), RowError> {
        let text = self.values.unread(length);
        let name = serde_json::from_slice::<String>(text).unwrap_or_default();
        if matches!(name.as_str(), "g:List" | "g:Set") {
            self.found_type = true;
            return Ok(());
        }
        let name = match name.is_empty() {
            true => elide(&String::from_utf8_lossy(text)),
            false => elide(&name),
        };
        let reason = format!("it is no list of rows but {name}");
        let path = self.framing.path().join(".");
        Err(self.break_up(DecodeErrorKind::Shape, path, reason))
    }

    /// The path of the member at hand. It may be as long as the limit, so it is made only once.
    pub(super) fn name(&mut self) -> String {
        self.values.count(self.key.len());
        match self.level.checked_sub(1) {
            Some(level) => format!("{}.{}", self.framing.name(level), self.key),
            None => self.key.clone(),
        }
    }
}

//! The members other than the rows: they are skipped, checked if the format defines them, and kept.

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::state::{Check, State};
use crate::rows::RowReader;
use crate::{
    error::DecodeErrorKind,
    rows::{RowError, format::TypeMember, value::ValueError},
    wire::lenient::elide,
};

impl<T: DeserializeOwned> RowReader<T> {
    /// Checks the first byte of the boolean that replaces the rows. Null counts as absent.
    pub(super) fn boolean(&mut self, key: &str, byte: u8) -> Result<(), RowError> {
        let reason = match byte {
            // The rest of the word is read when the value is skipped.
            b'n' => return Ok(()),
            b't' | b'f' => {
                if self.found.add_boolean() {
                    return Ok(());
                }
                "duplicate member"
            }
            _ => "expected true or false",
        };
        let path = self.path_of(key);
        Err(self.malformed(DecodeErrorKind::Shape, path, reason))
    }

    /// Skips the value of a member and keeps its text; false if more input is needed.
    pub(super) fn skip(&mut self, key: String, check: Check) -> Result<bool, RowError> {
        match self.values.value::<IgnoredAny>([b',', b'}']) {
            Ok(Some((_, length))) => {
                // Check the text now: members above the size limit are not kept for later.
                match check {
                    Check::Anything => {}
                    Check::ListType(member) => self.check_list_type(member, length)?,
                    Check::EmptySparqlResults => self.check_empty_results(&key, length)?,
                }
                let path = self.path_of(&key);
                self.envelope.keep(path, self.values.unread(length));
                self.values.consume(length);
                self.state = State::AfterMember;
                Ok(true)
            }
            Ok(None) => {
                self.state = State::Skip(key, check);
                Ok(false)
            }
            Err(error) => {
                let path = self.path_of(&key);
                Err(match error {
                    ValueError::TooLarge => self.too_large(path),
                    ValueError::NotJson | ValueError::WrongType(..) => self.not_json(path),
                })
            }
        }
    }

    /// Accepts an object instead of the rows only if it is SPARQL results without rows. Any other object
    /// may be an error object, which must not be taken for an empty response.
    fn check_empty_results(&mut self, key: &str, length: usize) -> Result<(), RowError> {
        #[derive(Deserialize)]
        struct Results {
            bindings: Vec<IgnoredAny>,
        }

        match serde_json::from_slice::<Results>(self.values.unread(length)) {
            Ok(Results { bindings }) if bindings.is_empty() => Ok(()),
            _ => {
                let path = self.path_of(key);
                Err(self.malformed(DecodeErrorKind::Shape, path, "expected an array of rows"))
            }
        }
    }

    /// Checks the type of the rows, which may arrive before or after them: only the elements of lists and
    /// sets are rows.
    fn check_list_type(&mut self, member: &TypeMember, length: usize) -> Result<(), RowError> {
        let text = self.values.unread(length);
        let name = serde_json::from_slice::<String>(text).unwrap_or_default();
        if member.lists.contains(&name.as_str()) {
            self.found.add_list_type();
            return Ok(());
        }
        let found = if name.is_empty() {
            elide(&String::from_utf8_lossy(text))
        } else {
            elide(&name)
        };
        let lists = member.lists.join(" or ");
        let reason = format!("expected {lists} as {}, found {found}", member.key);
        Err(self.malformed(DecodeErrorKind::Shape, self.level_path(), reason))
    }

    /// The path of a member of the innermost open object. A key can be as long as the limit, so call
    /// this once per member, not for each chunk of its value.
    pub(super) fn path_of(&mut self, key: &str) -> String {
        self.values.count(key.len());
        let outer = self.level.checked_sub(1);
        match outer.and_then(|level| self.format.path.get(level)) {
            Some(outer) => format!("{}.{key}", outer.path),
            None => key.to_owned(),
        }
    }
}

//! The position of the reader in the body, and the members that it has found.

use crate::rows::{RowError, format::TypeMember};

/// The position of the reader in the body. Each state owns the data that exists only in that state.
#[derive(Debug)]
pub(super) enum State {
    /// Before the body.
    Start,
    /// After the `{` of an object.
    FirstKey,
    /// After a comma in an object.
    Key,
    /// After the key of a member.
    Colon(String),
    /// After the colon of a member with this key.
    Value(String),
    /// Before the value of a member that is not on the path to the rows.
    Skip(String, Check),
    /// After the value of a member.
    AfterMember,
    /// After the `[` of the rows.
    FirstRow,
    /// Before a row.
    Row,
    /// After a row.
    AfterRow,
    /// After the body.
    Done,
    /// A row is not a `T`, or a value exceeds the limit. The body itself may be valid.
    Failed(RowError),
    /// The body is not a response in this format. The rest of it may be an error object that says why.
    Malformed(RowError),
}

/// What the value of a skipped member must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    Anything,
    /// The name of a list type.
    ListType(&'static TypeMember),
    /// SPARQL results without rows.
    EmptySparqlResults,
}

/// Which of the members that make a response complete have been read.
///
/// SPARQL has the boolean and GraphSON has the type, so no body has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// The type of a list, but no list yet.
    ListType,
    /// Rows in a typed object whose type has not been read.
    UntypedRows,
    /// The rows array, or an accepted substitute for an empty one.
    Rows,
    /// The boolean that replaces the rows.
    Boolean,
    RowsAndBoolean,
}

impl Found {
    pub(super) fn add_rows(&mut self, is_typed: bool) {
        *self = match *self {
            Found::Boolean | Found::RowsAndBoolean => Found::RowsAndBoolean,
            Found::Nothing if is_typed => Found::UntypedRows,
            _ => Found::Rows,
        };
    }

    pub(super) fn add_list_type(&mut self) {
        *self = match *self {
            Found::Nothing => Found::ListType,
            Found::UntypedRows => Found::Rows,
            found => found,
        };
    }

    /// False if the boolean has been read before.
    #[must_use]
    pub(super) fn add_boolean(&mut self) -> bool {
        *self = match *self {
            Found::Boolean | Found::RowsAndBoolean => return false,
            Found::Nothing | Found::ListType => Found::Boolean,
            Found::UntypedRows | Found::Rows => Found::RowsAndBoolean,
        };
        true
    }

    pub(super) fn has_rows(self) -> bool {
        matches!(
            self,
            Found::UntypedRows | Found::Rows | Found::RowsAndBoolean
        )
    }

    /// Whether a body with these members is complete.
    pub(super) fn is_complete(self) -> bool {
        matches!(self, Found::Rows | Found::Boolean | Found::RowsAndBoolean)
    }
}

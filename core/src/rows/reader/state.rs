//! Where the reader is in the body, and what it has found.

use crate::rows::{RowError, format::TypeMember};

/// Where the reader is in the body. Each state owns what exists only while it lasts.
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
    /// A value of the body cannot be handed out: a row is not a `T`, or a value exceeds the limit.
    Failed(RowError),
    /// The body itself is not a response in this format. What follows may be the error object that
    /// explains why.
    Malformed(RowError),
}

/// What the value of a skipped member must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    Anything,
    /// A type of lists.
    ListType(&'static TypeMember),
    /// SPARQL results without rows.
    EmptySparqlResults,
}

/// Which of the members that make a response complete have been read.
///
/// The boolean belongs to SPARQL and the type to GraphSON, so they never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// The type of a list, but not the list.
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

    /// False if there was one already.
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

    /// Whether a body with these members may end.
    pub(super) fn is_complete(self) -> bool {
        matches!(self, Found::Rows | Found::Boolean | Found::RowsAndBoolean)
    }
}

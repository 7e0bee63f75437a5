//! The row formats as data: where the rows are in a response body, and what is accepted instead of them.

use crate::{error::FieldError, operation::Operation};

/// The format of a response body that contains rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowsFormat {
    /// `{"results":[row, …]}`.
    ///
    /// If a query was cancelled silently, some engines respond with empty SPARQL results instead of
    /// the array: `{"results":{"bindings":[]}}`. That counts as no rows; any other object is an error.
    OpenCypher,
    /// `{"result":{"data":[row, …]}}`, or in typed GraphSON `{"result":{"data":{"@type":"g:List","@value":[row, …]}}}`.
    ///
    /// The type must be `g:List` or `g:Set`; a missing or other type is an error. The order of members is arbitrary, so
    /// this error may be reported only after the rows. A null instead of the array counts as no rows.
    Gremlin,
    /// `{"head":{"vars":[…]},"results":{"bindings":[row, …]}}`, or for an `ASK` query
    /// `{"head":{},"boolean":true}`, which has no rows.
    ///
    /// If `boolean` is null, it is ignored. Any value other than true, false and null is an error.
    Sparql,
    /// `{"records":[row, …]}`.
    Stream,
}

impl RowsFormat {
    pub(super) fn format(self) -> &'static Format {
        match self {
            RowsFormat::OpenCypher => &OPEN_CYPHER,
            RowsFormat::Gremlin => &GREMLIN,
            RowsFormat::Sparql => &SPARQL,
            RowsFormat::Stream => &STREAM,
        }
    }
}

/// Operations whose responses contain rows that can be read while they arrive, with [`Rows`](crate::rows::Rows).
pub trait RowQuery: Operation {
    /// The format of the response body.
    const FORMAT: RowsFormat;

    /// Checks that the response to this request can contain rows.
    ///
    /// # Errors
    ///
    /// The reason why it cannot. The request is then rejected before it is sent.
    fn check_rows(&self) -> Result<(), FieldError> {
        Ok(())
    }
}

impl<O: RowQuery> RowQuery for &O {
    const FORMAT: RowsFormat = O::FORMAT;

    fn check_rows(&self) -> Result<(), FieldError> {
        (**self).check_rows()
    }
}

/// One row format, as a table: the reader knows nothing else about it.
#[derive(Debug)]
pub(super) struct Format {
    /// The members that lead to the rows, outermost first. The value of each is the object that contains the next.
    pub(super) path: &'static [PathMember],
    /// A top-level member that may be present instead of the rows, with a boolean value.
    pub(super) boolean: Option<&'static str>,
    /// The path that errors name if the body ends without rows.
    pub(super) missing_path: &'static str,
}

/// A member on the path to the rows, and what each kind of value means. All other values are errors.
#[derive(Debug)]
pub(super) struct PathMember {
    pub(super) key: &'static str,
    /// The path up to and including this member, as errors name it.
    pub(super) path: &'static str,
    pub(super) array: Array,
    pub(super) object: Object,
    pub(super) null: Null,
    /// A member of the same object that must state that the value is a list.
    pub(super) type_member: Option<TypeMember>,
}

/// What an array means as the value of a member on the path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Array {
    Invalid,
    /// Its elements are the rows.
    Rows,
}

/// What an object means as the value of a member on the path.
#[derive(Debug)]
pub(super) enum Object {
    Invalid,
    /// It contains the next member of the path.
    Enter,
    /// No rows, if it is `{"bindings":[]}` (other members may be present); else it is invalid.
    EmptySparqlResults,
}

/// What null means as the value of a member on the path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Null {
    /// The same as if the member were absent.
    Absent,
    /// An empty array of rows.
    NoRows,
}

/// A member that states the type of the value next to it.
#[derive(Debug)]
pub(super) struct TypeMember {
    pub(super) key: &'static str,
    /// The types whose elements are rows.
    pub(super) lists: &'static [&'static str],
}

static OPEN_CYPHER: Format = Format {
    path: &[PathMember {
        key: "results",
        path: "results",
        array: Array::Rows,
        // Seen after a silent cancellation: M21 in docs/wire.md.
        object: Object::EmptySparqlResults,
        null: Null::Absent,
        type_member: None,
    }],
    boolean: None,
    missing_path: "results",
};

static GREMLIN: Format = Format {
    path: &[
        PathMember {
            key: "result",
            path: "result",
            array: Array::Invalid,
            object: Object::Enter,
            null: Null::Absent,
            type_member: None,
        },
        // Untyped GraphSON has the rows here, typed GraphSON one level deeper. The response is
        // assumed to be one document: U04 in docs/wire.md.
        PathMember {
            key: "data",
            path: "result.data",
            array: Array::Rows,
            object: Object::Enter,
            null: Null::NoRows,
            type_member: None,
        },
        PathMember {
            key: "@value",
            path: "result.data.@value",
            array: Array::Rows,
            object: Object::Invalid,
            null: Null::NoRows,
            // The elements of a `g:Map` are keys and values in turn, not rows.
            type_member: Some(TypeMember {
                key: "@type",
                lists: &["g:List", "g:Set"],
            }),
        },
    ],
    boolean: None,
    // Not `@value`: without any rows it is unknown whether the GraphSON would have been typed.
    missing_path: "result.data",
};

static SPARQL: Format = Format {
    path: &[
        PathMember {
            key: "results",
            path: "results",
            array: Array::Invalid,
            object: Object::Enter,
            null: Null::Absent,
            type_member: None,
        },
        PathMember {
            key: "bindings",
            path: "results.bindings",
            array: Array::Rows,
            object: Object::Invalid,
            null: Null::Absent,
            type_member: None,
        },
    ],
    // The response to an `ASK` query.
    boolean: Some("boolean"),
    missing_path: "results.bindings",
};

static STREAM: Format = Format {
    path: &[PathMember {
        key: "records",
        path: "records",
        array: Array::Rows,
        object: Object::Invalid,
        null: Null::Absent,
        type_member: None,
    }],
    boolean: None,
    missing_path: "records",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_consistent() {
        for format in [&OPEN_CYPHER, &GREMLIN, &SPARQL, &STREAM] {
            let keys: Vec<_> = format.path.iter().map(|member| member.key).collect();
            let paths = format.path.iter().map(|member| member.path);
            for (level, path) in paths.enumerate() {
                assert_eq!(path, keys[..=level].join("."));
            }
            // Only objects that contain the next member are entered.
            for (index, member) in format.path.iter().enumerate() {
                let is_last = index + 1 == keys.len();
                assert_eq!(
                    matches!(member.object, Object::Enter),
                    !is_last,
                    "{member:?}"
                );
            }
            let last = format.path.last().unwrap();
            assert_eq!(last.array, Array::Rows);
            let mut with_rows = format
                .path
                .iter()
                .filter(|member| member.array == Array::Rows);
            assert_eq!(with_rows.next().unwrap().path, format.missing_path);
        }
    }
}

//! Where in an answer the rows stand.

use crate::{error::FieldError, operation::Operation};

/// Where in the body of an answer its rows stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowsFormat {
    /// `{"results":[row, …]}`. The empty results of SPARQL in place of the list, `{"bindings":[]}`, as engines
    /// answer a query that was cancelled silently (`M21`), have no rows; any other object is no answer.
    OpenCypher,
    /// `{"result":{"data":[row, …]}}`, or in typed GraphSON
    /// `{"result":{"data":{"@type":"g:List","@value":[row, …]}}}`, as one document (`U04`). Of any other
    /// type, and without one, it is no list of rows, which may be clear only behind them. Null for the
    /// `data` has no rows.
    Gremlin,
    /// `{"head":{"vars":[…]},"results":{"bindings":[row, …]}}`, or for a question
    /// `{"head":{},"boolean":true}`, which has no rows. A `boolean` that is neither true nor false is no
    /// answer; null is as if it were not there.
    Sparql,
    /// `{"records":[row, …]}`.
    Stream,
}

impl RowsFormat {
    /// The members that lead to the rows.
    pub(super) fn path(self) -> &'static [&'static str] {
        match self {
            RowsFormat::OpenCypher => &["results"],
            RowsFormat::Gremlin => &["result", "data", "@value"],
            RowsFormat::Sparql => &["results", "bindings"],
            RowsFormat::Stream => &["records"],
        }
    }

    /// Whether the member at `level` of the path may be the list of rows.
    pub(super) fn has_rows_at(self, level: usize) -> bool {
        match self {
            RowsFormat::OpenCypher | RowsFormat::Stream => level == 0,
            RowsFormat::Gremlin => level == 1 || level == 2,
            RowsFormat::Sparql => level == 1,
        }
    }

    /// Whether what stands in the object at `level` of the path is a list only if its `@type` says so.
    pub(super) fn types_rows_at(self, level: usize) -> bool {
        self == RowsFormat::Gremlin && level == 2
    }

    /// Whether an object in place of the rows is an answer without any.
    pub(super) fn takes_object_for_none(self) -> bool {
        self == RowsFormat::OpenCypher
    }

    /// Whether null in place of the rows is an answer without any.
    pub(super) fn takes_null_at(self, level: usize) -> bool {
        self == RowsFormat::Gremlin && self.has_rows_at(level)
    }

    /// A member that stands in place of the rows.
    pub(super) fn instead(self) -> Option<&'static str> {
        (self == RowsFormat::Sparql).then_some("boolean")
    }

    /// The path up to and with `level`, as errors name it.
    pub(super) fn name(self, level: usize) -> String {
        let path = self.path();
        path.get(..=level).unwrap_or(path).join(".")
    }
}

/// Operations that answer rows, which can be read as they arrive: [`Rows`](crate::rows::Rows).
pub trait RowQuery: Operation {
    /// Where the rows stand.
    const FRAMING: RowsFormat;

    /// Why its answer cannot have rows, if that is clear before it is sent: it is refused then.
    fn no_rows(&self) -> Option<FieldError> {
        None
    }
}

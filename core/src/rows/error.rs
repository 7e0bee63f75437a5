//! The error of the row reader.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::error::{DecodeError, DecodeErrorKind, one_line};

/// The error with which [`RowReader`](crate::rows::RowReader) ends early.
///
/// ```
/// use neptunedata::{error::DecodeErrorKind, rows::{RowReader, RowsFormat}};
///
/// let mut reader = RowReader::<u32>::new(RowsFormat::OpenCypher);
/// reader.push(r#"{"results":[1,"two",3]}"#);
/// assert_eq!(reader.next_row(), Ok(Some(1)));
/// let error = reader.next_row().unwrap_err();
/// assert_eq!((error.kind(), error.path()), (DecodeErrorKind::Shape, "results[1]"));
/// assert_eq!(error.body().as_ref(), br#""two""#);
/// assert_eq!(
///     error.to_string(),
///     r#"results[1]: invalid type: string "two", expected u32 at line 1 column 5"#,
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RowError(Arc<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: DecodeErrorKind,
    path: String,
    reason: String,
    body: Bytes,
}

impl RowError {
    pub(super) fn new(
        kind: DecodeErrorKind,
        path: impl Into<String>,
        reason: impl Into<String>,
        body: Bytes,
    ) -> Self {
        RowError(Arc::new(Inner {
            kind,
            path: path.into(),
            reason: reason.into(),
            body,
        }))
    }

    /// The kind of failure.
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// The path in the body, such as `results[3].name`. Rows are counted from 0. Empty for the body
    /// itself.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong at that path. Lines and columns are counted from the beginning of the row.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The row, if it does not have the requested type. For all other errors the unread part of the
    /// body, at most 64 KiB.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    pub(crate) fn into_decode_error(self, operation: &'static str) -> DecodeError {
        let Inner {
            kind,
            path,
            reason,
            body,
        } = Arc::unwrap_or_clone(self.0);
        DecodeError::new(operation, kind, path, reason, body)
    }
}

impl fmt::Debug for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowError")
            .field("kind", &self.0.kind)
            .field("path", &self.0.path)
            .field("reason", &self.0.reason)
            .field("body", &one_line(&self.0.body))
            .finish()
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "{}: ", one_line(self.0.path.as_bytes()))?;
        }
        f.write_str(&one_line(self.0.reason.as_bytes()))
    }
}

impl std::error::Error for RowError {}

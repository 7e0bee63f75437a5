//! A successful response that cannot be decoded.

use std::fmt;

use bytes::Bytes;

use super::{bounded_start, one_line};

/// The server reported success, but the body is not a response of the operation.
///
/// The request was received and most likely executed. The error keeps the body, or the part of it that was being
/// decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError {
    pub(crate) operation: &'static str,
    pub(crate) path: String,
    pub(crate) reason: String,
    pub(crate) kind: DecodeErrorKind,
    pub(crate) body: Bytes,
    /// The format that the body should have, for the text of [`DecodeErrorKind::Syntax`].
    pub(crate) expected: &'static str,
}

/// What is wrong with a response that cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The body is empty, but a response of this operation always has a body.
    Empty,
    /// The body ends too early.
    Truncated,
    /// The body is not valid JSON, or data follows the JSON value. If the operation expects another format, the body
    /// is not in that format.
    Syntax,
    /// The body is valid JSON, but its structure or a type in it is not that of a response of the operation.
    Shape,
    /// The body, a row, or a member outside the rows is longer than its limit.
    TooLarge,
    /// The body cannot be decompressed: its coding is not supported, or is gzip while the feature `gzip`
    /// is off, or the compressed data is corrupt.
    Encoding,
}

impl DecodeError {
    /// An error of `operation` (its wire name) at the JSON path `path` of `body`.
    pub fn new(
        operation: &'static str,
        kind: DecodeErrorKind,
        path: impl Into<String>,
        reason: impl Into<String>,
        body: Bytes,
    ) -> Self {
        DecodeError {
            operation,
            path: path.into(),
            reason: reason.into(),
            kind,
            body,
            expected: "valid JSON",
        }
    }

    /// The wire name of the operation.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The path of the wrong value in the body, such as `mlModels[3].name`; empty for the body as a whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with the value.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The kind of failure.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The body as it arrived; for [`DecodeErrorKind::TooLarge`] the part that was read.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("operation", &self.operation)
            .field("kind", &self.kind)
            .field("path", &bounded_start(self.path.as_bytes()))
            .field("reason", &bounded_start(self.reason.as_bytes()))
            .field("body", &bounded_start(&self.body))
            .finish()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        self.fmt_reason(f)
    }
}

impl DecodeError {
    /// The text without the operation.
    pub(super) fn fmt_reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DecodeErrorKind::Empty => return f.write_str("empty response body"),
            DecodeErrorKind::Truncated => "truncated response body",
            DecodeErrorKind::Syntax => &format!("response body is not {}", self.expected),
            DecodeErrorKind::Shape => "unexpected JSON in the response body",
            DecodeErrorKind::TooLarge => "response too large",
            DecodeErrorKind::Encoding => "cannot decompress the response body",
        };
        f.write_str(what)?;
        if !self.path.is_empty() {
            write!(f, " at {}", one_line(self.path.as_bytes()))?;
        }
        write!(f, ": {}", one_line(self.reason.as_bytes()))?;
        let shows_body = matches!(
            self.kind,
            DecodeErrorKind::Syntax | DecodeErrorKind::Truncated
        );
        // A body that was handed out was not kept.
        if shows_body && !self.body.is_empty() {
            write!(f, "; body begins {:?}", bounded_start(&self.body))?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeError {}

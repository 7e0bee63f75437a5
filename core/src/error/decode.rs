//! An answer that reports success but is not what the operation answers.

use std::fmt;

use bytes::Bytes;

use super::{bounded_start, one_line};

/// The server answered with success, yet its body is not the operation's answer.
///
/// The request was received and most likely executed. The whole body is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError {
    pub(crate) operation: &'static str,
    pub(crate) path: String,
    pub(crate) reason: String,
    pub(crate) kind: DecodeErrorKind,
    pub(crate) body: Bytes,
}

/// How an answer failed to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Nothing came where the operation always answers something.
    Empty,
    /// The body is the beginning of an answer.
    Truncated,
    /// The body is no JSON, or goes on after its end.
    Syntax,
    /// The body is JSON of another shape.
    Shape,
    /// The body is longer than the limit set for it.
    TooLarge,
    /// The body is compressed, and that cannot be undone: in a way that nobody asked for, with gzip
    /// while the feature `gzip` is off, or wrongly.
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
        }
    }

    /// The wire name of the operation.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Where in the body, such as `mlModels[3].name`; empty for the body as a whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The kind of failure.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The body as it arrived; for [`DecodeErrorKind::TooLarge`] what was read of it.
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
        write!(f, "{} was answered with ", self.operation)?;
        match self.kind {
            DecodeErrorKind::Empty => {
                return f.write_str("success but without the body it always has");
            }
            DecodeErrorKind::Truncated => f.write_str("a body that ends too early")?,
            DecodeErrorKind::Syntax => f.write_str("something else than its JSON")?,
            DecodeErrorKind::Shape => f.write_str("JSON of an unexpected shape")?,
            DecodeErrorKind::TooLarge => f.write_str("too large a body")?,
            DecodeErrorKind::Encoding => f.write_str("an encoding that cannot be undone")?,
        }
        if !self.path.is_empty() {
            write!(f, " at {}", one_line(self.path.as_bytes()))?;
        }
        write!(f, ": {}", one_line(self.reason.as_bytes()))?;
        if matches!(
            self.kind,
            DecodeErrorKind::Syntax | DecodeErrorKind::Truncated
        ) {
            write!(f, "; it begins {:?}", bounded_start(&self.body))?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeError {}

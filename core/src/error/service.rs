//! What the server says when it refuses or fails.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;

use super::{ErrorKind, bounded_start, one_line};

/// An error answer of the service, modelled or not.
///
/// Its text is `MalformedQueryException (400): <message> [request id …]`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// The exception, or [`ErrorKind::Unknown`].
    pub kind: ErrorKind,
    /// The status of the answer; for a failure reported after a 200 began, the status that the
    /// trailer or the exception stands for.
    pub status: StatusCode,
    /// The name of the exception as sent, without namespace and suffix; None where none was sent.
    pub code: Option<String>,
    /// The server's explanation: `detailedMessage`, else `message`, else `Message`; for a body that
    /// is no JSON its beginning. Empty if there is none.
    pub message: String,
    /// The request id of the header, or that of the body.
    pub request_id: Option<String>,
    /// The body, or the error object found in trailer or tail, as it arrived.
    pub body: Bytes,
}

impl ServiceError {
    /// The name of the exception as sent, also one that the model does not know.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("message", &bounded_start(self.message.as_bytes()))
            .field("request_id", &self.request_id)
            .field("body", &bounded_start(&self.body))
            .finish()
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(
                f,
                "{} ({})",
                one_line(code.as_bytes()),
                self.status.as_u16()
            )?,
            None => write!(f, "the server answered {}", self.status)?,
        }
        if !self.message.is_empty() {
            write!(f, ": {}", one_line(self.message.as_bytes()))?;
        } else if self.code.is_none() && !self.body.is_empty() {
            write!(f, ": {}", one_line(&self.body))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " [request id {}]", one_line(id.as_bytes()))?;
        }
        Ok(())
    }
}

impl std::error::Error for ServiceError {}

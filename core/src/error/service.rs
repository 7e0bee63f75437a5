//! The error responses of the service.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;

use super::{ExceptionKind, bounded_start, one_line};
use crate::streams::EventId;

/// An error response of the service. The exception need not be in the service model.
///
/// Its text is `MalformedQueryException (400): <message> [request id …]`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// The exception, or [`ExceptionKind::Unknown`].
    pub kind: ExceptionKind,
    /// The status of the response; for an error reported after a 200 began, the status in the trailer,
    /// or that of the exception.
    pub status: StatusCode,
    /// The name of the exception as sent, without namespace and suffix; `None` if no name was sent.
    pub code: Option<String>,
    /// The server's explanation: `detailedMessage`, else `message`, else `Message`; the beginning of
    /// the body if that is not JSON. Empty if there is no explanation.
    pub message: String,
    /// The request id in the header, else the one in the body.
    pub request_id: Option<String>,
    /// The body as received, of which a call keeps at most the first 1 MiB; for an error that was reported
    /// after a 200 began, the error object from the trailers or from the end of the body.
    pub body: Bytes,
}

impl ServiceError {
    /// The name of the exception as the server sent it, even if it is not in the service model.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The last record of a change stream, from the message of a
    /// [`StreamRecordsNotFoundException`](ExceptionKind::StreamRecordsNotFoundException); `None` if the
    /// message does not name it.
    ///
    /// A reader at this position has read everything. If a reader's position is after it, the data was
    /// reset or restored.
    ///
    /// ```
    /// use neptunedata::{error::Cause, streams::{EventId, GetPropertygraphStream}};
    ///
    /// let body = r#"{"code":"StreamRecordsNotFoundException","requestId":"r","detailedMessage":
    ///     "Requested startEventId is from the future. Last valid eventId is [commitNum = 1132, opNum = 200]"}"#;
    /// let response = neptunedata::http::Response::builder().status(404).body(body.into())?;
    /// let Err(Cause::Service(error)) = neptunedata::response::<GetPropertygraphStream>(&response) else { panic!() };
    /// assert_eq!(error.last_valid_event_id(), Some(EventId::new(1132, 200)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last_valid_event_id(&self) -> Option<EventId> {
        (self.kind == ExceptionKind::StreamRecordsNotFoundException)
            .then(|| EventId::find_in(&self.message))
            .flatten()
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
            None => write!(f, "HTTP status {}", self.status)?,
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

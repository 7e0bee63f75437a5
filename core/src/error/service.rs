//! What the server says when it refuses or fails.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;

use super::{ExceptionKind, bounded_start, one_line};
use crate::streams::EventId;

/// An error answer of the service, modelled or not.
///
/// Its text is `MalformedQueryException (400): <message> [request id …]`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// The exception, or [`ExceptionKind::Unknown`].
    pub kind: ExceptionKind,
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

    /// How far a change stream goes, as the message of a
    /// [`StreamRecordsNotFoundException`](ExceptionKind::StreamRecordsNotFoundException) tells it.
    ///
    /// A reader whose place is this has read everything. One whose place is beyond it reads another
    /// stream than before: the data was reset or restored (`U17`). None where the message tells nothing.
    ///
    /// ```
    /// use neptunedata::{error::Cause, streams::{EventId, GetPropertygraphStream}};
    ///
    /// let body = r#"{"code":"StreamRecordsNotFoundException","requestId":"r","detailedMessage":
    ///     "Requested startEventId is from the future. Last valid eventId is [commitNum = 1132, opNum = 200]"}"#;
    /// let answer = neptunedata::http::Response::builder().status(404).body(body.into())?;
    /// let Err(Cause::Service(error)) = neptunedata::response::<GetPropertygraphStream>(&answer) else { panic!() };
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

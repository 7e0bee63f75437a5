//! What replaces a response.

use http::StatusCode;

use crate::{ConnectionEnd, Outcome};

pub(crate) mod apply;
pub(crate) mod refusal;
pub(crate) mod trailers;

pub use self::refusal::Refusal;
pub use self::trailers::Trailers;

/// What replaces the response to a request. [`Delivery`](crate::Delivery) sets how it is sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Replacement {
    /// The connection ends after the head of the request, before its body is read. The request counts neither
    /// as received nor as executed.
    CloseBeforeReading(ConnectionEnd),
    /// The request is read, and the connection ends without a response.
    NoResponse(ConnectionEnd),
    /// The unchanged response, for faults that only affect its delivery, date or headers. A request that is not
    /// executed has no response of its own; an `InternalFailureException` replaces it.
    Unchanged,
    /// Replaces the response with this outcome.
    Outcome(Outcome),
    /// An error response.
    Error(ErrorResponse),
    /// An HTML page with this status, as proxies send it.
    Html(StatusCode),
    /// Status 200 with an empty body.
    Empty,
    /// Bytes that are not valid JSON, or not valid HTTP.
    Garbage(Garbage),
    /// Status 200 with an error object as the body.
    ErrorInSuccess {
        /// The name of the exception.
        code: String,
        /// The text of the exception.
        message: String,
    },
    /// The response in chunks, followed by Neptune's trailers.
    Trailers(Trailers),
    /// A redirect.
    Redirect {
        /// The status, such as 307.
        status: StatusCode,
        /// The `location`; `None` is the path and query of the request, so that a client that follows the
        /// redirect sends the request again.
        location: Option<String>,
    },
    /// An IAM error: 403 `AccessDeniedException`.
    Refused(Refusal),
}

/// An error response chosen by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorResponse {
    /// The status; `None` is the status of the exception, 500 for names that Neptune does not have.
    pub status: Option<StatusCode>,
    /// The name of the exception.
    pub code: String,
    /// The text of the exception.
    pub message: String,
    /// The form of the body.
    pub form: ErrorForm,
}

/// The form of an error body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorForm {
    /// Neptune's JSON object.
    #[default]
    Json,
    /// Neptune's JSON object without `code`, which is in the header `x-amzn-errortype` ([U02](crate::wire_notes#u02)).
    Header,
    /// A JSON object with only `detailedMessage`.
    MessageOnly,
    /// The text of the exception, as `text/plain`.
    Text,
    /// An HTML page.
    Html,
    /// No body.
    Empty,
    /// A JSON object with `code`, and with bytes that are not UTF-8 as its `detailedMessage`. `message` is not sent.
    NotUtf8,
}

/// Invalid bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Garbage {
    /// Status 200 with a body that is not valid JSON.
    #[default]
    Body,
    /// The response, with invalid bytes after its JSON.
    Tail,
    /// Bytes that are not HTTP.
    Wire,
}

impl Replacement {
    /// Whether the operation is executed first by default.
    pub(crate) fn executes(&self) -> bool {
        match self {
            Self::CloseBeforeReading(_)
            | Self::Outcome(_)
            | Self::Redirect { .. }
            | Self::Refused(_) => false,
            Self::NoResponse(_)
            | Self::Unchanged
            | Self::Empty
            | Self::Garbage(_)
            | Self::ErrorInSuccess { .. }
            | Self::Trailers(_) => true,
            Self::Html(status) => status.is_success(),
            Self::Error(error) => error.status().is_success(),
        }
    }
}

impl ErrorResponse {
    /// This exception with this text, in Neptune's form.
    #[must_use]
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: None,
            code: code.into(),
            message: message.into(),
            form: ErrorForm::Json,
        }
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
            .unwrap_or_else(|| crate::failure::status_of(&self.code))
    }
}

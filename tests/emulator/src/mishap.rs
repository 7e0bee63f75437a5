//! What takes the place of an answer.

use http::StatusCode;

use crate::{Ending, Outcome};

pub(crate) mod answer;
pub(crate) mod refusal;
pub(crate) mod trailers;

pub use self::refusal::Refusal;
pub use self::trailers::Trailers;

/// What a request meets instead of its answer. How the answer travels is a matter of
/// [`Delivery`](crate::Delivery).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Mishap {
    /// The connection ends before the request is read: it counts neither as received nor as executed.
    CloseBeforeReading(Ending),
    /// The request is read, and the connection ends without an answer.
    NoAnswer(Ending),
    /// The answer that it has anyway, for plans that are only about its delivery, its date or its headers. A request
    /// that is not executed has no answer of its own; an `InternalFailureException` takes its place.
    OwnAnswer,
    /// This outcome, as it is.
    Instead(Outcome),
    /// An error.
    Error(ErrorAnswer),
    /// A page for people, as proxies send it.
    Html(StatusCode),
    /// Status 200 and no body.
    Empty,
    /// Bytes that are no JSON, or no HTTP.
    Garbage(Garbage),
    /// Status 200 and an error object for a body.
    ErrorInSuccess {
        /// The exception.
        code: String,
        /// Its text.
        message: String,
    },
    /// The answer in chunks, with Neptune's trailers behind it.
    Trailers(Trailers),
    /// Somewhere else.
    Redirect {
        /// The status, 307 say.
        status: StatusCode,
        /// The `location`; `None` is where the request went, so that a client that follows is seen again.
        location: Option<String>,
    },
    /// Refused as IAM refuses.
    Refused(Refusal),
}

/// An error of the caller's choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The status; `None` is the one that goes with the exception's name, 500 for names that Neptune does not have.
    pub status: Option<StatusCode>,
    /// The exception.
    pub code: String,
    /// Its text.
    pub message: String,
    /// The form of the body.
    pub form: ErrorForm,
}

/// The form in which an error is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorForm {
    /// Neptune's JSON object.
    #[default]
    Json,
    /// The same without `code`, which stands in the header `x-amzn-errortype` (U02).
    Header,
    /// JSON with `detailedMessage` alone.
    MessageOnly,
    /// The text alone.
    Text,
    /// A page for people.
    Html,
    /// No body.
    Empty,
    /// Neptune's JSON object, with bytes in its text that are no UTF-8.
    NotUtf8,
}

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Garbage {
    /// Status 200, and a body that is no JSON.
    #[default]
    Body,
    /// The answer, with garbage behind its JSON.
    Tail,
    /// No HTTP at all.
    Wire,
}

impl Mishap {
    /// Whether the operation is carried out first where the plan does not say: it is, unless the status is one of
    /// failure, or the answer another one altogether.
    pub(crate) fn executes(&self) -> bool {
        match self {
            Self::CloseBeforeReading(_)
            | Self::Instead(_)
            | Self::Redirect { .. }
            | Self::Refused(_) => false,
            Self::NoAnswer(_)
            | Self::OwnAnswer
            | Self::Empty
            | Self::Garbage(_)
            | Self::ErrorInSuccess { .. }
            | Self::Trailers(_) => true,
            Self::Html(status) => status.is_success(),
            Self::Error(error) => error.status().is_success(),
        }
    }
}

impl ErrorAnswer {
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

    /// The status that is answered.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
            .unwrap_or_else(|| crate::failure::status_of(&self.code))
    }
}

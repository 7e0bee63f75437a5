//! Errors in the form in which Neptune sends them.
//!
//! The form and most texts are those of [Graph engine error messages and
//! codes](https://docs.aws.amazon.com/neptune/latest/userguide/errors-engine-codes.html).

use http::StatusCode;

use crate::Response;

/// An error response: the name of an exception and its text.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The status of each known exception.
const STATUSES: &[(&str, StatusCode)] = &[
    ("AccessDeniedException", StatusCode::FORBIDDEN),
    ("BadRequestException", StatusCode::BAD_REQUEST),
    ("BulkLoadIdNotFoundException", StatusCode::NOT_FOUND),
    ("ClientTimeoutException", StatusCode::REQUEST_TIMEOUT),
    ("ConstraintViolationException", StatusCode::BAD_REQUEST),
    ("DuplicateDataException", StatusCode::BAD_REQUEST),
    ("ExpiredStreamException", StatusCode::BAD_REQUEST),
    ("IllegalArgumentException", StatusCode::BAD_REQUEST),
    ("InvalidArgumentException", StatusCode::BAD_REQUEST),
    ("InvalidNumericDataException", StatusCode::BAD_REQUEST),
    ("InvalidParameterException", StatusCode::BAD_REQUEST),
    ("LoadUrlAccessDeniedException", StatusCode::BAD_REQUEST),
    ("MLResourceNotFoundException", StatusCode::NOT_FOUND),
    ("MalformedQueryException", StatusCode::BAD_REQUEST),
    ("MethodNotAllowedException", StatusCode::METHOD_NOT_ALLOWED),
    ("MissingParameterException", StatusCode::BAD_REQUEST),
    ("ParsingException", StatusCode::BAD_REQUEST),
    ("PreconditionsFailedException", StatusCode::BAD_REQUEST),
    ("QueryLimitException", StatusCode::BAD_REQUEST),
    ("QueryTooLargeException", StatusCode::BAD_REQUEST),
    ("ReadOnlyViolationException", StatusCode::BAD_REQUEST),
    ("ResourceNotFoundException", StatusCode::NOT_FOUND),
    ("S3Exception", StatusCode::BAD_REQUEST),
    ("StatisticsNotAvailableException", StatusCode::BAD_REQUEST),
    ("StreamRecordsNotFoundException", StatusCode::NOT_FOUND),
    ("TooManyRequestsException", StatusCode::TOO_MANY_REQUESTS),
    ("UnsupportedOperationException", StatusCode::BAD_REQUEST),
    ("ValidationException", StatusCode::BAD_REQUEST),
];

/// The status of an exception. Exceptions that are not in the table are 500, including throttling, time-outs and
/// cancelled queries.
pub(crate) fn status_of(code: &str) -> StatusCode {
    let known = STATUSES.iter().find(|(name, _)| *name == code);
    known.map_or(StatusCode::INTERNAL_SERVER_ERROR, |(_, status)| *status)
}

impl Failure {
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            status: status_of(&code),
            code,
            message: message.into(),
        }
    }

    pub(crate) fn access_denied(message: impl Into<String>) -> Self {
        Self::new("AccessDeniedException", message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new("BadRequestException", message)
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    pub(crate) fn missing_parameter(message: impl Into<String>) -> Self {
        Self::new("MissingParameterException", message)
    }

    /// The error for a feature of Neptune that the emulator lacks.
    pub(crate) fn not_emulated(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_IMPLEMENTED,
            ..Self::new("UnsupportedOperationException", message)
        }
    }

    /// The error of replicas for writes.
    pub(crate) fn read_only() -> Self {
        Self::new(
            "ReadOnlyViolationException",
            "The request is rejected because it violates some read-only restriction, such as a designation of a replica as read-only.",
        )
    }

    pub(crate) fn into_response(self, request_id: &str, message_member: bool) -> Response {
        // Written by hand to keep the order of the guide's example: serde_json sorts members.
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let message = quoted(&self.message);
        let repeated = if message_member {
            format!(",\"message\":{message}")
        } else {
            String::new()
        };
        let body = format!(
            "{{\"requestId\":{},\"code\":{},\"detailedMessage\":{message}{repeated}}}",
            quoted(request_id),
            quoted(&self.code)
        );
        Response::typed(self.status, "application/x-amz-json-1.0", body)
    }
}

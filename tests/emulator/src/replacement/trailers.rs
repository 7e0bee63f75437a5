//! The trailers of a query's response.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use super::apply::Context;
use crate::failure::{Failure, status_of};
use crate::{Response, percent};

const STATUS: HeaderName = HeaderName::from_static("x-neptune-status");
const DETAIL: HeaderName = HeaderName::from_static("x-neptune-detail");

/// The trailers of a response. The response is chunked, whether or not the client accepts trailers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trailers {
    /// `X-Neptune-Status: 200 OK` and an empty detail, after the complete response.
    Success,
    /// An error after a part of the body was sent. The status line has 200.
    Error {
        /// The name of the exception.
        code: String,
        /// The text of the exception.
        message: String,
        /// The status in the trailer; `None` is the status of the exception.
        status: Option<StatusCode>,
        /// How many bytes of the body are sent; `None` is half of them.
        after: Option<usize>,
        /// Whether the error object is also at the end of the body, as in current engines.
        appended: bool,
    },
    /// An `InternalFailureException` after half of the body, with a detail of at least this many bytes. The error
    /// object is also at the end of the body.
    Oversized(usize),
}

impl Trailers {
    pub(super) fn add_to(self, own: Response, context: &Context<'_>) -> Response {
        match self {
            Self::Success => good(own),
            Self::Error {
                code,
                message,
                status,
                after,
                appended,
            } => {
                let status = status.unwrap_or_else(|| status_of(&code));
                let failure = Failure {
                    status,
                    code,
                    message,
                };
                failing(own, failure, after, appended, context)
            }
            Self::Oversized(bytes) => {
                let failure = Failure::new("InternalFailureException", "x".repeat(bytes));
                failing(own, failure, None, true, context)
            }
        }
    }
}

/// Adds the trailers of a successful response.
pub(crate) fn good(response: Response) -> Response {
    response
        .trailer(STATUS, HeaderValue::from_static("200 OK"))
        .trailer(DETAIL, HeaderValue::from_static(""))
}

/// Adds the trailers of a failed response. `error` is the error object of the failure.
pub(crate) fn bad(mut response: Response, failure: &Failure, error: &Bytes) -> Response {
    let status = format!("{} {}", failure.status.as_u16(), failure.code);
    for (name, value) in [(STATUS, status), (DETAIL, form_encoded(error))] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response = response.trailer(name, value);
        }
    }
    response
}

fn failing(
    mut own: Response,
    failure: Failure,
    after: Option<usize>,
    appended: bool,
    context: &Context<'_>,
) -> Response {
    // Neptune adds the text as `message` here, too.
    let error = failure
        .clone()
        .into_response(&context.entry.request_id, true);
    let error = error.body();
    let kept = match after {
        Some(after) => own.start(after),
        None => {
            let body = own.body();
            body.slice(..body.len() / 2)
        }
    };
    own.generated = None;
    own.chunks = vec![kept];
    if appended {
        own.chunks.push(error.clone());
    }
    own.chunks.retain(|chunk| !chunk.is_empty());
    bad(own, &failure, &error)
}

/// The encoding of HTML forms: a space is a plus sign.
fn form_encoded(bytes: &Bytes) -> String {
    percent::encode(bytes, b" *").replace(' ', "+")
}

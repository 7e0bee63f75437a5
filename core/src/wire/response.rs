//! The response reader: what operations decode from.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::{
    answer, coding,
    lenient::{self, Category},
};
use crate::{
    Cause, DecodeError, DecodeErrorKind, Operation, OperationInfo, session::DEFAULT_BODY_LIMIT,
};

/// Reads a complete answer to the operation `O`.
///
/// For transports that drop trailers, and for tests. A [`Call`](crate::Call) reads trailers too,
/// sends again what may be sent again, and keeps attempts and execution in its error.
///
/// ```
/// use neptunedata::{CancelMlModelTrainingJob, Cause, ErrorKind};
/// use neptunedata::http::Response;
///
/// let answer = Response::new(r#"{"status":"200 OK"}"#.into());
/// let output = neptunedata::response::<CancelMlModelTrainingJob>(&answer)?;
/// assert_eq!(output.status.as_deref(), Some("200 OK"));
///
/// let answer = Response::builder()
///     .status(400)
///     .body(r#"{"requestId":"r","code":"InvalidParameterException","detailedMessage":"no such job"}"#.into())?;
/// match neptunedata::response::<CancelMlModelTrainingJob>(&answer) {
///     Err(Cause::Service(error)) => assert_eq!(error.kind, ErrorKind::InvalidParameterException),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Cause::Service`] for an error answer, also for one that hides behind a 200;
/// [`Cause::Decode`] for a body that is not the operation's answer.
pub fn response<O: Operation>(response: &http::Response<Bytes>) -> Result<O::Output, Cause> {
    whole(O::INFO, response, O::decode)
}

/// Reads a complete answer with `decode`, if it is a success.
pub(crate) fn whole<T>(
    info: &'static OperationInfo,
    response: &http::Response<Bytes>,
    decode: fn(&Response<'_>) -> Result<T, DecodeError>,
) -> Result<T, Cause> {
    let status = response.status();
    let (headers, body) = coding::undo(info, response, DEFAULT_BODY_LIMIT)?;
    answer::gate(status, &headers, &HeaderMap::new(), &body)?;
    let response = Response {
        info,
        status,
        headers: &headers,
        body: &body,
    };
    decode(&response).map_err(|error| answer::or_tail(error, status, &headers, &body))
}

/// A successful answer, as [`Operation::decode`] sees it.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    pub(crate) info: &'static OperationInfo,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
}

impl<'a> Response<'a> {
    /// The status, always from 200 to 299.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The whole body; cheap to clone.
    pub fn body(&self) -> &'a Bytes {
        self.body
    }

    /// The whole body, once it is sure that it is not compressed; gzip has been undone by now, if
    /// the feature `gzip` is on.
    ///
    /// # Errors
    ///
    /// When the body is compressed.
    pub fn plain(&self) -> Result<&'a Bytes, DecodeError> {
        match coding::left_in(self.headers) {
            Some(reason) => Err(self.error(DecodeErrorKind::Encoding, "", reason)),
            None => Ok(self.body),
        }
    }

    /// Decodes a JSON object, leniently: unknown members are ignored, and strings, numbers and
    /// booleans stand in for each other where that loses nothing. An empty body is an empty object
    /// if the operation may answer so.
    ///
    /// # Errors
    ///
    /// When the body is no such JSON; the error names the place.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let body = self.plain()?;
        let body: &[u8] = if !body.iter().all(u8::is_ascii_whitespace) {
            body
        } else if self.info.may_answer_empty {
            b"{}"
        } else {
            return Err(self.error(DecodeErrorKind::Empty, "", "the body is empty"));
        };
        lenient::from_slice(body).map_err(|error| {
            let kind = match error.category {
                Category::Eof => DecodeErrorKind::Truncated,
                Category::Syntax => DecodeErrorKind::Syntax,
                Category::Data => DecodeErrorKind::Shape,
            };
            let (line, column) = (error.line, error.column);
            let reason = format!("{} at line {line} column {column}", error.reason);
            self.error(kind, error.path, reason)
        })
    }

    /// The bytes of an answer that is no JSON, such as a report. An error object at their end is
    /// looked for, as nothing else would tell that such a body broke off.
    ///
    /// # Errors
    ///
    /// When the body is blank, compressed, or ends in an error object.
    pub(crate) fn opaque(&self) -> Result<Bytes, DecodeError> {
        let body = self.opaque_or_blank()?;
        match body.iter().all(u8::is_ascii_whitespace) {
            true => Err(self.error(DecodeErrorKind::Empty, "", "the body is empty")),
            false => Ok(body),
        }
    }

    /// The same, where a blank body is an answer.
    ///
    /// # Errors
    ///
    /// When the body is compressed, or ends in an error object.
    pub(crate) fn opaque_or_blank(&self) -> Result<Bytes, DecodeError> {
        self.plain()?;
        match answer::from_tail(self.status, self.headers, self.body) {
            // Whoever asked for the answer looks there again, and reports the object itself.
            Some(_) => Err(self.error(DecodeErrorKind::Truncated, "", "an error object ends it")),
            None => Ok(self.body.clone()),
        }
    }

    /// An error that says what is wrong with this answer.
    pub fn error(
        &self,
        kind: DecodeErrorKind,
        path: impl Into<String>,
        reason: impl Into<String>,
    ) -> DecodeError {
        DecodeError::new(self.info.name, kind, path, reason, self.body.clone())
    }
}

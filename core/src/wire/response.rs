//! The response reader: what operations decode from.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{
    coding, json_text,
    lenient::{self, Category},
    outcome,
};
use crate::{
    error::{Cause, DecodeError, DecodeErrorKind},
    operation::{Operation, OperationInfo},
    session::DEFAULT_BODY_LIMIT,
    sparql::SparqlMediaType,
};

/// Reads a complete answer to the operation `O`.
///
/// For transports that drop trailers, and for tests. A [`Call`](crate::machine::Call) reads trailers too,
/// sends again what may be sent again, and keeps attempts and execution in its error.
///
/// ```
/// use neptunedata::{ExceptionKind, error::Cause, ml::CancelMlModelTrainingJob};
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
///     Err(Cause::Service(error)) => assert_eq!(error.kind, ExceptionKind::InvalidParameterException),
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
    decode: fn(&RawResponse<'_>) -> Result<T, DecodeError>,
) -> Result<T, Cause> {
    let status = response.status();
    let (headers, body) = coding::undo(info, response, DEFAULT_BODY_LIMIT)?;
    outcome::gate(status, &headers, &HeaderMap::new(), &body)?;
    let response = RawResponse {
        info,
        status,
        headers: &headers,
        body: &body,
    };
    decode(&response).map_err(|error| outcome::or_tail(error, status, &headers, &body))
}

/// A successful answer, as [`Operation::decode`] sees it.
#[derive(Debug, Clone, Copy)]
pub struct RawResponse<'a> {
    pub(crate) info: &'static OperationInfo,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
}

impl<'a> RawResponse<'a> {
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

    /// Decodes a JSON object as [`json`](Self::json) does, or the one in its `payload`: nobody has shown which of
    /// the two forms some operations answer in (`U14`).
    pub(crate) fn json_or_payload<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let text = std::str::from_utf8(self.plain()?).unwrap_or_default();
        let payload =
            json_text::member(text, "payload").filter(|it| it.trim_start().starts_with('{'));
        let Some(payload) = payload else {
            return self.json();
        };
        // What is around it has to be whole, too.
        self.json::<IgnoredAny>()?;
        let body = self.body.slice_ref(payload.as_bytes());
        RawResponse {
            body: &body,
            ..*self
        }
        .json()
    }

    /// The bytes of an answer that is no JSON, such as a report. An error object at their end is
    /// looked for, as nothing else would tell that such a body broke off.
    ///
    /// # Errors
    ///
    /// When the body is blank, compressed, a page of HTML, or ends in an error object.
    pub(crate) fn opaque(&self) -> Result<Bytes, DecodeError> {
        self.not_blank(self.opaque_or_blank()?)
    }

    /// The same of a report, which can be HTML too: nothing tells one from a page of something in between.
    ///
    /// # Errors
    ///
    /// When the body is blank, compressed, or ends in an error object.
    pub(crate) fn report(&self) -> Result<Bytes, DecodeError> {
        self.not_blank(self.opaque_or_html()?)
    }

    fn not_blank(&self, body: Bytes) -> Result<Bytes, DecodeError> {
        match body.iter().all(u8::is_ascii_whitespace) {
            true => Err(self.error(DecodeErrorKind::Empty, "", "the body is empty")),
            false => Ok(body),
        }
    }

    /// The same, where a blank body is an answer.
    ///
    /// # Errors
    ///
    /// When the body is compressed, a page of HTML, or ends in an error object.
    pub(crate) fn opaque_or_blank(&self) -> Result<Bytes, DecodeError> {
        if self.is_html() {
            let reason = "it is a page of HTML, as something in between answers";
            return Err(self.error(DecodeErrorKind::Syntax, "", reason));
        }
        self.opaque_or_html()
    }

    /// The same, where HTML can be an answer too.
    ///
    /// # Errors
    ///
    /// When the body is compressed, or ends in an error object.
    fn opaque_or_html(&self) -> Result<Bytes, DecodeError> {
        self.plain()?;
        match outcome::from_tail(self.status, self.headers, self.body) {
            // Whoever asked for the answer looks there again, and reports the object itself.
            Some(_) => Err(self.error(DecodeErrorKind::Truncated, "", "an error object ends it")),
            None => Ok(self.body.clone()),
        }
    }

    /// The body of an answer that only says that something was done, in a form that nobody has promised. JSON that
    /// is begun has to be whole, and all else has to be text.
    ///
    /// # Errors
    ///
    /// When the body is compressed, a page of HTML, broken, or ends in an error object.
    pub(crate) fn acknowledgement(&self) -> Result<Bytes, DecodeError> {
        let body = self.opaque_or_blank()?;
        let is_json = matches!(body.trim_ascii_start().first(), Some(b'[' | b'{'));
        if is_json {
            return match serde_json::from_slice::<IgnoredAny>(&body) {
                Ok(_) => Ok(body),
                Err(error) => {
                    let kind = match error.is_eof() {
                        true => DecodeErrorKind::Truncated,
                        false => DecodeErrorKind::Syntax,
                    };
                    Err(self.error(kind, "", error.to_string()))
                }
            };
        }
        match std::str::from_utf8(&body) {
            Ok(_) => Ok(body),
            Err(error) => Err(self.error(DecodeErrorKind::Syntax, "", error.to_string())),
        }
    }

    /// Whether it is a page of HTML, by what it says or by how it begins.
    fn is_html(&self) -> bool {
        let media_type = SparqlMediaType::of(self.headers);
        let media_type = media_type.as_ref().map(SparqlMediaType::as_str);
        let start = self.body.trim_ascii_start();
        let begins = |with: &[u8]| {
            start
                .get(..with.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(with))
        };
        matches!(media_type, Some("text/html" | "application/xhtml+xml"))
            || begins(b"<!doctype html")
            || begins(b"<html")
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

impl RawResponse<'_> {
    /// The status, for outputs that have it as a member.
    pub(crate) fn status_code(&self) -> Option<i32> {
        Some(self.status.as_u16().into())
    }
}

//! The response reader that operations decode from.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde::de::{Deserialize, DeserializeOwned, IgnoredAny};

use super::{
    coding, found, json_text,
    lenient::{self, Category},
    outcome,
};
use crate::{
    error::{Cause, DecodeError, DecodeErrorKind},
    operation::{Operation, OperationInfo},
    session::DEFAULT_BODY_LIMIT,
};

/// Reads a complete response of the operation `O`.
///
/// Use it with HTTP libraries that drop trailers, and in tests. A [`Call`](crate::machine::Call) also reads
/// trailers, retries when that is safe, and its error says how many attempts were made and whether the request may
/// have been executed.
///
/// ```
/// use neptunedata::{ExceptionKind, error::Cause, ml::CancelMlModelTrainingJob};
/// use neptunedata::http::Response;
///
/// let response = Response::new(r#"{"status":"200 OK"}"#.into());
/// let output = neptunedata::response::<CancelMlModelTrainingJob>(&response)?;
/// assert_eq!(output.status.as_deref(), Some("200 OK"));
///
/// let response = Response::builder()
///     .status(400)
///     .body(r#"{"requestId":"r","code":"InvalidParameterException","detailedMessage":"no such job"}"#.into())?;
/// match neptunedata::response::<CancelMlModelTrainingJob>(&response) {
///     Err(Cause::Service(error)) => assert_eq!(error.kind, ExceptionKind::InvalidParameterException),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Cause::Service`] for an error of the service, even if the status is 200;
/// [`Cause::Decode`] for a body that is not a response of the operation.
pub fn response<O: Operation>(response: &http::Response<Bytes>) -> Result<O::Output, Cause> {
    whole(O::INFO, response, O::decode)
}

/// Reads a complete response with `decode`, if it is a success.
pub(crate) fn whole<T>(
    info: &'static OperationInfo,
    response: &http::Response<Bytes>,
    decode: fn(&RawResponse<'_>) -> Result<T, DecodeError>,
) -> Result<T, Cause> {
    let status = response.status();
    let (headers, body) = coding::decode_body(info, response, DEFAULT_BODY_LIMIT)?;
    outcome::check_outcome(info, status, &headers, &HeaderMap::new(), &body)?;
    let response = RawResponse {
        info,
        status,
        headers: &headers,
        body: &body,
    };
    decode(&response).map_err(|error| outcome::error_at_tail(error, &response))
}

/// A successful response, as passed to [`Operation::decode`].
#[derive(Debug, Clone, Copy)]
pub struct RawResponse<'a> {
    pub(crate) info: &'static OperationInfo,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
}

impl<'a> RawResponse<'a> {
    /// The status, from 200 to 299.
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

    /// The whole body, if it is not compressed. With the feature `gzip`, a gzip body is already decompressed.
    ///
    /// # Errors
    ///
    /// If the body is compressed.
    pub fn plain(&self) -> Result<&'a Bytes, DecodeError> {
        match coding::unsupported(self.headers) {
            Some(reason) => Err(self.error(DecodeErrorKind::Encoding, "", reason)),
            None => Ok(self.body),
        }
    }

    /// Decodes a JSON object leniently: unknown members are ignored, and strings, numbers and booleans are
    /// converted to each other if nothing is lost. An empty body is read as an empty object if the
    /// operation may respond with an empty body.
    ///
    /// # Errors
    ///
    /// If the body is not a JSON object, or does not match `T`. The error contains the path of the wrong value.
    pub fn json<T: Deserialize<'a>>(&self) -> Result<T, DecodeError> {
        let body = self.plain()?;
        let body: &'a [u8] = if !body.iter().all(u8::is_ascii_whitespace) {
            body
        } else if self.info.may_answer_empty {
            b"{}"
        } else {
            return Err(self.error(DecodeErrorKind::Empty, "", "empty response body"));
        };
        lenient::from_slice(body).map_err(|error| {
            let kind = match error.category {
                Category::Eof => DecodeErrorKind::Truncated,
                Category::Syntax => DecodeErrorKind::Syntax,
                Category::Data => DecodeErrorKind::Shape,
            };
            let (line, column) = (error.line, error.column);
            let reason = format!("{} at line {line} column {column}", error.reason);
            self.name_format(self.error(kind, error.path, reason))
        })
    }

    /// Decodes a JSON object like [`json`](Self::json). If it has no members of the output except `status`, the object
    /// in its member `payload` is decoded instead: for some operations it is unknown which of the two forms the service
    /// uses (`U14`).
    pub(crate) fn json_or_payload<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let text = std::str::from_utf8(self.plain()?).unwrap_or_default();
        let payload =
            json_text::member(text, "payload").filter(|it| it.trim_start().starts_with('{'));
        let Some(payload) = payload else {
            return self.json();
        };
        let mut members = json_text::members(text).into_iter().flatten();
        let is_output = members.any(|(name, value)| {
            let name = name.unwrap_or_default();
            name != "status" && value != "null" && outcome::is_output_member(self.info, &name)
        });
        if is_output {
            return self.json();
        }
        // The rest of the body must be valid JSON too.
        self.json::<IgnoredAny>()?;
        let body = self.body.slice_ref(payload.as_bytes());
        RawResponse {
            body: &body,
            ..*self
        }
        .json()
    }

    /// The error with a reason that names the format of the body, if the body does not begin like JSON.
    pub(crate) fn name_format(&self, mut error: DecodeError) -> DecodeError {
        if error.kind == DecodeErrorKind::Syntax
            && let Some(found) = found::not_json(media_type(self.headers).as_deref(), self.body)
        {
            error.reason = found;
        }
        error
    }

    /// The body of a response that is not JSON; `expected` is its format, for error texts. It is searched for an error
    /// object at its end, because nothing else shows that such a body is incomplete.
    ///
    /// # Errors
    ///
    /// If the body is blank, compressed, an HTML page, or ends in an error object.
    pub(crate) fn opaque(&self, expected: &'static str) -> Result<Bytes, DecodeError> {
        self.not_blank(self.opaque_or_blank(expected)?)
    }

    /// Like [`opaque`](Self::opaque), for a report, which may be HTML: it cannot be distinguished from
    /// the page of a proxy.
    ///
    /// # Errors
    ///
    /// If the body is blank, compressed, or ends in an error object.
    pub(crate) fn report(&self) -> Result<Bytes, DecodeError> {
        self.not_blank(self.opaque_or_html()?)
    }

    fn not_blank(&self, body: Bytes) -> Result<Bytes, DecodeError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            Err(self.error(DecodeErrorKind::Empty, "", "empty response body"))
        } else {
            Ok(body)
        }
    }

    /// Like [`opaque`](Self::opaque), but a blank body is valid.
    ///
    /// # Errors
    ///
    /// If the body is compressed, an HTML page, or ends in an error object.
    pub(crate) fn opaque_or_blank(&self, expected: &'static str) -> Result<Bytes, DecodeError> {
        let media_type = media_type(self.headers);
        if found::is_html(media_type.as_deref(), self.body) {
            let reason = found::other_format(media_type.as_deref(), self.body);
            let error = self.error(DecodeErrorKind::Syntax, "", reason);
            return Err(DecodeError { expected, ..error });
        }
        self.opaque_or_html()
    }

    /// Like [`opaque`](Self::opaque), but a blank body and HTML are valid.
    ///
    /// # Errors
    ///
    /// If the body is compressed, or ends in an error object.
    fn opaque_or_html(&self) -> Result<Bytes, DecodeError> {
        self.plain()?;
        match outcome::from_tail(self) {
            // The caller of `decode` replaces this error by the error object itself.
            Some(_) => {
                let reason = "the body ends in an error object";
                Err(self.error(DecodeErrorKind::Truncated, "", reason))
            }
            None => Ok(self.body.clone()),
        }
    }

    /// The body of a response that only confirms the request, in an undocumented format. A body that
    /// begins like JSON must be valid JSON, and any other body must be UTF-8.
    ///
    /// # Errors
    ///
    /// If the body is compressed, an HTML page, invalid, or ends in an error object.
    pub(crate) fn acknowledgement(&self) -> Result<Bytes, DecodeError> {
        let expected = "a confirmation in JSON or text";
        let body = self.opaque_or_blank(expected)?;
        let is_json = matches!(body.trim_ascii_start().first(), Some(b'[' | b'{'));
        if is_json {
            return match serde_json::from_slice::<IgnoredAny>(&body) {
                Ok(_) => Ok(body),
                Err(error) => {
                    let kind = if error.is_eof() {
                        DecodeErrorKind::Truncated
                    } else {
                        DecodeErrorKind::Syntax
                    };
                    Err(self.error(kind, "", error.to_string()))
                }
            };
        }
        match std::str::from_utf8(&body) {
            Ok(_) => Ok(body),
            Err(error) => {
                let error = self.error(DecodeErrorKind::Syntax, "", error.to_string());
                Err(self.name_format(DecodeError { expected, ..error }))
            }
        }
    }

    /// A decoding error about this response; `path` is empty for the body as a whole.
    pub fn error(
        &self,
        kind: DecodeErrorKind,
        path: impl Into<String>,
        reason: impl Into<String>,
    ) -> DecodeError {
        DecodeError::new(self.info.name, kind, path, reason, self.body.clone())
    }
}

/// The media type of the body in lower case, without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let bare = value.split(';').next().unwrap_or(value).trim();
    Some(bare.to_ascii_lowercase())
}

impl RawResponse<'_> {
    /// The status, for outputs that have it as a member.
    pub(crate) fn status_code(&self) -> Option<i32> {
        Some(self.status.as_u16().into())
    }
}

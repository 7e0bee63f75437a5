//! Decides whether a response is a success, from its trailers, its status, its whole body and the tail of
//! its body, in this order.
//!
//! A query can fail after its status 200 was sent. The service then reports the error in trailers
//! (`X-Neptune-Status`, `X-Neptune-Detail`), appends the error object to the incomplete body, or, on old
//! engines, only stops sending.
//! <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html>

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::Value;

use super::{json_text, percent, response::RawResponse};
use crate::{
    error::{Cause, DecodeError, ExceptionKind, ServiceError, bounded_start},
    operation::OperationInfo,
};

/// Read if it is present, but never required: it is unknown whether any engine sends it (`U02`).
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const REQUEST_ID_ALT: HeaderName = HeaderName::from_static("x-amz-request-id");
const NEPTUNE_STATUS: HeaderName = HeaderName::from_static("x-neptune-status");
const NEPTUNE_DETAIL: HeaderName = HeaderName::from_static("x-neptune-detail");

/// The members that contain the code of an error, in the order of preference.
const CODES: [&str; 3] = ["code", "Code", "__type"];
/// The members that contain the message of an error, in the order of preference.
const MESSAGES: [&str; 3] = ["detailedMessage", "message", "Message"];

/// The size of the tail of a body that is searched for an appended error object.
pub(crate) const TAIL: usize = 64 * 1024;
/// The maximum size of a body that is checked for being one error object.
pub(crate) const WHOLE_BODY_LIMIT: usize = 256 * 1024;

/// Returns the error that the trailers, the status or the whole body report, if there is one.
pub(crate) fn check_outcome(
    info: &OperationInfo,
    status: StatusCode,
    headers: &HeaderMap,
    trailers: &HeaderMap,
    body: &Bytes,
) -> Result<(), ServiceError> {
    if let Some(error) = from_trailers(headers, trailers) {
        return Err(error);
    }
    if !status.is_success() {
        return Err(service_error(status, headers, body));
    }
    match whole_body(info, headers, body) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The error for a body that does not decode: the error object at its end, or else `error`.
pub(crate) fn error_at_tail(error: DecodeError, response: &RawResponse<'_>) -> Cause {
    match from_tail(response) {
        Some(service) => Cause::Service(service),
        None => Cause::Decode(error),
    }
}

/// The id under which the service logged the request, from the headers.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    [REQUEST_ID, REQUEST_ID_ALT]
        .iter()
        .find_map(|name| headers.get(name))
        .and_then(|value| value.to_str().ok())
}

/// The error of a response with an error status.
pub(crate) fn service_error(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> ServiceError {
    let parsed = serde_json::from_slice::<Value>(body).ok();
    let object = ErrorObject(parsed.as_ref());
    let code = headers
        .get(ERROR_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .and_then(|text| bare_name(&text).map(str::to_owned))
        .or_else(|| object.code().map(str::to_owned));
    let message = match object.message() {
        Some(message) => message.to_owned(),
        // Not JSON: the page of a proxy, or plain text of Neptune.
        None if parsed.is_none() => bounded_start(body).trim().to_owned(),
        None => String::new(),
    };
    ServiceError {
        kind: code
            .as_deref()
            .map_or(ExceptionKind::Unknown, ExceptionKind::from_name),
        status,
        code,
        message,
        request_id: request_id(headers)
            .or(object.text("requestId").filter(|id| !id.is_empty()))
            .map(str::to_owned),
        body: body.clone(),
    }
}

/// A trailing status other than success overrides the status line, and so does a detail that names an
/// error: details of successes are empty. If there are several trailers, any failure counts, in any
/// order.
fn from_trailers(headers: &HeaderMap, trailers: &HeaderMap) -> Option<ServiceError> {
    let failed = trailers
        .get_all(NEPTUNE_STATUS)
        .iter()
        .find_map(|value| failed_status(&String::from_utf8_lossy(value.as_bytes())));
    let details: Vec<Bytes> = trailers
        .get_all(NEPTUNE_DETAIL)
        .iter()
        .map(|value| percent::decode_form(value.as_bytes()).into())
        .collect();
    let named = details.iter().find(|detail| names_code(detail));
    if failed.is_none() && named.is_none() {
        return None;
    }
    let detail = named.or_else(|| details.iter().find(|detail| !detail.is_empty()));
    let detail = detail.cloned().unwrap_or_default();
    let (number, name) = failed.unwrap_or_default();
    let fallback = number.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut error = service_error(fallback, &HeaderMap::new(), &detail);
    if error.code.is_none()
        && let Some(name) = bare_name(&name)
    {
        error.kind = ExceptionKind::from_name(name);
        error.code = Some(name.to_owned());
    }
    if number.is_none() {
        error.status = status_of(error.kind).unwrap_or(fallback);
    }
    if let Some(id) = request_id(headers) {
        error.request_id = Some(id.to_owned());
    }
    Some(error)
}

/// The number and the name in a trailing status other than success. Several fields may have been joined
/// with commas; the text after a comma is a status only if it begins with a number.
fn failed_status(text: &str) -> Option<(Option<StatusCode>, String)> {
    text.split(',').enumerate().find_map(|(index, status)| {
        let status = status.trim();
        let (number, name) = status.split_once(' ').unwrap_or((status, ""));
        let number = number
            .parse()
            .ok()
            .and_then(|number| StatusCode::from_u16(number).ok());
        let failed = match number {
            Some(number) => !number.is_success(),
            None => index == 0,
        };
        failed.then(|| (number, name.to_owned()))
    })
}

fn names_code(detail: &[u8]) -> bool {
    let parsed = serde_json::from_slice::<Value>(detail).ok();
    ErrorObject(parsed.as_ref()).code().is_some()
}

/// The status that the service uses for this exception, if known.
fn status_of(kind: ExceptionKind) -> Option<StatusCode> {
    StatusCode::from_u16(kind.http_status()?).ok()
}

/// The error of a success status whose whole body is one error object.
fn whole_body(info: &OperationInfo, headers: &HeaderMap, body: &Bytes) -> Option<ServiceError> {
    // Many outputs mention a code; they are recognized without parsing them into a `Value`.
    if body.len() > WHOLE_BODY_LIMIT || !mentions_code(body) || has_output(info, body) {
        return None;
    }
    let parsed = serde_json::from_slice::<Value>(body).ok()?;
    error_object(headers, &parsed, body.clone())
}

/// The error object that was appended to an incomplete body.
pub(crate) fn from_tail(response: &RawResponse<'_>) -> Option<ServiceError> {
    let body = response.body;
    let start = body.len().saturating_sub(TAIL);
    let tail = body.get(start..)?;
    if !response.status.is_success() || !mentions_code(tail) {
        return None;
    }
    // The object is flat, so it begins at the last brace from which the rest parses. A message may contain
    // braces, so earlier ones are tried too, up to a limit that bounds the work.
    let opening = |&position: &usize| {
        let rest = tail.get(position..).unwrap_or_default();
        rest.first() == Some(&b'{') && begins_with_member(rest)
    };
    (0..tail.len())
        .rev()
        .filter(opening)
        .take(64)
        .find_map(|position| {
            let object = tail.get(position..)?;
            let parsed = serde_json::from_slice::<Value>(object).ok()?;
            let body = Bytes::copy_from_slice(object);
            let error = error_object(response.headers, &parsed, body)?;
            (!has_output(response.info, object)).then_some(error)
        })
}

/// The error that this object of a success status reports, if it is an error object: it has a code, and either
/// `detailedMessage` or another message together with a request id. An object that [has output](has_output) is not
/// an error object.
fn error_object(headers: &HeaderMap, parsed: &Value, body: Bytes) -> Option<ServiceError> {
    let object = ErrorObject(Some(parsed));
    object.code()?;
    let has = |name| object.text(name).is_some();
    let has_message =
        has("detailedMessage") || (has("requestId") && (has("message") || has("Message")));
    if !has_message {
        return None;
    }
    let mut error = service_error(StatusCode::INTERNAL_SERVER_ERROR, &HeaderMap::new(), &body);
    if let Some(status) = status_of(error.kind) {
        error.status = status;
    }
    if let Some(id) = request_id(headers) {
        error.request_id = Some(id.to_owned());
    }
    Some(error)
}

/// Whether the object has a member of the operation's output that is not null, or `payload` with an object, in which
/// some operations wrap their output (`U14`). Such an object is the output, even if it also has members of an error.
///
/// The text need not be valid JSON: callers find an error object only in valid JSON, whatever this returns.
fn has_output(info: &OperationInfo, object: &[u8]) -> bool {
    let text = std::str::from_utf8(object).unwrap_or_default();
    let mut members = json_text::members(text).into_iter().flatten();
    members.any(|(name, value)| match name.as_deref() {
        Some("payload") if value.starts_with('{') => true,
        Some(name) => value != "null" && is_output_member(info, name),
        None => false,
    })
}

/// Whether the operation's output has a member of this name.
pub(crate) fn is_output_member(info: &OperationInfo, name: &str) -> bool {
    let mut names = info.output_members.iter();
    names.any(|member| is_same_name(member, name))
}

/// Compares `job_id` with `jobId`.
fn is_same_name(left: &str, right: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        let kept = name.bytes().filter(|byte| *byte != b'_');
        kept.map(|byte| byte.to_ascii_lowercase())
    }
    letters(left).eq(letters(right))
}

fn begins_with_member(object: &[u8]) -> bool {
    let mut bytes = object.iter().skip(1);
    bytes.find(|byte| !byte.is_ascii_whitespace()) == Some(&b'"')
}

/// Whether an error object can be in these bytes. This search saves parsing most bodies.
fn mentions_code(body: &[u8]) -> bool {
    mentions(body, &CODES)
}

/// Whether this object may be an error object: it contains the names of a code and of a message.
pub(crate) fn resembles_error(object: &[u8]) -> bool {
    mentions_code(object) && mentions(object, &MESSAGES)
}

/// Whether one of these strings is in the JSON text.
fn mentions(json: &[u8], strings: &[&str]) -> bool {
    json.split(|byte| *byte == b'"')
        .any(|text| strings.iter().any(|string| string.as_bytes() == text))
}

/// Removes a namespace up to `#`, and everything after `:`.
fn bare_name(text: &str) -> Option<&str> {
    let text = text.split(':').next().unwrap_or(text);
    let text = text.rsplit('#').next().unwrap_or(text).trim();
    (!text.is_empty()).then_some(text)
}

/// The members of an error body in all their spellings.
struct ErrorObject<'a>(Option<&'a Value>);

impl<'a> ErrorObject<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.0?.get(name)?.as_str()
    }

    fn code(&self) -> Option<&'a str> {
        CODES
            .iter()
            .find_map(|name| self.text(name).and_then(bare_name))
    }

    /// Neptune uses `detailedMessage`; front ends and new engines use the others. An empty message is
    /// skipped.
    fn message(&self) -> Option<&'a str> {
        MESSAGES
            .iter()
            .find_map(|name| self.text(name).filter(|text| !text.is_empty()))
    }
}

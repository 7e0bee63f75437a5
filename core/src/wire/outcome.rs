//! Is this answer a success? Status, trailers, whole body and tail, in this order.
//!
//! A query can fail after its 200 went out. The service then says so in trailers
//! (`X-Neptune-Status`, `X-Neptune-Detail`), appends the error object to the broken body, or, on old
//! engines, just stops. <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html>

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::Value;

use super::percent;
use crate::error::{Cause, DecodeError, ExceptionKind, ServiceError, bounded_start};

/// Read where it comes, and nothing rests on it alone: whether any engine sends it is not known (`U02`).
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const REQUEST_ID_ALT: HeaderName = HeaderName::from_static("x-amz-request-id");
const NEPTUNE_STATUS: HeaderName = HeaderName::from_static("x-neptune-status");
const NEPTUNE_DETAIL: HeaderName = HeaderName::from_static("x-neptune-detail");

/// How far from the end an appended error object may begin.
pub(crate) const TAIL: usize = 64 * 1024;
/// Larger successes are not searched for being one error object.
const WHOLE_BODY_LIMIT: usize = 256 * 1024;

/// Passes a success and turns everything else into the error it is.
pub(crate) fn gate(
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
    match whole_body(headers, body) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// A body that does not decode: the error object at its end, if there is one.
pub(crate) fn or_tail(
    error: DecodeError,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
) -> Cause {
    match from_tail(status, headers, body) {
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

/// The error that an answer with an error status is.
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
        // Not JSON: a proxy's page, or Neptune's plain text.
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

/// A trailing status that is no success outranks the status line, and so does a detail that names an
/// error: it is empty otherwise. Of several any one counts, wherever it stands.
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

/// The number and the name in a trailing status that is no success. Several fields may have become one
/// with commas between them; what stands behind a comma is one if it begins with a number.
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

/// The status that the service gives this exception, if it is known.
fn status_of(kind: ExceptionKind) -> Option<StatusCode> {
    StatusCode::from_u16(kind.http_status()?).ok()
}

/// A 200 whose whole body is one error object.
fn whole_body(headers: &HeaderMap, body: &Bytes) -> Option<ServiceError> {
    if body.len() > WHOLE_BODY_LIMIT || !mentions_code(body) {
        return None;
    }
    let parsed = serde_json::from_slice::<Value>(body).ok()?;
    error_object(headers, &parsed, body.clone())
}

/// The error object that was appended to a broken body.
pub(crate) fn from_tail(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<ServiceError> {
    let start = body.len().saturating_sub(TAIL);
    let tail = body.get(start..)?;
    if !status.is_success() || !mentions_code(tail) {
        return None;
    }
    // The object is flat, so the last brace that opens one which parses to the end is its own. A
    // message may hold braces, so earlier ones are tried too, but only so many.
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
            error_object(headers, &parsed, Bytes::copy_from_slice(object))
        })
}

fn error_object(headers: &HeaderMap, parsed: &Value, body: Bytes) -> Option<ServiceError> {
    let object = ErrorObject(Some(parsed));
    let named = object.text("code").is_some() && object.message().is_some();
    if !named || (object.text("requestId").is_none() && object.text("detailedMessage").is_none()) {
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

fn begins_with_member(object: &[u8]) -> bool {
    let mut bytes = object
        .iter()
        .skip(1)
        .skip_while(|byte| byte.is_ascii_whitespace());
    bytes.next() == Some(&b'"') && matches!(bytes.next(), Some(b'c' | b'r' | b'd' | b'm' | b'M'))
}

fn mentions_code(body: &[u8]) -> bool {
    let needle = b"\"code\"";
    body.windows(needle.len()).any(|window| window == needle)
}

/// Cuts a namespace before `#` and anything from `:` on.
fn bare_name(text: &str) -> Option<&str> {
    let text = text.split(':').next().unwrap_or(text);
    let text = text.rsplit('#').next().unwrap_or(text).trim();
    (!text.is_empty()).then_some(text)
}

/// The members of an error body, whichever of their spellings are used.
struct ErrorObject<'a>(Option<&'a Value>);

impl<'a> ErrorObject<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.0?.get(name)?.as_str()
    }

    fn code(&self) -> Option<&'a str> {
        ["code", "Code", "__type"]
            .iter()
            .find_map(|name| self.text(name).and_then(bare_name))
    }

    /// `detailedMessage` is where Neptune puts its text; the others come from front ends and new
    /// engines. An empty one is passed over.
    fn message(&self) -> Option<&'a str> {
        ["detailedMessage", "message", "Message"]
            .iter()
            .find_map(|name| self.text(name).filter(|text| !text.is_empty()))
    }
}

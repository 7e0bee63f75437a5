//! Error responses.

use neptunedata::ExceptionKind;

use super::service;
use crate::scenarios::{
    Row,
    row::{failure, figure, success},
};

const INTERNAL: neptunedata::ErrorKind = service(ExceptionKind::InternalFailureException);
const UNKNOWN: neptunedata::ErrorKind = service(ExceptionKind::Unknown);

pub(super) fn rows() -> Vec<Row> {
    [failing(), busy(), rolled_back(), refusing()].concat()
}

/// Errors after which the client cannot know whether the request was executed.
fn failing() -> Vec<Row> {
    vec![
        Row::new("c", "500 InternalFailureException", "error; code=InternalFailureException; executed")
            .peers(figure(3, "ServiceError, untyped"), figure(3, "InternalFailureException"), 5)
            .lost(INTERNAL, "InternalFailureException (500): As planned. [request id ID]"),
        Row::new("c once", "500 InternalFailureException, once", "error; code=InternalFailureException; executed; times=1")
            .lost_once(INTERNAL, "InternalFailureException (500): As planned. [request id ID]"),
        Row::new("c2", "500 text/plain", "error; status=500; body=text; executed")
            .peers(figure(3, "ServiceError"), figure(3, "ClientError (500)"), 5)
            .lost(UNKNOWN, "HTTP status 500 Internal Server Error: As planned. [request id ID]"),
        Row::new("c3", "500 empty", "error; status=500; body=empty; executed")
            .peers(figure(3, "ServiceError"), figure(3, "ClientError (500)"), 5)
            .lost(UNKNOWN, "HTTP status 500 Internal Server Error [request id ID]"),
        Row::new("k", "503 empty", "error; status=503; body=empty; executed")
            .peers(figure(3, "ServiceError"), figure(3, "ClientError"), 5)
            .lost(UNKNOWN, "HTTP status 503 Service Unavailable [request id ID]"),
        Row::new("k once", "503 empty, once", "error; status=503; body=empty; times=1")
            .failed_once(UNKNOWN, "HTTP status 503 Service Unavailable [request id ID]"),
        Row::new("k2", "502 HTML", "html; status=502; executed")
            .peers(figure(3, "ServiceError"), figure(3, "ClientError"), 5)
            .lost(UNKNOWN, "HTTP status 502 Bad Gateway: <html><head><title>Oops</title></head><body><h1>Something is wrong here</h1></body></html> [request id ID]"),
        Row::new("k3", "504 empty", "error; status=504; body=empty; executed")
            .peers(figure(3, "ServiceError"), figure(3, "ClientError"), 5)
            .lost(UNKNOWN, "HTTP status 504 Gateway Timeout [request id ID]"),
        Row::new("l", "408 ClientTimeoutException", "error; code=ClientTimeoutException; executed")
            .peers(figure(3, "typed"), figure(3, "typed"), 1)
            .lost(service(ExceptionKind::ClientTimeoutException), "ClientTimeoutException (408): As planned. [request id ID]"),
        Row::new("x51", "500 MemoryLimitExceededException", "error; code=MemoryLimitExceededException; executed")
            .peers(figure(3, "error"), figure(3, "error"), 5)
            .lost(service(ExceptionKind::MemoryLimitExceededException), "MemoryLimitExceededException (500): As planned. [request id ID]"),
        Row::new("x52", "500 ServerShutdownException", "error; code=ServerShutdownException; executed")
            .peers(figure(3, "error"), figure(3, "error"), 5)
            .lost(service(ExceptionKind::ServerShutdownException), "ServerShutdownException (500): As planned. [request id ID]"),
        Row::new("x21", "500 with an unknown name, late, once", "error; code=StrangeException; message=\"odd; very\"; delay=50; times=1")
            .at_least(50)
            .failed_once(UNKNOWN, "StrangeException (500): odd; very [request id ID]"),
        Row::new("x23", "500 in chunks, once", "error; framing=chunked; times=1")
            .failed_once(INTERNAL, "InternalFailureException (500): As planned. [request id ID]"),
    ]
}

/// Errors for requests that were refused before they ran.
fn busy() -> Vec<Row> {
    vec![
        Row::new("d", "429 TooManyRequestsException", "error; code=TooManyRequestsException")
            .peers(figure(3, "ServiceError typed"), figure(3, "typed"), 5)
            .each(failure(3, 0, 3, service(ExceptionKind::TooManyRequestsException), false, "TooManyRequestsException (429): As planned. [request id ID] (gave up after 3 attempts)")),
        Row::new("d once", "429 TooManyRequestsException, once", "error; code=TooManyRequestsException; times=1")
            .each(success(2, 1, 2)),
        Row::new("d2", "500 ThrottlingException", "error; code=ThrottlingException")
            .peers(figure(3, "ServiceError untyped"), figure(3, "typed"), 5)
            .each(failure(3, 0, 3, service(ExceptionKind::ThrottlingException), false, "ThrottlingException (500): As planned. [request id ID] (gave up after 3 attempts)")),
        Row::new("d2 twice", "500 ThrottlingException, twice", "error; code=ThrottlingException; times=2")
            .each(success(3, 1, 3)),
        Row::new("d3", "429 with `retry-after: 1`, once", "error; code=TooManyRequestsException; retry-after=1; times=1")
            .at_least(1000)
            .peers(figure(3, "typed, header ignored"), figure(3, "typed, header ignored"), 5)
            .each(success(2, 1, 2)),
        Row::new("d3 long", "429 with `retry-after: 61`", "error; code=TooManyRequestsException; retry-after=61")
            .each(failure(1, 0, 1, service(ExceptionKind::TooManyRequestsException), false, "TooManyRequestsException (429): As planned. [request id ID]; not retried: the server asks to wait 61s, longer than max_retry_after")),
        Row::new("x24", "503 with `x-amz-retry-after: 120`, once", "error; status=503; code=SlowDown; header=x-amz-retry-after:120; times=1")
            .failed_once(UNKNOWN, "SlowDown (503): As planned. [request id ID]"),
    ]
}

/// Errors for requests that were rolled back.
fn rolled_back() -> Vec<Row> {
    vec![
        Row::new("e", "500 ConcurrentModificationException", "error; code=ConcurrentModificationException")
            .peers(figure(3, "typed"), figure(3, "typed"), 5)
            .each(failure(3, 0, 3, service(ExceptionKind::ConcurrentModificationException), false, "ConcurrentModificationException (500): As planned. [request id ID] (gave up after 3 attempts)")),
        Row::new("e once", "500 ConcurrentModificationException, once", "error; code=ConcurrentModificationException; times=1")
            .each(success(2, 1, 2)),
        Row::new("x26", "400 ConstraintViolationException", "error; code=ConstraintViolationException")
            .peers(figure(3, "error"), figure(3, "error"), 1)
            .each(failure(2, 0, 2, service(ExceptionKind::ConstraintViolationException), false, "ConstraintViolationException (400): As planned. [request id ID]")),
        Row::new("x27", "400 ReadOnlyViolationException, once", "error; code=ReadOnlyViolationException; times=1")
            .each(success(2, 1, 2)),
        Row::new("x28", "500 TimeLimitExceededException", "error; code=TimeLimitExceededException")
            .peers(figure(3, "error"), figure(3, "error"), 5)
            .each(failure(1, 0, 1, service(ExceptionKind::TimeLimitExceededException), false, "TimeLimitExceededException (500): As planned. [request id ID]")),
        Row::new("x29", "500 CancelledByUserException", "error; code=CancelledByUserException")
            .peers(figure(3, "error"), figure(3, "error"), 5)
            .each(failure(1, 0, 1, service(ExceptionKind::CancelledByUserException), false, "CancelledByUserException (500): As planned. [request id ID]")),
        Row::new("x49", "500 FailureByQueryException", "error; code=FailureByQueryException")
            .peers(figure(3, "error"), figure(3, "error"), 5)
            .each(failure(1, 0, 1, service(ExceptionKind::FailureByQueryException), false, "FailureByQueryException (500): As planned. [request id ID]")),
        Row::new("x50", "500 CancelledByMaintenanceException", "error; code=CancelledByMaintenanceException")
            .peers(figure(3, "error"), figure(3, "error"), 5)
            .each(failure(3, 0, 3, service(ExceptionKind::CancelledByMaintenanceException), false, "CancelledByMaintenanceException (500): As planned. [request id ID] (gave up after 3 attempts)")),
    ]
}

/// Errors for requests that must be changed.
fn refusing() -> Vec<Row> {
    vec![
        Row::new("i", "400 HTML", "html; status=400")
            .peers(figure(1, "ServiceError, code None"), figure(1, "ClientError (400), the HTML as message"), 1)
            .each(failure(1, 0, 1, UNKNOWN, false, "HTTP status 400 Bad Request: <html><head><title>Oops</title></head><body><h1>Something is wrong here</h1></body></html> [request id ID]")),
        Row::new("i3", "400 `{\"detailedMessage\":..}` only", "error; status=400; body=message-only")
            .peers(figure(1, "\"unhandled error: Error\""), figure(1, "ClientError (400), message empty"), 1)
            .each(failure(1, 0, 1, UNKNOWN, false, "HTTP status 400 Bad Request: As planned. [request id ID]")),
        Row::new("i4", "400, the code in a header", "error; code=MalformedQueryException; body=header")
            .each(failure(1, 0, 1, service(ExceptionKind::MalformedQueryException), false, "MalformedQueryException (400): As planned. [request id ID]")),
        Row::new("i5", "400 not UTF-8", "error; code=BadRequestException; body=not-utf8")
            .peers(figure(1, "ServiceError, code lost"), figure(1, "UnicodeDecodeError"), 1)
            .each(failure(1, 0, 1, UNKNOWN, false, "HTTP status 400 Bad Request: {\"code\":\"BadRequestException\",\"detailedMessage\":\"\u{fffd}\u{fffd}\u{fffd}\"} [request id ID]")),
        Row::new("i6", "413 HTML", "html; status=413")
            .peers(figure(1, "ServiceError, code None"), figure(1, "ClientError (413)"), 1)
            .each(failure(1, 0, 1, UNKNOWN, false, "HTTP status 413 Payload Too Large: <html><head><title>Oops</title></head><body><h1>Something is wrong here</h1></body></html> [request id ID]")),
        Row::new("m", "307", "redirect")
            .peers(figure(1, "ServiceError (not followed)"), figure(1, "ClientError (307)"), 1)
            .each(failure(1, 0, 1, UNKNOWN, false, "HTTP status 307 Temporary Redirect [request id ID]")),
        Row::new("m 301", "301", "redirect; status=301")
            .each(failure(1, 0, 1, UNKNOWN, false, "HTTP status 301 Moved Permanently [request id ID]")),
        Row::new("m 303", "303 to another host", "redirect; status=303; location=\"http://127.0.0.1:9/\"")
            .each(failure(1, 0, 1, UNKNOWN, false, "HTTP status 303 See Other [request id ID]")),
        Row::new("x30", "418 with an unknown name", "error; status=418; code=Teapot")
            .each(failure(1, 0, 1, UNKNOWN, false, "Teapot (418): As planned. [request id ID]")),
    ]
}

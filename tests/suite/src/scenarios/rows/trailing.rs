//! Trailers and bytes after the body.

use neptunedata::{ErrorKind, ExceptionKind, transport::TransportErrorKind};

use super::{CLOSED, CLOSED_EARLY, service};
use crate::scenarios::{
    Row,
    row::{failure, figure, success},
};

const TOO_LARGE: ErrorKind = ErrorKind::Transport(TransportErrorKind::HeadTooLarge);
const INTERNAL: ErrorKind = service(ExceptionKind::InternalFailureException);

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("g3", "chunked, JSON cut, error in the trailers", "trailers; kind=failing; code=InternalFailureException; appended=false; unasked")
            .peers(figure(1, "ServiceError \"unexpected end of stream\""), figure(1, "success, `{}`"), 1)
            .lost(INTERNAL, "InternalFailureException (500): As planned. [request id ID]"),
        Row::new("g3 once", "chunked, JSON cut, error in the trailers, once", "trailers; kind=failing; code=InternalFailureException; appended=false; unasked; times=1")
            .lost_once(INTERNAL, "InternalFailureException (500): As planned. [request id ID]"),
        // The name of the exception implies a rollback.
        Row::new("x31", "chunked, JSON cut, time limit in body and trailers", "trailers; kind=failing; unasked")
            .lies()
            .each(failure(1, 1, 1, service(ExceptionKind::TimeLimitExceededException), false, "TimeLimitExceededException (500): As planned. [request id ID]")),
        Row::new("x32", "chunked, JSON cut, error at the end of the body, no trailers", "trailers; kind=failing; code=InternalFailureException; withheld")
            .read(failure(3, 3, 3, INTERNAL, true, "InternalFailureException (500): As planned. [request id ID] (gave up after 3 attempts); the request may have been executed"))
            .cancel(failure(2, 1, 2, service(ExceptionKind::Unknown), true, "HTTP status 400 Bad Request: {\"requestId\":\"ID\",\"code\":\"InvalidParameterException\",… [request id ID] (attempt 2; an earlier attempt may have been executed and caused this)"))
            .write(failure(1, 1, 1, INTERNAL, true, "InternalFailureException (500): As planned. [request id ID]; the request may have been executed and was not sent again")),
        Row::new("x33", "good trailers", "trailers; kind=good; unasked")
            .harmless()
            .each(success(1, 1, 1)),
        Row::new("x34", "trailers of 20 kB, with an error that is also in the body", "trailers; kind=oversized; unasked")
            .lost(INTERNAL, "InternalFailureException (500): xxxxxxxxxxxxxxxx…x… (20000 bytes in all) [request id ID]"),
        Row::new("x65", "trailers of 20 kB, with an error that is not in the body: JSON whole", "trailers; kind=oversized; appended=false; unasked")
            .lost(INTERNAL, "InternalFailureException (500): xxxxxxxxxxxxxxxx…x… (20000 bytes in all) [request id ID]"),
        Row::new("x35", "trailers of 100 kB, which exceeds the limit of both", "trailers; kind=oversized; bytes=100000; unasked")
            .read(failure(1, 1, 1, TOO_LARGE, true, "response head or trailers too large; the request may have been executed"))
            .cancel(failure(1, 1, 1, TOO_LARGE, true, "response head or trailers too large; the request may have been executed"))
            .write(failure(1, 1, 1, TOO_LARGE, true, "response head or trailers too large; the request may have been executed and was not sent again")),
        Row::new("x61", "chunked, ends after the line of the last chunk", "cut-in-trailers; withheld")
            .lost_successes(CLOSED, CLOSED_EARLY),
        Row::new("x62", "chunked, ends after good trailers, without the empty line", "cut-in-trailers; kind=good; unasked")
            .lost_successes(CLOSED, CLOSED_EARLY),
        Row::new("x63", "chunked, JSON whole, ends before the error", "cut-in-trailers; kind=failing; code=InternalFailureException; bytes=100000; appended=false; withheld")
            .lost_successes(CLOSED, CLOSED_EARLY),
        Row::new("x64", "chunked, JSON whole, error in the trailers, without the empty line", "cut-in-trailers; kind=failing; code=InternalFailureException; bytes=100000; appended=false; unasked")
            .lost_successes(CLOSED, CLOSED_EARLY),
        Row::new("x61 once", "chunked, ends after the line of the last chunk, once", "cut-in-trailers; withheld; times=1")
            .lost_once(CLOSED, CLOSED_EARLY),
    ]
}

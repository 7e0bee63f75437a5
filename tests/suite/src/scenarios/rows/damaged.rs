//! Truncated or invalid responses.

use neptunedata::{ErrorKind, ExceptionKind};

use super::{CLOSED, CLOSED_EARLY, service};
use crate::scenarios::{
    Op, Row,
    row::{failure, figure, success},
};

const INTERNAL: ErrorKind = service(ExceptionKind::InternalFailureException);
const DECODE: ErrorKind = ErrorKind::Decode;

pub(super) fn rows() -> Vec<Row> {
    [cut(), other()].concat()
}

fn cut() -> Vec<Row> {
    vec![
        // The second response to the cancel is an error with complete JSON, which is enough to accept it as an error.
        Row::new("f", "body shorter than content-length, JSON whole", "truncated-body; missing=10")
            .peers(figure(3, "ResponseError"), figure(1, "success (shortfall unseen)"), 1)
            .lost_successes(CLOSED, CLOSED_EARLY),
        Row::new("f2", "body shorter than content-length, JSON cut", "truncated-body")
            .peers(figure(3, "ResponseError"), figure(1, "success, `{}`"), 1)
            .lost(CLOSED, CLOSED_EARLY),
        Row::new("f2 once", "body shorter than content-length, JSON cut, once", "truncated-body; times=1")
            .lost_once(CLOSED, CLOSED_EARLY),
        // Only its JSON shows that the body is truncated. A truncated error is still an error.
        Row::new("f3", "body ends with the connection, JSON cut", "truncated-body; framing=close")
            .read(failure(3, 3, 3, DECODE, true, "truncated response body at processingJob.cloudwatchLogUrl: EOF while parsing a string at line 1 column 221; body begins \"{\\\"id\\\":\\\"job-1\\\",…logStream:group\" (gave up after 3 attempts); the request may have been executed"))
            .cancel(failure(2, 1, 2, service(ExceptionKind::Unknown), true, "HTTP status 400 Bad Request: {\"requestId\":\"ID\",\"code\":\"InvalidParameterException\",… [request id ID] (attempt 2; an earlier attempt may have been executed and caused this)"))
            .write(failure(1, 1, 1, DECODE, true, "truncated response body at arn: EOF while parsing a string at line 1 column 92; body begins \"{\\\"arn\\\":…-9e6\"; the request may have been executed and was not sent again")),
        Row::new("g", "chunked, cut inside a chunk", "chunk-cut")
            .peers(figure(3, "ResponseError"), figure(3, "ConnectionClosedError"), 5)
            .lost(CLOSED, CLOSED_EARLY),
        Row::new("g once", "chunked, cut inside a chunk, once", "chunk-cut; times=1")
            .lost_once(CLOSED, CLOSED_EARLY),
        Row::new("g2", "chunked, JSON whole, no last chunk", "no-last-chunk")
            .peers(figure(3, "ResponseError"), figure(3, "ConnectionClosedError"), 5)
            .lost_successes(CLOSED, CLOSED_EARLY),
        Row::new("g2 once", "chunked, JSON whole, no last chunk, once", "no-last-chunk; times=1")
            .lost_once(CLOSED, CLOSED_EARLY),
    ]
}

fn other() -> Vec<Row> {
    vec![
        Row::new("h", "200 with garbage", "garbage")
            .peers(figure(1, "ServiceError"), figure(1, "success, `{}`"), 1)
            .ends_call(
                DECODE,
                "response body is not valid JSON: …garbage]}\\r\\n\\r\\n\"",
            ),
        Row::new("h2", "200 with HTML", "html")
            .peers(figure(1, "ServiceError"), figure(1, "success, `{}`"), 1)
            .ends_call(DECODE, "response body is not valid JSON: …</html>\\n\""),
        // A cancel may succeed without a body, so nothing is missing.
        Row::new("h3", "200 empty", "empty-200")
            .peers(figure(1, "Ok, fields None"), figure(1, "success, `{}`"), 1)
            .harmless_for(&[Op::Idempotent])
            .empty()
            .read(failure(
                1,
                1,
                1,
                DECODE,
                true,
                "empty response body; the request may have been executed",
            ))
            .cancel(success(1, 1, 1))
            .write(failure(
                1,
                1,
                1,
                DECODE,
                true,
                "empty response body; the request may have been executed and was not sent again",
            )),
        Row::new("h4", "200 with JSON, then garbage", "garbage; part=tail")
            .peers(figure(1, "ServiceError"), figure(1, "success, `{}`"), 1)
            .ends_call(
                DECODE,
                "response body is not valid JSON: …garbage]}\\r\\n\\r\\n\"",
            ),
        Row::new(
            "h5",
            "200 with `{requestId, code, detailedMessage}`",
            "error-in-200",
        )
        .peers(figure(1, "Ok, result None"), figure(1, "success"), 1)
        .lost(
            INTERNAL,
            "InternalFailureException (500): As planned. [request id ID]",
        ),
        Row::new(
            "h5 once",
            "200 with `{requestId, code, detailedMessage}`, once",
            "error-in-200; times=1",
        )
        .lost_once(
            INTERNAL,
            "InternalFailureException (500): As planned. [request id ID]",
        ),
    ]
}

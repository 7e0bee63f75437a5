//! Responses that arrive late, slowly, or never. The time-outs leave time for a handshake on a busy machine.

use neptunedata::ExceptionKind;

use super::{DEADLINE, TIMEOUT, service};
use crate::scenarios::{
    Before, Row,
    row::{failure, figure, success},
};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("b", "responds after the attempt time-out", "answer-late; delay=1600")
            .attempt_timeout(800)
            .peers(figure(3, "DispatchFailure (timeout)"), figure(3, "ReadTimeoutError"), 5)
            .lost(TIMEOUT, "timed out after 800ms waiting for the response"),
        Row::new("b once", "responds after the attempt time-out, once", "answer-late; delay=1500; times=1")
            .attempt_timeout(1000)
            .lost_once(TIMEOUT, "timed out after 1s waiting for the response"),
        Row::new("b2", "head, then the body stalls beyond the attempt time-out", "head-then-stall; time=1600")
            .attempt_timeout(800)
            .peers(figure(1, "Ok, the read timeout ends at the head"), figure(3, "ReadTimeoutError"), 5)
            .lost(TIMEOUT, "timed out after 800ms waiting for the response"),
        Row::new("b2 once", "head, then nothing, once", "head-then-stall; times=1")
            .attempt_timeout(1000)
            .lost_once(TIMEOUT, "timed out after 1s waiting for the response"),
        Row::new("b3", "the head trickles beyond the attempt time-out", "trickle; part=head; every=15")
            .attempt_timeout(800)
            .peers(figure(3, "DispatchFailure (timeout)"), figure(1, "success"), 1)
            .lost(TIMEOUT, "timed out after 800ms waiting for the response"),
        Row::new("b3 waits", "everything trickles, no time-out set", "trickle; every=2")
            .harmless()
            .each(success(1, 1, 1)),
        Row::new("b4", "responds late, no time-out set", "answer-late; delay=300")
            .harmless()
            .at_least(300)
            .peers(figure(1, "Ok at 65 s"), figure(3, "ReadTimeoutError at 180 s"), 5)
            .each(success(1, 1, 1)),
        Row::new("b5", "head at once, body later, no time-out set", "head-then-stall; time=300")
            .harmless()
            .at_least(300)
            .peers(figure(3, "ResponseError at 18.5 s"), figure(1, "success at 45 s"), 1)
            .each(success(1, 1, 1)),
        Row::new("x14", "half of the body, then nothing for a while, no time-out set", "head-then-stall; bytes=8; time=300")
            .harmless()
            .at_least(300)
            .each(success(1, 1, 1)),
        Row::new("x15", "does not respond, attempt time-out", "stop-answering")
            .attempt_timeout(800)
            .lost(TIMEOUT, "timed out after 800ms waiting for the response"),
        Row::new("x15 once", "does not respond once, attempt time-out", "stop-answering; times=1")
            .attempt_timeout(1000)
            .lost_once(TIMEOUT, "timed out after 1s waiting for the response"),
        Row::new("x16", "does not respond, call time-out", "stop-answering")
            .before(Before::Call)
            .timeout(800)
            .ends_call(DEADLINE, "deadline exceeded after 800ms"),
        Row::new("x17", "head, then nothing, call time-out", "head-then-stall")
            .before(Before::Call)
            .timeout(800)
            .ends_call(DEADLINE, "deadline exceeded after 800ms"),
        Row::new("x18", "trickles, call time-out", "trickle; every=15")
            .before(Before::Call)
            .timeout(800)
            .ends_call(DEADLINE, "deadline exceeded after 800ms"),
        Row::new("x19", "is busy, `retry-after` beyond the deadline", "error; code=TooManyRequestsException; retry-after=30")
            .timeout(10_000)
            .each(failure(1, 0, 1, service(ExceptionKind::TooManyRequestsException), false, "TooManyRequestsException (429): As planned. [request id ID]; not retried: the next attempt would start after the time limit of 10s")),
    ]
}

//! Connections that end without a response.

use super::{CLOSED, CLOSED_EARLY, PROTOCOL};
use crate::scenarios::{
    Before, Row,
    row::{failure, figure, success},
};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("a", "reads, then FIN", "read-then-fin")
            .peers(figure(3, "DispatchFailure"), figure(3, "ConnectionClosedError"), 5)
            .lost(CLOSED, CLOSED_EARLY),
        Row::new("a once", "reads, then FIN, once", "read-then-fin; times=1")
            .lost_once(CLOSED, CLOSED_EARLY),
        Row::new("a'", "reads, then RST", "read-then-rst")
            .peers(figure(3, "DispatchFailure"), figure(3, "ConnectionClosedError"), 5)
            .lost(CLOSED, CLOSED_EARLY),
        Row::new("a' once", "reads, then RST, once", "read-then-rst; times=1")
            .lost_once(CLOSED, CLOSED_EARLY),
        Row::new("a2", "second call on a kept connection: reads, then FIN, once", "read-then-fin; times=1")
            .before(Before::Call)
            .peers(figure(2, "Ok"), figure(2, "success"), 2)
            .lost_once(CLOSED, CLOSED_EARLY),
        Row::new("a2 RST", "second call on a kept connection: reads, then RST, once", "read-then-rst; times=1")
            .before(Before::Call)
            .lost_once(CLOSED, CLOSED_EARLY),
        // The first cancel was not executed, so the second one is the first for the server.
        Row::new("x1", "reads, then FIN without executing, once", "read-then-fin; executed=false; times=1")
            .failed_once(CLOSED, CLOSED_EARLY),
        // The request was sent, and the client cannot know that it was not read.
        Row::new("x2", "FIN before reading", "close-before-reading")
            .read(failure(0, 0, 3, CLOSED, true, "connection to HOST closed before the response was complete (gave up after 3 attempts); the request may have been executed"))
            .cancel(failure(0, 0, 3, CLOSED, true, "connection to HOST closed before the response was complete (gave up after 3 attempts); the request may have been executed"))
            .write(failure(0, 0, 1, CLOSED, true, "connection to HOST closed before the response was complete; the request may have been executed and was not sent again")),
        Row::new("x2 once", "FIN before reading, once", "close-before-reading; times=1")
            .read(success(1, 1, 2))
            .cancel(success(1, 1, 2))
            .write(failure(0, 0, 1, CLOSED, true, "connection to HOST closed before the response was complete; the request may have been executed and was not sent again")),
        Row::new("x2 RST", "RST before reading, once", "close-before-reading; ending=rst; times=1")
            .read(success(1, 1, 2))
            .cancel(success(1, 1, 2))
            .write(failure(0, 0, 1, CLOSED, true, "connection to HOST closed before the response was complete; the request may have been executed and was not sent again")),
        Row::new("x3", "the response is not HTTP", "garbage; part=wire")
            .lost(PROTOCOL, "response from HOST is not valid HTTP"),
        Row::new("x3 once", "the response is not HTTP, once", "garbage; part=wire; times=1")
            .lost_once(PROTOCOL, "response from HOST is not valid HTTP"),
        Row::new("x4", "resets after half of the body, once", "truncated-body; ending=rst; times=1")
            .lost_once(CLOSED, CLOSED_EARLY),
        Row::new("x5", "two faults: FIN, then 503, then a success", "read-then-fin; executed=false, error; status=503; times=1")
            .read(success(3, 1, 3))
            .cancel(success(3, 1, 3))
            .write(failure(1, 0, 1, CLOSED, true, "connection to HOST closed before the response was complete; the request may have been executed and was not sent again")),
    ]
}

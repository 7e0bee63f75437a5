//! The waits between attempts: `Retry-After`, the cap, and the number of attempts.

use neptunedata::{
    CallOptions, ExceptionKind,
    retry::RetryClass,
    transport::{Sent, TransportErrorKind},
};

use crate::{
    script::{Answer, Event, answer, exception, success},
    table::{
        Did::{self, Any, Fresh, Wait},
        End::{Final, Passing, Success},
        MAY, NOT, Row, check, expect, row, same, sent_once, service, transport,
    },
};

const THROTTLED: Option<RetryClass> = Some(RetryClass::Throttled);

fn throttled() -> Answer {
    exception(429, "TooManyRequestsException")
}

/// The headers `date`, `x-amz-retry-after` and `retry-after` of a refusal ("" for none), and the shortest and the
/// longest wait that must follow. The clock of these tests starts at 22:13:20, and an answer comes 10 ms later.
#[rustfmt::skip]
const REQUESTED_WAITS: [(&str, [&str; 3], u64, u64); 12] = [
    ("seconds", ["", "", "7"], 7000, 7000),
    ("a wish shorter than ours", ["", "", "0"], 0, 1000),
    ("the longest", ["", "", "60"], 60_000, 60_000),
    ("milliseconds", ["", "1500", ""], 1500, 1500),
    ("the longest in ms", ["", "60000", ""], 60_000, 60_000),
    ("milliseconds before seconds", ["", "2500", "9"], 2500, 2500),
    ("invalid milliseconds", ["", "soon", "9"], 9000, 9000),
    ("a date by the server's clock", ["Tue, 14 Nov 2023 23:00:00 GMT", "", "Tue, 14 Nov 2023 23:00:05 GMT"], 5000, 5000),
    ("a date by ours", ["", "", "Tue, 14 Nov 2023 22:13:25 GMT"], 4990, 4990),
    ("a date in the past", ["", "", "Tue, 14 Nov 2023 22:13:19 GMT"], 0, 1000),
    ("nonsense", ["", "", "later"], 0, 1000),
    ("below zero", ["", "", "-5"], 0, 1000),
];

#[test]
fn retry_after_is_respected() {
    let names = ["date", "x-amz-retry-after", "retry-after"];
    let rows = REQUESTED_WAITS.map(|(name, values, shortest, longest)| {
        let mut refused = throttled();
        for (name, value) in names.into_iter().zip(values) {
            if !value.is_empty() {
                refused = refused.header(name, value);
            }
        }
        let path = Vec::leak(vec![Any, Wait(shortest, longest), Any]);
        let script = [refused, success()];
        same(name, THROTTLED, script, expect(path, 2, NOT, Success))
    });
    check(&rows);
}

#[test]
fn retry_after_is_respected_after_any_transient_failure() {
    let path: &'static [Did] = &[Any, Wait(3000, 3000), Any];
    let conflict = exception(500, "ConcurrentModificationException").header("retry-after", "3");
    let fault = answer(503, "").header("retry-after", "3");
    let rows = [
        same(
            "conflict",
            Some(RetryClass::Conflict),
            [conflict, success()],
            expect(path, 2, NOT, Success),
        ),
        row(
            "fault",
            Some(RetryClass::Fault),
            [fault, success()],
            expect(path, 2, MAY, Success),
            sent_once(MAY, Final(service(ExceptionKind::Unknown))),
        ),
    ];
    check(&rows);
}

#[test]
fn a_retry_after_that_is_too_long_ends_the_call() {
    let stop = |executed, kind| sent_once(executed, Passing(service(kind)));
    let refused = |name: &'static str, value: &str| [throttled().header(name, value), success()];
    let too_many = stop(NOT, ExceptionKind::TooManyRequestsException);
    let unknown = Final(service(ExceptionKind::Unknown));
    let rows = [
        same(
            "seconds",
            THROTTLED,
            refused("retry-after", "61"),
            too_many.says("TooManyRequestsException (429): boom [request id r-1]; not retried: the server asks to wait 61s, longer than max_retry_after"),
        ),
        // Begun seconds count.
        same(
            "milliseconds",
            THROTTLED,
            refused("x-amz-retry-after", "60001"),
            too_many.says("TooManyRequestsException (429): boom [request id r-1]; not retried: the server asks to wait 61s, longer than max_retry_after"),
        ),
        same("a date", THROTTLED, refused("retry-after", "Tue, 14 Nov 2023 22:15:00 GMT"), too_many),
        same("for ever", THROTTLED, refused("retry-after", "18446744073709551615"), too_many),
        row(
            "after a fault",
            Some(RetryClass::Fault),
            [answer(503, "").header("retry-after", "100")],
            stop(MAY, ExceptionKind::Unknown)
                .says("HTTP status 503 Service Unavailable; not retried: the server asks to wait 100s, longer than max_retry_after; the request may have been executed"),
            sent_once(MAY, unknown),
        ),
    ];
    check(&rows);
}

/// A constraint may be gone by the time that the server names.
#[test]
fn a_long_retry_after_of_a_constraint_violation() {
    let constraint = exception(400, "ConstraintViolationException").header("retry-after", "61");
    let later = sent_once(
        NOT,
        Passing(service(ExceptionKind::ConstraintViolationException)),
    );
    check(&[same(
        "constraint",
        Some(RetryClass::Constraint),
        [constraint],
        later,
    )]);
}

fn often(mut row: Row, attempts: u32) -> Row {
    row.options = CallOptions::new().max_attempts(attempts);
    row
}

/// Sent, and again after each of these waits of at most so many milliseconds.
fn path(waits: &[u64]) -> &'static [Did] {
    let again = waits.iter().flat_map(|longest| [Wait(0, *longest), Any]);
    let path: Vec<Did> = [Any].into_iter().chain(again).collect();
    path.leak()
}

#[test]
fn waits_double_up_to_the_cap() {
    let throttled = same(
        "throttled",
        THROTTLED,
        [throttled()],
        expect(
            path(&[1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]),
            8,
            NOT,
            Passing(service(ExceptionKind::TooManyRequestsException)),
        ),
    );
    let memory_path = path(&[5000, 10_000, 20_000, 20_000]);
    let memory_kind = service(ExceptionKind::MemoryLimitExceededException);
    let memory = row(
        "memory",
        Some(RetryClass::Memory),
        [exception(500, "MemoryLimitExceededException")],
        expect(memory_path, 5, MAY, Passing(memory_kind)),
        sent_once(MAY, Final(memory_kind)),
    );
    let conflict = same(
        "conflict",
        Some(RetryClass::Conflict),
        [exception(500, "ConcurrentModificationException")],
        expect(
            path(&[100, 200, 400, 800, 1600, 3200, 6400, 12_800, 20_000]),
            10,
            NOT,
            Passing(service(ExceptionKind::ConcurrentModificationException)),
        ),
    );
    check(&[often(throttled, 8), often(memory, 5), often(conflict, 10)]);
}

#[test]
fn one_attempt_is_not_retried() {
    use TransportErrorKind::Closed;
    let passing = |kind, executed| sent_once(executed, Passing(kind));
    let unknown = service(ExceptionKind::Unknown);
    let rows = [
        same(
            "not sent",
            Some(RetryClass::NotSent),
            [Event::Fails(TransportErrorKind::Connect, Sent::No)],
            passing(transport(TransportErrorKind::Connect), NOT).says("cannot connect to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182"),
        ),
        row(
            "lost",
            Some(RetryClass::Lost),
            [Event::Fails(Closed, Sent::Maybe)],
            passing(transport(Closed), MAY)
                .says("connection to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 closed before the response was complete; the request may have been executed"),
            sent_once(MAY, Final(transport(Closed))),
        ),
        same(
            "throttled",
            THROTTLED,
            [throttled()],
            passing(service(ExceptionKind::TooManyRequestsException), NOT)
                .says("TooManyRequestsException (429): boom [request id r-1]"),
        ),
        row(
            "fault",
            Some(RetryClass::Fault),
            [answer(500, "")],
            passing(unknown, MAY),
            sent_once(MAY, Final(unknown)),
        ),
        same(
            "a stale connection is still replaced",
            Some(RetryClass::NotSent),
            [Event::Stale, success().into()],
            expect(&[Any, Fresh], 1, NOT, Success),
        ),
    ];
    for attempts in [0, 1] {
        let rows: Vec<Row> = rows
            .iter()
            .cloned()
            .map(|row| often(row, attempts))
            .collect();
        check(&rows);
    }
}

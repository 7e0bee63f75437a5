//! How long, how often: wishes of the server, the cap, and the number of attempts.

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
        MAY, NOT, Row, check, expect, row, same, service, transport,
    },
};

const THROTTLED: Option<RetryClass> = Some(RetryClass::Throttled);

fn throttled() -> Answer {
    exception(429, "TooManyRequestsException")
}

/// A refusal with a wish, then a success.
fn wish(name: &str, header: &[(&'static str, &str)], path: &'static [Did]) -> Row {
    let refused = header.iter().fold(throttled(), |answer, (name, value)| {
        answer.header(name, value)
    });
    let script = vec![refused.into(), success().into()];
    same(name, THROTTLED, script, expect(path, 2, NOT, Success))
}

#[test]
fn the_servers_wishes_are_respected() {
    // The clock of these tests starts at 22:13:20, and an answer comes 10 ms later.
    let rows = [
        wish(
            "seconds",
            &[("retry-after", "7")],
            &[Any, Wait(7000, 7000), Any],
        ),
        wish(
            "a wish shorter than ours",
            &[("retry-after", "0")],
            &[Any, Wait(0, 1000), Any],
        ),
        wish(
            "the longest",
            &[("retry-after", "60")],
            &[Any, Wait(60_000, 60_000), Any],
        ),
        wish(
            "milliseconds",
            &[("x-amz-retry-after", "1500")],
            &[Any, Wait(1500, 1500), Any],
        ),
        wish(
            "the longest in ms",
            &[("x-amz-retry-after", "60000")],
            &[Any, Wait(60_000, 60_000), Any],
        ),
        wish(
            "milliseconds before seconds",
            &[("x-amz-retry-after", "2500"), ("retry-after", "9")],
            &[Any, Wait(2500, 2500), Any],
        ),
        wish(
            "milliseconds that are none",
            &[("x-amz-retry-after", "soon"), ("retry-after", "9")],
            &[Any, Wait(9000, 9000), Any],
        ),
        wish(
            "a date by the server's clock",
            &[
                ("date", "Tue, 14 Nov 2023 23:00:00 GMT"),
                ("retry-after", "Tue, 14 Nov 2023 23:00:05 GMT"),
            ],
            &[Any, Wait(5000, 5000), Any],
        ),
        wish(
            "a date by ours",
            &[("retry-after", "Tue, 14 Nov 2023 22:13:25 GMT")],
            &[Any, Wait(4990, 4990), Any],
        ),
        wish(
            "a date gone by",
            &[("retry-after", "Tue, 14 Nov 2023 22:13:19 GMT")],
            &[Any, Wait(0, 1000), Any],
        ),
        wish(
            "nonsense",
            &[("retry-after", "later")],
            &[Any, Wait(0, 1000), Any],
        ),
        wish(
            "below zero",
            &[("retry-after", "-5")],
            &[Any, Wait(0, 1000), Any],
        ),
    ];
    check(&rows);
}

#[test]
fn wishes_are_heard_after_any_passing_failure() {
    let path: &'static [Did] = &[Any, Wait(3000, 3000), Any];
    let conflict = exception(500, "ConcurrentModificationException").header("retry-after", "3");
    let fault = answer(503, "").header("retry-after", "3");
    let rows = [
        same(
            "conflict",
            Some(RetryClass::Conflict),
            vec![conflict.into(), success().into()],
            expect(path, 2, NOT, Success),
        ),
        row(
            "fault",
            Some(RetryClass::Fault),
            vec![fault.into(), success().into()],
            expect(path, 2, MAY, Success),
            expect(&[Any], 1, MAY, Final(service(ExceptionKind::Unknown))),
        ),
    ];
    check(&rows);
}

#[test]
fn longer_wishes_end_the_call() {
    let stop = |executed, kind| expect(&[Any], 1, executed, Passing(service(kind)));
    let refused = |name: &'static str, value: &str| -> Vec<Event> {
        vec![throttled().header(name, value).into(), success().into()]
    };
    let too_many = stop(NOT, ExceptionKind::TooManyRequestsException);
    let unknown = Final(service(ExceptionKind::Unknown));
    let rows = [
        same(
            "seconds",
            THROTTLED,
            refused("retry-after", "61"),
            too_many.says("TooManyRequestsException (429): boom [request id r-1]; not retried, the server asks to wait 61s"),
        ),
        // Begun seconds count.
        same(
            "milliseconds",
            THROTTLED,
            refused("x-amz-retry-after", "60001"),
            too_many.says("TooManyRequestsException (429): boom [request id r-1]; not retried, the server asks to wait 61s"),
        ),
        same("a date", THROTTLED, refused("retry-after", "Tue, 14 Nov 2023 22:15:00 GMT"), too_many),
        same("for ever", THROTTLED, refused("retry-after", "18446744073709551615"), too_many),
        row(
            "after a fault",
            Some(RetryClass::Fault),
            vec![answer(503, "").header("retry-after", "100").into()],
            stop(MAY, ExceptionKind::Unknown)
                .says("HTTP status 503 Service Unavailable; not retried, the server asks to wait 100s; the request may have been executed"),
            expect(&[Any], 1, MAY, unknown),
        ),
    ];
    check(&rows);
}

/// A constraint may be gone by the time that the server names.
#[test]
fn a_longer_wish_after_a_constraint() {
    let constraint = exception(400, "ConstraintViolationException").header("retry-after", "61");
    let later = expect(
        &[Any],
        1,
        NOT,
        Passing(service(ExceptionKind::ConstraintViolationException)),
    );
    check(&[same(
        "constraint",
        Some(RetryClass::Constraint),
        vec![constraint.into()],
        later,
    )]);
}

fn often(mut row: Row, attempts: u32) -> Row {
    row.options = CallOptions::new().max_attempts(attempts);
    row
}

#[test]
fn waits_double_up_to_the_cap() {
    let throttled = same(
        "throttled",
        THROTTLED,
        vec![throttled().into()],
        expect(
            &[
                Any,
                Wait(0, 1000),
                Any,
                Wait(0, 2000),
                Any,
                Wait(0, 4000),
                Any,
                Wait(0, 8000),
                Any,
                Wait(0, 16_000),
                Any,
                Wait(0, 20_000),
                Any,
                Wait(0, 20_000),
                Any,
            ],
            8,
            NOT,
            Passing(service(ExceptionKind::TooManyRequestsException)),
        ),
    );
    let memory_path: &'static [Did] = &[
        Any,
        Wait(0, 5000),
        Any,
        Wait(0, 10_000),
        Any,
        Wait(0, 20_000),
        Any,
        Wait(0, 20_000),
        Any,
    ];
    let memory_kind = service(ExceptionKind::MemoryLimitExceededException);
    let memory = row(
        "memory",
        Some(RetryClass::Memory),
        vec![exception(500, "MemoryLimitExceededException").into()],
        expect(memory_path, 5, MAY, Passing(memory_kind)),
        expect(&[Any], 1, MAY, Final(memory_kind)),
    );
    let conflict = same(
        "conflict",
        Some(RetryClass::Conflict),
        vec![exception(500, "ConcurrentModificationException").into()],
        expect(
            &[
                Any,
                Wait(0, 100),
                Any,
                Wait(0, 200),
                Any,
                Wait(0, 400),
                Any,
                Wait(0, 800),
                Any,
                Wait(0, 1600),
                Any,
                Wait(0, 3200),
                Any,
                Wait(0, 6400),
                Any,
                Wait(0, 12_800),
                Any,
                Wait(0, 20_000),
                Any,
            ],
            10,
            NOT,
            Passing(service(ExceptionKind::ConcurrentModificationException)),
        ),
    );
    check(&[often(throttled, 8), often(memory, 5), often(conflict, 10)]);
}

#[test]
fn one_attempt_is_one_attempt() {
    use TransportErrorKind::Closed;
    let passing = |kind, executed| expect(&[Any], 1, executed, Passing(kind));
    let unknown = service(ExceptionKind::Unknown);
    let rows = [
        same(
            "not sent",
            Some(RetryClass::NotSent),
            vec![Event::Fails(TransportErrorKind::Connect, Sent::No)],
            passing(transport(TransportErrorKind::Connect), NOT).says("cannot connect to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182"),
        ),
        row(
            "lost",
            Some(RetryClass::Lost),
            vec![Event::Fails(Closed, Sent::Maybe)],
            passing(transport(Closed), MAY)
                .says("connection to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 closed before the response was complete; the request may have been executed"),
            expect(&[Any], 1, MAY, Final(transport(Closed))),
        ),
        same(
            "throttled",
            THROTTLED,
            vec![throttled().into()],
            passing(service(ExceptionKind::TooManyRequestsException), NOT)
                .says("TooManyRequestsException (429): boom [request id r-1]"),
        ),
        row(
            "fault",
            Some(RetryClass::Fault),
            vec![answer(500, "").into()],
            passing(unknown, MAY),
            expect(&[Any], 1, MAY, Final(unknown)),
        ),
        same(
            "a stale connection is still replaced",
            Some(RetryClass::NotSent),
            vec![Event::Stale, success().into()],
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

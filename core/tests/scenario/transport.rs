//! Exchanges that break, one after the other or in the middle of a response. `classification.rs` has every kind.

use neptunedata::{
    ExceptionKind,
    retry::RetryClass,
    transport::{
        Sent::{Maybe, No},
        TransportErrorKind::{self, *},
    },
};

use crate::{
    drive::{drive_whole, unsigned},
    script::{Event, answer, error_object, exception, success},
    table::{
        Did::{Any, Fresh, Wait},
        End::{Final, Passing, Success},
        Expect, MAY, NOT, Row, check, expect, row, same, sent_once, service, transport,
    },
};

const NOT_SENT: Option<RetryClass> = Some(RetryClass::NotSent);
const LOST: Option<RetryClass> = Some(RetryClass::Lost);

const fn three_times(kind: TransportErrorKind, executed: bool) -> Expect {
    expect(
        &[Any, Wait(0, 100), Fresh, Wait(0, 200), Fresh],
        3,
        executed,
        Passing(transport(kind)),
    )
}

const fn stop(kind: TransportErrorKind, executed: bool) -> Expect {
    sent_once(executed, Final(transport(kind)))
}

/// The response is lost each time.
fn lost(name: &str, event: impl Into<Event>, kind: TransportErrorKind) -> Row {
    row(name, LOST, [event], three_times(kind, MAY), stop(kind, MAY))
}

fn before_the_answer() -> Vec<Row> {
    let lost = Event::Fails(Closed, Maybe);
    vec![
        same(
            "a stale pooled connection is replaced at once and not counted",
            NOT_SENT,
            [Event::Stale, success().into()],
            expect(&[Any, Fresh], 1, NOT, Success),
        ),
        same(
            "a new connection cannot be stale, whatever the driver says",
            NOT_SENT,
            [Event::Stale],
            expect(
                &[Any, Fresh, Wait(0, 100), Fresh, Wait(0, 200), Fresh],
                3,
                NOT,
                Passing(transport(Closed)),
            )
            .says("connection to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 closed before the response was complete (gave up after 3 attempts)"),
        ),
        same(
            "a stale connection after a refusal",
            NOT_SENT,
            [
                exception(429, "TooManyRequestsException").into(),
                Event::Stale,
                success().into(),
            ],
            expect(&[Any, Wait(0, 1000), Any, Fresh], 2, NOT, Success),
        ),
        row(
            "a stale connection after a lost answer",
            LOST,
            [answer(503, "").into(), Event::Stale, success().into()],
            expect(&[Any, Wait(0, 100), Any, Fresh], 2, MAY, Success),
            sent_once(MAY, Final(service(ExceptionKind::Unknown))),
        ),
        same(
            "not sent, and then a success",
            NOT_SENT,
            [Event::Fails(Connect, No), success().into()],
            expect(&[Any, Wait(0, 100), Fresh], 2, NOT, Success),
        ),
        row(
            "lost, and then a success that says so",
            LOST,
            [lost.clone(), success().into()],
            expect(&[Any, Wait(0, 100), Fresh], 2, MAY, Success),
            stop(Closed, MAY),
        ),
        row(
            "not sent, then lost",
            LOST,
            [Event::Fails(Dns, No), lost.clone(), success().into()],
            expect(
                &[Any, Wait(0, 100), Fresh, Wait(0, 200), Fresh],
                3,
                MAY,
                Success,
            ),
            expect(
                &[Any, Wait(0, 100), Fresh],
                2,
                MAY,
                Final(transport(Closed)),
            ),
        ),
        row(
            "lost, then refused for load",
            LOST,
            [
                lost.clone(),
                exception(500, "ThrottlingException").into(),
                success().into(),
            ],
            expect(
                &[Any, Wait(0, 100), Fresh, Wait(0, 2000), Any],
                3,
                MAY,
                Success,
            ),
            stop(Closed, MAY),
        ),
        row(
            "once lost, always perhaps executed",
            LOST,
            [lost, Event::Fails(Connect, No)],
            expect(
                &[Any, Wait(0, 100), Fresh, Wait(0, 200), Fresh],
                3,
                MAY,
                Passing(transport(Connect)),
            )
            .says("cannot connect to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 (gave up after 3 attempts); the request may have been executed"),
            stop(Closed, MAY),
        ),
    ]
}

fn within_the_answer() -> Vec<Row> {
    let cut = |sent| Event::Cut(answer(200, r#"{"status":"Comp"#), Closed, sent);
    let with_error = format!(
        r#"{{"ids":["a",{}"#,
        error_object("ThrottlingException", "x")
    );
    vec![
        row(
            "cut body",
            LOST,
            vec![cut(Maybe)],
            three_times(Closed, MAY)
                .says("connection to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 closed before the response was complete (gave up after 3 attempts); the request may have been executed"),
            stop(Closed, MAY)
                .says("connection to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182 closed before the response was complete; the request may have been executed and was not sent again"),
        ),
        lost(
            "cut body, said not to be sent although an answer began",
            cut(No),
            Closed,
        ),
        lost(
            "cut right after the head",
            Event::Cut(answer(200, ""), Timeout, Maybe),
            Timeout,
        ),
        lost(
            "cut after all of the JSON",
            Event::Cut(success(), Closed, Maybe),
            Closed,
        ),
        lost(
            "cut answer of a failing server",
            Event::Cut(answer(500, "<html"), Closed, Maybe),
            Closed,
        ),
        same(
            "cut, but the error object at the end is whole",
            Some(RetryClass::Throttled),
            [Event::Cut(answer(200, with_error), Closed, Maybe)],
            expect(
                &[Any, Wait(0, 1000), Any, Wait(0, 2000), Any],
                3,
                NOT,
                Passing(service(ExceptionKind::ThrottlingException)),
            ),
        ),
        same(
            "cut, but the refusal is whole",
            None,
            [Event::Cut(exception(400, "ParsingException"), Closed, Maybe)],
            sent_once(NOT, Final(service(ExceptionKind::ParsingException))),
        ),
        lost(
            "shorter than its content-length, JSON cut",
            answer(200, "{").header("content-length", "35"),
            Closed,
        ),
        lost(
            "shorter than its content-length, JSON whole",
            success().header("content-length", "36"),
            Closed,
        ),
        lost(
            "nothing of the announced body",
            answer(200, "").header("content-length", "1"),
            Closed,
        ),
        same(
            "exactly its content-length",
            None,
            [success().header("content-length", "35")],
            sent_once(NOT, Success),
        ),
    ]
}

#[test]
fn breaks_before_the_response() {
    check(&before_the_answer());
}

#[test]
fn breaks_within_the_response() {
    check(&within_the_answer());
}

#[test]
fn stale_connections_do_not_count_as_attempts() {
    let script = [
        Event::Stale,
        answer(503, "").into(),
        Event::Stale,
        Event::Fails(Connect, No),
        success().into(),
    ];
    let operation = neptunedata::ml::GetMlModelTrainingJob::new("job-1");
    let options = neptunedata::CallOptions::new();
    let trace = drive_whole(&unsigned(), &operation, &options, &script);
    let attempts: Vec<u32> = trace.sent.iter().map(|sent| sent.attempt).collect();
    assert_eq!(attempts, [1, 1, 2, 2, 3]);
    assert_eq!(trace.result.expect("a success").attempts, 3);
}

//! Answers with a success status that are errors, or look like errors.

use neptunedata::{
    CallOptions, Effect,
    ErrorKind::{self, Decode},
    ExceptionKind,
    error::DecodeErrorKind,
    retry::RetryClass,
};

use crate::{
    drive::{Style, Trace, drive_each, sessions},
    script::{Answer, answer, error_object, success},
    table::{
        Did::{Any, Wait},
        End::{self, Final, Passing, Success},
        MAY, NOT, Row, check, decode_kind, expect, row, same, sent_once, service,
    },
};

fn failing_trailer(code: &str) -> Answer {
    success()
        .trailer("x-neptune-status", &format!("500 {code}"))
        .trailer("x-neptune-detail", &encoded(code, "boom"))
}

fn encoded(code: &str, message: &str) -> String {
    error_object(code, message)
        .replace('{', "%7B")
        .replace('}', "%7D")
        .replace('"', "%22")
}

fn trailers() -> Vec<Row> {
    let time_limit = Final(service(ExceptionKind::TimeLimitExceededException));
    vec![
        same(
            "trailers of a success",
            None,
            [success().trailer("x-neptune-status", "200 OK")],
            sent_once(NOT, Success),
        ),
        same(
            "time limit, in the trailers",
            None,
            [failing_trailer("TimeLimitExceededException")],
            sent_once(NOT, time_limit)
                .says("TimeLimitExceededException (500): boom [request id r-1]"),
        ),
        same(
            "time limit, in a trailer without detail",
            None,
            [success().trailer("x-neptune-status", "500 TimeLimitExceededException")],
            sent_once(NOT, time_limit).says("TimeLimitExceededException (500)"),
        ),
        same(
            "time limit, in the second of two trailers",
            None,
            [success()
                .trailer("x-neptune-status", "200 OK")
                .trailer("x-neptune-status", "500 TimeLimitExceededException")],
            sent_once(NOT, time_limit).says("TimeLimitExceededException (500)"),
        ),
        same(
            "time limit, in a detail without a status",
            None,
            [success().trailer(
                "x-neptune-detail",
                &encoded("TimeLimitExceededException", "boom"),
            )],
            sent_once(NOT, time_limit)
                .says("TimeLimitExceededException (500): boom [request id r-1]"),
        ),
        same(
            "conflict, in the trailers",
            Some(RetryClass::Conflict),
            [
                failing_trailer("ConcurrentModificationException"),
                success(),
            ],
            expect(&[Any, Wait(0, 100), Any], 2, NOT, Success),
        ),
        row(
            "out of memory, in the trailers",
            Some(RetryClass::Memory),
            [failing_trailer("MemoryLimitExceededException"), success()],
            expect(&[Any, Wait(0, 5000), Any], 2, MAY, Success),
            sent_once(
                MAY,
                Final(service(ExceptionKind::MemoryLimitExceededException)),
            ),
        ),
        row(
            "an unknown failure, in the trailers",
            Some(RetryClass::Fault),
            [
                success().trailer("x-neptune-status", "503 SomethingNew"),
                success(),
            ],
            expect(&[Any, Wait(0, 100), Any], 2, MAY, Success),
            sent_once(MAY, Final(service(ExceptionKind::Unknown))),
        ),
    ]
}

/// As the whole body, and at the end of one that broke off.
fn error_objects() -> Vec<Row> {
    let expected = [
        ("TimeLimitExceededException", None),
        ("ThrottlingException", Some(RetryClass::Throttled)),
        ("InternalFailureException", Some(RetryClass::Fault)),
        (
            "ConcurrentModificationException",
            Some(RetryClass::Conflict),
        ),
    ];
    let mut rows = Vec::new();
    for (code, class) in expected {
        for before in ["", r#"{"status":"Comp"#, r#"{"status":{"a":[1,"#] {
            let body = format!("{before}{}", error_object(code, "b} {\\\"c\\\":"));
            let script = [answer(200, body), success()];
            let stop = |executed, kind| sent_once(executed, Final(service(kind)));
            let (again, write) = match class {
                None => {
                    let stop = stop(NOT, ExceptionKind::TimeLimitExceededException);
                    (stop, stop)
                }
                Some(RetryClass::Throttled) => {
                    let slower = expect(&[Any, Wait(0, 1000), Any], 2, NOT, Success);
                    (slower, slower)
                }
                Some(RetryClass::Conflict) => {
                    let soon = expect(&[Any, Wait(0, 100), Any], 2, NOT, Success);
                    (soon, soon)
                }
                _ => (
                    expect(&[Any, Wait(0, 100), Any], 2, MAY, Success),
                    stop(MAY, ExceptionKind::InternalFailureException),
                ),
            };
            rows.push(row(
                format!("{code} after {before:?}"),
                class,
                script,
                again,
                write,
            ));
        }
    }
    rows
}

fn no_answers() -> Vec<Row> {
    let garbage = sent_once(MAY, Final(Decode));
    let lost = Some(RetryClass::Lost);
    let mut rows = vec![
        row(
            "JSON that just stops",
            lost,
            [answer(200, r#"{"status":"Comp"#)],
            expect(
                &[Any, Wait(0, 100), Any, Wait(0, 200), Any],
                3,
                MAY,
                Passing(Decode),
            ),
            sent_once(MAY, Final(Decode)),
        ),
        row(
            "JSON that stops, and then a success",
            lost,
            [answer(200, "{"), success()],
            expect(&[Any, Wait(0, 100), Any], 2, MAY, Success),
            garbage,
        ),
        same(
            "an encoding that was not requested",
            None,
            [success().header("content-encoding", "gzip")],
            garbage,
        ),
    ];
    let foreign: [&'static [u8]; 7] = [
        b"garbage",
        b"<html><body>Welcome</body></html>",
        b"{\"status\":\"Completed\"} and more",
        b"[]",
        b"null",
        b"{\"status\":[],\"id\":[]}",
        b"{\"status\":\"\xff\"}",
    ];
    for body in foreign {
        let name = String::from_utf8_lossy(body).into_owned();
        rows.push(same(name, None, [answer(200, body)], garbage));
    }
    rows
}

#[test]
fn errors_in_trailers() {
    check(&trailers());
}

#[test]
fn errors_in_bodies() {
    check(&error_objects());
}

#[test]
fn not_the_operations() {
    check(&no_answers());
}

/// Runs by each operation and gives the ends.
fn each(answer: Answer, options: &CallOptions, mut look: impl FnMut(&str, &Trace)) {
    for session in sessions() {
        for seed in 0..3 {
            let (style, script) = (Style::of(seed), [answer.clone().into()]);
            for effect in [Effect::Read, Effect::Idempotent, Effect::Write] {
                let look = |name: &str, trace: Trace, _| look(name, &trace);
                drive_each(session, effect, options, &script, style, look);
            }
        }
    }
}

fn assert_end(trace: &Trace, end: End) {
    let executed = matches!(end, Final(_));
    sent_once(executed, end)
        .compare(trace)
        .expect("as expected");
}

#[test]
fn only_cancels_accept_empty_successes() {
    for status in [200, 202, 204] {
        for body in ["", " \r\n\t"] {
            each(
                answer(status, body),
                &CallOptions::new(),
                |operation, trace| {
                    if operation == "cancel" {
                        assert_end(trace, Success);
                    } else {
                        assert_end(trace, Final(Decode));
                        assert_eq!(decode_kind(trace), Some(DecodeErrorKind::Empty));
                    }
                },
            );
        }
    }
}

#[test]
fn the_error_names_the_kind_of_invalid_body() {
    let kinds = [
        ("nonsense", DecodeErrorKind::Syntax),
        ("<html>", DecodeErrorKind::Syntax),
        ("{} {}", DecodeErrorKind::Syntax),
        ("[]", DecodeErrorKind::Shape),
        (r#"{"status":{},"id":{}}"#, DecodeErrorKind::Shape),
    ];
    for (body, kind) in kinds {
        each(answer(200, body), &CallOptions::new(), |_, trace| {
            assert_eq!(decode_kind(trace), Some(kind), "{body}");
            let error = trace.result.as_ref().expect_err("an error");
            assert_eq!(error.body(), body);
            assert_eq!(error.meta().map(|meta| meta.status.as_u16()), Some(200));
        });
    }
}

#[test]
fn bodies_above_the_limit_are_not_read_further() {
    // The body has 35 bytes.
    let over = CallOptions::new().max_body_bytes(34);
    each(success(), &over, |_, trace| {
        assert_end(trace, Final(ErrorKind::Decode));
        assert_eq!(decode_kind(trace), Some(DecodeErrorKind::TooLarge));
    });
    let exact = CallOptions::new().max_body_bytes(35);
    each(success(), &exact, |_, trace| assert_end(trace, Success));
}

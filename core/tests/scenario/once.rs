//! Failures that are retried once.

use neptunedata::{CallOptions, ExceptionKind, retry::RetryClass};

use crate::{
    script::{answer, exception, success},
    table::{
        Did::{Any, Fresh, Wait},
        End::{Final, Success},
        MAY, NOT, Row, check, expect, row, same, sent_once, service,
    },
};

fn rows() -> Vec<Row> {
    let read_only = || exception(400, "ReadOnlyViolationException");
    let constraint = || exception(400, "ConstraintViolationException");
    let reader = Final(service(ExceptionKind::ReadOnlyViolationException));
    let violated = Final(service(ExceptionKind::ConstraintViolationException));
    let wrong_instance = Some(RetryClass::WrongInstance);
    let of_constraint = Some(RetryClass::Constraint);
    vec![
        same(
            "a write that met a reader goes to the writer",
            wrong_instance,
            [read_only(), success()],
            expect(&[Any, Wait(0, 100), Fresh], 2, NOT, Success),
        ),
        same(
            "a cluster of readers",
            wrong_instance,
            [read_only()],
            expect(&[Any, Wait(0, 100), Fresh], 2, NOT, reader)
                .says("ReadOnlyViolationException (400): boom [request id r-1]"),
        ),
        same(
            "a constraint that held for a moment",
            of_constraint,
            [constraint(), success()],
            expect(&[Any, Wait(0, 100), Any], 2, NOT, Success),
        ),
        same(
            "a constraint that holds",
            of_constraint,
            [constraint()],
            expect(&[Any, Wait(0, 100), Any], 2, NOT, violated)
                .says("ConstraintViolationException (400): boom [request id r-1]"),
        ),
        same(
            "each once, in one call",
            of_constraint,
            [constraint(), read_only(), success()],
            expect(
                &[Any, Wait(0, 100), Any, Wait(0, 200), Fresh],
                3,
                NOT,
                Success,
            ),
        ),
    ]
}

#[test]
fn once_only() {
    check(&rows());
}

/// Met twice is met twice, also where the attempts end there.
#[test]
fn the_last_attempt_is_classified_like_any_other() {
    let read_only = || exception(400, "ReadOnlyViolationException");
    let constraint = || exception(400, "ConstraintViolationException");
    let conflict = || exception(500, "ConcurrentModificationException");
    let reader = Final(service(ExceptionKind::ReadOnlyViolationException));
    let violated = Final(service(ExceptionKind::ConstraintViolationException));
    let wrong_instance = Some(RetryClass::WrongInstance);
    let of_constraint = Some(RetryClass::Constraint);
    let mut rows = vec![
        same(
            "once in a call, not once in a row",
            wrong_instance,
            [read_only(), conflict(), read_only(), success()],
            expect(
                &[Any, Wait(0, 100), Fresh, Wait(0, 200), Any],
                3,
                NOT,
                reader,
            ),
        ),
        row(
            "a constraint after a lost answer",
            of_constraint,
            [answer(502, ""), constraint()],
            expect(
                &[Any, Wait(0, 100), Any, Wait(0, 200), Any],
                3,
                MAY,
                violated,
            ),
            sent_once(MAY, Final(service(ExceptionKind::Unknown))),
        ),
        same(
            "two attempts",
            wrong_instance,
            [read_only()],
            expect(&[Any, Wait(0, 100), Fresh], 2, NOT, reader),
        ),
    ];
    if let Some(two) = rows.last_mut() {
        two.options = CallOptions::new().max_attempts(2);
    }
    check(&rows);
}

//! Retries and deadlines.

use std::time::Duration;

use http::HeaderMap;
use neptunedata::{
    CallOptions, Error, ErrorKind, TransportError,
    machine::{Input, Machine, Step},
    rows::Rows,
    transport::{Sent, TransportErrorKind},
};

use super::{
    drive::{Asked, Clock, unsigned},
    ends::{Row, SIZES, WHOLE, closed, cut, cypher},
    operations::{Cypher, Read, Write, read},
    script::{Answer, answer, exception},
    steps::Steps,
};

#[test]
fn failures_before_the_first_row_are_retried() {
    let again = [
        cut(r#"{"results":[{"a":1"#),
        answer(200, r#"{"results":["#).into(),
        answer(200, WHOLE).into(),
    ];
    for size in SIZES {
        let done = cypher(&again, size);
        assert_eq!(done.items, [Row { a: 1 }, Row { a: 2 }, Row { a: 3 }]);
        let end = done.result.expect("a success");
        assert_eq!((end.rows, end.meta.attempts), (3, 3));
        assert!(end.meta.earlier_may_have_executed);
        assert_eq!(done.asked.len(), 5);

        // A write is not retried.
        let done: Read<Row> = read(&Write, &CallOptions::new(), &again, size);
        assert_eq!(done.asked.len(), 1);
        let error = done.result.expect_err("a cut");
        closed(&error);
        assert!(error.may_have_executed() && !error.is_retryable());
        // Unless the failed transaction was rolled back.
        let refused = answer(200, r#"{"results":["#)
            .trailer("x-neptune-status", "500 ConcurrentModificationException");
        let script = [refused.into(), answer(200, WHOLE).into()];
        let done: Read<Row> = read(&Write, &CallOptions::new(), &script, size);
        assert_eq!((done.items.len(), done.asked.len()), (3, 3));
    }
    // Throttling: a longer pause.
    let refused = exception(429, "TooManyRequestsException");
    let done = cypher(&[refused.into(), answer(200, WHOLE).into()], 5);
    assert!(matches!(done.asked[1], Asked::Wait(time) if time <= Duration::from_secs(1)));
    assert_eq!(done.items.len(), 3);
}

#[test]
fn failures_after_the_first_row_are_not_retried() {
    let conflict: Answer =
        answer(200, WHOLE).trailer("x-neptune-status", "500 ConcurrentModificationException");
    for event in [cut(r#"{"results":[{"a":1},"#), conflict.into()] {
        for size in SIZES {
            let read = cypher(&[event.clone(), answer(200, WHOLE).into()], size);
            assert_eq!(read.asked.len(), 1);
            assert!(!read.items.is_empty());
            assert!(read.result.is_err());
        }
    }
}

/// The deadline is suspended while the caller has a row, and applies in all other states.
#[test]
fn the_deadline_excludes_time_with_the_caller() {
    let limit = Duration::from_secs(10);
    let options = CallOptions::new().timeout(limit);
    let mut machine = Rows::<Row>::with_options(&unsigned(), &Cypher, &options, 1);
    let mut clock = Clock::new();
    let began = clock.now().mono;
    machine.sends(Input::Next, clock.now());
    machine.receives(Input::Head(answer(200, "").parts()), clock.now());
    assert_eq!(machine.wake_at(), Some(began + limit));
    let step = machine.resume(
        Input::Chunk(r#"{"results":[{"a":1},{"a":2},"#.into()),
        clock.now(),
    );
    assert!(matches!(step, Step::Item(Row { a: 1 })));

    // An invalid input changes nothing.
    let misuse = machine.misuses(Input::End(HeaderMap::new()), clock.now());
    let error = Error::from(misuse);
    assert_eq!(error.kind(), ErrorKind::Misuse);
    assert!(error.may_have_executed());
    assert_eq!(error.attempts(), 1);
    let step = machine.resume(Input::Next, clock.now());
    assert!(matches!(step, Step::Item(Row { a: 2 })));

    // The time while the caller has a row does not count.
    let taken = Duration::from_secs(3600);
    clock.pass(taken);
    assert_eq!(machine.wake_at(), None);
    machine.continues(Input::Wake(Sent::No), clock.now());
    machine.receives(Input::Next, clock.now());
    assert_eq!(machine.wake_at(), Some(began + limit + taken));

    clock.pass_until_wake(&machine);
    let error = machine.fails(Input::Wake(Sent::No), clock.now());
    let kind = ErrorKind::Transport(TransportErrorKind::Deadline);
    assert_eq!(error.kind(), kind);
    assert!(error.may_have_executed());
    machine.misuses(Input::Next, clock.now());
}

/// A driver may also report the deadline itself.
#[test]
fn drivers_can_report_the_deadline() {
    let mut machine = Rows::<Row>::new(&unsigned(), &Cypher, 1);
    let now = Clock::new().now();
    machine.sends(Input::Next, now);
    machine.receives(Input::Head(answer(200, "").parts()), now);
    let over = TransportError::new(TransportErrorKind::Deadline, Sent::Maybe);
    let error = machine.fails(Input::Failure(over), now);
    let kind = ErrorKind::Transport(TransportErrorKind::Deadline);
    assert_eq!(error.kind(), kind);
    assert!(error.may_have_executed());
}

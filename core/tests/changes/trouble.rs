//! Streams that cannot be followed, and servers that fail.

use std::time::Duration;

use neptunedata::{
    CallOptions, Cause, Changes, ChangesError, ChangesErrorKind, ChangesOptions, Checkpoint, Error,
    ErrorKind, EventId, FailureKind, GetSparqlStream, Input, Machine, Sent, Start, Step,
    Transactions, TransportError, TransportErrorKind,
};

use super::{
    drive::{Clock, unsigned},
    server::{Came, Run, Server, cut, refuse},
};

const SECOND: Duration = Duration::from_secs(1);

fn from(commit: i64, op: i64) -> Start {
    Start::After(Checkpoint::after(EventId::new(commit, op)))
}

fn follow(start: Start, options: ChangesOptions) -> Run<Changes<GetSparqlStream>> {
    Run::new(Changes::with_options(&unsigned(), start, options, 1))
}

fn once() -> ChangesOptions {
    ChangesOptions::new()
        .until_end()
        .call(CallOptions::new().max_attempts(1))
}

fn lost(error: &Error, kind: ChangesErrorKind) -> &ChangesError {
    assert_eq!(error.kind(), FailureKind::Changes(kind), "{error}");
    assert!(!error.is_retryable());
    match error.cause() {
        Cause::Changes(cause) => cause,
        _ => panic!("{error}"),
    }
}

#[test]
fn expired_places_say_what_is_lost() {
    let mut server = Server::with(&[1]);
    server.instead = vec![refuse(400, "ExpiredStreamException")];
    let (items, result) = follow(from(7, 2), once()).all(&mut server);
    assert!(items.is_empty());
    let error = result.expect_err("an expired place");
    let cause = lost(&error, ChangesErrorKind::Expired);
    assert_eq!(cause.place(), EventId::new(7, 2));
    let trouble = cause.trouble().and_then(Error::service).expect("a refusal");
    assert_eq!(trouble.kind, ErrorKind::ExpiredStreamException);
    assert_eq!(
        error.to_string(),
        "the change stream does not keep all that follows 7:2 any more, so changes are lost"
    );
}

#[test]
fn places_ahead_of_the_stream_say_what_is_lost() {
    for options in [once(), ChangesOptions::new()] {
        let mut server = Server::with(&[1, 3]);
        let mut run = follow(from(12, 1), options);
        let (items, result) = run.all(&mut server);
        assert!(items.is_empty());
        let error = result.expect_err("another stream");
        let cause = lost(&error, ChangesErrorKind::Ahead);
        assert_eq!(cause.head(), Some(EventId::new(2, 3)));
        assert_eq!(
            error.to_string(),
            "the change stream ends at 2:3, before 12:1, which was read already: the data was reset or \
             restored, and what was changed since is not known"
        );
        // Not before it is certain.
        let passed = run.clock.now().mono - run.began;
        assert!(passed >= 30 * SECOND && passed < 60 * SECOND, "{passed:?}");
    }
    let mut server = Server::with(&[1, 3]);
    let (_, result) = follow(from(12, 1), once().patience(Duration::ZERO)).all(&mut server);
    lost(
        &result.expect_err("another stream"),
        ChangesErrorKind::Ahead,
    );
    assert_eq!(server.asked.len(), 1);
    // A message that tells nothing is no sign.
    server.tells_head = false;
    assert!(follow(from(12, 1), once()).all(&mut server).1.is_ok());
}

/// Another stream may have come to the very same commit.
#[test]
fn places_ahead_within_a_commit_are_ahead() {
    let mut server = Server::with(&[1, 3]);
    let (_, result) = follow(from(2, 5), once()).all(&mut server);
    let error = result.expect_err("another stream");
    let cause = lost(&error, ChangesErrorKind::Ahead);
    let (place, head) = (cause.place(), cause.head());
    assert_eq!(
        (place, head),
        (EventId::new(2, 5), Some(EventId::new(2, 3)))
    );
    // The very end is none.
    assert!(follow(from(2, 3), once()).all(&mut server).1.is_ok());
}

/// A replica that lags behind looks like a reset for a while.
#[test]
fn replicas_may_lag() {
    let mut server = Server::with(&[1, 1]);
    let mut run = follow(from(3, 1), ChangesOptions::new());
    for _ in 0..4 {
        assert!(matches!(run.next(&mut server, 2), Came::Stopped));
    }
    server.commit(1);
    server.commit(1);
    let Came::Item(change) = run.next(&mut server, 10) else {
        panic!("it goes on")
    };
    assert_eq!(change.event_id, EventId::new(4, 1));
}

/// The stream goes on, says the service, but not from here.
#[test]
fn places_that_are_passed_over_say_what_is_lost() {
    let message = "Requested startEventId is from the future. Last valid eventId is [commitNum = 9, opNum = 1]";
    let refusal = || {
        let answer = super::script::refusal(404, "StreamRecordsNotFoundException", message);
        Input::Response(answer.whole(), Default::default())
    };
    let mut server = Server::with(&[]);
    server.instead = (0..100).map(|_| refusal()).collect();
    let (_, result) = follow(from(7, 2), once()).all(&mut server);
    let error = result.expect_err("a gap");
    lost(&error, ChangesErrorKind::Expired);
    assert!(
        error
            .to_string()
            .ends_with("changes are lost; it ends at 9:1"),
        "{error}"
    );
    // Once is no sign: it may just have been committed.
    let mut server = Server::with(&[1, 1, 1, 1, 1, 1, 2, 1, 1]);
    server.instead = vec![refusal()];
    let (items, result) = follow(from(7, 2), once()).all(&mut server);
    assert_eq!((items.len(), result.is_ok()), (2, true));
}

/// No record is passed over without a word.
#[test]
fn pages_out_of_order_are_no_answers() {
    let record = |commit| {
        format!(
            r#"{{"eventId":{{"commitNum":{commit},"opNum":1}},"op":"ADD","data":{{"stmt":"<s> <p> <o> .\n"}},"isLastOp":true}}"#
        )
    };
    let page = |commits: &[i64]| {
        let records: Vec<_> = commits.iter().map(|commit| record(*commit)).collect();
        let body = format!(r#"{{"records":[{}]}}"#, records.join(","));
        Input::Response(http::Response::new(body.into()), Default::default())
    };
    let mut server = Server::with(&[]);
    server.instead = vec![page(&[5, 4, 6])];
    let (items, result) = follow(Start::TrimHorizon, once()).all(&mut server);
    let error = result.expect_err("no order");
    assert_eq!((items.len(), error.kind()), (0, FailureKind::Decode));
    assert!(error.to_string().contains("records[1].eventId"), "{error}");
    // What comes again is no disorder.
    server.instead = vec![page(&[4, 5, 5, 6])];
    let (items, _) = follow(Start::TrimHorizon, once()).all(&mut server);
    assert_eq!(items.len(), 3);
}

#[test]
fn refusals_for_load_slow_it_down() {
    let mut server = Server::with(&[1; 20]);
    server.instead = (0..25)
        .map(|_| refuse(429, "ThrottlingException"))
        .chain([refuse(500, "MemoryLimitExceededException")])
        .collect();
    let mut run = follow(Start::TrimHorizon, once());
    let (items, result) = run.all(&mut server);
    assert_eq!((items.len(), result.is_ok()), (20, true));
    assert!(run.waits[5] > 10 * SECOND && run.waits[25] > 10 * SECOND);
    // And it asks for less at once.
    let queries = server.queries();
    assert!(queries[1].starts_with("limit=500&"), "{queries:?}");
    assert!(queries[20].starts_with("limit=1&"), "{queries:?}");
}

#[test]
fn other_failures_pass_up_to_ten_times() {
    let mut server = Server::with(&[1; 3]);
    server.instead = (0..10).map(|_| cut()).collect();
    let mut run = follow(Start::TrimHorizon, once());
    assert!(run.all(&mut server).1.is_ok());
    assert_eq!(run.waits.len(), 10);

    server.instead = (0..11).map(|_| cut()).collect();
    let error = follow(Start::TrimHorizon, once())
        .all(&mut server)
        .1
        .expect_err("too many");
    let kind = FailureKind::Transport(TransportErrorKind::Closed);
    assert_eq!(error.kind(), kind);

    for (status, code) in [
        (400, "UnsupportedOperationException"),
        (400, "InvalidParameterException"),
        (403, "AccessDeniedException"),
        (400, "ExpiredStreamException"),
    ] {
        server.instead = vec![refuse(status, code)];
        let error = follow(Start::TrimHorizon, once())
            .all(&mut server)
            .1
            .expect_err("a refusal");
        assert_eq!(
            error.kind(),
            FailureKind::Service(ErrorKind::from_name(code))
        );
    }
}

#[test]
fn drivers_may_end_it() {
    let over = || {
        Input::Failure(TransportError::new(
            TransportErrorKind::Deadline,
            Sent::Maybe,
        ))
    };
    let kind = FailureKind::Transport(TransportErrorKind::Deadline);
    let now = Clock::new().now();
    for steps in 0..4 {
        let mut server = Server::with(&[1, 1]);
        let mut machine = Transactions::<GetSparqlStream>::new(&unsigned(), Start::TrimHorizon, 1);
        let mut input = Input::Next;
        for _ in 0..steps {
            let Step::Done(Err(error)) = machine.resume(Input::Woken, now) else {
                panic!("a misuse")
            };
            assert_eq!(error.kind(), FailureKind::Misuse);
            input = match machine.resume(input, now) {
                Step::Send(transmit) => server.answer(SECOND, transmit.request.uri()),
                Step::Item(_) => Input::Next,
                step => panic!("{step:?}"),
            };
        }
        let Step::Done(Err(error)) = machine.resume(over(), now) else {
            panic!("the end")
        };
        assert_eq!(error.kind(), kind, "after {steps} steps");
        for input in [Input::Next, over()] {
            let Step::Done(Err(error)) = machine.resume(input, now) else {
                panic!("the end")
            };
            assert_eq!(error.kind(), FailureKind::Misuse);
        }
    }
}

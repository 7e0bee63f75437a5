//! Streams that cannot be followed, and servers that fail.

use std::time::Duration;

use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind, TransportError,
    changes::{
        Changes, ChangesError, ChangesErrorKind, ChangesOptions, Checkpoint, StartPosition,
        Transactions,
    },
    error::Cause,
    machine::{Input, Io, Machine, Reuse, Step},
    streams::{EventId, GetSparqlStream},
    transport::{Sent, TransportErrorKind},
};
use serde_json::json;

use super::{
    drive::{Clock, unsigned},
    script::exception,
    server::{Came, Run, Server, cut, refuse, respond},
};

const SECOND: Duration = Duration::from_secs(1);

fn from(commit: i64, op: i64) -> StartPosition {
    StartPosition::After(Checkpoint::after(EventId::new(commit, op)))
}

fn follow(start: StartPosition, options: ChangesOptions) -> Run<Changes<GetSparqlStream>> {
    Run::new(Changes::with_options(&unsigned(), start, options, 1))
}

fn once() -> ChangesOptions {
    ChangesOptions::new()
        .stop_at_end()
        .call(CallOptions::new().max_attempts(1))
}

fn lost(error: &Error, kind: ChangesErrorKind) -> &ChangesError {
    assert_eq!(error.kind(), ErrorKind::Changes(kind), "{error}");
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
    assert_eq!(trouble.kind, ExceptionKind::ExpiredStreamException);
    assert_eq!(
        error.to_string(),
        "GetSparqlStream: changes were lost: the change stream no longer keeps all records after 7:2"
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
            "GetSparqlStream: the change stream ends at 2:3, before 12:1, the last position read: the data was \
             reset or restored, and later changes are unknown"
        );
        // Not before it is certain.
        let passed = run.clock.now().mono - run.began;
        assert!(passed >= 30 * SECOND && passed < 60 * SECOND, "{passed:?}");
    }
    let mut server = Server::with(&[1, 3]);
    let (_, result) = follow(from(12, 1), once().lag_tolerance(Duration::ZERO)).all(&mut server);
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
            .ends_with("all records after 7:2; it ends at 9:1"),
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
    let (items, result) = follow(StartPosition::TrimHorizon, once()).all(&mut server);
    let error = result.expect_err("no order");
    assert_eq!((items.len(), error.kind()), (0, ErrorKind::Decode));
    assert!(error.to_string().contains("records[1].eventId"), "{error}");
    // What comes again is no disorder.
    server.instead = vec![page(&[4, 5, 5, 6])];
    let (items, _) = follow(StartPosition::TrimHorizon, once()).all(&mut server);
    assert_eq!(items.len(), 3);
}

fn page(records: &[(i64, i64, bool)]) -> Input {
    let records: Vec<_> = records
        .iter()
        .map(|(commit, op, is_last)| {
            let mut record = json!({
                "eventId": {"commitNum": commit, "opNum": op}, "op": "ADD", "data": {"stmt": "<s> <p> <o> .\n"},
            });
            if *is_last {
                record["isLastOp"] = json!(true);
            }
            record
        })
        .collect();
    respond(200, json!({"records": records}).to_string())
}

/// What a commit lacks is lost, and a stream that tells where commits end shows it.
#[test]
fn gaps_say_what_is_lost() {
    let whole = [(3, 1, false), (3, 2, true), (4, 1, true)];
    let id = EventId::new;
    for (before, after, place, next) in [
        // The end of commit 5, and maybe more.
        (
            &[(5, 1, false), (5, 2, false)][..],
            (7, 1, true),
            id(5, 2),
            id(7, 1),
        ),
        // The beginning of commit 7, and maybe more.
        (&[(5, 1, true)], (7, 5, true), id(5, 1), id(7, 5)),
        (&[], (5, 2, true), id(4, 1), id(5, 2)),
    ] {
        let mut server = Server::with(&[]);
        let records = [&whole, before].concat();
        server.instead = vec![page(&records), page(&[after])];
        let (items, result) = follow(StartPosition::TrimHorizon, once()).all(&mut server);
        let error = result.expect_err("a gap");
        let cause = lost(&error, ChangesErrorKind::Gap);
        assert_eq!((cause.place(), cause.next()), (place, Some(next)));
        assert_eq!(items.len(), records.len());
        let text = format!(
            "GetSparqlStream: changes were lost: records are missing after {place}; the change stream \
             continues at {next}"
        );
        assert_eq!(error.to_string(), text);

        // Whole transactions come out before it, and nothing of one in parts.
        server.instead = vec![page(&records), page(&[after])];
        let start = StartPosition::TrimHorizon;
        let mut run = Run::new(Transactions::<GetSparqlStream>::with_options(
            &unsigned(),
            start,
            once(),
            1,
        ));
        let (transactions, result) = run.all(&mut server);
        assert!(result.is_err());
        let ends = records.iter().filter(|(.., is_last)| *is_last).count();
        assert_eq!(transactions.len(), ends);
    }
}

/// Where a stream does not tell, or counts in another way, none is seen.
#[test]
fn gaps_are_not_made_up() {
    for records in [
        &[(3, 1, false), (3, 2, false), (5, 1, false), (6, 1, false)][..],
        &[(3, 0, true), (4, 0, true), (6, 0, true)],
        &[(3, 2, true), (4, 5, true), (6, 3, true)],
        // The oldest commit may have lost its beginning.
        &[(3, 2, true), (4, 1, false), (4, 3, true)],
    ] {
        let mut server = Server::with(&[]);
        server.instead = vec![page(records)];
        let (items, result) = follow(StartPosition::TrimHorizon, once()).all(&mut server);
        assert!(result.is_ok(), "{result:?}");
        assert_eq!(items.len(), records.len());
    }
}

#[test]
fn pages_without_records_are_no_answers() {
    for body in [
        "{}",
        r#"{"records":null}"#,
        r#"{"lastEventId":{"commitNum":5,"opNum":1},"totalRecords":3}"#,
    ] {
        for start in [
            from(2, 1),
            StartPosition::TrimHorizon,
            StartPosition::Latest,
        ] {
            let mut server = Server::with(&[]);
            server.instead = vec![respond(200, body.to_owned())];
            let (items, result) = follow(start, once()).all(&mut server);
            let error = result.expect_err("no page");
            assert_eq!((items.len(), error.kind()), (0, ErrorKind::Decode));
            assert!(
                error.to_string().contains("records: it is missing"),
                "{error}"
            );
        }
    }
    // An empty list is one.
    let mut server = Server::with(&[]);
    server.instead = vec![page(&[])];
    assert!(follow(from(2, 1), once()).all(&mut server).1.is_ok());
}

/// Being odd has to last, and while the server fails nobody knows.
#[test]
fn oddness_begins_anew_behind_failures() {
    let mut server = Server::with(&[1, 3]);
    let odd = || server.not_found();
    let mut instead = vec![odd()];
    instead.extend((0..6).map(|_| refuse(429, "ThrottlingException")));
    instead.push(odd());
    server.instead = instead;
    let mut run = follow(from(12, 1), ChangesOptions::new());
    for _ in 0..8 {
        assert!(matches!(run.next(&mut server, 2), Came::Stopped));
    }
    assert!(run.clock.now().mono - run.began > 30 * SECOND);
    for _ in 0..11 {
        server.commit(1);
    }
    assert!(matches!(run.next(&mut server, 2), Came::Item(_)));
}

/// One request for each time of waiting, also with options that say nothing.
#[test]
fn refusals_come_one_by_one() {
    let mut server = Server::with(&[1; 3]);
    server.instead = (0..9).map(|_| refuse(429, "ThrottlingException")).collect();
    let mut run = follow(
        StartPosition::TrimHorizon,
        ChangesOptions::new().stop_at_end(),
    );
    assert!(run.all(&mut server).1.is_ok());
    assert_eq!(run.waits.len(), 9);
    let growing = run.waits.windows(2).take(3);
    assert!(
        growing.into_iter().all(|pair| pair[0] < pair[1]),
        "{:?}",
        run.waits
    );
    assert!(run.waits[5..].iter().all(|wait| *wait > 10 * SECOND));
}

#[test]
fn wishes_are_respected_up_to_a_minute() {
    for (wish, longest) in [("45", 45), ("999999", 60)] {
        let mut server = Server::with(&[1; 3]);
        let busy = exception(503, "ServerShutdownException").header("retry-after", wish);
        server.instead = vec![Input::Response(busy.whole(), Default::default())];
        let mut run = follow(
            StartPosition::TrimHorizon,
            ChangesOptions::new().stop_at_end(),
        );
        assert!(run.all(&mut server).1.is_ok());
        assert_eq!(run.waits, [longest * SECOND]);
    }
}

/// What is pooled may be as dead as the connection that the last page was lost on.
#[test]
fn after_a_lost_page_a_new_connection_is_asked_for() {
    let mut machine = Changes::<GetSparqlStream>::new(&unsigned(), StartPosition::TrimHorizon, 1);
    let mut clock = Clock::new();
    let mut asked = Vec::new();
    let mut server = Server::with(&[1]);
    let (mut input, mut lost) = (Input::Next, true);
    while asked.len() < 3 {
        input = match machine.resume(input, clock.now()) {
            Step::Io(Io::Send(transmit)) => {
                asked.push(transmit.reuse);
                match std::mem::take(&mut lost) {
                    true => cut(),
                    false => server.answer(SECOND, transmit.request.uri()),
                }
            }
            Step::Io(Io::Wait) => {
                clock.pass_until_wake(&machine);
                Input::Wake(Sent::No)
            }
            Step::Item(_) => Input::Next,
            step => panic!("{step:?}"),
        };
    }
    assert_eq!(asked, [Reuse::Allowed, Reuse::Fresh, Reuse::Allowed]);
}

/// A page that the client does not take is asked for in parts.
#[test]
fn pages_keep_to_the_limit_of_the_client() {
    let mut server = Server::with(&[1; 2000]);
    server.padding = 3000;
    let options = ChangesOptions::new()
        .stop_at_end()
        .call(CallOptions::new().max_body_bytes(1024 * 1024));
    let mut run = follow(StartPosition::TrimHorizon, options.clone());
    let (items, result) = run.all(&mut server);
    assert!(result.is_ok(), "{:?}", result.err());
    assert_eq!((items.len(), run.waits.len()), (2000, 0));
    // It is found once, and not again and again.
    assert!(server.asked.len() < 16, "{}", server.asked.len());

    // What does not fit by itself is an error.
    let mut server = Server::with(&[1; 5]);
    server.padding = 2_000_000;
    let error = follow(StartPosition::TrimHorizon, options)
        .all(&mut server)
        .1
        .expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[test]
fn refusals_for_load_slow_it_down() {
    let mut server = Server::with(&[1; 20]);
    server.instead = (0..25)
        .map(|_| refuse(429, "ThrottlingException"))
        .chain([refuse(500, "MemoryLimitExceededException")])
        .collect();
    let mut run = follow(StartPosition::TrimHorizon, once());
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
    let mut run = follow(StartPosition::TrimHorizon, once());
    assert!(run.all(&mut server).1.is_ok());
    assert_eq!(run.waits.len(), 10);

    server.instead = (0..11).map(|_| cut()).collect();
    let error = follow(StartPosition::TrimHorizon, once())
        .all(&mut server)
        .1
        .expect_err("too many");
    let kind = ErrorKind::Transport(TransportErrorKind::Closed);
    assert_eq!(error.kind(), kind);

    for (status, code) in [
        (400, "UnsupportedOperationException"),
        (400, "InvalidParameterException"),
        (403, "AccessDeniedException"),
        (400, "ExpiredStreamException"),
    ] {
        server.instead = vec![refuse(status, code)];
        let error = follow(StartPosition::TrimHorizon, once())
            .all(&mut server)
            .1
            .expect_err("a refusal");
        assert_eq!(
            error.kind(),
            ErrorKind::Service(ExceptionKind::from_name(code))
        );
    }
}

/// Leads a stream through so many steps, with inputs out of turn in between, which change nothing.
fn led(options: ChangesOptions, steps: usize) -> (Transactions<GetSparqlStream>, Clock) {
    let clock = Clock::new();
    let mut server = Server::with(&[1, 1]);
    let mut machine = Transactions::<GetSparqlStream>::with_options(
        &unsigned(),
        StartPosition::TrimHorizon,
        options,
        1,
    );
    let mut input = Input::Next;
    for _ in 0..steps {
        let step = machine.resume(Input::End(Default::default()), clock.now());
        assert!(matches!(step, Step::Misuse(_)), "{step:?}");
        let step = machine.resume(Input::Wake(Sent::No), clock.now());
        assert!(matches!(step, Step::Io(Io::Continue)), "{step:?}");
        input = match machine.resume(input, clock.now()) {
            Step::Io(Io::Send(transmit)) => server.answer(SECOND, transmit.request.uri()),
            Step::Item(_) => Input::Next,
            step => panic!("{step:?}"),
        };
    }
    (machine, clock)
}

/// What drivers say ends it where something is asked of them, and nowhere else.
#[test]
fn drivers_may_end_it() {
    let over = || {
        Input::Failure(TransportError::new(
            TransportErrorKind::Deadline,
            Sent::Maybe,
        ))
    };
    let kind = ErrorKind::Transport(TransportErrorKind::Deadline);
    for (steps, is_asked) in [(0, false), (1, true), (2, false), (3, false)] {
        let (mut machine, clock) = led(ChangesOptions::new(), steps);
        let step = machine.resume(over(), clock.now());
        if !is_asked {
            assert!(matches!(step, Step::Misuse(_)), "{step:?}");
            continue;
        }
        let Step::Done(Err(error)) = step else {
            panic!("{step:?}")
        };
        assert_eq!(error.kind(), kind, "after {steps} steps");
        for input in [Input::Next, over()] {
            let step = machine.resume(input, clock.now());
            assert!(matches!(step, Step::Misuse(_)), "{step:?}");
        }
        let step = machine.resume(Input::Wake(Sent::No), clock.now());
        assert!(matches!(step, Step::Io(Io::Continue)), "{step:?}");
    }

    // Where it pauses, the driver may be unable to wait.
    let (mut machine, mut clock) = led(ChangesOptions::new(), 1);
    let step = machine.resume(cut(), clock.now());
    assert!(matches!(step, Step::Io(Io::Wait)), "{step:?}");
    let step = machine.resume(Input::Wake(Sent::No), clock.now());
    assert!(matches!(step, Step::Io(Io::Continue)), "{step:?}");
    clock.pass(SECOND / 1000);
    let runtime = TransportError::new(TransportErrorKind::Runtime, Sent::No);
    let step = machine.resume(Input::Failure(runtime), clock.now());
    let Step::Done(Err(error)) = step else {
        panic!("{step:?}")
    };
    let kind = ErrorKind::Transport(TransportErrorKind::Runtime);
    assert_eq!((error.kind(), error.may_have_executed()), (kind, false));
    assert_eq!(machine.wake_at(), None);
}

/// A page that hangs is given up after the time-out of polls, and asked for again.
#[test]
fn polls_have_a_limit() {
    for (call, limit) in [
        (CallOptions::new(), 60 * SECOND),
        (CallOptions::new().timeout(7 * SECOND), 7 * SECOND),
        (CallOptions::new().attempt_timeout(5 * SECOND), 5 * SECOND),
    ] {
        let (mut machine, mut clock) = led(ChangesOptions::new().call(call), 1);
        assert_eq!(machine.wake_at(), Some(clock.now().mono + limit));
        clock.pass_until_wake(&machine);
        let step = machine.resume(Input::Wake(Sent::Maybe), clock.now());
        assert!(matches!(step, Step::Io(Io::Wait)), "{step:?}");
        clock.pass_until_wake(&machine);
        let step = machine.resume(Input::Wake(Sent::Maybe), clock.now());
        assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
    }
}

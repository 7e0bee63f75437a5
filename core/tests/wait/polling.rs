//! Intervals, unknown statuses and failed polls, for any waiter.

use std::time::{Duration, SystemTime};

use neptunedata::{
    Auth, Endpoint, ErrorKind, Session, TransportError,
    machine::{Input, Io, Machine, Now, Step},
    transport::{Sent, TransportErrorKind},
    wait::{
        Wait, WaitOptions,
        waiters::{LoadCompleted, LoadOutcome},
    },
};

use super::{
    run::{SECOND, down, load, one_attempt, run, run_by, timed_out, waiter},
    script::{answer, exception},
};

#[test]
fn intervals_double_up_to_the_maximum() {
    let mut script = vec![load("LOAD_IN_PROGRESS"); 10];
    script.push(load("LOAD_COMPLETED"));
    let mut longest = [Duration::ZERO; 10];
    for seed in 0..50 {
        let done = run_by(waiter(), WaitOptions::new(), &script, seed);
        assert_eq!(done.waits.len(), 10);
        for (at, (wait, planned)) in done.waits.iter().zip([2, 4, 8, 16, 30, 30, 30]).enumerate() {
            let planned = SECOND * planned;
            assert!(
                *wait <= planned && *wait >= planned * 3 / 4,
                "{at}: {wait:?}"
            );
            longest[at] = longest[at].max(*wait);
        }
        let output = done.result.expect("a success");
        assert_eq!(output.polls, 11);
        assert_eq!(output.elapsed, done.took);
        assert_eq!(done.items.len(), 10);
        assert_eq!(done.items[9].polls, 10);
        // The first poll has no pause.
        assert_eq!(done.sent[0].0, Duration::ZERO);
    }
    // The jitter is used.
    assert!(longest[0] > SECOND * 19 / 10);

    let options = WaitOptions::new().interval(SECOND).max_interval(SECOND);
    let done = run(waiter(), options, &script);
    assert!(
        done.waits
            .iter()
            .all(|wait| *wait <= SECOND && *wait >= SECOND * 3 / 4)
    );
    // The jitter depends only on the seed.
    let waits = |seed| run_by(waiter(), WaitOptions::new(), &script, seed).waits;
    assert_eq!(waits(3), waits(3));
    assert_ne!(waits(3), waits(4));
}

#[test]
fn unknown_statuses_are_in_progress() {
    let script = [
        load("LOAD_STARTING"),
        load("LOAD_REFLECTING"),
        load("LOAD_COMPLETED"),
    ];
    let done = run(waiter(), WaitOptions::new(), &script);
    assert!(matches!(
        done.result.expect("a success").result,
        LoadOutcome::Completed(_)
    ));
    let names: Vec<_> = done
        .items
        .into_iter()
        .map(|item| {
            item.status
                .overall_status
                .unwrap()
                .status
                .unwrap()
                .to_string()
        })
        .collect();
    assert_eq!(names, ["LOAD_STARTING", "LOAD_REFLECTING"]);
}

#[test]
fn five_failures_in_a_row_are_retried() {
    let mut script = vec![load("LOAD_IN_PROGRESS")];
    for _ in 0..4 {
        script.extend(vec![down(); 5]);
        script.push(load("LOAD_IN_PROGRESS"));
    }
    script.push(load("LOAD_COMPLETED"));
    let done = run(waiter(), one_attempt(WaitOptions::new()), &script);
    let output = done.result.expect("a success");
    assert_eq!((output.polls, done.items.len()), (26, 5));

    script.splice(20..20, [down()]);
    let done = run(waiter(), one_attempt(WaitOptions::new()), &script);
    let error = done.result.expect_err("six failures");
    let kind = ErrorKind::Transport(TransportErrorKind::Connect);
    assert_eq!(error.kind(), kind);
    assert!(error.is_retryable());

    let none = one_attempt(WaitOptions::new().transient_failures(0));
    let done = run(waiter(), none, &[down(), load("LOAD_COMPLETED")]);
    assert_eq!(done.result.expect_err("a failure").kind(), kind);
}

/// Each call has attempts of its own.
#[test]
fn calls_have_their_own_attempts() {
    let script = [down(), down(), load("LOAD_COMPLETED")];
    let done = run(waiter(), WaitOptions::new(), &script);
    assert_eq!(done.result.expect("a success").polls, 1);
    assert_eq!(done.sent.len(), 3);
}

#[test]
fn permanent_failures_end_it() {
    for event in [
        exception(404, "BulkLoadIdNotFoundException"),
        exception(400, "BadRequestException"),
        exception(403, "AccessDeniedException"),
        answer(200, "<html>"),
        answer(200, ""),
        // A valid response that the waiter cannot read.
        answer(200, r#"{"status":"200 OK","payload":{"overallStatus":7}}"#),
        answer(200, r#"{"status":"200 OK"}"#),
    ] {
        let done = run(
            waiter(),
            WaitOptions::new(),
            &[load("LOAD_IN_PROGRESS"), event.into()],
        );
        assert_eq!(done.sent.len(), 2);
        let error = done.result.expect_err("a failure");
        assert!(matches!(
            error.kind(),
            ErrorKind::Service(_) | ErrorKind::Decode
        ));
    }
    let done = run(
        LoadCompleted::new(""),
        WaitOptions::new(),
        &[load("LOAD_COMPLETED")],
    );
    let error = done.result.expect_err("no id");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Encode, 0));
}

#[test]
fn retry_after_is_respected() {
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "45");
    let script = [busy.into(), load("LOAD_COMPLETED")];
    let done = run(waiter(), one_attempt(WaitOptions::new()), &script);
    assert_eq!(done.waits, [45 * SECOND]);
    // A pause that exceeds the timeout ends with it.
    let options = WaitOptions::new().timeout(40 * SECOND);
    let done = run(waiter(), one_attempt(options.clone()), &script);
    assert!(matches!(done.waits[..], [wait] if wait > 39 * SECOND && wait <= 40 * SECOND));
    assert!(done.result.is_ok());
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "7200");
    let script = [busy.clone().into(), busy.into()];
    let done = run(waiter(), one_attempt(options), &script);
    assert_eq!(done.waits.len(), 1);
    timed_out(&done.result.expect_err("a timeout"));
}

#[test]
fn pauses_between_polls_differ_from_those_between_attempts() {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let session = Session::new(endpoint, Auth::unsigned()).unwrap();
    let mut wait = Wait::new(&session, waiter(), 1);
    let mut now = Now::at(SystemTime::UNIX_EPOCH);
    let sent = |step: &_| matches!(step, Step::Io(Io::Send(_)));
    let waits = |step: &_| matches!(step, Step::Io(Io::Wait));

    assert!(sent(&wait.resume(Input::Next, now)));
    let lost = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
    assert!(waits(&wait.resume(Input::Failure(lost), now)));
    assert!(!wait.is_between_polls());

    now.mono = wait.wake_at().unwrap();
    assert!(sent(&wait.resume(Input::Wake(Sent::No), now)));
    let body = r#"{"payload":{"overallStatus":{"status":"LOAD_IN_PROGRESS"}}}"#;
    let response = Input::Response(http::Response::new(body.into()), http::HeaderMap::new());
    assert!(matches!(wait.resume(response, now), Step::Item(_)));
    assert!(waits(&wait.resume(Input::Next, now)));
    assert!(wait.is_between_polls());
}

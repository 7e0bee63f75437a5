//! Timeouts of polls and of the whole wait, for any waiter.

use std::time::Duration;

use neptunedata::{
    CallOptions, ErrorKind, TransportError,
    error::Cause,
    loader::GetLoaderJobStatus,
    machine::{Input, Io, Machine, Step},
    transport::{Sent, TransportErrorKind},
    wait::{Wait, WaitOptions, waiters::LoadCompleted},
};

use super::{
    drive::{Clock, unsigned},
    run::{SECOND, down, load, one_attempt, run, timed_out, waiter},
    script::{answer, exception},
    steps::Steps,
};

const HOUR: Duration = Duration::from_secs(3600);

/// The timeout of the first poll.
fn first_limit(options: WaitOptions) -> Option<Duration> {
    let mut wait = Wait::with_options(&unsigned(), waiter(), options, 42);
    assert_eq!(wait.wake_at(), None, "not started");
    let now = Clock::new().now();
    wait.sends(Input::Next, now);
    Some(wait.wake_at()? - now.mono)
}

/// It is the minimum of the remaining time, the attempt timeout and the poll timeout.
#[test]
fn polls_have_a_timeout() {
    let call = |call: CallOptions| WaitOptions::new().call(call);
    assert_eq!(first_limit(WaitOptions::new()), Some(60 * SECOND));
    let short = WaitOptions::new().timeout(5 * SECOND);
    assert_eq!(first_limit(short), Some(5 * SECOND));
    // The minimum is one second.
    let shorter = WaitOptions::new().timeout(SECOND / 2);
    assert_eq!(first_limit(shorter), Some(SECOND));
    let total = call(CallOptions::new().timeout(7 * SECOND));
    assert_eq!(first_limit(total), Some(7 * SECOND));
    let longer = call(CallOptions::new().timeout(70 * SECOND));
    assert_eq!(first_limit(longer), Some(70 * SECOND));
    let attempt = CallOptions::new().timeout(7 * SECOND);
    let attempt = call(attempt.attempt_timeout(SECOND));
    assert_eq!(first_limit(attempt), Some(SECOND));
    // The maximum duration does not overflow.
    let longest = CallOptions::new().attempt_timeout(Duration::MAX);
    let endless = WaitOptions::new().timeout(Duration::MAX).call(longest);
    assert_eq!(first_limit(endless), None);
}

/// A poll that hangs is a failed attempt, and the wait continues.
#[test]
fn a_poll_that_hangs_is_retried() {
    let mut clock = Clock::new();
    let mut wait = Wait::new(&unsigned(), waiter(), 42);
    wait.sends(Input::Next, clock.now());
    clock.pass_until_wake(&wait);
    wait.waits(Input::Wake(Sent::Maybe), clock.now());
    clock.pass_until_wake(&wait);
    wait.sends(Input::Wake(Sent::No), clock.now());
}

/// A missing response to the final poll is reported as the timeout of the wait.
#[test]
fn a_final_poll_that_hangs_ends_in_a_timeout() {
    let begin = |clock: &Clock| {
        let options = WaitOptions::new().timeout(2 * SECOND);
        let mut wait = Wait::with_options(&unsigned(), waiter(), options, 42);
        wait.sends(Input::Next, clock.now());
        wait
    };
    let mut clock = Clock::new();
    let mut wait = begin(&clock);
    clock.pass(SECOND);
    wait.continues(Input::Wake(Sent::Maybe), clock.now());
    clock.pass(SECOND);
    let error = wait.fails(Input::Wake(Sent::Maybe), clock.now());
    timed_out(&error);

    // The driver may also report the deadline, at any time.
    let mut wait = begin(&clock);
    clock.pass(SECOND);
    let late = TransportError::new(TransportErrorKind::Deadline, Sent::Maybe);
    let error = wait.fails(Input::Failure(late), clock.now());
    timed_out(&error);
}

/// A poll is aborted at the timeout; only a poll that starts there has one second.
#[test]
fn no_poll_exceeds_the_timeout() {
    let limit =
        |wait: &Wait<LoadCompleted>, clock: &Clock| wait.wake_at().map(|at| at - clock.now().mono);
    let (mut clock, options) = (Clock::new(), WaitOptions::new().timeout(5 * SECOND));
    let mut wait = Wait::with_options(&unsigned(), waiter(), options, 42);
    wait.sends(Input::Next, clock.now());
    assert_eq!(limit(&wait, &clock), Some(5 * SECOND));
    clock.pass(SECOND);
    let body = r#"{"payload":{"overallStatus":{"status":"LOAD_IN_QUEUE"}}}"#;
    let input = Input::Response(answer(200, body).whole(), Default::default());
    wait.yields(input, clock.now());
    // The caller keeps the item beyond the timeout, and there is still a final poll.
    clock.pass(7 * SECOND);
    wait.sends(Input::Next, clock.now());
    assert_eq!(limit(&wait, &clock), Some(SECOND));
    clock.pass(SECOND);
    let error = wait.fails(Input::Wake(Sent::Maybe), clock.now());
    timed_out(&error);

    let options = WaitOptions::new().timeout(5 * SECOND);
    let mut wait = Wait::with_options(&unsigned(), waiter(), options, 42);
    wait.sends(Input::Next, clock.now());
    assert_eq!(limit(&wait, &clock), Some(5 * SECOND));
    clock.pass(5 * SECOND);
    let error = wait.fails(Input::Wake(Sent::Maybe), clock.now());
    timed_out(&error);
}

#[test]
fn the_timeout_uses_the_monotonic_clock() {
    let options = WaitOptions::new().timeout(8 * HOUR);
    let done = run(
        waiter(),
        options,
        &[load("LOAD_IN_QUEUE"), load("LOAD_IN_PROGRESS")],
    );
    let error = done.result.expect_err("a timeout");
    timed_out(&error);
    // The final poll is at the timeout, not later.
    let (last, _) = done.sent.last().expect("many");
    assert_eq!(*last, 8 * HOUR);
    assert_eq!(done.took, 8 * HOUR + Duration::from_millis(10));
    assert_eq!(done.items.len(), done.sent.len());
    assert_eq!(usize::try_from(error.attempts()).unwrap(), done.sent.len());

    // The error has the last response.
    let Cause::Wait(cause) = error.cause() else {
        panic!("{error}")
    };
    assert_eq!(cause.status(), Some("LOAD_IN_PROGRESS"));
    let status = cause
        .last_response::<GetLoaderJobStatus>()
        .expect("a response");
    let overall = status.loader_status().expect("a status").overall_status;
    assert_eq!(overall.expect("a load").total_records, Some(5));
    assert!(
        cause
            .last_response::<neptunedata::engine::GetEngineStatus>()
            .is_none()
    );
    assert_eq!(
        error.to_string(),
        "GetLoaderJobStatus: timed out after 28800.01s waiting for the bulk load load-1; its last status was LOAD_IN_PROGRESS"
    );
    assert!(!error.may_have_executed());
}

#[test]
fn failures_do_not_extend_the_timeout() {
    let options = WaitOptions::new()
        .timeout(60 * SECOND)
        .transient_failures(1000);
    let done = run(
        waiter(),
        one_attempt(options.clone()),
        &[load("LOAD_IN_QUEUE"), down()],
    );
    let error = done.result.expect_err("a timeout");
    timed_out(&error);
    assert!(done.took <= 60 * SECOND + Duration::from_millis(20));
    let Cause::Wait(cause) = error.cause() else {
        panic!("{error}")
    };
    // The error has the last status and the error of the last poll.
    assert_eq!(cause.status(), Some("LOAD_IN_QUEUE"));
    let last_error = cause.last_error().expect("an error");
    let expected = format!(
        "{} {}: cannot connect to db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182",
        last_error.operation(),
        last_error.subject().unwrap()
    );
    assert_eq!(last_error.to_string(), expected);
    let source = std::error::Error::source(&error).expect("a source");
    assert_eq!(source.to_string(), expected);

    // The pauses within a call do not extend it either.
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "50");
    let done = run(waiter(), options, &[load("LOAD_IN_QUEUE"), busy.into()]);
    timed_out(&done.result.expect_err("a timeout"));
    assert!(
        done.took <= 60 * SECOND + Duration::from_millis(20),
        "{:?}",
        done.took
    );
}

#[test]
fn a_timeout_of_zero_is_one_poll() {
    let options = WaitOptions::new().timeout(Duration::ZERO);
    let done = run(waiter(), options.clone(), &[load("LOAD_COMPLETED")]);
    assert!(done.result.is_ok());
    let done = run(waiter(), options, &[load("LOAD_IN_QUEUE")]);
    timed_out(&done.result.expect_err("a timeout"));
    assert_eq!(done.sent.len(), 1);
    // The maximum duration is valid.
    let options = WaitOptions::new()
        .interval(Duration::MAX)
        .max_interval(Duration::MAX)
        .timeout(Duration::MAX);
    let mut wait = Wait::with_options(&unsigned(), waiter(), options, 1);
    let now = Clock::new().now();
    wait.sends(Input::Next, now);
    let body = r#"{"payload":{"overallStatus":{"status":"LOAD_IN_QUEUE"}}}"#;
    let input = Input::Response(answer(200, body).whole(), Default::default());
    wait.yields(input, now);
    wait.waits(Input::Next, now);
    let until = wait.wake_at().expect("a pause");
    assert!(until - now.mono > 1_000_000 * HOUR);
}

/// A wait after `steps` steps, with invalid and early inputs between them, which change nothing.
fn after_steps(options: WaitOptions, steps: usize) -> (Wait<LoadCompleted>, Clock) {
    let mut wait = Wait::with_options(&unsigned(), waiter(), options, 1);
    let clock = Clock::new();
    let body = r#"{"payload":{"overallStatus":{"status":"LOAD_IN_QUEUE"}}}"#;
    let inputs = [
        Input::Next,
        Input::Response(answer(200, body).whole(), Default::default()),
        Input::Next,
    ];
    for input in inputs.into_iter().take(steps) {
        wait.misuses(Input::End(Default::default()), clock.now());
        wait.continues(Input::Wake(Sent::No), clock.now());
        let step = wait.resume(input, clock.now());
        assert!(!matches!(step, Step::Done(_) | Step::Misuse(_)), "{step:?}");
    }
    (wait, clock)
}

/// A failure from the driver ends the wait if I/O was requested, and is a misuse otherwise.
#[test]
fn drivers_can_end_the_wait() {
    let kind = |kind| ErrorKind::Transport(kind);
    let failure = |kind| Input::Failure(TransportError::new(kind, Sent::Maybe));
    let runtime = TransportErrorKind::Runtime;
    for (steps, expected) in [
        (0, None),
        (1, Some(kind(runtime))),
        (2, None),
        (3, Some(kind(runtime))),
    ] {
        let (mut wait, clock) = after_steps(WaitOptions::new().transient_failures(0), steps);
        let step = wait.resume(failure(runtime), clock.now());
        let Some(expected) = expected else {
            assert!(matches!(step, Step::Misuse(_)), "{step:?}");
            continue;
        };
        let Step::Done(Err(error)) = step else {
            panic!("{step:?}")
        };
        assert_eq!(error.kind(), expected, "after {steps} steps");
        wait.misuses(Input::Next, clock.now());
        wait.continues(Input::Wake(Sent::No), clock.now());
    }
}

/// After the timeout there is a final poll in any state, and then the error reports the timeout.
#[test]
fn the_timeout_ends_it_in_any_state() {
    for steps in 1..4 {
        let options = WaitOptions::new().timeout(5 * SECOND);
        let (mut wait, mut clock) = after_steps(options, steps);
        clock.pass(5 * SECOND);
        let mut input = if wait.wake_at().is_some() {
            Input::Wake(Sent::Maybe)
        } else {
            Input::Next
        };
        let error = loop {
            input = match wait.resume(input, clock.now()) {
                Step::Io(Io::Send(_)) => {
                    assert!(steps > 1, "a second poll");
                    assert_eq!(clock.pass_until_wake(&wait), SECOND);
                    Input::Wake(Sent::Maybe)
                }
                Step::Done(result) => break result.expect_err("a timeout"),
                step => panic!("{step:?}"),
            };
        };
        timed_out(&error);
        wait.misuses(Input::Next, clock.now());
    }
}

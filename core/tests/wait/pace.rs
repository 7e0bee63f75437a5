//! How often it is asked, how long, and what failures do: the same for every waiter.

use std::time::Duration;

use neptunedata::{
    CallOptions, Error, ErrorKind, TransportError,
    loader::GetLoaderJobStatus,
    machine::{Input, Io, Machine, Step},
    transport::{Sent, TransportErrorKind},
    wait::{
        Wait, WaitErrorKind, WaitOptions,
        waiters::{LoadCompleted, LoadOutcome},
    },
};

use super::{
    drive::{Clock, unsigned},
    run::{load, run, run_by},
    script::{Event, answer, exception},
};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

fn ended() -> LoadCompleted {
    LoadCompleted::new("load-1")
}

fn down() -> Event {
    Event::Fails(TransportErrorKind::Connect, Sent::No)
}

fn once(options: WaitOptions) -> WaitOptions {
    options.call(CallOptions::new().max_attempts(1))
}

fn timed_out(error: &Error) {
    let kind = ErrorKind::Wait(WaitErrorKind::TimedOut);
    assert_eq!(error.kind(), kind, "{error}");
}

/// When the first poll is given up, since the beginning.
fn first_limit(options: WaitOptions) -> Option<Duration> {
    let mut wait = Wait::with_options(&unsigned(), ended(), options, 42);
    assert_eq!(wait.wake_at(), None, "it has not begun");
    let now = Clock::new().now();
    let step = wait.resume(Input::Next, now);
    assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
    Some(wait.wake_at()? - now.mono)
}

/// The least of what is left of the time, the limit of attempts, and that of polls.
#[test]
fn polls_have_a_limit() {
    let call = |call: CallOptions| WaitOptions::new().call(call);
    assert_eq!(first_limit(WaitOptions::new()), Some(60 * SECOND));
    let short = WaitOptions::new().timeout(5 * SECOND);
    assert_eq!(first_limit(short), Some(5 * SECOND));
    // Less than a second is a second.
    let shorter = WaitOptions::new().timeout(SECOND / 2);
    assert_eq!(first_limit(shorter), Some(SECOND));
    let total = call(CallOptions::new().timeout(7 * SECOND));
    assert_eq!(first_limit(total), Some(7 * SECOND));
    let longer = call(CallOptions::new().timeout(70 * SECOND));
    assert_eq!(first_limit(longer), Some(70 * SECOND));
    let attempt = CallOptions::new().timeout(7 * SECOND);
    let attempt = call(attempt.attempt_timeout(SECOND));
    assert_eq!(first_limit(attempt), Some(SECOND));
    // Even more than there is.
    let longest = CallOptions::new().attempt_timeout(Duration::MAX);
    let endless = WaitOptions::new().timeout(Duration::MAX).call(longest);
    assert_eq!(first_limit(endless), None);
}

/// A poll that hangs is one attempt that failed: the waiting goes on.
#[test]
fn a_poll_that_hangs_is_tried_again() {
    let mut clock = Clock::new();
    let mut wait = Wait::new(&unsigned(), ended(), 42);
    let step = wait.resume(Input::Next, clock.now());
    assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
    clock.pass_until_wake(&wait);
    let step = wait.resume(Input::Wake(Sent::Maybe), clock.now());
    assert!(matches!(step, Step::Io(Io::Wait)), "{step:?}");
    clock.pass_until_wake(&wait);
    let step = wait.resume(Input::Wake(Sent::No), clock.now());
    assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
}

/// An answer that does not come is no reason to hide what was waited for.
#[test]
fn a_last_time_of_asking_that_hangs_is_the_end_of_the_time() {
    let begin = |clock: &Clock| {
        let options = WaitOptions::new().timeout(2 * SECOND);
        let mut wait = Wait::with_options(&unsigned(), ended(), options, 42);
        let step = wait.resume(Input::Next, clock.now());
        assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
        wait
    };
    let mut clock = Clock::new();
    let mut wait = begin(&clock);
    clock.pass(SECOND);
    let step = wait.resume(Input::Wake(Sent::Maybe), clock.now());
    assert!(matches!(step, Step::Io(Io::Continue)), "{step:?}");
    clock.pass(SECOND);
    let Step::Done(Err(error)) = wait.resume(Input::Wake(Sent::Maybe), clock.now()) else {
        panic!("no end");
    };
    timed_out(&error);

    // Also if it is the driver that says so, whenever that is.
    let mut wait = begin(&clock);
    clock.pass(SECOND);
    let late = TransportError::new(TransportErrorKind::Deadline, Sent::Maybe);
    let Step::Done(Err(error)) = wait.resume(Input::Failure(late), clock.now()) else {
        panic!("no end");
    };
    timed_out(&error);
}

/// A poll that hangs is given up at the end; only one that begins there has a second.
#[test]
fn no_time_of_asking_outlasts_the_time() {
    let limit =
        |wait: &Wait<LoadCompleted>, clock: &Clock| wait.wake_at().map(|at| at - clock.now().mono);
    let (mut clock, options) = (Clock::new(), WaitOptions::new().timeout(5 * SECOND));
    let mut wait = Wait::with_options(&unsigned(), ended(), options, 42);
    let step = wait.resume(Input::Next, clock.now());
    assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
    assert_eq!(limit(&wait, &clock), Some(5 * SECOND));
    clock.pass(SECOND);
    let body = r#"{"payload":{"overallStatus":{"status":"LOAD_IN_QUEUE"}}}"#;
    let input = Input::Response(answer(200, body).whole(), Default::default());
    assert!(matches!(wait.resume(input, clock.now()), Step::Item(_)));
    // Who takes the item takes long, and yet it is asked a last time.
    clock.pass(7 * SECOND);
    let step = wait.resume(Input::Next, clock.now());
    assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
    assert_eq!(limit(&wait, &clock), Some(SECOND));
    clock.pass(SECOND);
    let Step::Done(Err(error)) = wait.resume(Input::Wake(Sent::Maybe), clock.now()) else {
        panic!("no end");
    };
    timed_out(&error);

    let options = WaitOptions::new().timeout(5 * SECOND);
    let mut wait = Wait::with_options(&unsigned(), ended(), options, 42);
    let step = wait.resume(Input::Next, clock.now());
    assert!(matches!(step, Step::Io(Io::Send(_))), "{step:?}");
    assert_eq!(limit(&wait, &clock), Some(5 * SECOND));
    clock.pass(5 * SECOND);
    let Step::Done(Err(error)) = wait.resume(Input::Wake(Sent::Maybe), clock.now()) else {
        panic!("no end");
    };
    timed_out(&error);
}

#[test]
fn waits_double_up_to_the_longest() {
    let mut script = vec![load("LOAD_IN_PROGRESS"); 10];
    script.push(load("LOAD_COMPLETED"));
    let mut longest = [Duration::ZERO; 10];
    for seed in 0..50 {
        let done = run_by(ended(), WaitOptions::new(), &script, seed);
        assert_eq!(done.waits.len(), 10);
        for (at, (wait, planned)) in done.waits.iter().zip([2, 4, 8, 16, 30, 30, 30]).enumerate() {
            let planned = SECOND * planned;
            assert!(
                *wait <= planned && *wait >= planned * 3 / 4,
                "{at}: {wait:?}"
            );
            longest[at] = longest[at].max(*wait);
        }
        let waited = done.result.expect("an end");
        assert_eq!(waited.polls, 11);
        assert_eq!(waited.elapsed, done.took);
        assert_eq!(done.items.len(), 10);
        assert_eq!(done.items[9].polls, 10);
        // Nothing is asked a second time without a wait.
        assert_eq!(done.sent[0].0, Duration::ZERO);
    }
    // The jitter is used.
    assert!(longest[0] > SECOND * 19 / 10);

    let options = WaitOptions::new().interval(SECOND).max_interval(SECOND);
    let done = run(ended(), options, &script);
    assert!(
        done.waits
            .iter()
            .all(|wait| *wait <= SECOND && *wait >= SECOND * 3 / 4)
    );
    // Different by the seed, and the same by the same one.
    let waits = |seed| run_by(ended(), WaitOptions::new(), &script, seed).waits;
    assert_eq!(waits(3), waits(3));
    assert_ne!(waits(3), waits(4));
}

#[test]
fn the_time_is_kept_by_the_monotonic_clock() {
    let options = WaitOptions::new().timeout(8 * HOUR);
    let done = run(
        ended(),
        options,
        &[load("LOAD_IN_QUEUE"), load("LOAD_IN_PROGRESS")],
    );
    let error = done.result.expect_err("the time is over");
    timed_out(&error);
    // A last time at the end, and not later.
    let (last, _) = done.sent.last().expect("many");
    assert_eq!(*last, 8 * HOUR);
    assert_eq!(done.took, 8 * HOUR + Duration::from_millis(10));
    assert_eq!(done.items.len(), done.sent.len());
    assert_eq!(usize::try_from(error.attempts()).unwrap(), done.sent.len());

    // What was seen last is kept.
    let neptunedata::error::Cause::Wait(cause) = error.cause() else {
        panic!("{error}")
    };
    assert_eq!(cause.status(), Some("LOAD_IN_PROGRESS"));
    let status = cause.answer::<GetLoaderJobStatus>().expect("an answer");
    let overall = status.loader_status().expect("a status").overall_status;
    assert_eq!(overall.expect("a load").total_records, Some(5));
    assert!(
        cause
            .answer::<neptunedata::engine::GetEngineStatus>()
            .is_none()
    );
    assert_eq!(
        error.to_string(),
        "GetLoaderJobStatus: timed out after 28800.01s waiting for the bulk load load-1; its last status was LOAD_IN_PROGRESS"
    );
    assert!(!error.may_have_executed());
}

#[test]
fn states_that_nobody_knows_are_waited_through() {
    let script = [
        load("LOAD_STARTING"),
        load("LOAD_REFLECTING"),
        load("LOAD_COMPLETED"),
    ];
    let done = run(ended(), WaitOptions::new(), &script);
    assert!(matches!(
        done.result.expect("an end").result,
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
fn five_failures_in_a_row_are_waited_through() {
    let mut script = vec![load("LOAD_IN_PROGRESS")];
    for _ in 0..4 {
        script.extend(vec![down(); 5]);
        script.push(load("LOAD_IN_PROGRESS"));
    }
    script.push(load("LOAD_COMPLETED"));
    let done = run(ended(), once(WaitOptions::new()), &script);
    let waited = done.result.expect("an end");
    assert_eq!((waited.polls, done.items.len()), (26, 5));

    script.splice(20..20, [down()]);
    let done = run(ended(), once(WaitOptions::new()), &script);
    let error = done.result.expect_err("six in a row");
    let kind = ErrorKind::Transport(TransportErrorKind::Connect);
    assert_eq!(error.kind(), kind);
    assert!(error.is_retryable());

    let none = once(WaitOptions::new().transient_failures(0));
    let done = run(ended(), none, &[down(), load("LOAD_COMPLETED")]);
    assert_eq!(done.result.expect_err("a failure").kind(), kind);
}

/// Each call has attempts of its own.
#[test]
fn calls_try_again_themselves() {
    let script = [down(), down(), load("LOAD_COMPLETED")];
    let done = run(ended(), WaitOptions::new(), &script);
    assert_eq!(done.result.expect("an end").polls, 1);
    assert_eq!(done.sent.len(), 3);
}

#[test]
fn failures_for_good_end_it() {
    for event in [
        exception(404, "BulkLoadIdNotFoundException"),
        exception(400, "BadRequestException"),
        exception(403, "AccessDeniedException"),
        answer(200, "<html>"),
        answer(200, ""),
        // Of the right form, but not what the waiter can read.
        answer(200, r#"{"status":"200 OK","payload":{"overallStatus":7}}"#),
        answer(200, r#"{"status":"200 OK"}"#),
    ] {
        let done = run(
            ended(),
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
fn failures_do_not_lengthen_the_time() {
    let options = WaitOptions::new()
        .timeout(60 * SECOND)
        .transient_failures(1000);
    let done = run(
        ended(),
        once(options.clone()),
        &[load("LOAD_IN_QUEUE"), down()],
    );
    let error = done.result.expect_err("the time is over");
    timed_out(&error);
    assert!(done.took <= 60 * SECOND + Duration::from_millis(20));
    let neptunedata::error::Cause::Wait(cause) = error.cause() else {
        panic!("{error}")
    };
    // Both what was seen and why no more was.
    assert_eq!(cause.status(), Some("LOAD_IN_QUEUE"));
    let trouble = cause.trouble().expect("trouble");
    let told = format!(
        "{} {}: cannot connect",
        trouble.operation(),
        trouble.subject().unwrap()
    );
    assert_eq!(trouble.to_string(), told);
    let source = std::error::Error::source(&error).expect("a source");
    assert_eq!(source.to_string(), told);

    // Nor do the waits within a call.
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "50");
    let done = run(ended(), options, &[load("LOAD_IN_QUEUE"), busy.into()]);
    timed_out(&done.result.expect_err("the time is over"));
    assert!(done.took <= 60 * SECOND);
}

#[test]
fn the_server_may_wish_for_a_wait() {
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "45");
    let script = [busy.into(), load("LOAD_COMPLETED")];
    let done = run(ended(), once(WaitOptions::new()), &script);
    assert_eq!(done.waits, [45 * SECOND]);
    // A wish beyond the time ends with it, and no sooner.
    let options = WaitOptions::new().timeout(40 * SECOND);
    let done = run(ended(), once(options.clone()), &script);
    assert!(matches!(done.waits[..], [wait] if wait > 39 * SECOND && wait <= 40 * SECOND));
    assert!(done.result.is_ok());
    let busy = exception(429, "TooManyRequestsException").header("retry-after", "7200");
    let script = [busy.clone().into(), busy.into()];
    let done = run(ended(), once(options), &script);
    assert_eq!(done.waits.len(), 1);
    timed_out(&done.result.expect_err("the time is over"));
}

#[test]
fn no_time_is_one_time() {
    let options = WaitOptions::new().timeout(Duration::ZERO);
    let done = run(ended(), options.clone(), &[load("LOAD_COMPLETED")]);
    assert!(done.result.is_ok());
    let done = run(ended(), options, &[load("LOAD_IN_QUEUE")]);
    timed_out(&done.result.expect_err("the time is over"));
    assert_eq!(done.sent.len(), 1);
    // The longest times are times.
    let options = WaitOptions::new()
        .interval(Duration::MAX)
        .max_interval(Duration::MAX)
        .timeout(Duration::MAX);
    let mut wait = Wait::with_options(&unsigned(), ended(), options, 1);
    let now = Clock::new().now();
    assert!(matches!(
        wait.resume(Input::Next, now),
        Step::Io(Io::Send(_))
    ));
    let body = r#"{"payload":{"overallStatus":{"status":"LOAD_IN_QUEUE"}}}"#;
    let input = Input::Response(answer(200, body).whole(), Default::default());
    assert!(matches!(wait.resume(input, now), Step::Item(_)));
    assert!(matches!(wait.resume(Input::Next, now), Step::Io(Io::Wait)));
    let until = wait.wake_at().expect("a pause");
    assert!(until - now.mono > 1_000_000 * HOUR);
}

/// Leads a waiter through so many steps, with inputs out of turn in between, which change nothing.
fn led(options: WaitOptions, steps: usize) -> (Wait<LoadCompleted>, Clock) {
    let mut wait = Wait::with_options(&unsigned(), ended(), options, 1);
    let clock = Clock::new();
    let body = r#"{"payload":{"overallStatus":{"status":"LOAD_IN_QUEUE"}}}"#;
    let inputs = [
        Input::Next,
        Input::Response(answer(200, body).whole(), Default::default()),
        Input::Next,
    ];
    for input in inputs.into_iter().take(steps) {
        let step = wait.resume(Input::End(Default::default()), clock.now());
        assert!(matches!(step, Step::Misuse(_)), "{step:?}");
        let step = wait.resume(Input::Wake(Sent::No), clock.now());
        assert!(matches!(step, Step::Io(Io::Continue)), "{step:?}");
        let step = wait.resume(input, clock.now());
        assert!(!matches!(step, Step::Done(_) | Step::Misuse(_)), "{step:?}");
    }
    (wait, clock)
}

/// What drivers say ends it where something is asked of them, and nowhere else.
#[test]
fn drivers_may_end_it() {
    let kind = |kind| ErrorKind::Transport(kind);
    let over = |kind| Input::Failure(TransportError::new(kind, Sent::Maybe));
    let runtime = TransportErrorKind::Runtime;
    for (steps, expected) in [
        (0, None),
        (1, Some(kind(runtime))),
        (2, None),
        (3, Some(kind(runtime))),
    ] {
        let (mut wait, clock) = led(WaitOptions::new().transient_failures(0), steps);
        let step = wait.resume(over(runtime), clock.now());
        let Some(expected) = expected else {
            assert!(matches!(step, Step::Misuse(_)), "{step:?}");
            continue;
        };
        let Step::Done(Err(error)) = step else {
            panic!("{step:?}")
        };
        assert_eq!(error.kind(), expected, "after {steps} steps");
        let step = wait.resume(Input::Next, clock.now());
        assert!(matches!(step, Step::Misuse(_)), "{step:?}");
        let step = wait.resume(Input::Wake(Sent::No), clock.now());
        assert!(matches!(step, Step::Io(Io::Continue)), "{step:?}");
    }
}

/// The time is over, in any state: it is asked a last time, and then that is what the error says.
#[test]
fn the_time_ends_it_in_any_state() {
    for steps in 1..4 {
        let options = WaitOptions::new().timeout(5 * SECOND);
        let (mut wait, mut clock) = led(options, steps);
        clock.pass(5 * SECOND);
        let mut input = if wait.wake_at().is_some() {
            Input::Wake(Sent::Maybe)
        } else {
            Input::Next
        };
        let error = loop {
            input = match wait.resume(input, clock.now()) {
                Step::Io(Io::Send(_)) => {
                    assert!(steps > 1, "it was asked already");
                    assert_eq!(clock.pass_until_wake(&wait), SECOND);
                    Input::Wake(Sent::Maybe)
                }
                Step::Done(result) => break result.expect_err("the time is over"),
                step => panic!("{step:?}"),
            };
        };
        timed_out(&error);
        let step = wait.resume(Input::Next, clock.now());
        assert!(matches!(step, Step::Misuse(_)), "{step:?}");
    }
}

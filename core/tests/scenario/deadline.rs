//! The caller's deadline, at every step: the call is not retried, and the error keeps what is known about execution.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use neptunedata::{
    CallOptions, Error, ErrorKind, ExceptionKind, Session,
    machine::{Exchange, Input, Io, Machine, Step},
    ml::GetMlModelTrainingJob,
    transport::{
        Sent::{self, Maybe, No},
        TransportErrorKind,
    },
};

use crate::{
    drive::{Clock, unsigned},
    script::{answer, exception, failure, success},
    steps::Steps,
    table::{MAY, NOT},
};

fn head() -> Input {
    Input::Head(success().parts())
}

fn busy() -> Input {
    let busy = exception(429, "TooManyRequestsException");
    Input::Response(busy.whole(), HeaderMap::new())
}

fn down() -> Input {
    Input::Response(answer(503, "").whole(), HeaderMap::new())
}

fn wake() -> Input {
    Input::Wake(No)
}

fn stale() -> Input {
    Input::Failure(failure(TransportErrorKind::Closed, No).on_reused_connection())
}

/// Longer than any pause, shorter than what the inputs take otherwise.
const LIMIT: Duration = Duration::from_secs(30);

/// Leads the machine to a state by right inputs; then the deadline passes.
fn pass_deadline(
    name: &str,
    mut exchange: Exchange,
    inputs: Vec<Input>,
    sent: Sent,
    (attempts, executed): (u32, bool),
) {
    let mut clock = Clock::new();
    let deadline = clock.now().mono + LIMIT;
    for input in inputs {
        if matches!(input, Input::Wake(_)) {
            clock.pass_until_wake(&exchange);
        }
        let step = exchange.resume(input, clock.now());
        let goes_on = matches!(step, Step::Io(_) | Step::Item(_));
        assert!(
            goes_on && exchange.wake_at() <= Some(deadline),
            "{name}: {step:?}"
        );
        clock.pass(clock.round_trip);
    }
    // A driver that wakes it too early changes nothing.
    let step = exchange.resume(Input::Wake(sent), clock.now());
    assert!(matches!(step, Step::Io(Io::Continue)), "{name}: {step:?}");
    clock.pass(deadline - clock.now().mono);
    let step = exchange.resume(Input::Wake(sent), clock.now());
    let Step::Done(Err(error)) = step else {
        panic!("{name}: {step:?}");
    };
    passed(name, &error, (attempts, executed));

    // It is over: no deadline passes twice.
    let again = Input::Failure(failure(TransportErrorKind::Deadline, sent));
    let step = exchange.resume(again, clock.now());
    let Step::Misuse(misuse) = step else {
        panic!("{name}: {step:?}");
    };
    let error = Error::from(misuse);
    assert_eq!(error.kind(), ErrorKind::Misuse, "{name}");
    let known = (error.attempts(), error.may_have_executed());
    assert_eq!(known, (attempts, executed), "{name}");
    assert_eq!(exchange.wake_at(), None, "{name}");
    let step = exchange.resume(Input::Wake(sent), clock.now());
    assert!(matches!(step, Step::Io(Io::Continue)), "{name}: {step:?}");
}

fn passed(name: &str, error: &Error, (attempts, executed): (u32, bool)) {
    let kind = ErrorKind::Transport(TransportErrorKind::Deadline);
    assert_eq!(error.kind(), kind, "{name}");
    assert_eq!(error.attempts(), attempts, "{name}");
    assert_eq!(error.may_have_executed(), executed, "{name}");
    assert!(!error.is_retryable(), "{name}");
    let neptunedata::error::Cause::Transport(late) = error.cause() else {
        panic!("{name}: {error:?}");
    };
    let limit = late.time_limit().expect("the limit that passed");
    let may = if executed {
        "; the request may have been executed"
    } else {
        ""
    };
    let text = format!("deadline exceeded after {limit:?}{may}");
    let named = format!("{} ", error.operation());
    let told = error.to_string();
    assert!(
        told.starts_with(&named) && told.ends_with(&format!(": {text}")),
        "{name}: {told}"
    );
}

fn limited(limit: Duration) -> CallOptions {
    CallOptions::new().timeout(limit)
}

fn collecting(session: &Session) -> Exchange {
    let operation = GetMlModelTrainingJob::new("job-1");
    Exchange::collecting(session, &operation, &limited(LIMIT), 1)
}

/// The inputs that lead to a step, and for each way to wake there: attempts, and whether it may have been executed.
type Case = (
    &'static str,
    fn() -> Vec<Input>,
    &'static [(Sent, u32, bool)],
);

#[test]
fn the_deadline_at_every_step() {
    let chunk = || Input::Chunk(Bytes::from_static(b"{"));
    // One step a line.
    #[rustfmt::skip]
    let cases: [Case; 9] = [
        ("sent", || vec![Input::Next], &[(No, 1, NOT), (Maybe, 1, MAY)]),
        ("head", || vec![Input::Next, head()], &[(No, 1, MAY), (Maybe, 1, MAY)]),
        ("waiting, refused", || vec![Input::Next, busy()], &[(No, 1, NOT), (Maybe, 1, NOT)]),
        ("waiting, failed", || vec![Input::Next, down()], &[(No, 1, MAY), (Maybe, 1, MAY)]),
        ("again", || vec![Input::Next, busy(), wake()], &[(No, 2, NOT), (Maybe, 2, MAY)]),
        ("again, failed", || vec![Input::Next, down(), wake()], &[(No, 2, MAY), (Maybe, 2, MAY)]),
        ("not stale", || vec![Input::Next, stale()], &[(No, 1, NOT), (Maybe, 1, MAY)]),
        ("third", || vec![Input::Next, busy(), wake(), busy(), wake()], &[(No, 3, NOT)]),
        ("third, head", || vec![Input::Next, busy(), wake(), busy(), wake(), head()], &[(No, 3, MAY)]),
    ];
    for (name, inputs, ends) in cases {
        for (sent, attempts, executed) in ends {
            let exchange = collecting(&unsigned());
            pass_deadline(name, exchange, inputs(), *sent, (*attempts, *executed));
        }
    }
    let inputs = vec![Input::Next, head(), chunk()];
    pass_deadline("chunk", collecting(&unsigned()), inputs, No, (1, MAY));
}

/// No time at all: nothing is sent.
#[test]
fn the_deadline_before_the_first_step() {
    let operation = GetMlModelTrainingJob::new("job-1");
    let options = limited(Duration::ZERO);
    let mut exchange = Exchange::collecting(&unsigned(), &operation, &options, 1);
    let now = Clock::new().now();
    exchange.continues(Input::Wake(Maybe), now);
    let error = exchange.fails(Input::Next, now);
    passed("new", &error, (0, NOT));
}

/// What an item's taker does with it takes its own time.
#[test]
fn the_deadline_while_the_caller_has_an_item() {
    for sent in [No, Maybe] {
        let operation = GetMlModelTrainingJob::new("job-1");
        let mut exchange = Exchange::streaming(&unsigned(), &operation, &limited(LIMIT), 1);
        let mut clock = Clock::new();
        let deadline = clock.now().mono + LIMIT;
        exchange.sends(Input::Next, clock.now());
        exchange.yields(head(), clock.now());
        clock.pass(2 * LIMIT);
        assert_eq!(exchange.wake_at(), None);
        exchange.continues(Input::Wake(sent), clock.now());
        exchange.receives(Input::Next, clock.now());
        assert_eq!(exchange.wake_at(), Some(deadline + 2 * LIMIT));
        clock.pass_until_wake(&exchange);
        let error = exchange.fails(Input::Wake(sent), clock.now());
        passed("item", &error, (1, MAY));
    }
}

/// A pause that would pass the deadline is not begun: the call ends with the failure before it.
#[test]
fn a_wait_beyond_the_deadline_ends_the_call() {
    let seconds = |seconds: u64| Duration::from_secs(seconds);
    for (limit, ends) in [(19, true), (20, true), (21, false)] {
        for (status, kind, executed) in [
            (429, ExceptionKind::TooManyRequestsException, NOT),
            (500, ExceptionKind::InternalFailureException, MAY),
        ] {
            let operation = GetMlModelTrainingJob::new("job-1");
            let options = limited(seconds(limit));
            let mut exchange = Exchange::collecting(&unsigned(), &operation, &options, 1);
            let clock = Clock::new();
            exchange.sends(Input::Next, clock.now());
            let busy = exception(status, kind.name()).header("retry-after", "20");
            let busy = Input::Response(busy.whole(), HeaderMap::new());
            match exchange.resume(busy, clock.now()) {
                Step::Io(Io::Wait) => {
                    assert!(!ends);
                    let until = clock.now().mono + seconds(20);
                    assert_eq!(exchange.wake_at(), Some(until));
                }
                Step::Done(Err(error)) => {
                    assert!(ends);
                    assert!(error.is_exception(kind));
                    assert_eq!((error.attempts(), error.may_have_executed()), (1, executed));
                    assert_eq!(error.retry_after(), Some(seconds(20)));
                    assert!(error.is_retryable() && error.meta().is_some());
                    let reason = format!(
                        "; not retried: the next attempt would start after the time limit of {limit}s"
                    );
                    assert!(error.to_string().contains(&reason), "{error}");
                }
                step => panic!("{step:?}"),
            }
        }
    }
}

/// An attempt that takes too long is followed by another one, until the call has taken too long.
#[test]
fn the_shortest_limit_applies() {
    let seconds = |seconds: u64| Duration::from_secs(seconds);
    let endpoint = crate::drive::endpoint();
    let session = Session::builder(endpoint, neptunedata::Auth::unsigned())
        .timeout(Some(seconds(100)))
        .attempt_timeout(Some(seconds(60)))
        .build()
        .expect("a session");
    assert_eq!(session.timeouts().total, Some(seconds(100)));
    assert_eq!(session.timeouts().attempt, Some(seconds(60)));
    let operation = GetMlModelTrainingJob::new("job-1");
    let begin = |options: &CallOptions| {
        let mut exchange = Exchange::collecting(&session, &operation, options, 1);
        assert_eq!(exchange.wake_at(), None, "it has not begun");
        let clock = Clock::new();
        exchange.sends(Input::Next, clock.now());
        (exchange, clock)
    };
    for (options, limit) in [
        (CallOptions::new(), 60),
        (CallOptions::new().attempt_timeout(seconds(70)), 70),
        (CallOptions::new().attempt_timeout(seconds(170)), 100),
        (CallOptions::new().timeout(seconds(50)), 50),
    ] {
        let (exchange, clock) = begin(&options);
        assert_eq!(exchange.wake_at(), Some(clock.now().mono + seconds(limit)));
    }

    let (mut exchange, mut clock) = begin(&CallOptions::new());
    let began = clock.now().mono;
    clock.pass_until_wake(&exchange);
    exchange.waits(Input::Wake(Maybe), clock.now());
    let pause = clock.pass_until_wake(&exchange);
    assert!(pause <= seconds(20), "{pause:?}");
    exchange.sends(Input::Wake(Maybe), clock.now());
    // The call's limit comes before that of its second attempt.
    assert_eq!(exchange.wake_at(), Some(began + seconds(100)));
    exchange.receives(head(), clock.now());
    assert_eq!(exchange.wake_at(), Some(began + seconds(100)));
    clock.pass_until_wake(&exchange);
    let error = exchange.fails(Input::Wake(Maybe), clock.now());
    passed("second", &error, (2, MAY));

    // The last attempt's own limit is a time-out.
    let (mut exchange, mut clock) = begin(&CallOptions::new().max_attempts(1));
    clock.pass_until_wake(&exchange);
    let error = exchange.fails(Input::Wake(No), clock.now());
    let kind = ErrorKind::Transport(TransportErrorKind::Timeout);
    assert_eq!((error.kind(), error.may_have_executed()), (kind, false));
}

#[cfg(feature = "sigv4")]
#[test]
fn the_deadline_while_credentials_are_fetched() {
    use crate::{drive, script::refusal};

    let auth = neptunedata::Auth::from_driver();
    let session = Session::new(drive::endpoint(), auth).expect("a session");
    let expired = "The security token included in the request is expired";
    for sent in [No, Maybe] {
        let first = vec![Input::Next];
        pass_deadline("first", collecting(&session), first, sent, (0, NOT));
        let refused = refusal(403, "AccessDeniedException", expired);
        let refused = Input::Response(refused.whole(), HeaderMap::new());
        let inputs = vec![Input::Next, refused];
        pass_deadline(
            "refresh",
            collecting(&drive::signed()),
            inputs,
            sent,
            (1, NOT),
        );
    }
}

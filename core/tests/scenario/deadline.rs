//! The caller's deadline, at every step: never sent again, and nothing that is known is lost.

use bytes::Bytes;
use http::HeaderMap;
use neptunedata::{
    CallOptions, ErrorKind, Session,
    machine::{Exchange, Input, Machine, Step},
    ml::GetMlModelTrainingJob,
    transport::{
        Sent::{self, Maybe, No},
        TransportErrorKind,
    },
};

use crate::{
    drive::{Clock, unsigned},
    script::{answer, exception, failure, success},
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

fn stale() -> Input {
    Input::Failure(failure(TransportErrorKind::Closed, No).on_reused_connection())
}

/// Leads the machine to a state by right inputs; then the deadline passes.
fn pass_deadline(
    name: &str,
    mut exchange: Exchange,
    inputs: Vec<Input>,
    sent: Sent,
    (attempts, executed): (u32, bool),
) {
    let mut clock = Clock::new();
    for input in inputs {
        let step = exchange.resume(input, clock.now());
        assert!(!matches!(step, Step::Done(_)), "{name}: {step:?}");
        clock.pass(clock.round_trip);
    }
    let deadline = Input::Failure(failure(TransportErrorKind::Deadline, sent));
    let step = exchange.resume(deadline, clock.now());
    let Step::Done(Err(error)) = step else {
        panic!("{name}: {step:?}");
    };
    let kind = ErrorKind::Transport(TransportErrorKind::Deadline);
    assert_eq!(error.kind(), kind, "{name}");
    assert_eq!(error.attempts(), attempts, "{name}");
    assert_eq!(error.may_have_executed(), executed, "{name}, {sent:?}");
    assert!(!error.is_retryable(), "{name}");
    let text = if executed {
        "the deadline passed; the request may have been executed"
    } else {
        "the deadline passed"
    };
    assert_eq!(error.to_string(), text, "{name}");

    // It is over: no deadline passes twice.
    let again = Input::Failure(failure(TransportErrorKind::Deadline, sent));
    let step = exchange.resume(again, clock.now());
    let Step::Done(Err(error)) = step else {
        panic!("{name}: {step:?}");
    };
    assert_eq!(error.kind(), ErrorKind::Misuse, "{name}");
    let known = (error.attempts(), error.may_have_executed());
    assert_eq!(known, (attempts, executed), "{name}");
}

fn collecting(session: &Session) -> Exchange {
    let operation = GetMlModelTrainingJob::new("job-1");
    Exchange::collecting(session, &operation, &CallOptions::new(), 1)
}

type Case = (
    &'static str,
    fn() -> Vec<Input>,
    Sent,
    // Attempts, and whether it may have been executed.
    (u32, bool),
);

#[test]
fn at_every_step() {
    let chunk = || Input::Chunk(Bytes::from_static(b"{"));
    let cases: [Case; 18] = [
        ("new", Vec::new, No, (0, NOT)),
        ("new", Vec::new, Maybe, (0, NOT)),
        ("sent", || vec![Input::Next], No, (1, NOT)),
        ("sent", || vec![Input::Next], Maybe, (1, MAY)),
        ("head", || vec![Input::Next, head()], No, (1, MAY)),
        ("head", || vec![Input::Next, head()], Maybe, (1, MAY)),
        (
            "waiting, refused",
            || vec![Input::Next, busy()],
            No,
            (1, NOT),
        ),
        (
            "waiting, refused",
            || vec![Input::Next, busy()],
            Maybe,
            (1, NOT),
        ),
        (
            "waiting, failed",
            || vec![Input::Next, down()],
            No,
            (1, MAY),
        ),
        (
            "waiting, failed",
            || vec![Input::Next, down()],
            Maybe,
            (1, MAY),
        ),
        (
            "again",
            || vec![Input::Next, busy(), Input::Woken],
            No,
            (2, NOT),
        ),
        (
            "again",
            || vec![Input::Next, busy(), Input::Woken],
            Maybe,
            (2, MAY),
        ),
        (
            "again, failed",
            || vec![Input::Next, down(), Input::Woken],
            No,
            (2, MAY),
        ),
        (
            "again, failed",
            || vec![Input::Next, down(), Input::Woken],
            Maybe,
            (2, MAY),
        ),
        ("not stale", || vec![Input::Next, stale()], No, (1, NOT)),
        ("not stale", || vec![Input::Next, stale()], Maybe, (1, MAY)),
        (
            "third",
            || vec![Input::Next, busy(), Input::Woken, busy(), Input::Woken],
            No,
            (3, NOT),
        ),
        (
            "third, head",
            || {
                vec![
                    Input::Next,
                    busy(),
                    Input::Woken,
                    busy(),
                    Input::Woken,
                    head(),
                ]
            },
            No,
            (3, MAY),
        ),
    ];
    for (name, inputs, sent, expected) in cases {
        pass_deadline(name, collecting(&unsigned()), inputs(), sent, expected);
    }
    let inputs = vec![Input::Next, head(), chunk()];
    pass_deadline("chunk", collecting(&unsigned()), inputs, No, (1, MAY));
}

#[test]
fn while_an_item_is_out() {
    for sent in [No, Maybe] {
        let operation = GetMlModelTrainingJob::new("job-1");
        let exchange = Exchange::streaming(&unsigned(), &operation, &CallOptions::new(), 1);
        pass_deadline("item", exchange, vec![Input::Next, head()], sent, (1, MAY));
    }
}

#[cfg(feature = "sigv4")]
#[test]
fn while_credentials_are_fetched() {
    use crate::{drive, script::refusal};

    let auth = neptunedata::Auth::from_driver();
    let session = Session::new(drive::endpoint(), auth).expect("a session");
    for sent in [No, Maybe] {
        pass_deadline(
            "first",
            collecting(&session),
            vec![Input::Next],
            sent,
            (0, NOT),
        );
        let expired = refusal(
            403,
            "AccessDeniedException",
            "The security token included in the request is expired",
        );
        let inputs = vec![
            Input::Next,
            Input::Response(expired.whole(), HeaderMap::new()),
        ];
        pass_deadline(
            "refresh",
            collecting(&drive::signed()),
            inputs,
            sent,
            (1, NOT),
        );
    }
}

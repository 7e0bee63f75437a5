//! Servers that fail, and drivers that report failures.

use neptunedata::{
    CallOptions, ErrorKind, ExceptionKind, TransportError,
    changes::{Changes, ChangesOptions, StartPosition, Transactions},
    machine::{Input, Io, Machine, Reuse, Step},
    streams::GetSparqlStream,
    transport::{Sent, TransportErrorKind},
};

use super::{
    drive::{Clock, unsigned},
    follow::{SECOND, changes, one_attempt, to_the_end},
    script::exception,
    server::{Server, cut, refuse},
    steps::Steps,
};

/// There is one request per pause, also with default options.
#[test]
fn a_throttled_poll_is_one_request() {
    let mut server = Server::with(&[1; 3]);
    server.instead = (0..9).map(|_| refuse(429, "ThrottlingException")).collect();
    let mut run = changes(StartPosition::TrimHorizon, to_the_end());
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
fn retry_after_is_respected_up_to_a_minute() {
    for (retry_after, expected) in [("45", 45), ("999999", 60)] {
        let mut server = Server::with(&[1; 3]);
        let busy = exception(503, "ServerShutdownException").header("retry-after", retry_after);
        server.instead = vec![Input::Response(busy.whole(), Default::default())];
        let mut run = changes(StartPosition::TrimHorizon, to_the_end());
        assert!(run.all(&mut server).1.is_ok());
        assert_eq!(run.waits, [expected * SECOND]);
    }
}

/// Other pooled connections may be broken too.
#[test]
fn a_lost_page_is_retried_on_a_fresh_connection() {
    let mut machine = Changes::<GetSparqlStream>::new(&unsigned(), StartPosition::TrimHorizon, 1);
    let mut clock = Clock::new();
    let mut reuses = Vec::new();
    let mut server = Server::with(&[1]);
    let (mut input, mut is_first) = (Input::Next, true);
    while reuses.len() < 3 {
        input = match machine.resume(input, clock.now()) {
            Step::Io(Io::Send(transmit)) => {
                reuses.push(transmit.reuse);
                if std::mem::take(&mut is_first) {
                    cut()
                } else {
                    server.respond_to(SECOND, transmit.request.uri())
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
    assert_eq!(reuses, [Reuse::Allowed, Reuse::Fresh, Reuse::Allowed]);
}

/// A page above the body limit of the client is requested in smaller pages.
#[test]
fn pages_adapt_to_the_body_limit() {
    let mut server = Server::with(&[1; 2000]);
    server.padding = 3000;
    let options = ChangesOptions::new()
        .stop_at_end()
        .call(CallOptions::new().max_body_bytes(1024 * 1024));
    let mut run = changes(StartPosition::TrimHorizon, options.clone());
    let (items, result) = run.all(&mut server);
    assert!(result.is_ok(), "{:?}", result.err());
    assert_eq!((items.len(), run.waits.len()), (2000, 0));
    // The smaller limit is kept for all later pages.
    assert!(server.requests.len() < 16, "{}", server.requests.len());

    // A single record above the limit is an error.
    let mut server = Server::with(&[1; 5]);
    server.padding = 2_000_000;
    let (_, result) = changes(StartPosition::TrimHorizon, options).all(&mut server);
    assert_eq!(result.expect_err("too large").kind(), ErrorKind::Decode);
}

#[test]
fn throttling_slows_polls_down() {
    let mut server = Server::with(&[1; 20]);
    server.instead = (0..25)
        .map(|_| refuse(429, "ThrottlingException"))
        .chain([refuse(500, "MemoryLimitExceededException")])
        .collect();
    let mut run = changes(StartPosition::TrimHorizon, one_attempt());
    let (items, result) = run.all(&mut server);
    assert_eq!((items.len(), result.is_ok()), (20, true));
    assert!(run.waits[5] > 10 * SECOND && run.waits[25] > 10 * SECOND);
    // It also requests smaller pages.
    let queries = server.queries();
    assert!(queries[1].ends_with("&limit=500"), "{queries:?}");
    assert!(queries[20].ends_with("&limit=1"), "{queries:?}");
}

#[test]
fn ten_other_failures_in_a_row_are_retried() {
    let mut server = Server::with(&[1; 3]);
    server.instead = (0..10).map(|_| cut()).collect();
    let mut run = changes(StartPosition::TrimHorizon, one_attempt());
    assert!(run.all(&mut server).1.is_ok());
    assert_eq!(run.waits.len(), 10);

    server.instead = (0..11).map(|_| cut()).collect();
    let (_, result) = changes(StartPosition::TrimHorizon, one_attempt()).all(&mut server);
    let kind = ErrorKind::Transport(TransportErrorKind::Closed);
    assert_eq!(result.expect_err("too many").kind(), kind);

    for (status, code) in [
        (400, "UnsupportedOperationException"),
        (400, "InvalidParameterException"),
        (403, "AccessDeniedException"),
        (400, "ExpiredStreamException"),
    ] {
        server.instead = vec![refuse(status, code)];
        let (_, result) = changes(StartPosition::TrimHorizon, one_attempt()).all(&mut server);
        let error = result.expect_err("a service error");
        assert!(error.is_exception(ExceptionKind::from_name(code)));
    }
}

/// A machine after `steps` steps, with invalid and early inputs between them, which change nothing.
fn after_steps(options: ChangesOptions, steps: usize) -> (Transactions<GetSparqlStream>, Clock) {
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
        machine.misuses(Input::End(Default::default()), clock.now());
        machine.continues(Input::Wake(Sent::No), clock.now());
        input = match machine.resume(input, clock.now()) {
            Step::Io(Io::Send(transmit)) => server.respond_to(SECOND, transmit.request.uri()),
            Step::Item(_) => Input::Next,
            step => panic!("{step:?}"),
        };
    }
    (machine, clock)
}

/// A failure from the driver ends the machine if I/O was requested, and is a misuse otherwise.
#[test]
fn drivers_can_end_the_stream() {
    let deadline = || {
        Input::Failure(TransportError::new(
            TransportErrorKind::Deadline,
            Sent::Maybe,
        ))
    };
    let kind = ErrorKind::Transport(TransportErrorKind::Deadline);
    for (steps, is_io) in [(0, false), (1, true), (2, false), (3, false)] {
        let (mut machine, clock) = after_steps(ChangesOptions::new(), steps);
        let step = machine.resume(deadline(), clock.now());
        if !is_io {
            assert!(matches!(step, Step::Misuse(_)), "{step:?}");
            continue;
        }
        let Step::Done(Err(error)) = step else {
            panic!("{step:?}")
        };
        assert_eq!(error.kind(), kind, "after {steps} steps");
        for input in [Input::Next, deadline()] {
            machine.misuses(input, clock.now());
        }
        machine.continues(Input::Wake(Sent::No), clock.now());
    }

    // The driver may be unable to wait.
    let (mut machine, mut clock) = after_steps(ChangesOptions::new(), 1);
    machine.waits(cut(), clock.now());
    machine.continues(Input::Wake(Sent::No), clock.now());
    clock.pass(SECOND / 1000);
    let runtime = TransportError::new(TransportErrorKind::Runtime, Sent::No);
    let error = machine.fails(Input::Failure(runtime), clock.now());
    let kind = ErrorKind::Transport(TransportErrorKind::Runtime);
    assert_eq!((error.kind(), error.may_have_executed()), (kind, false));
    assert_eq!(machine.wake_at(), None);
}

/// A page that does not arrive within the poll timeout is requested again.
#[test]
fn polls_have_a_timeout() {
    for (call, limit) in [
        (CallOptions::new(), 60 * SECOND),
        (CallOptions::new().timeout(7 * SECOND), 7 * SECOND),
        (CallOptions::new().attempt_timeout(5 * SECOND), 5 * SECOND),
    ] {
        let (mut machine, mut clock) = after_steps(ChangesOptions::new().call(call), 1);
        assert_eq!(machine.wake_at(), Some(clock.now().mono + limit));
        clock.pass_until_wake(&machine);
        machine.waits(Input::Wake(Sent::Maybe), clock.now());
        clock.pass_until_wake(&machine);
        machine.sends(Input::Wake(Sent::Maybe), clock.now());
    }
}

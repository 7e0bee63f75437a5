//! Runs a waiter against a script.

use std::time::Duration;

use http::Uri;
use neptunedata::{
    CallOptions, Error, ErrorKind,
    error::Cause,
    machine::Input,
    transport::{Sent, TransportErrorKind},
    wait::{
        Progress, Wait, WaitError, WaitErrorKind, WaitOptions, WaitOutput, Waiter,
        waiters::LoadCompleted,
    },
};

use super::{
    drive::{Asked, Clock, Style, play, unsigned},
    script::{Event, answer},
    steps::Steps,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Run<W: Waiter> {
    pub(crate) items: Vec<Progress<W::Status>>,
    /// The time since the start and the URI of each request.
    pub(crate) sent: Vec<(Duration, Uri)>,
    /// The pauses between polls.
    pub(crate) waits: Vec<Duration>,
    pub(crate) result: Result<WaitOutput<W::Output>, Error>,
    pub(crate) took: Duration,
}

/// Runs a waiter to its end. The last event of the script is repeated.
pub(crate) fn run<W: Waiter>(waiter: W, options: WaitOptions, script: &[Event]) -> Run<W> {
    run_by(waiter, options, script, 1)
}

pub(crate) fn run_by<W: Waiter>(
    waiter: W,
    options: WaitOptions,
    script: &[Event],
    seed: u64,
) -> Run<W> {
    let mut machine = Wait::with_options(&unsigned(), waiter, options, seed);
    let mut clock = Clock::new();
    let began = clock.now().mono;
    let played = play(&mut machine, script, Style::WHOLE, &mut clock, |_, _| {});
    machine.misuses(Input::Next, clock.now());
    let uris = played.sent.iter().map(|sent| sent.request.uri().clone());
    let waits = played.asked.iter().filter_map(|asked| match asked {
        Asked::Wait(time) => Some(*time),
        _ => None,
    });
    Run {
        items: played.items,
        sent: played.sent_at.into_iter().zip(uris).collect(),
        waits: waits.collect(),
        result: played.result,
        took: clock.now().mono - began,
    }
}

pub(crate) fn run_plain<W: Waiter>(waiter: W, script: &[Event]) -> Run<W> {
    run(waiter, WaitOptions::new(), script)
}

/// The error of a run whose operation failed.
pub(crate) fn failure<W: Waiter>(run: Run<W>) -> Box<WaitError> {
    let Err(error) = run.result else {
        panic!("the wait succeeded")
    };
    let kind = ErrorKind::Wait(WaitErrorKind::Failed);
    assert_eq!(error.kind(), kind, "{error}");
    match error.cause() {
        Cause::Wait(cause) => cause.clone(),
        _ => panic!("{error}"),
    }
}

pub(crate) fn paths<W: Waiter>(run: &Run<W>) -> Vec<String> {
    run.sent
        .iter()
        .map(|(_, uri)| uri.path_and_query().expect("a path").to_string())
        .collect()
}

pub(crate) fn ok(body: impl Into<String>) -> Event {
    answer(200, body.into()).into()
}

/// The response for a bulk load with this status.
pub(crate) fn load(status: &str) -> Event {
    ok(format!(
        r#"{{"status":"200 OK","payload":{{"overallStatus":{{"status":"{status}","totalRecords":5}}}}}}"#
    ))
}

pub(crate) fn waiter() -> LoadCompleted {
    LoadCompleted::new("load-1")
}

pub(crate) fn down() -> Event {
    Event::Fails(TransportErrorKind::Connect, Sent::No)
}

pub(crate) fn one_attempt(options: WaitOptions) -> WaitOptions {
    options.call(CallOptions::new().max_attempts(1))
}

pub(crate) fn timed_out(error: &Error) {
    let kind = ErrorKind::Wait(WaitErrorKind::TimedOut);
    assert_eq!(error.kind(), kind, "{error}");
}

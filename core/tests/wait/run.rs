//! Runs a waiter against a script.

use std::time::Duration;

use http::Uri;
use neptunedata::{
    Error,
    machine::{Input, Io, Machine, Step},
    transport::Sent,
    wait::{Progress, Wait, WaitOptions, WaitOutput, Waiter},
};

use super::{
    drive::{Clock, Style, inputs, unsigned},
    script::{Event, answer},
};

#[derive(Debug)]
pub(crate) struct Run<W: Waiter> {
    pub(crate) items: Vec<Progress<W::Status>>,
    /// When each request went out, since the beginning, and where to.
    pub(crate) sent: Vec<(Duration, Uri)>,
    /// The waits.
    pub(crate) waits: Vec<Duration>,
    pub(crate) result: Result<WaitOutput<W::Output>, Error>,
    pub(crate) took: Duration,
}

/// The last event goes on for ever.
pub(crate) fn run<W: Waiter>(watch: W, options: WaitOptions, script: &[Event]) -> Run<W> {
    run_by(watch, options, script, 1)
}

pub(crate) fn run_by<W: Waiter>(
    watch: W,
    options: WaitOptions,
    script: &[Event],
    seed: u64,
) -> Run<W> {
    let mut machine = Wait::with_options(&unsigned(), watch, options, seed);
    let (mut items, mut sent, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    let mut clock = Clock::new();
    let began = clock.now().mono;
    let mut answers = Vec::new().into_iter();
    let mut input = Input::Next;
    for _ in 0..1_000_000 {
        input = match machine.resume(input, clock.now()) {
            Step::Io(Io::Send(transmit)) => {
                let event = script.get(sent.len()).or(script.last()).expect("a script");
                sent.push((clock.now().mono - began, transmit.request.uri().clone()));
                clock.pass(clock.round_trip);
                answers = inputs(event, Style::WHOLE).into_iter();
                answers.next().expect("an input")
            }
            Step::Io(Io::Receive) => answers.next().expect("the body has ended"),
            Step::Item(item) => {
                items.push(item);
                Input::Next
            }
            Step::Io(Io::Wait) => {
                waits.push(clock.pass_until_wake(&machine));
                Input::Wake(Sent::No)
            }
            Step::Io(Io::Credentials { .. }) => panic!("the session is not signed"),
            Step::Io(Io::Continue) => panic!("a wake that was due changed nothing"),
            Step::Misuse(misuse) => panic!("{misuse}"),
            Step::Done(result) => {
                let step = machine.resume(Input::Next, clock.now());
                assert!(matches!(step, Step::Misuse(_)), "it goes on after its end");
                return Run {
                    items,
                    sent,
                    waits,
                    result,
                    took: clock.now().mono - began,
                };
            }
        };
    }
    panic!("it goes on for ever");
}

pub(crate) fn ok(body: impl Into<String>) -> Event {
    answer(200, body.into()).into()
}

/// The answer about a bulk load in this state.
pub(crate) fn load(status: &str) -> Event {
    ok(format!(
        r#"{{"status":"200 OK","payload":{{"overallStatus":{{"status":"{status}","totalRecords":5}}}}}}"#
    ))
}

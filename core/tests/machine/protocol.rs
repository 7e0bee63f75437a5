//! Rows, waiters and change streams with any inputs: each accepts only the inputs that its last step asked for.

use std::{collections::BTreeMap, fmt::Debug, time::Duration};

use http::HeaderMap;
use neptunedata::{
    CallOptions, Effect, Session,
    changes::{StartPosition, Transactions},
    machine::{Input, Io, Machine, Step},
    opencypher::ExecuteOpenCypherQuery,
    rows::Rows,
    streams::GetSparqlStream,
    transport::Sent,
    wait::{Wait, WaitOptions, waiters::LoadCompleted},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

use super::{
    inputs::{Kind, Matter, State, Time, Turn, start, turn},
    subject::{Mode, Plan},
};

/// What servers answer to the machines, or a piece of it.
const ROWS: &[&str] = &[
    r#"{"results":[{"a":1},{"a":2}"#,
    r#"{"results":[{"a":1},{"a":2},{"a":3},"#,
    r#"{"results":[[],[],[],[],[],[],[],[]],"#,
    r#",{"a":3}]}"#,
    r#"{"results":[]}"#,
    REFUSAL,
    "<html>",
    "",
];
const LOADS: &[&str] = &[
    r#"{"payload":{"overallStatus":{"status":"LOAD_IN_PROGRESS"}}}"#,
    r#"{"payload":{"overallStatus":{"status":"LOAD_IN_QUEUE"}}}"#,
    r#"{"payload":{"overallStatus":{"status":"LOAD_FAILED"}}}"#,
    r#"{"payload":{"overallStatus":{"status":"LOAD_COMPLETED"}}}"#,
    REFUSAL,
    "<html>",
];
const STREAMS: &[&str] = &[
    r#"{"records":[{"eventId":"1:1"},{"eventId":"1:2","isLastOp":true},{"eventId":"2:1"}]}"#,
    r#"{"records":[{"eventId":"2:2"},{"eventId":"3:1","isLastOp":true}]}"#,
    r#"{"records":[]}"#,
    r#"{"code":"StreamRecordsNotFoundException","requestId":"r","detailedMessage":"[commitNum = 1, opNum = 2]"}"#,
    REFUSAL,
    "<html>",
];
const REFUSAL: &str = r#"{"code":"ThrottlingException","requestId":"r","detailedMessage":"m"}"#;

/// The matter of a turn, with one of these bodies.
fn matter(turn: &Turn, bodies: &'static [&str]) -> Matter {
    // `turn.choice` chooses the input already.
    let choice = match turn.time {
        Time::Passes(time) => time.subsec_millis() as usize,
        Time::Jumps(_) => 0,
    };
    let mut matter = turn.matter.clone();
    matter.answer.headers = HeaderMap::new();
    matter.answer.trailers = HeaderMap::new();
    matter.answer.body = bodies[choice % bodies.len()].into();
    matter.chunk = matter.answer.body.clone();
    // Successes are more frequent than in arbitrary answers, so that some runs are long.
    if matter.reused {
        matter.answer.status = http::StatusCode::OK;
    }
    matter
}

/// How often each input was tried in each state.
type Reached = BTreeMap<(State, Kind), u32>;

/// Plays the turns, together with a twin that is never woken too early.
fn play<M: Machine<Item: Debug, Output: Debug>>(
    make: impl Fn() -> M,
    bodies: &'static [&str],
    streaming: bool,
    turns: &[Turn],
    reached: &mut Reached,
) -> Result<(), TestCaseError> {
    let (mut machine, mut twin) = (make(), make());
    let (mut state, mut now) = (State::New, start());
    for turn in turns {
        let matter = matter(turn, bodies);
        if let Time::Passes(time) = turn.time {
            now.mono += time;
        }
        // Any input, and if it was wrong, a right one, so that long sequences get everywhere.
        for kind in [Some(turn.any), turn.right(state, streaming)] {
            let Some(kind) = kind else { continue };
            *reached.entry((state, kind)).or_default() += 1;
            let is_early = machine.wake_at().is_none_or(|at| now.mono < at);
            if is_early {
                let step = machine.resume(Input::Wake(Sent::Maybe), now);
                prop_assert!(matches!(step, Step::Io(Io::Continue)), "{:?}", step);
            }
            let step = machine.resume(matter.input(kind), now);
            let same = twin.resume(matter.input(kind), now);
            prop_assert_eq!(format!("{step:?}"), format!("{same:?}"));
            prop_assert_eq!(machine.wake_at(), twin.wake_at());
            let fits = kind.fits(state, streaming);
            let misused = matches!(&step, Step::Misuse(_));
            prop_assert_eq!(misused, !fits, "{:?} in {:?}", kind, state);
            state = match step {
                Step::Misuse(_) => continue,
                Step::Io(Io::Send(_)) => State::Sent,
                Step::Io(Io::Receive) => State::Receiving,
                Step::Io(Io::Wait) => State::Waiting,
                Step::Io(Io::Continue) => {
                    prop_assert!(kind == Kind::Sending || kind == Kind::Woken && is_early);
                    state
                }
                Step::Item(_) => State::Item,
                Step::Done(result) => {
                    if let Err(error) = result {
                        prop_assert!(error.to_string().len() < 8192);
                    }
                    State::Done
                }
                Step::Io(Io::Credentials { .. }) => {
                    return Err(TestCaseError::fail("nothing is signed"));
                }
            };
            // A right input leads on; another one in the same turn would be at the same time.
            break;
        }
    }
    Ok(())
}

fn check(mut one: impl FnMut(&[Turn], &mut Reached) -> Result<(), TestCaseError>) {
    let mut reached = Reached::new();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(1_000)
    });
    let state = std::cell::RefCell::new((&mut reached, &mut one));
    let played = runner.run(&vec(turn(), 0..60), |turns| {
        let (reached, one) = &mut *state.borrow_mut();
        one(&turns, reached)
    });
    if let Err(error) = played {
        panic!("{error}");
    }
    let states = [
        State::New,
        State::Sent,
        State::Receiving,
        State::Waiting,
        State::Item,
        State::Done,
    ];
    for state in states {
        for kind in Kind::ALL {
            assert!(
                reached.contains_key(&(state, kind)),
                "{kind:?} in {state:?}"
            );
        }
    }
}

fn session() -> Session {
    Plan::unsigned(Mode::Call).session()
}

#[test]
fn rows_follow_the_protocol() {
    check(|turns, reached| {
        let query = ExecuteOpenCypherQuery::new("RETURN 1");
        let options = CallOptions::new().effect(Effect::Read);
        let rows = || Rows::<Value>::with_options(&session(), &query, &options, 1);
        play(rows, ROWS, true, turns, reached)
    });
}

#[test]
fn waiters_follow_the_protocol() {
    check(|turns, reached| {
        let options = WaitOptions::new().timeout(Duration::from_secs(600));
        let ended = || LoadCompleted::new("l");
        let wait = || Wait::with_options(&session(), ended(), options.clone(), 1);
        play(wait, LOADS, false, turns, reached)
    });
}

#[test]
fn change_streams_follow_the_protocol() {
    check(|turns, reached| {
        let changes =
            || Transactions::<GetSparqlStream>::new(&session(), StartPosition::TrimHorizon, 1);
        play(changes, STREAMS, false, turns, reached)
    });
}

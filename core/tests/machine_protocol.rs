//! Rows, waiters and change streams with any inputs: each accepts only the inputs that its last step asked
//! for.

#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

use std::{
    collections::BTreeMap,
    fmt::Debug,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use neptunedata::{
    CallOptions, TransportError,
    changes::{StartPosition, Transactions},
    machine::{Input, Io, Machine, Now, Step},
    opencypher::ExecuteOpenCypherQuery,
    rows::Rows,
    streams::GetSparqlStream,
    transport::{Sent, TransportErrorKind},
    wait::{Wait, WaitOptions, waiters::LoadCompleted},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

use steps::session;

/// What a step lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Begin,
    Answer,
    Receive,
    Woken,
    Item,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Next,
    Head,
    Sending,
    Chunk,
    End,
    Response,
    Broken,
    Deadline,
    Woken,
}

const KINDS: [Kind; 9] = [
    Kind::Next,
    Kind::Head,
    Kind::Sending,
    Kind::Chunk,
    Kind::End,
    Kind::Response,
    Kind::Broken,
    Kind::Deadline,
    Kind::Woken,
];

fn fits(asked: Asked, kind: Kind, streaming: bool) -> bool {
    match (asked, kind) {
        (_, Kind::Woken)
        | (Asked::Begin | Asked::Item, Kind::Next)
        | (Asked::Answer, Kind::Sending)
        | (Asked::Answer, Kind::Head | Kind::Broken | Kind::Deadline)
        | (Asked::Receive, Kind::Chunk | Kind::End | Kind::Broken | Kind::Deadline)
        | (Asked::Woken, Kind::Broken | Kind::Deadline) => true,
        (Asked::Answer, Kind::Response) => !streaming,
        _ => false,
    }
}

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

#[derive(Debug, Clone)]
struct Turn {
    kind: Kind,
    /// Whether a right kind is given in place of this one.
    right: bool,
    status: u16,
    body: usize,
    pass: u64,
}

fn turn() -> impl Strategy<Value = Turn> {
    (
        select(KINDS.to_vec()),
        prop::bool::weighted(0.5),
        select(vec![200, 200, 200, 200, 200, 404, 429, 500]),
        any::<usize>(),
        0..40_000_u64,
    )
        .prop_map(|(kind, right, status, body, pass)| Turn {
            kind,
            right,
            status,
            body,
            pass,
        })
}

impl Turn {
    fn kind(&self, asked: Asked, streaming: bool) -> Kind {
        let right = KINDS.iter().copied().filter(|kind| {
            fits(asked, *kind, streaming)
                && match kind {
                    // Ends are rarer, so that some runs are long.
                    Kind::Deadline => self.pass < 1000,
                    Kind::Broken => asked != Asked::Woken || self.pass < 1000,
                    Kind::Woken => asked == Asked::Woken || self.pass < 1000,
                    _ => true,
                }
        });
        // The first one is what leads on.
        let choice = [0, 0, 0, 0, 1, 2][usize::try_from(self.pass).unwrap() % 6];
        if self.right {
            right.cycle().nth(choice).unwrap_or(self.kind)
        } else {
            self.kind
        }
    }

    fn input(&self, kind: Kind, bodies: &'static [&str]) -> Input {
        let body = Bytes::from_static(bodies[self.body % bodies.len()].as_bytes());
        let response = Response::builder()
            .status(self.status)
            .body(body.clone())
            .unwrap();
        match kind {
            Kind::Next => Input::Next,
            Kind::Head => Input::Head(response.into_parts().0),
            Kind::Sending => Input::Sending(None),
            Kind::Chunk => Input::Chunk(body),
            Kind::End => Input::End(HeaderMap::new()),
            Kind::Response => Input::Response(response, HeaderMap::new()),
            Kind::Broken => {
                Input::Failure(TransportError::new(TransportErrorKind::Closed, Sent::Maybe))
            }
            Kind::Deadline => Input::Failure(TransportError::new(
                TransportErrorKind::Deadline,
                Sent::Maybe,
            )),
            Kind::Woken => Input::Wake(Sent::No),
        }
    }
}

/// How often.
type Reached = BTreeMap<(Asked, Kind), u32>;

/// Plays the turns, together with a twin that is never woken too early.
fn play<M: Machine<Item: Debug, Output: Debug>>(
    make: impl Fn() -> M,
    bodies: &'static [&str],
    streaming: bool,
    turns: &[Turn],
    reached: &mut Reached,
) -> Result<(), TestCaseError> {
    let (mut machine, mut twin) = (make(), make());
    let mut now = Now::at(SystemTime::UNIX_EPOCH);
    let mut asked = Asked::Begin;
    for turn in turns {
        let kind = turn.kind(asked, streaming);
        *reached.entry((asked, kind)).or_default() += 1;
        now.mono += Duration::from_millis(turn.pass);
        let is_early = machine.wake_at().is_none_or(|at| now.mono < at);
        if is_early {
            let step = machine.resume(Input::Wake(Sent::Maybe), now);
            prop_assert!(matches!(step, Step::Io(Io::Continue)), "{:?}", step);
        }
        let step = machine.resume(turn.input(kind, bodies), now);
        let same = twin.resume(turn.input(kind, bodies), now);
        prop_assert_eq!(format!("{step:?}"), format!("{same:?}"));
        prop_assert_eq!(machine.wake_at(), twin.wake_at());
        let misused = matches!(&step, Step::Misuse(_));
        prop_assert_eq!(
            misused,
            !fits(asked, kind, streaming),
            "{:?} at {:?}",
            kind,
            asked
        );
        if misused {
            continue;
        }
        asked = match step {
            Step::Io(Io::Send(_)) => Asked::Answer,
            Step::Io(Io::Receive) => Asked::Receive,
            Step::Io(Io::Wait) => Asked::Woken,
            Step::Io(Io::Continue) => {
                prop_assert!(kind == Kind::Sending || kind == Kind::Woken && is_early);
                asked
            }
            Step::Misuse(misuse) => return Err(TestCaseError::fail(misuse.to_string())),
            Step::Item(_) => Asked::Item,
            Step::Done(result) => {
                if let Err(error) = result {
                    prop_assert!(error.to_string().len() < 8192);
                }
                Asked::Nothing
            }
            Step::Io(Io::Credentials { .. }) => {
                return Err(TestCaseError::fail("nothing is signed"));
            }
        };
    }
    Ok(())
}

fn check(streaming: bool, mut one: impl FnMut(&[Turn], &mut Reached) -> Result<(), TestCaseError>) {
    let mut reached = Reached::new();
    let mut runner = TestRunner::new(Config {
        cases: 2_000,
        failure_persistence: None,
        ..Config::default()
    });
    let reached_in = std::cell::RefCell::new(&mut reached);
    let one = std::cell::RefCell::new(&mut one);
    let played = runner.run(&vec(turn(), 0..120), |turns| {
        one.borrow_mut()(&turns, &mut reached_in.borrow_mut())
    });
    if let Err(error) = played {
        panic!("{error}");
    }
    // Every input was tried in every state.
    let states = [
        Asked::Begin,
        Asked::Answer,
        Asked::Receive,
        Asked::Woken,
        Asked::Item,
        Asked::Nothing,
    ];
    for state in states {
        for kind in KINDS {
            let count = reached.get(&(state, kind)).copied().unwrap_or_default();
            assert!(count > 0, "{kind:?} at {state:?}, {streaming}");
        }
    }
}

#[test]
fn rows_follow_the_protocol() {
    check(true, |turns, reached| {
        let query = ExecuteOpenCypherQuery::new("RETURN 1");
        let options = CallOptions::new().effect(neptunedata::Effect::Read);
        let rows = || Rows::<Value>::with_options(&session(), &query, &options, 1);
        play(rows, ROWS, true, turns, reached)
    });
}

#[test]
fn waiters_follow_the_protocol() {
    check(false, |turns, reached| {
        let options = WaitOptions::new().timeout(Duration::from_secs(600));
        let ended = || LoadCompleted::new("l");
        let wait = || Wait::with_options(&session(), ended(), options.clone(), 1);
        play(wait, LOADS, false, turns, reached)
    });
}

#[test]
fn change_streams_follow_the_protocol() {
    check(false, |turns, reached| {
        let changes =
            || Transactions::<GetSparqlStream>::new(&session(), StartPosition::TrimHorizon, 1);
        play(changes, STREAMS, false, turns, reached)
    });
}

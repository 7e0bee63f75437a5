//! Inputs in any order, right and wrong ones: the laws that hold whatever a driver does.

use std::{collections::BTreeMap, time::Duration};

use neptunedata::{Effect, ErrorKind, transport::Sent};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::{
    inputs::{Kind, State, Turn, start, turn},
    subject::{Mode, Plan, Seen, Signing, plan},
};

type Reached = BTreeMap<(State, Kind), u32>;

/// What must be true of one machine, over its whole life.
struct Laws {
    plan: Plan,
    state: State,
    sends: u32,
    /// Some step said so, or must have: it may have been executed, and that does not change.
    executed: bool,
    /// A write's answer was lost.
    must_not_send: bool,
}

impl Laws {
    fn new(plan: &Plan) -> Self {
        Laws {
            plan: plan.clone(),
            state: State::New,
            sends: 0,
            executed: false,
            must_not_send: false,
        }
    }

    /// A request is on its way, so nobody can say that it is not executed.
    fn is_out(&self) -> bool {
        matches!(self.state, State::Sent | State::Receiving | State::Item)
    }

    fn wrong(&self, seen: &Seen) -> Result<(), TestCaseError> {
        let Seen::Failed {
            kind: ErrorKind::Misuse,
            attempts,
            executed,
            ..
        } = seen
        else {
            return Err(TestCaseError::fail(format!("no misuse: {seen:?}")));
        };
        prop_assert!(*attempts <= self.plan.max_attempts);
        prop_assert!(*executed || !self.executed, "forgotten in {:?}", self.state);
        prop_assert!(
            *executed || !self.is_out(),
            "on its way, in {:?}",
            self.state
        );
        Ok(())
    }

    fn right(&mut self, kind: Kind, turn: &Turn, seen: &Seen) -> Result<(), TestCaseError> {
        prop_assert!(!seen.is_misuse(), "{kind:?} in {:?}: {seen:?}", self.state);
        let lost = matches!(kind, Kind::Failure | Kind::Deadline)
            && self.state == State::Sent
            && turn.matter.sent == Sent::Maybe;
        self.executed |= lost;
        self.must_not_send |= lost && self.plan.effect() == Effect::Write;
        match seen {
            Seen::Send { attempt, .. } => {
                prop_assert!(!self.must_not_send, "a write was sent again");
                self.sends += 1;
                prop_assert!(self.sends <= 2 * self.plan.max_attempts);
                prop_assert!((1..=self.plan.max_attempts).contains(attempt));
            }
            Seen::Wait(time) => prop_assert!(*time <= Duration::from_secs(60)),
            Seen::Ended {
                attempts, earlier, ..
            } => {
                prop_assert!((1..=self.plan.max_attempts).contains(attempts));
                prop_assert!(*earlier || !self.executed, "forgotten by a success");
                // It was executed, after all.
                self.executed = true;
            }
            Seen::Failed {
                kind,
                attempts,
                executed,
                text,
                ..
            } => {
                prop_assert!(*attempts <= self.plan.max_attempts);
                prop_assert!(*executed || !self.executed, "forgotten at the end");
                prop_assert!(*executed || *kind != ErrorKind::Decode);
                prop_assert_eq!(
                    text.contains("may have been executed"),
                    *executed,
                    "{}",
                    text
                );
                self.executed = *executed;
            }
            Seen::Credentials { .. } => prop_assert!(self.plan.signing != Signing::Unsigned),
            Seen::Receive | Seen::Head(..) | Seen::Chunk(_) => {}
        }
        self.state = seen.state();
        if kind == Kind::Deadline {
            prop_assert_eq!(self.state, State::Done, "the deadline has passed");
        }
        Ok(())
    }
}

/// Runs a machine through all turns, beside a twin that never sees a wrong input.
fn live(plan: &Plan, turns: &[Turn], reached: &mut Reached) -> Result<(), TestCaseError> {
    let (mut machine, mut twin) = (plan.machine(), plan.machine());
    let streaming = plan.mode == Mode::Streaming;
    let mut laws = Laws::new(plan);
    let mut now = start();
    // After the end all is wrong; a few times will do.
    let mut ended = 0;
    for turn in turns {
        now = turn.time.after(now);
        *reached.entry((laws.state, turn.any)).or_default() += 1;
        let kind = if turn.any.fits(laws.state, streaming) {
            turn.any
        } else {
            laws.wrong(&machine.resume(turn.matter.input(turn.any), now))?;
            match turn.right(laws.state, streaming) {
                Some(kind) => kind,
                None if ended > 3 => break,
                None => {
                    ended += 1;
                    continue;
                }
            }
        };
        if turn.commits {
            machine.commit();
            twin.commit();
        }
        let seen = machine.resume(turn.matter.input(kind), now);
        let same = twin.resume(turn.matter.input(kind), now);
        prop_assert_eq!(&seen, &same, "a wrong input left a trace");
        laws.right(kind, turn, &seen)?;
    }
    // Wherever it is, a deadline ends it.
    if let Some(turn) = turns.last().filter(|_| laws.state != State::Done) {
        let seen = machine.resume(turn.matter.input(Kind::Deadline), now);
        laws.right(Kind::Deadline, turn, &seen)?;
        prop_assert_eq!(laws.state, State::Done);
    }
    Ok(())
}

fn every_order(mode: Mode, states: &[State]) {
    let mut reached = Reached::new();
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(1_500)
    };
    let strategy = (plan(mode), vec(turn(), 1..20));
    let counted = std::cell::RefCell::new(&mut reached);
    let outcome = TestRunner::new(config).run(&strategy, |(plan, turns)| {
        live(&plan, &turns, &mut counted.borrow_mut())
    });
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
    for state in states {
        for kind in Kind::ALL {
            let count = reached.remove(&(*state, kind)).unwrap_or_default();
            assert!(count > 0, "{kind:?} never came in {state:?}");
        }
    }
    assert!(reached.is_empty(), "states that are none: {reached:?}");
}

const STATES: &[State] = &[
    State::New,
    #[cfg(feature = "sigv4")]
    State::Credentials,
    State::Sent,
    State::Receiving,
    State::Waiting,
    State::Done,
];

#[test]
fn calls() {
    every_order(Mode::Call, STATES);
}

#[test]
fn collecting_exchanges() {
    every_order(Mode::Collecting, STATES);
}

#[test]
fn streaming_exchanges() {
    let mut states = STATES.to_vec();
    states.push(State::Item);
    every_order(Mode::Streaming, &states);
}

//! Inputs in any order, right and wrong ones: the laws that hold for every driver.

use std::{collections::BTreeMap, time::Duration};

use neptunedata::{
    Effect, ErrorKind,
    machine::{Input, Now},
    transport::{Sent, TransportErrorKind},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::{
    inputs::{Kind, State, Turn, start, turn},
    subject::{Mode, Plan, Seen, Signing, Subject, plan_with_limits},
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
    /// When the call and the attempt must be over.
    deadline: Option<Duration>,
    attempt_deadline: Option<Duration>,
    /// Since when an item has been out.
    item_since: Duration,
}

impl Laws {
    fn new(plan: &Plan) -> Self {
        Laws {
            plan: plan.clone(),
            state: State::New,
            sends: 0,
            executed: false,
            must_not_send: false,
            deadline: None,
            attempt_deadline: None,
            item_since: Duration::ZERO,
        }
    }

    /// A request was sent, so it may have been executed.
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

    /// The time at which the machine wants to be woken is the least of the limits in force.
    fn limits(&self, wake_at: Option<Duration>) -> Result<(), TestCaseError> {
        match self.state {
            State::New | State::Item | State::Done => prop_assert_eq!(wake_at, None),
            State::Credentials => prop_assert_eq!(wake_at, self.deadline),
            State::Sent | State::Receiving => {
                let limits = self.deadline.into_iter().chain(self.attempt_deadline);
                prop_assert_eq!(wake_at, limits.min());
            }
            State::Waiting => {
                prop_assert!(wake_at.is_some());
                prop_assert!(self.deadline.is_none() || wake_at < self.deadline);
            }
        }
        Ok(())
    }

    /// What a step does to the limits.
    fn time(&mut self, kind: Kind, seen: &Seen, now: Now) {
        if kind == Kind::Next && self.state == State::New {
            self.deadline = self
                .plan
                .total
                .and_then(|limit| now.mono.checked_add(limit));
        }
        if kind == Kind::Next && self.state == State::Item {
            let taken = now.mono.saturating_sub(self.item_since);
            for limit in [&mut self.deadline, &mut self.attempt_deadline] {
                *limit = limit.and_then(|limit| limit.checked_add(taken));
            }
        }
        match seen {
            Seen::Send { .. } => {
                let limit = self.plan.attempt;
                self.attempt_deadline = limit.and_then(|limit| now.mono.checked_add(limit));
            }
            Seen::Head(..) | Seen::Chunk(_) => self.item_since = now.mono,
            _ => {}
        }
    }

    fn right(
        &mut self,
        kind: Kind,
        turn: &Turn,
        is_due: bool,
        seen: &Seen,
        now: Now,
    ) -> Result<(), TestCaseError> {
        prop_assert!(!seen.is_misuse(), "{kind:?} in {:?}: {seen:?}", self.state);
        let is_notice = kind == Kind::Sending || kind == Kind::Woken && !is_due;
        prop_assert_eq!(
            *seen == Seen::Continue,
            is_notice,
            "{:?} in {:?}",
            kind,
            self.state
        );
        self.time(kind, seen, now);
        let fails = match kind {
            Kind::Failure | Kind::Deadline => true,
            Kind::Woken => is_due,
            _ => false,
        };
        let lost = fails && self.state == State::Sent && turn.matter.sent == Sent::Maybe;
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
            Seen::Receive | Seen::Continue | Seen::Head(..) | Seen::Chunk(_) => {}
        }
        self.state = seen.state(self.state);
        if kind == Kind::Deadline {
            prop_assert_eq!(self.state, State::Done, "the deadline has passed");
        }
        Ok(())
    }
}

/// Wherever it is, the deadline ends it, once it has begun and no item is out.
fn end(machine: &mut Subject, laws: &mut Laws, turn: &Turn, now: Now) -> Result<(), TestCaseError> {
    let mut now = now;
    for _ in 0..1_000 {
        if !matches!(laws.state, State::New | State::Item) {
            break;
        }
        let seen = machine.resume(Input::Next, now);
        laws.right(Kind::Next, turn, false, &seen, now)?;
    }
    let Some(deadline) = laws.deadline.filter(|_| laws.state != State::Done) else {
        return Ok(());
    };
    now.mono = now.mono.max(deadline);
    let seen = machine.resume(turn.matter.input(Kind::Woken), now);
    laws.right(Kind::Woken, turn, true, &seen, now)?;
    prop_assert!(
        matches!(
            seen,
            Seen::Failed {
                kind: ErrorKind::Transport(TransportErrorKind::Deadline),
                retryable: false,
                ..
            }
        ),
        "{:?}",
        seen
    );
    prop_assert_eq!(laws.state, State::Done);
    laws.limits(machine.wake_at())
}

/// Runs a machine through all turns, together with a twin that gets no wrong inputs and no early wakes.
fn live(plan: &Plan, turns: &[Turn], reached: &mut Reached) -> Result<(), TestCaseError> {
    let (mut machine, mut twin) = (plan.machine(), plan.machine());
    let streaming = plan.mode == Mode::Streaming;
    let mut laws = Laws::new(plan);
    let mut now = start();
    // After the end all is wrong; a few times will do.
    let mut ended = 0;
    for turn in turns {
        now = turn.time.after(now);
        if !machine.is_due(now) {
            let seen = machine.resume(turn.matter.input(Kind::Woken), now);
            prop_assert_eq!(seen, Seen::Continue, "too early, in {:?}", laws.state);
            laws.limits(machine.wake_at())?;
        }
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
        let is_due = machine.is_due(now);
        let seen = machine.resume(turn.matter.input(kind), now);
        let same = twin.resume(turn.matter.input(kind), now);
        prop_assert_eq!(&seen, &same, "a wrong or early input left a trace");
        laws.right(kind, turn, is_due, &seen, now)?;
        laws.limits(machine.wake_at())?;
        prop_assert_eq!(machine.wake_at(), twin.wake_at());
    }
    match turns.last() {
        Some(turn) => end(&mut machine, &mut laws, turn, now),
        None => Ok(()),
    }
}

fn every_order(mode: Mode, states: &[State]) {
    let mut reached = Reached::new();
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(1_200)
    };
    let strategy = (plan_with_limits(mode), vec(turn(), 1..20));
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
    assert!(reached.is_empty(), "unknown states: {reached:?}");
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

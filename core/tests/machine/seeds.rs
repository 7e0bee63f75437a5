//! The same inputs and the same seed give the same bytes and the same waits.

use std::{collections::BTreeSet, time::Duration};

use http::HeaderMap;
use neptunedata::{
    Auth, Call, Endpoint, Session,
    index_rebuild::StartIndexRebuild,
    machine::{Input, Io, Machine, Step},
};
use proptest::{collection::vec, prelude::*, test_runner::Config};
use serde_json::Value;

use super::{
    inputs::{State, Turn, start, turn},
    subject::{Mode, Plan, Seen, Signing, plan},
};
use crate::script;

const MINUTE: Duration = Duration::from_secs(60);

/// All steps of a life with right inputs only.
fn life(plan: &Plan, turns: &[Turn]) -> Vec<Seen> {
    let mut machine = plan.machine();
    let (mut state, mut now) = (State::New, start());
    let mut steps = Vec::new();
    for turn in turns {
        let Some(kind) = turn.right(state, plan.mode == Mode::Streaming) else {
            break;
        };
        let before = now.mono;
        now = turn.time.after(now);
        // Longer than any pause, whatever the seed: the wake is due.
        now.mono = now.mono.max(before).saturating_add(MINUTE);
        let seen = machine.resume(turn.matter.input(kind), now);
        state = seen.state(state);
        steps.push(seen);
    }
    steps
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn same_seed_same_steps(
        plan in prop_oneof![plan(Mode::Call), plan(Mode::Streaming)],
        turns in vec(turn(), 1..20),
    ) {
        prop_assert_eq!(life(&plan, &turns), life(&plan, &turns));
    }

    #[test]
    fn seeds_change_waits_alone(
        plan in plan(Mode::Call),
        other in any::<u64>(),
        turns in vec(turn(), 1..20),
    ) {
        let timeless = |plan: &Plan| -> Vec<Seen> {
            let steps = life(plan, &turns).into_iter();
            let still = |step| match step {
                Seen::Wait(_) => Seen::Wait(Duration::ZERO),
                step => step,
            };
            steps.map(still).collect()
        };
        let reseeded = Plan { seed: other, ..plan.clone() };
        prop_assert_eq!(timeless(&plan), timeless(&reseeded));
    }
}

fn first_wait(seed: u64, signing: Signing) -> Duration {
    let plan = Plan {
        signing,
        max_attempts: 3,
        seed,
        ..Plan::unsigned(Mode::Call)
    };
    let mut machine = plan.machine();
    assert!(matches!(
        machine.resume(Input::Next, start()),
        Seen::Send { .. }
    ));
    let down = script::answer(503, "").whole();
    match machine.resume(Input::Response(down, HeaderMap::new()), start()) {
        Seen::Wait(time) => time,
        seen => panic!("{seen:?}"),
    }
}

#[test]
fn other_seeds_give_other_waits() {
    let waits: BTreeSet<Duration> = (0..1000)
        .map(|seed| first_wait(seed, Signing::Unsigned))
        .collect();
    assert!(waits.len() > 990, "{}", waits.len());
    // Spread over all of 0 to 100 ms.
    for tenth in 0..10 {
        let range = Duration::from_millis(tenth * 10)..Duration::from_millis(tenth * 10 + 10);
        let share = waits.iter().filter(|wait| range.contains(*wait)).count();
        assert!((60..=140).contains(&share), "{share} of 1000 in {range:?}");
    }
}

#[cfg(feature = "sigv4")]
#[test]
fn signatures_depend_only_on_time_and_key() {
    assert_eq!(
        first_wait(7, Signing::Unsigned),
        first_wait(7, Signing::Signed)
    );
    let plan = |seed| Plan {
        signing: Signing::Signed,
        request: super::subject::Request::Start,
        seed,
        ..Plan::unsigned(Mode::Call)
    };
    let authorization = |seed, later| {
        let mut now = start();
        now.wall += Duration::from_secs(later);
        match plan(seed).machine().resume(Input::Next, now) {
            Seen::Send { request, .. } => request.2["authorization"].clone(),
            seen => panic!("{seen:?}"),
        }
    };
    assert_eq!(authorization(1, 0), authorization(2, 0));
    assert_ne!(authorization(1, 0), authorization(1, 1));
}

/// A session hands out its seeds in an order that its own seed decides.
#[test]
fn sessions_seed_their_calls() {
    let session = |seed| {
        let endpoint = Endpoint::parse("http://localhost:8182").expect("an endpoint");
        let builder = Session::builder(endpoint, Auth::unsigned());
        builder.seed(seed).build().expect("a session")
    };
    let seeds = |session: &Session| (0..1000).map(|_| session.next_seed()).collect::<Vec<u64>>();
    let first = seeds(&session(7));
    assert_eq!(first, seeds(&session(7)));
    let all: BTreeSet<u64> = [first, seeds(&session(8)), seeds(&session(0))]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(all.len(), 3000, "a seed was given twice");
    // Clones share the count.
    let one = session(7);
    let clone = one.clone();
    assert_ne!(one.next_seed(), clone.next_seed());

    let token = |call: &mut Call<StartIndexRebuild>| match call.resume(Input::Next, start()) {
        Step::Io(Io::Send(transmit)) => {
            let body: Value = serde_json::from_slice(transmit.request.body()).expect("JSON");
            body["clientToken"].as_str().expect("a token").to_owned()
        }
        step => panic!("{step:?}"),
    };
    let tokens = |seed| {
        let session = session(seed);
        let rebuild = StartIndexRebuild::new();
        let (mut one, mut next) = (session.call(&rebuild), session.call(&rebuild));
        [token(&mut one), token(&mut next)]
    };
    let [one, next] = tokens(7);
    assert_ne!(one, next);
    // A UUID of version 4.
    let dashes: Vec<_> = one.match_indices('-').map(|(place, _)| place).collect();
    assert_eq!((one.len(), dashes), (36, vec![8, 13, 18, 23]), "{one}");
    assert_eq!(&one[14..15], "4", "{one}");
    assert_eq!(tokens(7), [one.clone(), next.clone()]);
    let others = tokens(8);
    assert!(!others.contains(&one) && !others.contains(&next));
}

//! Calls over networks that do anything.

use std::{
    cell::Cell,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::Response;
use neptunedata::{
    Auth, Call, CallOutput, Effect, Error, ErrorKind, Operation, Session,
    machine::{Input, Machine, Now, Step},
    testing::{AnyResponse, NetworkOutcome},
};
use proptest::{collection::vec, prelude::*};

use crate::support::*;

/// What came out, and how often the server was asked.
struct Ran<T> {
    result: Result<CallOutput<T>, Error>,
    asked: u32,
    sent: u32,
}

/// Runs a call; each attempt meets the next delivery, and the last of them over and over.
fn run<O: Operation>(
    operation: &O,
    deliveries: &[NetworkOutcome],
    answer: &Response<Bytes>,
) -> Ran<O::Output> {
    let session = Session::new(endpoint(), Auth::unsigned()).unwrap();
    let mut call = Call::new(&session, operation, 1);
    let mut now = Now {
        wall: SystemTime::UNIX_EPOCH,
        mono: Duration::ZERO,
    };
    let (asked, mut sent) = (Cell::new(0), 0);
    let mut waiting = Vec::new().into_iter();
    let mut input = Input::Next;
    loop {
        input = match call.resume(input, now) {
            Step::Send(transmit) => {
                let delivery = deliveries.get(sent as usize).or(deliveries.last()).unwrap();
                sent += 1;
                assert!(sent < 100, "it does not end");
                waiting = delivery
                    .deliver(transmit.request, |_| {
                        asked.set(asked.get() + 1);
                        answer.clone()
                    })
                    .into_iter();
                waiting.next().unwrap()
            }
            Step::Receive => waiting.next().expect("an answer ends"),
            Step::Wait(time) => {
                now.wall += time;
                now.mono += time;
                Input::Woken
            }
            Step::Credentials { .. } => panic!("nothing is signed"),
            Step::Item(item) => match item {},
            Step::Done(result) => {
                return Ran {
                    result,
                    asked: asked.get(),
                    sent,
                };
            }
        };
    }
}

/// Nothing that was asked for may be denied, and no write is sent again once the server may have it.
struct IsHonest;

impl Property for IsHonest {
    fn check<O: Every>() {
        let name = O::INFO.name;
        let networks = (
            any::<O>(),
            vec(any::<NetworkOutcome>(), 1..6),
            any::<AnyResponse<O>>(),
        );
        holds_for(name, networks, |(operation, deliveries, answer)| {
            let Ran {
                result,
                asked,
                sent,
            } = run(&operation, &deliveries, &answer.response);
            let is_token = name == "StartIndexRebuild";
            let is_write = operation.effect() == Effect::Write && !is_token;
            let delivered = |nth: u32| deliveries.get(nth as usize).or(deliveries.last()).unwrap();
            // A connection that was stale is no attempt, unless that happens too often.
            let is_stale = |nth: &u32| *delivered(*nth) == NetworkOutcome::Stale;
            let attempts = sent - (0..sent).filter(is_stale).count() as u32..=sent;
            match result {
                Ok(answered) => {
                    prop_assert!(asked >= 1, "nobody was asked");
                    let last = matches!(delivered(sent - 1), NetworkOutcome::Arrives { .. });
                    prop_assert!(last, "what did not arrive is no success");
                    prop_assert!(attempts.contains(&answered.meta.attempts));
                }
                Err(error) => {
                    prop_assert!(!matches!(error.kind(), ErrorKind::Misuse), "{}", error);
                    prop_assert!(attempts.contains(&error.attempts()));
                    let is_unheard = |nth| {
                        matches!(
                            delivered(nth),
                            NetworkOutcome::Lost | NetworkOutcome::Unanswered
                        )
                    };
                    let unheard = (0..sent).any(is_unheard);
                    prop_assert!(!unheard || error.may_have_executed(), "{}", error);
                }
            }
            if is_write {
                let doubtful = |nth: &u32| {
                    matches!(
                        delivered(*nth),
                        NetworkOutcome::Lost | NetworkOutcome::Unanswered
                    )
                };
                let first = (0..sent).find(doubtful);
                prop_assert!(
                    first.is_none_or(|first| first + 1 == sent),
                    "a write was sent again"
                );
            }
            Ok(())
        });
    }
}

#[test]
fn calls_are_honest() {
    check_every::<IsHonest>();
}

//! Calls over arbitrary networks.

use std::{iter, time::Duration};

use bytes::Bytes;
use http::Response;
use neptunedata::{
    Auth, Call, Effect, ErrorKind, Session,
    testing::{AnyResponse, Network, NetworkOutcome},
};
use proptest::{collection::vec, option, prelude::*};

use crate::support::*;

/// A network in which each attempt meets the next delivery, and the last of them over and over.
fn network<'a>(deliveries: &'a [NetworkOutcome], answer: &'a Response<Bytes>) -> Network<'a> {
    let last = deliveries.last().cloned().unwrap();
    let deliveries = deliveries.iter().cloned().chain(iter::repeat(last));
    Network::new(deliveries, |_, _| answer.clone())
}

/// Without time limits, and with.
fn session(attempt_timeout: Option<Duration>) -> Session {
    let builder = Session::builder(endpoint(), Auth::unsigned());
    builder.attempt_timeout(attempt_timeout).build().unwrap()
}

/// Whether the server may have a request and no answer arrives.
fn is_unheard(delivery: &NetworkOutcome) -> bool {
    matches!(
        delivery,
        NetworkOutcome::Lost | NetworkOutcome::Unanswered | NetworkOutcome::Silent
    )
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
            option::of(Just(Duration::from_secs(5))),
        );
        holds_for(
            name,
            networks,
            |(operation, deliveries, answer, timeout)| {
                let mut network = network(&deliveries, &answer.response);
                let result = network.run(Call::new(&session(timeout), &operation, 1));
                let sent = network.sent();
                prop_assert!(sent < 100, "the call does not end");
                let is_token = name == "StartIndexRebuild";
                let is_write = operation.effect() == Effect::Write && !is_token;
                let delivered =
                    |nth: u32| deliveries.get(nth as usize).or(deliveries.last()).unwrap();
                // A request on a stale connection does not count as an attempt, unless this happens too often.
                let is_stale = |nth: &u32| *delivered(*nth) == NetworkOutcome::Stale;
                let attempts = sent - (0..sent).filter(is_stale).count() as u32..=sent;
                match result {
                    Ok(answered) => {
                        prop_assert!(
                            network.served() >= 1,
                            "the call succeeded, but the server got no request"
                        );
                        let last = matches!(delivered(sent - 1), NetworkOutcome::Arrives { .. });
                        prop_assert!(
                            last,
                            "the call succeeded, but the last response did not arrive"
                        );
                        prop_assert!(attempts.contains(&answered.meta.attempts));
                    }
                    Err(error) => {
                        prop_assert!(!matches!(error.kind(), ErrorKind::Misuse), "{}", error);
                        prop_assert!(attempts.contains(&error.attempts()));
                        let unheard = (0..sent).any(|nth| is_unheard(delivered(nth)));
                        prop_assert!(!unheard || error.may_have_executed(), "{}", error);
                    }
                }
                if is_write {
                    let first = (0..sent).find(|nth| is_unheard(delivered(*nth)));
                    prop_assert!(
                        first.is_none_or(|first| first + 1 == sent),
                        "a write was sent again"
                    );
                }
                Ok(())
            },
        );
    }
}

#[test]
fn calls_report_attempts_and_possible_execution_correctly() {
    check_every::<IsHonest>();
}

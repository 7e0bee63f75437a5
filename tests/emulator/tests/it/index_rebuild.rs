//! Index rebuilds, in virtual time.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, RebuildStatus, Role};
use serde_json::{Value, json};

use crate::support::{
    self, Ask, INVALID, Json, READ_ONLY, UNSUPPORTED, VALIDATION, at, get, request, text, words,
};

const REBUILDS: &str = "/storage/indexes/rebuilds";

fn post(target: &str) -> Request<Bytes> {
    request(Method::POST, target)
}

/// Starts a rebuild, so many seconds after the start of the test.
fn start(neptune: &mut Emulator, query: &str, seconds: u64) -> Value {
    neptune
        .after(seconds)
        .ask(post(&format!("{REBUILDS}{query}")))
}

fn started(config: Config) -> (Emulator, String) {
    let mut neptune = Emulator::new(config);
    let id = text(&start(&mut neptune, "", 0)["rebuildId"]);
    (neptune, id)
}

#[test]
fn a_rebuild_starts_and_completes() {
    let (mut neptune, id) = started(Config::default().rebuild_duration(Duration::from_secs(100)));
    let target = format!("{REBUILDS}/{id}");
    for (after, status, progress) in [
        (0, "PREPARING", 0),
        (9, "PREPARING", 0),
        (10, "REBUILDING", 10),
        (99, "REBUILDING", 99),
        (100, "COMPLETED", 100),
        (5_000, "COMPLETED", 100),
    ] {
        let look = neptune.after(after).get(&target);
        look.has(json!({
            "status": status, "progressPercentage": progress, "startTime": "2024-01-01T00:00:00Z",
            "endTime": (status == "COMPLETED").then_some("2024-01-01T00:01:40Z"),
            "rebuildId": null, "failureReason": null,
        }));
        let estimate = look.get("estimatedEndTime");
        assert_eq!(estimate.is_some(), status == "REBUILDING");
    }
    let status = neptune.index_rebuilds()[0].status(at(10));
    assert_eq!(status, RebuildStatus::Rebuilding);
}

#[test]
fn parameters_of_a_rebuild_are_returned() {
    let mut neptune = Emulator::new(Config::default().vcpus(8));
    let defaults = start(&mut neptune, "", 0);
    defaults.has(json!({ "scope": "ALL", "concurrency": 1, "writeBufferSize": "LOW" }));
    let query = "?scope=DICTIONARIES&concurrency=100&writeBufferSize=HIGH";
    let capped = start(&mut neptune, query, 10);
    capped.has(json!({ "scope": "DICTIONARIES", "concurrency": 8, "writeBufferSize": "HIGH" }));
    let ids = [&capped["rebuildId"], &defaults["rebuildId"]];
    neptune
        .after(10)
        .get(REBUILDS)
        .is(json!({ "rebuildIds": ids }));
    for wrong in words("scope=all concurrency=0 concurrency=x writeBufferSize=HUGE scope=") {
        let start = post(&format!("{REBUILDS}?{wrong}"));
        neptune.after(20).refuses(start, INVALID);
    }
}

#[test]
fn a_token_makes_it_idempotent() {
    let mut neptune = Emulator::default();
    let tokened = |query: &str, token: &str| {
        support::post(
            &format!("{REBUILDS}{query}"),
            &json!({ "clientToken": token }),
        )
    };
    let first = neptune.ask(tokened("?scope=QUADS", "t-1"));
    let mut again = neptune.after(60).ask(tokened("?scope=QUADS", "t-1"));
    assert_eq!(again["status"].take(), "COMPLETED");
    assert_eq!(again["rebuildId"], first["rebuildId"]);
    assert_eq!(neptune.index_rebuilds().len(), 1);
    assert_eq!(neptune.index_rebuilds()[0].client_token(), Some("t-1"));
    neptune.after(60).refuses(tokened("", "t-1"), INVALID);
    neptune.after(60).ask(tokened("?scope=QUADS", "t-2"));
    assert_eq!(neptune.index_rebuilds().len(), 2);
    // Without a token each is another.
    start(&mut neptune, "", 120);
    let busy = (500, "ConcurrentModificationException");
    neptune.after(120).refuses(post(REBUILDS), busy);
    start(&mut neptune, "", 180);
    assert_eq!(neptune.index_rebuilds().len(), 4);
}

#[test]
fn one_can_be_cancelled_and_one_can_fail() {
    let (mut neptune, id) = started(Config::default());
    let target = format!("{REBUILDS}/{id}");
    let cancel = || post(&format!("{target}/cancel"));
    for _ in 0..2 {
        let cancelled = neptune.after(5).ask(cancel());
        cancelled.is(json!({ "status": "CANCELLING", "concurrency": 1, "writeBufferSize": "LOW" }));
    }
    neptune.after(60).get(&target).has(json!({
        "status": "CANCELLED", "progressPercentage": 50, "endTime": "2024-01-01T00:00:06Z",
    }));
    neptune.after(60).refuses(cancel(), VALIDATION);

    neptune.fail_next_rebuild("No space left.");
    let id = text(&start(&mut neptune, "", 60)["rebuildId"]);
    neptune
        .after(100)
        .get(&format!("{REBUILDS}/{id}"))
        .has(json!({
            "status": "FAILED", "failureReason": "No space left.", "progressPercentage": 50,
            "endTime": "2024-01-01T00:01:05Z",
        }));
}

#[test]
fn rejected_requests() {
    let (mut neptune, id) = started(Config::default());
    let cancel = format!("{REBUILDS}/{id}/cancel");
    neptune.refuses(get(&format!("{REBUILDS}/x")), VALIDATION);
    neptune.refuses(post(&format!("{REBUILDS}/x/cancel")), VALIDATION);
    neptune.reconfigure(|config| config.role(Role::Reader));
    for target in [REBUILDS, &cancel] {
        neptune.refuses(post(target), READ_ONLY);
    }
    neptune.get(&format!("{REBUILDS}/{id}"));
    neptune.reconfigure(|config| config.role(Role::Writer).serverless("1.0", "8.0"));
    neptune.refuses(post(REBUILDS), UNSUPPORTED);
}

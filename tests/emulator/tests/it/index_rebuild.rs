//! Index rebuilds, in virtual time.

use std::time::Duration;

use http::Method;
use neptunedata_emulator::{Config, Emulator, Now, RebuildStatus, Role};
use serde_json::{Value, json};

use crate::support::{
    Ask, INVALID, READ_ONLY, UNSUPPORTED, VALIDATION, assert_has, now, post, request,
};

const REBUILDS: &str = "/storage/indexes/rebuilds";

fn at(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

fn start(neptune: &mut Emulator, query: &str, now: Now) -> Value {
    neptune
        .at(now)
        .ask(request(Method::POST, &format!("{REBUILDS}{query}")))
}

fn started(config: Config) -> (Emulator, String) {
    let mut neptune = Emulator::new(config);
    let id = start(&mut neptune, "", now())["rebuildId"]
        .as_str()
        .expect("an id")
        .to_owned();
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
        let expected = json!({
            "status": status, "progressPercentage": progress, "startTime": "2024-01-01T00:00:00Z",
        });
        assert_has(&look, expected);
        assert_eq!(
            look.get("estimatedEndTime").is_some(),
            status == "REBUILDING"
        );
        assert_eq!(look.get("endTime").is_some(), status == "COMPLETED");
        assert_eq!(
            (look.get("rebuildId"), look.get("failureReason")),
            (None, None)
        );
        if status == "COMPLETED" {
            assert_eq!(look["endTime"], "2024-01-01T00:01:40Z");
        }
    }
    assert_eq!(
        neptune.index_rebuilds()[0].status(at(10)),
        RebuildStatus::Rebuilding
    );
}

#[test]
fn parameters_of_a_rebuild_are_returned() {
    let mut neptune = Emulator::new(Config::default().vcpus(8));
    let defaults = start(&mut neptune, "", now());
    assert_has(
        &defaults,
        json!({ "scope": "ALL", "concurrency": 1, "writeBufferSize": "LOW" }),
    );
    let capped = start(
        &mut neptune,
        "?scope=DICTIONARIES&concurrency=100&writeBufferSize=HIGH",
        at(10),
    );
    let expected = json!({
        "scope": "DICTIONARIES", "concurrency": 8, "writeBufferSize": "HIGH",
    });
    assert_has(&capped, expected);
    let ids = [&capped["rebuildId"], &defaults["rebuildId"]];
    assert_eq!(
        neptune.after(10).get(REBUILDS),
        json!({ "rebuildIds": ids })
    );
    for wrong in [
        "scope=all",
        "concurrency=0",
        "concurrency=x",
        "writeBufferSize=HUGE",
        "scope=",
    ] {
        let start = request(Method::POST, &format!("{REBUILDS}?{wrong}"));
        neptune.after(20).refuses(start, INVALID);
    }
}

#[test]
fn a_token_makes_it_idempotent() {
    let mut neptune = Emulator::default();
    let tokened = |query: &str, token: &str| {
        post(
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
    let other = neptune.after(60).refused(tokened("", "t-1"));
    assert_eq!(other.1, "InvalidParameterException");
    neptune.after(60).ask(tokened("?scope=QUADS", "t-2"));
    assert_eq!(neptune.index_rebuilds().len(), 2);
    // Without a token each is another.
    start(&mut neptune, "", at(120));
    neptune.after(120).refuses(
        request(Method::POST, REBUILDS),
        (500, "ConcurrentModificationException"),
    );
    start(&mut neptune, "", at(180));
    assert_eq!(neptune.index_rebuilds().len(), 4);
}

#[test]
fn one_can_be_cancelled_and_one_can_fail() {
    let (mut neptune, id) = started(Config::default());
    let (target, cancel) = (
        format!("{REBUILDS}/{id}"),
        format!("{REBUILDS}/{id}/cancel"),
    );
    let cancelled = json!({ "status": "CANCELLING", "concurrency": 1, "writeBufferSize": "LOW" });
    for _ in 0..2 {
        assert_eq!(
            neptune.after(5).ask(request(Method::POST, &cancel)),
            cancelled
        );
    }
    let look = neptune.after(60).get(&target);
    let expected = json!({
        "status": "CANCELLED", "progressPercentage": 50, "endTime": "2024-01-01T00:00:06Z",
    });
    assert_has(&look, expected);
    neptune
        .after(60)
        .refuses(request(Method::POST, &cancel), VALIDATION);

    neptune.fail_next_rebuild("No space left.");
    let id = start(&mut neptune, "", at(60))["rebuildId"]
        .as_str()
        .expect("an id")
        .to_owned();
    let look = neptune.after(100).get(&format!("{REBUILDS}/{id}"));
    let expected = json!({
        "status": "FAILED", "failureReason": "No space left.", "progressPercentage": 50,
        "endTime": "2024-01-01T00:01:05Z",
    });
    assert_has(&look, expected);
}

#[test]
fn rejected_requests() {
    let (mut neptune, id) = started(Config::default());
    let cancel = format!("{REBUILDS}/{id}/cancel");
    for target in [format!("{REBUILDS}/x"), format!("{REBUILDS}/x/cancel")] {
        let method = if target.ends_with("cancel") {
            Method::POST
        } else {
            Method::GET
        };
        neptune.refuses(request(method, &target), VALIDATION);
    }
    neptune.reconfigure(|config| config.role(Role::Reader));
    for target in [REBUILDS, &cancel] {
        neptune.refuses(request(Method::POST, target), READ_ONLY);
    }
    neptune.get(&format!("{REBUILDS}/{id}"));
    neptune.reconfigure(|config| config.role(Role::Writer).serverless("1.0", "8.0"));
    let start = request(Method::POST, REBUILDS);
    neptune.refuses(start, UNSUPPORTED);
}

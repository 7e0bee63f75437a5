//! The bulk loader, in virtual time.

use std::time::Duration;

use http::Method;
use neptunedata_emulator::{Config, Emulator, LoadScript};
use serde_json::{Value, json};

use crate::support::{
    Ask, INVALID, Json, at, bad, delete, get, now, post, refusal, request, text, with,
};

pub(crate) const UNKNOWN: &str = "0a237328-afd5-4574-a0bc-c29ce5f54802";
pub(crate) const NOT_FOUND: &str = "BulkLoadIdNotFoundException";
const DONE: &str = "LOAD_COMPLETED";
const RUNS: &str = "LOAD_IN_PROGRESS";
const WAITS: &str = "LOAD_IN_QUEUE";

/// A load from `s3://b/` and this.
pub(crate) fn body(source: &str) -> Value {
    json!({
        "source": format!("s3://b/{source}"), "format": "csv", "region": "us-east-1",
        "iamRoleArn": "arn:aws:iam::123456789012:role/load", "queueRequest": true,
    })
}

/// Starts a load, so many seconds after the start of the test. Gives its id.
pub(crate) fn start(neptune: &mut Emulator, body: &Value, seconds: u64) -> String {
    let answer = neptune.after(seconds).post("/loader", body);
    assert_eq!(answer["status"], "200 OK");
    text(&answer["payload"]["loadId"])
}

/// Starts loads from so many sources.
fn start_all(neptune: &mut Emulator, count: usize) -> Vec<String> {
    let sources = 0..count;
    sources
        .map(|n| start(neptune, &body(&n.to_string()), 0))
        .collect()
}

pub(crate) fn status(neptune: &mut Emulator, id: &str, query: &str, seconds: u64) -> Value {
    let mut answer = neptune.after(seconds).get(&format!("/loader/{id}{query}"));
    assert_eq!(answer["status"], "200 OK");
    answer["payload"].take()
}

#[track_caller]
fn check_status(neptune: &Emulator, id: &str, seconds: u64, expected: &str) {
    let status = neptune.load_status(id, at(seconds));
    assert_eq!(status.as_deref(), Some(expected));
}

#[test]
fn a_load_runs_and_completes() {
    let mut neptune = Emulator::default();
    let script = LoadScript::completing().files(3);
    neptune.next_load(script.records(100).duplicates(10));
    let id = start(&mut neptune, &body("k"), 0);
    status(&mut neptune, &id, "", 5).has(json!({
        "feedCount": [{ "LOAD_IN_PROGRESS": 3 }],
        "overallStatus": {
            "status": RUNS, "totalTimeSpent": 5.0, "totalRecords": 50, "totalDuplicates": 5,
        },
    }));
    for after in [10, 11, 1_000_000] {
        status(&mut neptune, &id, "", after).has(json!({
            "feedCount": [{ "LOAD_COMPLETED": 3 }],
            "overallStatus": {
                "totalTimeSpent": 10.0, "totalRecords": 100, "startTime": 1_704_067_200,
            },
        }));
    }
    let load = neptune.load(&id).expect("a load");
    assert_eq!(load.parameters()["format"], "csv");
    check_status(&neptune, &id, 0, DONE);
    assert_eq!(neptune.load_status(UNKNOWN, now()), None);
}

#[test]
fn one_runs_and_the_others_wait() {
    let mut neptune = Emulator::default();
    let ids = start_all(&mut neptune, 3);
    for (seconds, states) in [
        (0, [RUNS, WAITS, WAITS]),
        (15, [DONE, RUNS, WAITS]),
        (29, [DONE, DONE, RUNS]),
        (30, [DONE, DONE, DONE]),
    ] {
        for (id, state) in ids.iter().zip(states) {
            check_status(&neptune, id, seconds, state);
        }
    }
    // Status requests change nothing: a load without status requests began when its turn came.
    let third = &status(&mut neptune, &ids[2], "", 100)["overallStatus"];
    third.has(json!({ "startTime": 1_704_067_220, "totalTimeSpent": 10.0 }));
}

#[test]
fn lists_newest_first() {
    let mut neptune = Emulator::default();
    let mut ids = start_all(&mut neptune, 4);
    assert_eq!(neptune.load_ids(), ids);
    ids.reverse();
    for (query, listed) in [
        ("", &ids[..]),
        ("?includeQueuedLoads=TRUE&limit=1", &ids[..1]),
        ("?includeQueuedLoads=false", &ids[2..]),
    ] {
        let list = neptune.after(15).get(&format!("/loader{query}"));
        list["payload"].is(json!({ "loadIds": listed }));
    }
    for wrong in ["0", "101", "x", ""] {
        neptune.refuses(get(&format!("/loader?limit={wrong}")), INVALID);
    }
}

#[test]
fn the_queue_has_a_limit() {
    let mut neptune = Emulator::default();
    start_all(&mut neptune, 65);
    let refused = |limit: &str| {
        bad(&format!(
            "Failed to start new load for the source s3://b/k. Max {limit}"
        ))
    };
    let full = refused("load task queue size limit breached. Limit is 64");
    neptune.refuses_as(post("/loader", &body("k")), full);
    let at_once = with(body("k"), json!({ "queueRequest": "FALSE" }));
    let busy = refused("concurrent load limit breached. Limit is 1");
    neptune.refuses_as(post("/loader", &at_once), busy);
    start(&mut neptune, &body("k"), 10);
    start(&mut neptune, &at_once, 700);
    assert_eq!(neptune.load_ids().len(), 67);
}

#[test]
fn only_the_last_loads_are_remembered() {
    let mut neptune = Emulator::new(Config::default().load_duration(Duration::ZERO));
    let ids = start_all(&mut neptune, 1025);
    assert_eq!(neptune.load_ids(), ids[1..]);
    neptune.refuses(get(&format!("/loader/{}", ids[0])), (404, NOT_FOUND));
}

#[test]
fn dependencies_have_to_complete() {
    let mut neptune = Emulator::default();
    let after = |ids: &[&str]| with(body("3"), json!({ "dependencies": ids }));
    let good = start(&mut neptune, &body("1"), 0);
    neptune.next_load(LoadScript::failing("LOAD_DATA_DEADLOCK"));
    let bad = start(&mut neptune, &body("2"), 0);
    let fine = start(&mut neptune, &after(&[&good]), 0);
    let broken = start(&mut neptune, &after(&[&good, &bad]), 0);
    let broken_too = start(&mut neptune, &after(&[&broken]), 0);
    let last = start(&mut neptune, &body("4"), 0);
    let not_satisfied = "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED";
    for (id, seconds, status) in [
        (&bad, 20, "LOAD_DATA_DEADLOCK"),
        (&fine, 29, RUNS),
        (&broken, 29, WAITS),
        (&broken, 30, not_satisfied),
        (&broken_too, 30, not_satisfied),
        (&last, 30, RUNS),
    ] {
        check_status(&neptune, id, seconds, status);
    }
    let unknown = post("/loader", &after(&[UNKNOWN]));
    neptune.refuses(unknown, (404, NOT_FOUND));
}

#[test]
fn modes_depend_on_earlier_loads() {
    let mut neptune = Emulator::new(Config::default().load_duration(Duration::ZERO));
    let failing = |status| Some(LoadScript::failing(status));
    for (mode, script, run, records, expected) in [
        ("RESUME", None, 1, 0, "LOAD_FAILED_INVALID_REQUEST"),
        ("NEW", failing("LOAD_FAILED"), 1, 1, "LOAD_FAILED"),
        ("RESUME", None, 2, 1, DONE),
        ("AUTO", None, 3, 0, DONE),
        ("NEW", None, 1, 1, DONE),
    ] {
        script
            .into_iter()
            .for_each(|script| neptune.next_load(script));
        let id = start(&mut neptune, &with(body("k"), json!({ "mode": mode })), 0);
        let overall = &status(&mut neptune, &id, "", 0)["overallStatus"];
        overall.has(json!({ "runNumber": run, "totalRecords": records, "status": expected }));
    }
}

#[test]
fn m34_cancel_answers_nothing_and_lets_the_next_begin() {
    let mut neptune = Emulator::default();
    let ids = start_all(&mut neptune, 3);
    for (id, target) in [
        (&ids[1], format!("/loader/{}", ids[1])),
        (&ids[0], format!("/loader?loadId={}", ids[0])),
    ] {
        let cancelled = neptune.after(3).answer(delete(&target));
        assert_eq!(
            (cancelled.status().as_u16(), cancelled.body().len()),
            (200, 0)
        );
        let cancelled = json!({ "feedCount": [{ "LOAD_CANCELLED_BY_USER": 1 }] });
        status(&mut neptune, id, "", 3).has(cancelled);
    }
    check_status(&neptune, &ids[2], 12, RUNS);
    check_status(&neptune, &ids[2], 13, DONE);
    assert_eq!(neptune.executed("CancelLoaderJob"), 2);
    let gone = format!("The load with id = {} does not exist or not active", ids[0]);
    let again = delete(&format!("/loader/{}", ids[0]));
    neptune
        .after(4)
        .refuses_as(again, refusal(404, NOT_FOUND, &gone));
}

#[test]
fn old_forms() {
    let mut neptune = Emulator::default();
    // Flags as text, and members that the model does not know.
    let as_text = json!({ "failOnError": "FALSE", "userProvidedEdgeIds": "True", "parserConfiguration": { "allowEmptyStrings": true }, "more": 1 });
    let id = start(&mut neptune, &with(body("k"), as_text), 0);
    neptune.get(&format!("/loader?loadId={id}&details=TRUE"));
    assert_eq!(neptune.last().operation, Some("GetLoaderJobStatus"));
    assert_eq!(neptune.executed("ListLoaderJobs"), 0);
    // Parameters in the query, without a body.
    let target = "/loader?source=s3%3A%2F%2Fb%2Fk&format=csv&region=us-east-1&iamRoleArn=arn&queueRequest=TRUE";
    let started = neptune.ask(request(Method::POST, target));
    let id = text(&started["payload"]["loadId"]);
    assert_eq!(neptune.load(&id).expect("a load").source(), "s3://b/k");
}

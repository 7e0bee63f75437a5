//! The bulk loader, in virtual time.

use std::time::Duration;

use http::Method;
use neptunedata_emulator::{Config, Emulator, LoadScript, Now};
use serde_json::{Value, json};

use crate::support::{Ask, assert_has, bad, delete, get, now, post, refusal, request, with};

pub(crate) const UNKNOWN: &str = "0a237328-afd5-4574-a0bc-c29ce5f54802";

pub(crate) fn at(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

pub(crate) fn body(source: &str) -> Value {
    json!({
        "source": source, "format": "csv", "region": "us-east-1",
        "iamRoleArn": "arn:aws:iam::123456789012:role/load", "queueRequest": true,
    })
}

pub(crate) fn start(neptune: &mut Emulator, body: &Value, now: Now) -> String {
    let answer = neptune.at(now).post("/loader", body);
    assert_eq!(answer["status"], "200 OK");
    answer["payload"]["loadId"]
        .as_str()
        .expect("an id")
        .to_owned()
}

pub(crate) fn status(neptune: &mut Emulator, id: &str, query: &str, now: Now) -> Value {
    let mut answer = neptune.at(now).get(&format!("/loader/{id}{query}"));
    assert_eq!(answer["status"], "200 OK");
    answer["payload"].take()
}

#[test]
fn a_load_runs_and_completes() {
    let mut neptune = Emulator::default();
    neptune.next_load(
        LoadScript::completing()
            .files(3)
            .records(100)
            .duplicates(10),
    );
    let id = start(&mut neptune, &body("s3://b/k"), now());
    let first = status(&mut neptune, &id, "", at(5));
    assert_eq!(first["feedCount"], json!([{ "LOAD_IN_PROGRESS": 3 }]));
    let overall = &first["overallStatus"];
    let expected = json!({
        "status": "LOAD_IN_PROGRESS", "totalTimeSpent": 5.0, "totalRecords": 50,
        "totalDuplicates": 5,
    });
    assert_has(&overall, expected);
    for after in [10, 11, 1_000_000] {
        let last = status(&mut neptune, &id, "", at(after));
        assert_eq!(last["feedCount"], json!([{ "LOAD_COMPLETED": 3 }]));
        let overall = &last["overallStatus"];
        let expected = json!({
            "totalTimeSpent": 10.0, "totalRecords": 100, "startTime": 1_704_067_200,
        });
        assert_has(&overall, expected);
    }
    assert_eq!(
        neptune.load(&id).expect("a load").parameters()["format"],
        "csv"
    );
    assert_eq!(
        neptune.load_status(&id, now()).as_deref(),
        Some("LOAD_COMPLETED")
    );
    assert_eq!(neptune.load_status(UNKNOWN, now()), None);
}

#[test]
fn one_runs_and_the_others_wait() {
    let mut neptune = Emulator::default();
    let ids: Vec<String> = (0..3)
        .map(|n| start(&mut neptune, &body(&format!("s3://b/{n}")), now()))
        .collect();
    let states = |neptune: &Emulator, at| -> Vec<String> {
        ids.iter()
            .map(|id| neptune.load_status(id, at).expect("a load"))
            .collect()
    };
    const DONE: &str = "LOAD_COMPLETED";
    const RUNS: &str = "LOAD_IN_PROGRESS";
    const WAITS: &str = "LOAD_IN_QUEUE";
    assert_eq!(states(&neptune, now()), [RUNS, WAITS, WAITS]);
    assert_eq!(states(&neptune, at(15)), [DONE, RUNS, WAITS]);
    assert_eq!(states(&neptune, at(29)), [DONE, DONE, RUNS]);
    assert_eq!(states(&neptune, at(30)), [DONE, DONE, DONE]);
    // Status requests change nothing: a load without status requests began when its turn came.
    let third = status(&mut neptune, &ids[2], "", at(100));
    let expected = json!({
        "overallStatus": { "startTime": 1_704_067_220, "totalTimeSpent": 10.0 },
    });
    assert_has(&third, expected);
}

#[test]
fn lists_newest_first() {
    let mut neptune = Emulator::default();
    let mut ids: Vec<String> = (0..4)
        .map(|n| start(&mut neptune, &body(&format!("s3://b/{n}")), now()))
        .collect();
    assert_eq!(neptune.load_ids(), ids);
    ids.reverse();
    let mut list =
        |query: &str, at| neptune.at(at).get(&format!("/loader{query}"))["payload"].take();
    assert_eq!(list("", at(15)), json!({ "loadIds": ids }));
    assert_eq!(
        list("?includeQueuedLoads=TRUE&limit=1", at(15)),
        json!({ "loadIds": ids[..1] })
    );
    assert_eq!(
        list("?includeQueuedLoads=false", at(15)),
        json!({ "loadIds": ids[2..] })
    );
    for wrong in ["0", "101", "x", ""] {
        let refusal = neptune.refused(get(&format!("/loader?limit={wrong}")));
        assert_eq!(refusal.1, "InvalidParameterException", "{wrong}");
    }
}

#[test]
fn the_queue_has_a_limit() {
    let mut neptune = Emulator::default();
    for n in 0..65 {
        start(&mut neptune, &body(&format!("s3://b/{n}")), now());
    }
    let full = "Failed to start new load for the source s3://b/k. Max load task queue size limit breached. Limit is 64";
    neptune.refuses_as(post("/loader", &body("s3://b/k")), bad(full));
    let at_once = with(body("s3://b/k"), json!({ "queueRequest": "FALSE" }));
    let busy = "Failed to start new load for the source s3://b/k. Max concurrent load limit breached. Limit is 1";
    neptune.refuses_as(post("/loader", &at_once), bad(busy));
    start(&mut neptune, &body("s3://b/k"), at(10));
    start(&mut neptune, &at_once, at(700));
    assert_eq!(neptune.load_ids().len(), 67);
}

#[test]
fn only_the_last_loads_are_remembered() {
    let mut neptune = Emulator::new(Config::default().load_duration(Duration::ZERO));
    let first = start(&mut neptune, &body("s3://b/k"), now());
    for _ in 0..1024 {
        start(&mut neptune, &body("s3://b/k"), now());
    }
    assert_eq!(neptune.load_ids().len(), 1024);
    assert_eq!(neptune.refused(get(&format!("/loader/{first}"))).0, 404);
}

#[test]
fn dependencies_have_to_complete() {
    let mut neptune = Emulator::default();
    let good = start(&mut neptune, &body("s3://b/1"), now());
    neptune.next_load(LoadScript::failing("LOAD_DATA_DEADLOCK"));
    let bad = start(&mut neptune, &body("s3://b/2"), now());
    let after = |ids: &[&str]| with(body("s3://b/3"), json!({ "dependencies": ids }));
    let fine = start(&mut neptune, &after(&[&good]), now());
    let broken = start(&mut neptune, &after(&[&good, &bad]), now());
    let broken_too = start(&mut neptune, &after(&[&broken]), now());
    let last = start(&mut neptune, &body("s3://b/4"), now());
    let is = |id: &str, seconds, status: &str| {
        assert_eq!(
            neptune.load_status(id, at(seconds)).as_deref(),
            Some(status)
        );
    };
    is(&bad, 20, "LOAD_DATA_DEADLOCK");
    is(&fine, 29, "LOAD_IN_PROGRESS");
    is(&broken, 29, "LOAD_IN_QUEUE");
    is(&broken, 30, "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED");
    is(
        &broken_too,
        30,
        "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED",
    );
    is(&last, 30, "LOAD_IN_PROGRESS");
    let unknown = after(&[UNKNOWN]);
    neptune.refuses(
        post("/loader", &unknown),
        (404, "BulkLoadIdNotFoundException"),
    );
}

#[test]
fn modes_depend_on_earlier_loads() {
    let mut neptune = Emulator::new(Config::default().load_duration(Duration::ZERO));
    let mode = |mode: &str| with(body("s3://b/k"), json!({ "mode": mode }));
    let run = |neptune: &mut Emulator, id: &str| {
        let overall = status(neptune, id, "", now())["overallStatus"].take();
        (
            overall["runNumber"].as_u64(),
            overall["totalRecords"].as_u64(),
            overall["status"].as_str().map(str::to_owned),
        )
    };
    let completed = Some("LOAD_COMPLETED".to_owned());
    let nothing = start(&mut neptune, &mode("RESUME"), now());
    assert_eq!(
        run(&mut neptune, &nothing).2.as_deref(),
        Some("LOAD_FAILED_INVALID_REQUEST")
    );
    neptune.next_load(LoadScript::failing("LOAD_FAILED"));
    start(&mut neptune, &mode("NEW"), now());
    let resumed = start(&mut neptune, &mode("RESUME"), now());
    assert_eq!(
        run(&mut neptune, &resumed),
        (Some(2), Some(1), completed.clone())
    );
    let nothing_left = start(&mut neptune, &body("s3://b/k"), now());
    assert_eq!(
        run(&mut neptune, &nothing_left),
        (Some(3), Some(0), completed.clone())
    );
    let again = start(&mut neptune, &mode("NEW"), now());
    assert_eq!(run(&mut neptune, &again), (Some(1), Some(1), completed));
}

#[test]
fn m34_cancel_answers_nothing_and_lets_the_next_begin() {
    let mut neptune = Emulator::default();
    let first = start(&mut neptune, &body("s3://b/1"), now());
    let second = start(&mut neptune, &body("s3://b/2"), now());
    let third = start(&mut neptune, &body("s3://b/3"), now());
    for (id, target) in [
        (&second, format!("/loader/{second}")),
        (&first, format!("/loader?loadId={first}")),
    ] {
        let cancelled = neptune.after(3).answer(delete(&target));
        assert_eq!(
            (cancelled.status().as_u16(), cancelled.body().len()),
            (200, 0)
        );
        let counts = status(&mut neptune, id, "", at(3))["feedCount"].take();
        assert_eq!(counts, json!([{ "LOAD_CANCELLED_BY_USER": 1 }]));
    }
    assert_eq!(
        neptune.load_status(&third, at(12)).as_deref(),
        Some("LOAD_IN_PROGRESS")
    );
    assert_eq!(
        neptune.load_status(&third, at(13)).as_deref(),
        Some("LOAD_COMPLETED")
    );
    assert_eq!(neptune.executed("CancelLoaderJob"), 2);
    let gone = format!("The load with id = {first} does not exist or not active");
    neptune.after(4).refuses_as(
        delete(&format!("/loader/{first}")),
        refusal(404, "BulkLoadIdNotFoundException", &gone),
    );
}

#[test]
fn old_forms() {
    let mut neptune = Emulator::default();
    // Flags as text, and members that the model does not know.
    let text = json!({ "failOnError": "FALSE", "userProvidedEdgeIds": "True", "parserConfiguration": { "allowEmptyStrings": true }, "more": 1 });
    let id = start(&mut neptune, &with(body("s3://b/k"), text), now());
    neptune.get(&format!("/loader?loadId={id}&details=TRUE"));
    assert_eq!(neptune.last().operation, Some("GetLoaderJobStatus"));
    assert_eq!(neptune.executed("ListLoaderJobs"), 0);
    // Parameters in the query, without a body.
    let target = "/loader?source=s3%3A%2F%2Fb%2Fk&format=csv&region=us-east-1&iamRoleArn=arn&queueRequest=TRUE";
    let started = neptune.ask(request(Method::POST, target));
    let id = started["payload"]["loadId"].as_str().expect("an id");
    assert_eq!(neptune.load(id).expect("a load").source(), "s3://b/k");
}

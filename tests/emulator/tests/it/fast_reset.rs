//! Fast reset, and restarts.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, GraphKind, Now, Role, Statistics};
use serde_json::{Value, json};

use crate::support::{answer, ask, get, job, now, post, refusal, refused, request};

fn at(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

fn initiate(neptune: &mut Emulator, now: Now) -> String {
    let answer = ask(
        neptune,
        post("/system", &json!({ "action": "initiateDatabaseReset" })),
        now,
    );
    assert_eq!(answer["status"], "200 OK");
    answer["payload"]["token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

fn perform(token: &str) -> Request<Bytes> {
    post(
        "/system",
        &json!({ "action": "performDatabaseReset", "token": token }),
    )
}

fn form(body: &'static str) -> Request<Bytes> {
    Request::post("/system")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .expect("a request")
}

fn no_match(token: &str) -> (u16, String, String) {
    let text =
        format!("System command parameter 'token' : '{token}' does not match database reset token");
    refusal(400, "InvalidParameterException", &text)
}

#[test]
fn a_reset_erases_and_restarts() {
    let mut neptune = Emulator::default();
    ask(
        &mut neptune,
        post("/ml/modeltraining", &job("job-1")),
        now(),
    );
    let load = json!({ "source": "s3://b/k", "format": "csv", "region": "us-east-1", "iamRoleArn": "arn" });
    ask(&mut neptune, post("/loader", &load), now());
    ask(
        &mut neptune,
        request(http::Method::POST, "/storage/indexes/rebuilds"),
        now(),
    );
    neptune.set_statistics(GraphKind::Rdf, Statistics::computed(now().wall));
    neptune.fail_next_training("planned");
    let token = initiate(&mut neptune, now());
    // Nothing has happened yet.
    assert_eq!(neptune.training_jobs().len(), 1);
    assert_eq!(
        ask(&mut neptune, perform(&token), at(60)),
        json!({ "status": "200 OK" })
    );

    let shutdown =
        "Database reset is in progress. Please retry the query after the cluster is available.";
    for (target, after) in [("/status", 60), ("/ml/modeltraining", 64), ("/loader", 64)] {
        assert_eq!(
            refused(&mut neptune, get(target), at(after)),
            refusal(500, "ServerShutdownException", shutdown)
        );
    }
    let status = ask(&mut neptune, get("/status"), at(65));
    assert_eq!(status["startTime"], "Mon Jan 01 00:01:05 UTC 2024");
    assert_eq!(
        ask(&mut neptune, get("/ml/modeltraining"), at(65)),
        json!({ "ids": [] })
    );
    assert_eq!(
        ask(&mut neptune, get("/loader"), at(65))["payload"]["loadIds"],
        json!([])
    );
    assert_eq!(
        ask(&mut neptune, get("/rdf/statistics"), at(65))["payload"]["active"],
        false
    );
    assert_eq!(
        ask(&mut neptune, get("/storage/indexes/rebuilds"), at(65))["rebuildIds"],
        json!([])
    );
    // What tests have planned is no data.
    assert_eq!(
        ask(
            &mut neptune,
            post("/ml/modeltraining", &job("job-2")),
            at(65)
        )["id"],
        "job-2"
    );
    let failed = ask(&mut neptune, get("/ml/modeltraining/job-2"), at(100));
    assert_eq!(failed["status"], "Failed");
    // Sent again after a lost answer, it meets a token that is no longer good.
    assert_eq!(
        refused(&mut neptune, perform(&token), at(65)),
        no_match(&token)
    );
    assert_eq!(neptune.executed("ExecuteFastReset"), 2);
}

#[test]
fn only_the_newest_token_counts_and_not_for_ever() {
    let mut neptune = Emulator::default();
    assert_eq!(refused(&mut neptune, perform("X"), now()), no_match("X"));
    let old = initiate(&mut neptune, now());
    let new = initiate(&mut neptune, now());
    assert_ne!(old, new);
    assert_eq!(refused(&mut neptune, perform(&old), now()), no_match(&old));
    assert_eq!(
        refused(&mut neptune, perform(&new), at(3601)),
        no_match(&new)
    );
    ask(&mut neptune, perform(&new), at(3600));
}

#[test]
fn a_restart_voids_the_token_and_nothing_else() {
    let mut neptune = Emulator::new(Config::default().restart_duration(Duration::from_secs(1)));
    ask(
        &mut neptune,
        post("/ml/modeltraining", &job("job-1")),
        now(),
    );
    let token = initiate(&mut neptune, now());
    neptune.restart(now());
    assert_eq!(
        answer(&mut neptune, get("/status"), now())
            .status()
            .as_u16(),
        500
    );
    assert_eq!(
        refused(&mut neptune, perform(&token), at(1)),
        no_match(&token)
    );
    assert_eq!(neptune.training_jobs().len(), 1);
}

#[test]
fn forms_are_understood() {
    let mut neptune = Emulator::default();
    let initiated = ask(&mut neptune, form("action=initiateDatabaseReset"), now());
    let token = initiated["payload"]["token"].as_str().expect("a token");
    let body = format!("action=performDatabaseReset&token={token}");
    let mut perform = form("");
    *perform.body_mut() = body.into();
    ask(&mut neptune, perform, now());
}

#[test]
fn what_is_refused() {
    let mut neptune = Emulator::default();
    let mut expect =
        |request, code: &str| assert_eq!(refused(&mut neptune, request, now()).1, code);
    expect(post("/system", &json!({})), "MissingParameterException");
    expect(
        post("/system", &json!({ "action": "performDatabaseReset" })),
        "MissingParameterException",
    );
    expect(
        post("/system", &json!({ "action": "shutdown" })),
        "InvalidParameterException",
    );
    expect(
        post("/system", &json!({ "action": Value::Bool(true) })),
        "InvalidParameterException",
    );
    expect(form("action=%zz"), "BadRequestException");
    expect(form(""), "MissingParameterException");
    let untyped = Request::post("/system")
        .body(Bytes::from("{}"))
        .expect("a request");
    expect(untyped, "MissingParameterException");
    let mut replica = Emulator::new(Config::default().role(Role::Reader));
    let initiate = post("/system", &json!({ "action": "initiateDatabaseReset" }));
    assert_eq!(
        refused(&mut replica, initiate, now()).1,
        "ReadOnlyViolationException"
    );
}

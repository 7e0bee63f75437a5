//! Fast reset, and restarts.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator, GraphKind, Now, Role, Statistics};
use serde_json::{Value, json};

use crate::support::{Ask, READ_ONLY, get, invalid, job, now, post, refusal, request};

fn initiate(neptune: &mut Emulator, now: Now) -> String {
    let answer = neptune
        .at(now)
        .post("/system", &json!({ "action": "initiateDatabaseReset" }));
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
    invalid(&text)
}

#[test]
fn a_reset_erases_and_restarts() {
    let mut neptune = Emulator::default();
    neptune.post("/ml/modeltraining", &job("job-1"));
    let load = json!({ "source": "s3://b/k", "format": "csv", "region": "us-east-1", "iamRoleArn": "arn" });
    neptune.post("/loader", &load);
    neptune.ask(request(http::Method::POST, "/storage/indexes/rebuilds"));
    neptune.set_statistics(GraphKind::Rdf, Statistics::computed(now().wall));
    neptune.fail_next_training("planned");
    let token = initiate(&mut neptune, now());
    // Nothing has happened yet.
    assert_eq!(neptune.training_jobs().len(), 1);
    assert_eq!(
        neptune.after(60).ask(perform(&token)),
        json!({ "status": "200 OK" })
    );

    let shutdown =
        "Database reset is in progress. Please retry the query after the cluster is available.";
    for (target, after) in [("/status", 60), ("/ml/modeltraining", 64), ("/loader", 64)] {
        neptune.after(after).refuses_as(
            get(target),
            refusal(500, "ServerShutdownException", shutdown),
        );
    }
    let status = neptune.after(65).get("/status");
    assert_eq!(status["startTime"], "Mon Jan 01 00:01:05 UTC 2024");
    assert_eq!(
        neptune.after(65).get("/ml/modeltraining"),
        json!({ "ids": [] })
    );
    assert_eq!(
        neptune.after(65).get("/loader")["payload"]["loadIds"],
        json!([])
    );
    assert_eq!(
        neptune.after(65).get("/rdf/statistics")["payload"]["active"],
        false
    );
    assert_eq!(
        neptune.after(65).get("/storage/indexes/rebuilds")["rebuildIds"],
        json!([])
    );
    // A reset does not delete the plans of tests.
    assert_eq!(
        neptune.after(65).post("/ml/modeltraining", &job("job-2"))["id"],
        "job-2"
    );
    let failed = neptune.after(100).get("/ml/modeltraining/job-2");
    assert_eq!(failed["status"], "Failed");
    // Sent again after a lost answer, it meets a token that is no longer good.
    neptune
        .after(65)
        .refuses_as(perform(&token), no_match(&token));
    assert_eq!(neptune.executed("ExecuteFastReset"), 2);
}

#[test]
fn only_the_newest_token_counts_and_not_for_ever() {
    let mut neptune = Emulator::default();
    neptune.refuses_as(perform("X"), no_match("X"));
    let old = initiate(&mut neptune, now());
    let new = initiate(&mut neptune, now());
    assert_ne!(old, new);
    neptune.refuses_as(perform(&old), no_match(&old));
    neptune
        .after(3601)
        .refuses_as(perform(&new), no_match(&new));
    neptune.after(3600).ask(perform(&new));
}

#[test]
fn a_restart_voids_the_token_and_nothing_else() {
    let mut neptune = Emulator::new(Config::default().restart_duration(Duration::from_secs(1)));
    neptune.post("/ml/modeltraining", &job("job-1"));
    let token = initiate(&mut neptune, now());
    neptune.restart(now());
    assert_eq!(neptune.answer(get("/status")).status().as_u16(), 500);
    neptune
        .after(1)
        .refuses_as(perform(&token), no_match(&token));
    assert_eq!(neptune.training_jobs().len(), 1);
}

#[test]
fn forms_are_understood() {
    let mut neptune = Emulator::default();
    let initiated = neptune.ask(form("action=initiateDatabaseReset"));
    let token = initiated["payload"]["token"].as_str().expect("a token");
    let body = format!("action=performDatabaseReset&token={token}");
    let mut perform = form("");
    *perform.body_mut() = body.into();
    neptune.ask(perform);
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    let mut expect = |request, code: &str| assert_eq!(neptune.refused(request).1, code);
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
    replica.refuses(initiate, READ_ONLY);
}

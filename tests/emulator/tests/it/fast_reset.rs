//! Fast reset, and restarts.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
#[cfg(feature = "oxigraph")]
use neptunedata_emulator::{ChangeStream, EventId};
use neptunedata_emulator::{Config, Emulator, GraphKind, MlKind, Role, Statistics};
use serde_json::{Value, json};

use crate::support::{
    Ask, BAD_REQUEST, INVALID, Json, MISSING, READ_ONLY, Refusal, form, get, invalid, job, now,
    post, refusal, request, text, untyped,
};

const JOBS: &str = "/ml/modeltraining";

fn system(body: Value) -> Request<Bytes> {
    post("/system", &body)
}

fn initiate(neptune: &mut Emulator) -> String {
    let answer = neptune.ask(system(json!({ "action": "initiateDatabaseReset" })));
    assert_eq!(answer["status"], "200 OK");
    text(&answer["payload"]["token"])
}

fn perform(token: &str) -> Request<Bytes> {
    system(json!({ "action": "performDatabaseReset", "token": token }))
}

fn no_match(token: &str) -> Refusal {
    let text =
        format!("System command parameter 'token' : '{token}' does not match database reset token");
    invalid(&text)
}

#[test]
fn a_reset_erases_and_restarts() {
    let mut neptune = Emulator::default();
    neptune.post(JOBS, &job("job-1"));
    let load = json!({ "source": "s3://b/k", "format": "csv", "region": "us-east-1", "iamRoleArn": "arn" });
    neptune.post("/loader", &load);
    neptune.ask(request(http::Method::POST, "/storage/indexes/rebuilds"));
    neptune.set_statistics(GraphKind::Rdf, Statistics::computed(now().wall));
    neptune.fail_next_ml(MlKind::ModelTraining, "planned");
    let token = initiate(&mut neptune);
    // Nothing has happened yet.
    assert_eq!(neptune.ml_jobs(MlKind::ModelTraining).len(), 1);
    let performed = neptune.after(60).ask(perform(&token));
    performed.is(json!({ "status": "200 OK" }));

    let text =
        "Database reset is in progress. Please retry the query after the cluster is available.";
    let shut_down = refusal(500, "ServerShutdownException", text);
    for (target, after) in [("/status", 60), (JOBS, 64), ("/loader", 64)] {
        neptune.after(after).refuses_as(get(target), &shut_down);
    }
    let mut then = neptune.after(65);
    for (target, erased) in [
        (
            "/status",
            json!({ "startTime": "Mon Jan 01 00:01:05 UTC 2024" }),
        ),
        (JOBS, json!({ "ids": [] })),
        ("/loader", json!({ "payload": { "loadIds": [] } })),
        ("/rdf/statistics", json!({ "payload": { "active": false } })),
        ("/storage/indexes/rebuilds", json!({ "rebuildIds": [] })),
    ] {
        then.get(target).has(erased);
    }
    // A reset does not delete the plans of tests.
    assert_eq!(then.post(JOBS, &job("job-2"))["id"], "job-2");
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
    let old = initiate(&mut neptune);
    let new = initiate(&mut neptune);
    assert_ne!(old, new);
    neptune.refuses_as(perform(&old), no_match(&old));
    neptune
        .after(3601)
        .refuses_as(perform(&new), no_match(&new));
    neptune.after(3600).ask(perform(&new));
}

#[cfg(feature = "oxigraph")]
#[test]
fn a_reset_erases_the_triples() {
    let mut neptune = Emulator::new(Config::default().rdf_engine(true).streams(true));
    crate::rdf::update(&mut neptune, "INSERT DATA { <urn:s> <urn:p> 1 }");
    let quads = |neptune: &mut Emulator, seconds: u64| {
        let summary = neptune.after(seconds).get("/rdf/statistics/summary");
        summary["payload"]["graphSummary"]["numQuads"].clone()
    };
    assert_eq!(quads(&mut neptune, 0), 1);
    let token = initiate(&mut neptune);
    neptune.ask(perform(&token));
    assert_eq!(quads(&mut neptune, 60), 0);
    let ask = crate::rdf::query("ASK { ?s ?p ?o }");
    assert_eq!(neptune.after(60).ask(ask)["boolean"], false);
    assert_eq!(neptune.last_event(ChangeStream::Sparql), EventId::default());
}

#[test]
fn a_restart_voids_the_token_and_nothing_else() {
    let mut neptune = Emulator::new(Config::default().restart_duration(Duration::from_secs(1)));
    neptune.post(JOBS, &job("job-1"));
    let token = initiate(&mut neptune);
    let started = neptune.get("/status")["startTime"].clone();
    neptune.restart(now());
    assert_eq!(neptune.answer(get("/status")).status().as_u16(), 500);
    assert_ne!(neptune.after(1).get("/status")["startTime"], started);
    neptune
        .after(1)
        .refuses_as(perform(&token), no_match(&token));
    assert_eq!(neptune.ml_jobs(MlKind::ModelTraining).len(), 1);
}

#[test]
fn forms_are_understood() {
    let mut neptune = Emulator::default();
    let initiated = neptune.ask(form("/system", "action=initiateDatabaseReset"));
    let token = text(&initiated["payload"]["token"]);
    neptune.ask(form(
        "/system",
        &format!("action=performDatabaseReset&token={token}"),
    ));
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    for (request, code) in [
        (system(json!({})), MISSING),
        (system(json!({ "action": "performDatabaseReset" })), MISSING),
        (system(json!({ "action": "shutdown" })), INVALID),
        (system(json!({ "action": true })), INVALID),
        (form("/system", "action=%zz"), BAD_REQUEST),
        (form("/system", ""), MISSING),
        (untyped("/system", "{}"), MISSING),
    ] {
        neptune.refuses(request, code);
    }
    let mut replica = Emulator::new(Config::default().role(Role::Reader));
    let initiate = system(json!({ "action": "initiateDatabaseReset" }));
    replica.refuses(initiate, READ_ONLY);
}

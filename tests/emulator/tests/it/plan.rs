//! Planned failures.

use http::{HeaderValue, StatusCode, header};
use neptunedata_emulator::{
    Config, Emulator, Fault, JobStatus, MlKind, Outcome, PlannedFault, Response,
};
use serde_json::json;

use crate::support::{Ask, delete, get, invalid, job, now, refusal};

const CANCEL: &str = "CancelMLModelTrainingJob";

fn started() -> Emulator {
    let mut neptune = Emulator::new(Config::default());
    neptune.post("/ml/modeltraining", &job("job-1"));
    neptune
}

/// The outcome of a cancel.
fn cancel(neptune: &mut Emulator) -> Outcome {
    neptune.handle(delete("/ml/modeltraining/job-1"), now())
}

fn status(neptune: &Emulator) -> JobStatus {
    neptune
        .ml_job(MlKind::ModelTraining, "job-1")
        .expect("a job")
        .status(now())
}

#[test]
fn lost_before_it_ran() {
    let mut neptune = started();
    neptune.fail_next(PlannedFault::close());
    let outcome = cancel(&mut neptune);
    assert!(matches!(
        outcome,
        Outcome::Fault(Fault::CloseWithoutResponse)
    ));
    assert_eq!(neptune.counts(CANCEL), (1, 0));
    assert_eq!(status(&neptune), JobStatus::InProgress);
    assert_eq!(neptune.last().status, None);
    neptune.delete("/ml/modeltraining/job-1");
    assert_eq!(neptune.counts(CANCEL), (2, 1));
}

#[test]
fn executed_but_the_answer_was_lost() {
    let mut neptune = started();
    neptune.fail_next(PlannedFault::executed_but_closed());
    assert!(cancel(&mut neptune).response().is_none());
    assert_eq!(neptune.counts(CANCEL), (1, 1));
    assert_eq!(status(&neptune), JobStatus::Stopped);
    let again = neptune.refused(delete("/ml/modeltraining/job-1"));
    let ended = "Failed to stop the job because it has already completed or failed.";
    assert_eq!(again, invalid(ended));
    assert_eq!(neptune.counts(CANCEL), (2, 1));
}

#[test]
fn executed_but_cut() {
    let mut neptune = started();
    neptune.fail_next(PlannedFault::executed_but_cut(5));
    let outcome = cancel(&mut neptune);
    let Outcome::Fault(Fault::CutBody { response, after: 5 }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(response.to_json(), Some(json!({ "status": "200 OK" })));
    assert!(response.head.headers.contains_key("date"));
    let entry = neptune.last();
    assert_eq!((entry.status, entry.executed), (Some(StatusCode::OK), true));
    // Nothing is cut off an answer that is shorter.
    neptune.fail_next(PlannedFault::executed_but_cut(1_000_000));
    neptune.get("/status");
}

#[test]
fn errors_take_the_place_of_answers() {
    let mut neptune = started();
    neptune.fail_next(PlannedFault::error("ThrottlingException", "Slow down."));
    neptune.fail_next(PlannedFault::executed_but_error(
        "InternalFailureException",
        "Oops.",
    ));
    neptune.fail_next(PlannedFault::error("TooManyRequestsException", "Slower."));
    let status = StatusCode::SERVICE_UNAVAILABLE;
    neptune.fail_next(PlannedFault::error_with_status(status, "SomethingNew", ""));
    let throttled = refusal(500, "ThrottlingException", "Slow down.");
    neptune.refuses_as(get("/status"), throttled);
    assert_eq!(neptune.answer(get("/status")).status(), 500);
    assert_eq!(neptune.executed("GetEngineStatus"), 1);
    let throttled = refusal(429, "TooManyRequestsException", "Slower.");
    neptune.refuses_as(get("/status"), throttled);
    neptune.refuses_as(get("/status"), refusal(503, "SomethingNew", ""));
    assert_eq!(neptune.planned(), 0);
}

#[test]
fn literal_answers() {
    let mut neptune = started();
    let (date, then) = (header::DATE, HeaderValue::from_static("then"));
    let gateway = Response::new(StatusCode::BAD_GATEWAY, "<html>").header(date, then);
    neptune.fail_next(PlannedFault::instead(gateway));
    neptune.fail_next(PlannedFault::executed_but(Response::new(
        StatusCode::OK,
        "",
    )));
    let first = neptune.answer(get("/status")).into_http();
    assert_eq!(first.status(), 502);
    assert_eq!(first.body(), "<html>");
    assert_eq!(first.headers()["date"], "then");
    assert_eq!(neptune.executed("GetEngineStatus"), 0);
    assert!(neptune.answer(get("/status")).body().is_empty());
    assert_eq!(neptune.executed("GetEngineStatus"), 1);
}

#[test]
fn plans_wait_for_their_operation() {
    let mut neptune = started();
    neptune.fail_next(PlannedFault::close().on(CANCEL));
    neptune.fail_next(PlannedFault::error("ServerShutdownException", "Bye."));
    // The second plan is for anyone, the first is not for this one.
    assert_eq!(neptune.refused(get("/status")).1, "ServerShutdownException");
    neptune.get("/status");
    assert_eq!(neptune.planned(), 1);
    assert!(cancel(&mut neptune).response().is_none());
    assert_eq!(neptune.planned(), 0);
}

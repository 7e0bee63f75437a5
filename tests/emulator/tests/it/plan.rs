//! Planned failures.

use http::{HeaderName, HeaderValue, StatusCode};
use neptunedata_emulator::{Config, Emulator, Fault, JobStatus, Outcome, Planned, Response};
use serde_json::json;

use crate::support::{Ask, delete, get, job, now, refusal};

const CANCEL: &str = "CancelMLModelTrainingJob";

fn started() -> Emulator {
    let mut neptune = Emulator::new(Config::default());
    neptune.post("/ml/modeltraining", &job("job-1"));
    neptune
}

fn status(neptune: &Emulator) -> JobStatus {
    neptune.training_job("job-1").expect("a job").status(now())
}

#[test]
fn lost_before_it_ran() {
    let mut neptune = started();
    neptune.fail_next(Planned::close());
    let outcome = neptune.handle(delete("/ml/modeltraining/job-1"), now());
    assert!(matches!(outcome, Outcome::Fault(Fault::CloseWithoutAnswer)));
    assert_eq!(neptune.counts(CANCEL), (1, 0));
    assert_eq!(status(&neptune), JobStatus::InProgress);
    assert_eq!(neptune.last().status, None);
    neptune.delete("/ml/modeltraining/job-1");
    assert_eq!(neptune.counts(CANCEL), (2, 1));
}

#[test]
fn executed_but_the_answer_was_lost() {
    let mut neptune = started();
    neptune.fail_next(Planned::executed_but_closed());
    assert!(
        neptune
            .handle(delete("/ml/modeltraining/job-1"), now())
            .response()
            .is_none()
    );
    assert_eq!(neptune.counts(CANCEL), (1, 1));
    assert_eq!(status(&neptune), JobStatus::Stopped);
    let again = neptune.refused(delete("/ml/modeltraining/job-1"));
    assert_eq!(
        again.2,
        "Failed to stop the job because it has already completed or failed."
    );
    assert_eq!(neptune.counts(CANCEL), (2, 1));
}

#[test]
fn executed_but_cut() {
    let mut neptune = started();
    neptune.fail_next(Planned::executed_but_cut(5));
    match neptune.handle(delete("/ml/modeltraining/job-1"), now()) {
        Outcome::Fault(Fault::CutBody { response, after: 5 }) => {
            assert_eq!(response.to_json(), Some(json!({ "status": "200 OK" })));
            assert!(response.head.headers.contains_key("date"));
        }
        other => panic!("{other:?}"),
    }
    let entry = neptune.last();
    assert_eq!((entry.status, entry.executed), (Some(StatusCode::OK), true));
    // Nothing is cut off an answer that is shorter.
    neptune.fail_next(Planned::executed_but_cut(1_000_000));
    neptune.get("/status");
}

#[test]
fn errors_take_the_place_of_answers() {
    let mut neptune = started();
    neptune.fail_next(Planned::error("ThrottlingException", "Slow down."));
    neptune.fail_next(Planned::executed_but_error(
        "InternalFailureException",
        "Oops.",
    ));
    neptune.fail_next(Planned::error("TooManyRequestsException", "Slower."));
    neptune.fail_next(Planned::error_with_status(
        StatusCode::SERVICE_UNAVAILABLE,
        "SomethingNew",
        "",
    ));
    let mut refuse = || neptune.refused(get("/status"));
    assert_eq!(refuse(), refusal(500, "ThrottlingException", "Slow down."));
    let executed = neptune
        .handle(get("/status"), now())
        .into_response()
        .expect("an answer");
    assert_eq!(
        (
            executed.status().as_u16(),
            neptune.executed("GetEngineStatus")
        ),
        (500, 1)
    );
    let mut refuse = || neptune.refused(get("/status"));
    assert_eq!(
        refuse(),
        refusal(429, "TooManyRequestsException", "Slower.")
    );
    assert_eq!(refuse(), refusal(503, "SomethingNew", ""));
    assert_eq!(neptune.planned(), 0);
}

#[test]
fn literal_answers() {
    let mut neptune = started();
    let gateway = Response::new(StatusCode::BAD_GATEWAY, "<html>").header(
        HeaderName::from_static("date"),
        HeaderValue::from_static("then"),
    );
    neptune.fail_next(Planned::instead(gateway));
    neptune.fail_next(Planned::executed_but(Response::new(StatusCode::OK, "")));
    let first = neptune
        .handle(get("/status"), now())
        .into_response()
        .expect("an answer")
        .into_http();
    assert_eq!(
        (first.status().as_u16(), first.body().as_ref()),
        (502, b"<html>".as_slice())
    );
    assert_eq!(first.headers()["date"], "then");
    assert_eq!(neptune.executed("GetEngineStatus"), 0);
    let second = neptune
        .handle(get("/status"), now())
        .into_response()
        .expect("an answer");
    assert!(second.body().is_empty());
    assert_eq!(neptune.executed("GetEngineStatus"), 1);
}

#[test]
fn plans_wait_for_their_operation() {
    let mut neptune = started();
    neptune.fail_next(Planned::close().on(CANCEL));
    neptune.fail_next(Planned::error("ServerShutdownException", "Bye."));
    // The second plan is for anyone, the first is not for this one.
    assert_eq!(neptune.refused(get("/status")).1, "ServerShutdownException");
    neptune.get("/status");
    assert_eq!(neptune.planned(), 1);
    assert!(
        neptune
            .handle(delete("/ml/modeltraining/job-1"), now())
            .response()
            .is_none()
    );
    assert_eq!(neptune.planned(), 0);
}

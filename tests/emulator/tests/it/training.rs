//! Model training, in virtual time.

use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, JobStatus, MlJob, MlKind};
use serde_json::{Value, json};

use crate::support::{
    Ask, INVALID, Json, assert_starts, delete, get, invalid, job, now, text, with,
};

const JOBS: &str = "/ml/modeltraining";
const JOB: &str = "/ml/modeltraining/job-1";
const FINISHED: &str = "Failed to stop the job because it has already completed or failed.";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn started(config: Config) -> Emulator {
    let mut neptune = Emulator::new(config);
    neptune.post(JOBS, &job("job-1"));
    neptune
}

fn the_job(neptune: &Emulator) -> &MlJob {
    neptune
        .ml_job(MlKind::ModelTraining, "job-1")
        .expect("a job")
}

#[test]
fn a_job_starts_and_completes() {
    let config = Config::default().region("eu-west-1");
    let mut neptune = Emulator::new(config.ml_duration(MlKind::ModelTraining, seconds(30)));
    let start = neptune.post(JOBS, &job("job-1"));
    start.has(json!({
        "id": "job-1", "arn": "arn:aws:neptune-ml:eu-west-1:123456789012:model-training/job-1",
        "creationTimeInMillis": 1_704_067_200_000_u64,
    }));

    let mut look = |after: u64| neptune.after(after).get(JOB);
    let first = look(0);
    first.has(json!({
        "id": "job-1", "status": "InProgress",
        "processingJob": { "status": "InProgress", "outputLocation": "s3://bucket/models/job-1-processing/output" },
        "hpoJob": null, "mlModels": null,
    }));
    let log = text(&first["processingJob"]["cloudwatchLogUrl"]);
    assert_starts(&log, "https://eu-west-1.");

    let (completed, running) = (
        json!({ "status": "Completed" }),
        json!({ "status": "InProgress" }),
    );
    look(10).has(json!({ "processingJob": completed, "hpoJob": running }));
    look(29)
        .has(json!({ "hpoJob": completed, "modelTransformJob": running, "status": "InProgress" }));
    for after in [30, 31, 3_000_000_000] {
        let last = look(after);
        last.has(json!({
            "status": "Completed", "modelTransformJob": completed, "hpoJob": { "failureReason": null },
        }));
        assert_eq!(last["mlModels"][0]["name"], "job-1-model-1");
        assert_eq!(last["mlModels"].as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn only_the_monotonic_clock_moves_jobs() {
    let neptune = started(Config::default());
    let job = the_job(&neptune);
    let mut later = now();
    later.wall += seconds(1_000_000);
    assert_eq!(job.status(later), JobStatus::InProgress);
    later.mono = seconds(10);
    assert_eq!(job.status(later), JobStatus::Completed);
    assert_eq!(job.created(), now().wall);
}

#[test]
fn no_duration_means_completed_at_once() {
    let mut neptune = started(Config::default().ml_duration(MlKind::ModelTraining, Duration::ZERO));
    let completed =
        json!({ "status": "Completed", "modelTransformJob": { "status": "Completed" } });
    neptune.get(JOB).has(completed);
}

#[test]
fn jobs_fail_when_told_to() {
    let mut neptune =
        Emulator::new(Config::default().fail_ml(MlKind::ModelTraining, "job-1", "No GPU left."));
    neptune.fail_next_ml(MlKind::ModelTraining, "Out of data.");
    for id in ["job-1", "job-2", "job-3"] {
        neptune.post(JOBS, &job(id));
    }
    let mut look = |id: &str, after| neptune.after(after).get(&format!("{JOBS}/{id}"));
    assert_eq!(look("job-1", 9)["status"], "InProgress");
    // The plan for the next job waits for one that is not to fail anyway.
    for (id, reason) in [("job-1", "No GPU left."), ("job-2", "Out of data.")] {
        look(id, 10).has(json!({
            "status": "Failed", "processingJob": { "status": "Completed" },
            "hpoJob": { "status": "Failed", "failureReason": reason },
            "modelTransformJob": null, "mlModels": null,
        }));
    }
    assert_eq!(look("job-3", 10)["status"], "Completed");
    neptune.after(10).refuses_as(delete(JOB), invalid(FINISHED));
}

#[test]
fn cancel_stops_and_keeps() {
    let mut neptune = started(Config::default());
    let cancelled = neptune.after(5).delete(JOB);
    cancelled.is(json!({ "status": "200 OK" }));
    let status = neptune.after(100).get(JOB);
    status.has(json!({
        "status": "Stopped", "processingJob": { "status": "Completed" },
        "hpoJob": { "status": "Stopped" },
    }));
    assert!(status["hpoJob"]["outputLocation"].is_string());
    assert!(!the_job(&neptune).artifacts_removed());

    let again = delete("/ml/modeltraining/job-1?clean=true");
    neptune.refuses_as(again, invalid(FINISHED));
    assert_eq!(neptune.counts("CancelMLModelTrainingJob"), (2, 1));
}

#[test]
fn cancel_cleans_in_every_spelling() {
    for spelling in ["true", "TRUE", "True", "false", "FALSE", "False"] {
        let cleaned = spelling.eq_ignore_ascii_case("true");
        let mut neptune = started(Config::default());
        neptune.delete(&format!("{JOB}?neptuneIamRoleArn=a%2Fb&clean={spelling}"));
        assert_eq!(the_job(&neptune).artifacts_removed(), cleaned, "{spelling}");
        let location = &neptune.get(JOB)["processingJob"]["outputLocation"];
        assert_eq!(location.is_null(), cleaned);
    }
    let mut neptune = started(Config::default());
    for wrong in ["yes", "1", ""] {
        neptune.refuses(delete(&format!("{JOB}?clean={wrong}")), INVALID);
    }
    assert_eq!(the_job(&neptune).status(now()), JobStatus::InProgress);
}

#[test]
fn cancel_may_answer_nothing() {
    let mut neptune = started(Config::default().empty_cancel_response(true));
    let empty = neptune.answer(delete(JOB));
    assert_eq!((empty.status().as_u16(), empty.body().len()), (200, 0));
    assert_eq!(the_job(&neptune).status(now()), JobStatus::Stopped);
}

#[test]
fn lists_newest_first() {
    let mut neptune = Emulator::default();
    assert_eq!(neptune.get(JOBS), json!({ "ids": [] }));
    for number in 1..=12 {
        neptune.post(JOBS, &job(&format!("job-{number}")));
    }
    let newest = |count: usize| -> Value {
        let newest = (1..=12).rev().take(count);
        json!({ "ids": newest.map(|number| format!("job-{number}")).collect::<Vec<_>>() })
    };
    neptune.get(JOBS).is(newest(10));
    for count in [1, 3, 12, 1024] {
        neptune
            .get(&format!("{JOBS}?maxItems={count}"))
            .is(newest(count));
    }
    for wrong in ["0", "1025", "-1", "ten", "", "1.5", "99999999999999999999"] {
        let list = get(&format!("{JOBS}?maxItems={wrong}"));
        let expected = invalid("The value of maxItems must be between 1 and 1024.");
        neptune.refuses_as(list, expected);
    }
}

#[test]
fn ids_are_made_when_none_is_given() {
    let mut neptune = Emulator::default();
    let anonymous = with(job(""), json!({ "id": null }));
    let ids: Vec<String> = (0..3)
        .map(|_| text(&neptune.post(JOBS, &anonymous)["id"]))
        .collect();
    for id in &ids {
        assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id}");
    }
    let kept: Vec<&str> = neptune
        .ml_jobs(MlKind::ModelTraining)
        .iter()
        .map(MlJob::id)
        .collect();
    assert_eq!(kept, ids);
    assert_ne!(ids[0], ids[1]);
    neptune.get(&format!("{JOBS}/{}", ids[0]));
}

#[test]
fn members_beyond_the_model_are_kept() {
    let extra = json!({
        "enableInterContainerTrafficEncryption": true, "modelName": "rgcn", "maxWaitTime": 86_400, "unheardOf": { "a": [1] },
        "subnets": ["subnet-1"], "customModelTrainingParameters": { "sourceS3DirectoryPath": "s3://bucket/code" },
    });
    let body = with(job("job-1"), extra);
    let mut neptune = Emulator::default();
    neptune.post(JOBS, &body);
    assert_eq!(Some(the_job(&neptune).parameters()), body.as_object());
}

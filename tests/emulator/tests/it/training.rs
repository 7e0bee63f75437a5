//! Model training, in virtual time.

use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, JobStatus};
use serde_json::{Value, json};

use crate::support::{Ask, INVALID, assert_has, delete, get, invalid, job, now, with};

const JOBS: &str = "/ml/modeltraining";
const FINISHED: &str = "Failed to stop the job because it has already completed or failed.";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn started(config: Config) -> Emulator {
    let mut neptune = Emulator::new(config);
    neptune.post(JOBS, &job("job-1"));
    neptune
}

#[test]
fn a_job_starts_and_completes() {
    let mut neptune = Emulator::new(
        Config::default()
            .region("eu-west-1")
            .training_duration(seconds(30)),
    );
    let start = neptune.post(JOBS, &job("job-1"));
    let expected = json!({
        "id": "job-1", "arn": "arn:aws:neptune-ml:eu-west-1:123456789012:model-training/job-1",
        "creationTimeInMillis": 1_704_067_200_000_u64,
    });
    assert_has(&start, expected);

    let mut look = |after: u64| neptune.after(after).get("/ml/modeltraining/job-1");
    let first = look(0);
    let expected = json!({
        "id": "job-1", "status": "InProgress",
        "processingJob": { "status": "InProgress", "outputLocation": "s3://bucket/models/job-1-processing/output" },
    });
    assert_has(&first, expected);
    assert!(
        first["processingJob"]["cloudwatchLogUrl"]
            .as_str()
            .is_some_and(|url| url.starts_with("https://eu-west-1."))
    );
    assert_eq!(
        (&first["hpoJob"], &first["mlModels"]),
        (&Value::Null, &Value::Null)
    );

    let second = look(10);
    let expected = json!({
        "processingJob": { "status": "Completed" }, "hpoJob": { "status": "InProgress" },
    });
    assert_has(&second, expected);
    let third = look(29);
    let expected = json!({
        "hpoJob": { "status": "Completed" }, "modelTransformJob": { "status": "InProgress" },
        "status": "InProgress",
    });
    assert_has(&third, expected);

    for after in [30, 31, 3_000_000_000] {
        let last = look(after);
        let expected = json!({
            "status": "Completed", "modelTransformJob": { "status": "Completed" },
        });
        assert_has(&last, expected);
        assert_eq!(last["mlModels"][0]["name"], "job-1-model-1");
        assert_eq!(last["mlModels"].as_array().map(Vec::len), Some(2));
        assert!(last["hpoJob"].get("failureReason").is_none());
    }
}

#[test]
fn only_the_monotonic_clock_moves_jobs() {
    let neptune = started(Config::default());
    let job = neptune.training_job("job-1").expect("a job");
    let mut later = now();
    later.wall += seconds(1_000_000);
    assert_eq!(job.status(later), JobStatus::InProgress);
    later.mono = seconds(10);
    assert_eq!(job.status(later), JobStatus::Completed);
    assert_eq!(job.created(), now().wall);
}

#[test]
fn no_duration_means_completed_at_once() {
    let mut neptune = started(Config::default().training_duration(Duration::ZERO));
    let status = neptune.get("/ml/modeltraining/job-1");
    let expected = json!({
        "status": "Completed", "modelTransformJob": { "status": "Completed" },
    });
    assert_has(&status, expected);
}

#[test]
fn jobs_fail_when_told_to() {
    let mut neptune = Emulator::new(Config::default().fail_training("job-1", "No GPU left."));
    neptune.fail_next_training("Out of data.");
    for id in ["job-1", "job-2", "job-3"] {
        neptune.post(JOBS, &job(id));
    }
    let mut look = |id: &str, after| neptune.after(after).get(&format!("{JOBS}/{id}"));
    assert_eq!(look("job-1", 9)["status"], "InProgress");
    // The plan for the next job waits for one that is not to fail anyway.
    for (id, reason) in [("job-1", "No GPU left."), ("job-2", "Out of data.")] {
        let failed = look(id, 10);
        let expected = json!({
            "status": "Failed", "processingJob": { "status": "Completed" },
            "hpoJob": { "status": "Failed", "failureReason": reason },
        });
        assert_has(&failed, expected);
        assert!(failed.get("modelTransformJob").is_none() && failed.get("mlModels").is_none());
    }
    assert_eq!(look("job-3", 10)["status"], "Completed");
    let cancel = delete("/ml/modeltraining/job-1");
    neptune.after(10).refuses_as(cancel, invalid(FINISHED));
}

#[test]
fn cancel_stops_and_keeps() {
    let mut neptune = started(Config::default());
    let cancelled = neptune.after(5).delete("/ml/modeltraining/job-1");
    assert_eq!(cancelled, json!({ "status": "200 OK" }));
    let status = neptune.after(100).get("/ml/modeltraining/job-1");
    let expected = json!({
        "status": "Stopped", "processingJob": { "status": "Completed" },
        "hpoJob": { "status": "Stopped" },
    });
    assert_has(&status, expected);
    assert!(status["hpoJob"]["outputLocation"].is_string());
    assert!(
        !neptune
            .training_job("job-1")
            .expect("a job")
            .artefacts_removed()
    );

    let again = delete("/ml/modeltraining/job-1?clean=true");
    neptune.refuses_as(again, invalid(FINISHED));
    assert_eq!(neptune.counts("CancelMLModelTrainingJob"), (2, 1));
}

#[test]
fn cancel_cleans_in_every_spelling() {
    for (spelling, cleaned) in [
        ("true", true),
        ("TRUE", true),
        ("True", true),
        ("false", false),
        ("FALSE", false),
        ("False", false),
    ] {
        let mut neptune = started(Config::default());
        neptune.delete(&format!(
            "/ml/modeltraining/job-1?neptuneIamRoleArn=a%2Fb&clean={spelling}"
        ));
        assert_eq!(
            neptune
                .training_job("job-1")
                .expect("a job")
                .artefacts_removed(),
            cleaned,
            "{spelling}"
        );
        let status = neptune.get("/ml/modeltraining/job-1");
        assert_eq!(
            status["processingJob"].get("outputLocation").is_none(),
            cleaned
        );
    }
    let mut neptune = started(Config::default());
    for wrong in ["yes", "1", ""] {
        neptune.refuses(
            delete(&format!("/ml/modeltraining/job-1?clean={wrong}")),
            INVALID,
        );
    }
    assert_eq!(
        neptune.training_job("job-1").expect("a job").status(now()),
        JobStatus::InProgress
    );
}

#[test]
fn cancel_may_answer_nothing() {
    let mut neptune = started(Config::default().empty_cancel_answer(true));
    let empty = neptune.answer(delete("/ml/modeltraining/job-1"));
    assert_eq!((empty.status().as_u16(), empty.body().len()), (200, 0));
    assert_eq!(
        neptune.training_job("job-1").expect("a job").status(now()),
        JobStatus::Stopped
    );
}

#[test]
fn cancel_of_a_completed_job() {
    let mut neptune = started(Config::default());
    let late = now().later(seconds(10));
    let cancel = delete("/ml/modeltraining/job-1");
    neptune.at(late).refuses_as(cancel, invalid(FINISHED));
    assert_eq!(neptune.executed("CancelMLModelTrainingJob"), 0);
}

#[test]
fn lists_newest_first() {
    let mut neptune = Emulator::default();
    assert_eq!(neptune.get(JOBS), json!({ "ids": [] }));
    for number in 1..=12 {
        neptune.post(JOBS, &job(&format!("job-{number}")));
    }
    let newest = |count: usize| json!({ "ids": (1..=12).rev().take(count).map(|number| format!("job-{number}")).collect::<Vec<_>>() });
    assert_eq!(neptune.get(JOBS), newest(10));
    for count in [1, 3, 12, 1024] {
        assert_eq!(
            neptune.get(&format!("{JOBS}?maxItems={count}")),
            newest(count)
        );
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
        .map(|_| {
            neptune.post(JOBS, &anonymous)["id"]
                .as_str()
                .expect("an id")
                .to_owned()
        })
        .collect();
    assert!(
        ids.iter()
            .all(|id| id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4),
        "{ids:?}"
    );
    assert_eq!(
        neptune
            .training_jobs()
            .iter()
            .map(|job| job.id())
            .collect::<Vec<_>>(),
        ids
    );
    let (first, second) = (&ids[0], &ids[1]);
    assert_ne!(first, second);
    neptune.get(&format!("{JOBS}/{first}"));
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
    assert_eq!(
        Value::Object(
            neptune
                .training_job("job-1")
                .expect("a job")
                .parameters()
                .clone()
        ),
        body
    );
}

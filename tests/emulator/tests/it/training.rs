//! Model training, in virtual time.

use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, JobStatus};
use serde_json::{Value, json};

use crate::support::{answer, ask, delete, get, job, now, post, refusal, refused, with};

const JOBS: &str = "/ml/modeltraining";
const FINISHED: &str = "Failed to stop the job because it has already completed or failed.";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn started(config: Config) -> Emulator {
    let mut neptune = Emulator::new(config);
    ask(&mut neptune, post(JOBS, &job("job-1")), now());
    neptune
}

#[test]
fn a_job_starts_and_completes() {
    let mut neptune = Emulator::new(
        Config::default()
            .region("eu-west-1")
            .training_duration(seconds(30)),
    );
    let start = ask(&mut neptune, post(JOBS, &job("job-1")), now());
    assert_eq!(start["id"], "job-1");
    assert_eq!(
        start["arn"],
        "arn:aws:neptune-ml:eu-west-1:123456789012:model-training/job-1"
    );
    assert_eq!(start["creationTimeInMillis"], 1_704_067_200_000_u64);

    let mut look = |after: u64| {
        ask(
            &mut neptune,
            get("/ml/modeltraining/job-1"),
            now().later(seconds(after)),
        )
    };
    let first = look(0);
    assert_eq!(
        (&first["id"], &first["status"]),
        (&json!("job-1"), &json!("InProgress"))
    );
    assert_eq!(first["processingJob"]["status"], "InProgress");
    assert_eq!(
        first["processingJob"]["outputLocation"],
        "s3://bucket/models/job-1-processing/output"
    );
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
    assert_eq!(
        (
            &second["processingJob"]["status"],
            &second["hpoJob"]["status"]
        ),
        (&json!("Completed"), &json!("InProgress"))
    );
    let third = look(29);
    assert_eq!(
        (
            &third["hpoJob"]["status"],
            &third["modelTransformJob"]["status"]
        ),
        (&json!("Completed"), &json!("InProgress"))
    );
    assert_eq!(third["status"], "InProgress");

    for after in [30, 31, 3_000_000_000] {
        let last = look(after);
        assert_eq!(
            (&last["status"], &last["modelTransformJob"]["status"]),
            (&json!("Completed"), &json!("Completed"))
        );
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
    let status = ask(&mut neptune, get("/ml/modeltraining/job-1"), now());
    assert_eq!(
        (&status["status"], &status["modelTransformJob"]["status"]),
        (&json!("Completed"), &json!("Completed"))
    );
}

#[test]
fn jobs_fail_when_told_to() {
    let mut neptune = Emulator::new(Config::default().fail_training("job-1", "No GPU left."));
    neptune.fail_next_training("Out of data.");
    for id in ["job-1", "job-2", "job-3"] {
        ask(&mut neptune, post(JOBS, &job(id)), now());
    }
    let mut look = |id: &str, after| {
        ask(
            &mut neptune,
            get(&format!("{JOBS}/{id}")),
            now().later(seconds(after)),
        )
    };
    assert_eq!(look("job-1", 9)["status"], "InProgress");
    // The plan for the next job waits for one that is not to fail anyway.
    for (id, reason) in [("job-1", "No GPU left."), ("job-2", "Out of data.")] {
        let failed = look(id, 10);
        assert_eq!(failed["status"], "Failed");
        assert_eq!(failed["processingJob"]["status"], "Completed");
        assert_eq!(
            (
                &failed["hpoJob"]["status"],
                &failed["hpoJob"]["failureReason"]
            ),
            (&json!("Failed"), &json!(reason))
        );
        assert!(failed.get("modelTransformJob").is_none() && failed.get("mlModels").is_none());
    }
    assert_eq!(look("job-3", 10)["status"], "Completed");
    let cancel = delete("/ml/modeltraining/job-1");
    assert_eq!(
        refused(&mut neptune, cancel, now().later(seconds(10))),
        refusal(400, "InvalidParameterException", FINISHED)
    );
}

#[test]
fn cancel_stops_and_keeps() {
    let mut neptune = started(Config::default());
    let cancelled = ask(
        &mut neptune,
        delete("/ml/modeltraining/job-1"),
        now().later(seconds(5)),
    );
    assert_eq!(cancelled, json!({ "status": "200 OK" }));
    let status = ask(
        &mut neptune,
        get("/ml/modeltraining/job-1"),
        now().later(seconds(100)),
    );
    assert_eq!(
        (&status["status"], &status["processingJob"]["status"]),
        (&json!("Stopped"), &json!("Completed"))
    );
    assert_eq!(status["hpoJob"]["status"], "Stopped");
    assert!(status["hpoJob"]["outputLocation"].is_string());
    assert!(
        !neptune
            .training_job("job-1")
            .expect("a job")
            .artefacts_removed()
    );

    let again = delete("/ml/modeltraining/job-1?clean=true");
    assert_eq!(
        refused(&mut neptune, again, now()),
        refusal(400, "InvalidParameterException", FINISHED)
    );
    assert_eq!(
        (
            neptune.received("CancelMLModelTrainingJob"),
            neptune.executed("CancelMLModelTrainingJob")
        ),
        (2, 1)
    );
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
        ask(
            &mut neptune,
            delete(&format!(
                "/ml/modeltraining/job-1?neptuneIamRoleArn=a%2Fb&clean={spelling}"
            )),
            now(),
        );
        assert_eq!(
            neptune
                .training_job("job-1")
                .expect("a job")
                .artefacts_removed(),
            cleaned,
            "{spelling}"
        );
        let status = ask(&mut neptune, get("/ml/modeltraining/job-1"), now());
        assert_eq!(
            status["processingJob"].get("outputLocation").is_none(),
            cleaned
        );
    }
    let mut neptune = started(Config::default());
    for wrong in ["yes", "1", ""] {
        let (status, code, _) = refused(
            &mut neptune,
            delete(&format!("/ml/modeltraining/job-1?clean={wrong}")),
            now(),
        );
        assert_eq!(
            (status, code.as_str()),
            (400, "InvalidParameterException"),
            "{wrong}"
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
    let empty = answer(&mut neptune, delete("/ml/modeltraining/job-1"), now());
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
    assert_eq!(
        refused(&mut neptune, cancel, late),
        refusal(400, "InvalidParameterException", FINISHED)
    );
    assert_eq!(neptune.executed("CancelMLModelTrainingJob"), 0);
}

#[test]
fn lists_newest_first() {
    let mut neptune = Emulator::default();
    assert_eq!(ask(&mut neptune, get(JOBS), now()), json!({ "ids": [] }));
    for number in 1..=12 {
        ask(
            &mut neptune,
            post(JOBS, &job(&format!("job-{number}"))),
            now(),
        );
    }
    let newest = |count: usize| json!({ "ids": (1..=12).rev().take(count).map(|number| format!("job-{number}")).collect::<Vec<_>>() });
    assert_eq!(ask(&mut neptune, get(JOBS), now()), newest(10));
    for count in [1, 3, 12, 1024] {
        assert_eq!(
            ask(
                &mut neptune,
                get(&format!("{JOBS}?maxItems={count}")),
                now()
            ),
            newest(count)
        );
    }
    for wrong in ["0", "1025", "-1", "ten", "", "1.5", "99999999999999999999"] {
        let list = get(&format!("{JOBS}?maxItems={wrong}"));
        let expected = refusal(
            400,
            "InvalidParameterException",
            "The value of maxItems must be between 1 and 1024.",
        );
        assert_eq!(refused(&mut neptune, list, now()), expected, "{wrong}");
    }
}

#[test]
fn ids_are_made_when_none_is_given() {
    let mut neptune = Emulator::default();
    let anonymous = with(job(""), json!({ "id": null }));
    let ids: Vec<String> = (0..3)
        .map(|_| {
            ask(&mut neptune, post(JOBS, &anonymous), now())["id"]
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
    ask(&mut neptune, get(&format!("{JOBS}/{first}")), now());
}

#[test]
fn members_beyond_the_model_are_kept() {
    let extra = json!({
        "enableInterContainerTrafficEncryption": true, "modelName": "rgcn", "maxWaitTime": 86_400, "unheardOf": { "a": [1] },
        "subnets": ["subnet-1"], "customModelTrainingParameters": { "sourceS3DirectoryPath": "s3://bucket/code" },
    });
    let body = with(job("job-1"), extra);
    let mut neptune = Emulator::default();
    ask(&mut neptune, post(JOBS, &body), now());
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

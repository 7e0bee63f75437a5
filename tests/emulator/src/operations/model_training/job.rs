//! One model-training job.
//!
//! Nothing has to tick: a job keeps when it was started and when it was stopped, and what it is now follows from the
//! time at which one looks.
//!
//! ```text
//!                      ┌── time is over ──▶ Completed
//! start ──▶ InProgress ┼── time is over, and it is to fail ──▶ Failed
//!                      └── cancel ──▶ Stopped
//! ```

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use crate::{Config, Now};

/// The account that stands in ARNs.
const ACCOUNT: &str = "123456789012";

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobStatus {
    /// It runs.
    InProgress,
    /// It came to its end.
    Completed,
    /// It broke.
    Failed,
    /// It was cancelled while it ran.
    Stopped,
}

impl JobStatus {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Stopped => "Stopped",
        }
    }
}

/// A model-training job, as [`Emulator::training_job`](crate::Emulator::training_job) shows it.
#[derive(Clone, Debug)]
pub struct TrainingJob {
    id: String,
    region: String,
    location: String,
    created: SystemTime,
    started: Duration,
    duration: Duration,
    failure: Option<String>,
    stopped: Option<Stopped>,
    parameters: Map<String, Value>,
}

#[derive(Clone, Copy, Debug)]
struct Stopped {
    at: Duration,
    clean: bool,
}

/// The jobs at SageMaker that training consists of, in order. A job that is to fail fails in the second.
const STAGES: [Stage; 3] = [
    Stage {
        member: "processingJob",
        suffix: "processing",
        resource: "processing-job",
        log_group: "ProcessingJobs",
    },
    Stage {
        member: "hpoJob",
        suffix: "hpo",
        resource: "hyper-parameter-tuning-job",
        log_group: "TrainingJobs",
    },
    Stage {
        member: "modelTransformJob",
        suffix: "transform",
        resource: "processing-job",
        log_group: "ProcessingJobs",
    },
];

struct Stage {
    member: &'static str,
    suffix: &'static str,
    resource: &'static str,
    log_group: &'static str,
}

impl TrainingJob {
    pub(crate) fn new(
        config: &Config,
        id: String,
        location: String,
        failure: Option<String>,
        parameters: Map<String, Value>,
        now: Now,
    ) -> Self {
        Self {
            id,
            region: config.region.clone(),
            location,
            created: now.wall,
            started: now.mono,
            duration: config.training_duration,
            failure,
            stopped: None,
            parameters,
        }
    }

    /// The id, given or generated.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The ARN that the start answered.
    #[must_use]
    pub fn arn(&self) -> String {
        // No source shows this ARN; the form follows the other ARNs of AWS.
        format!(
            "arn:aws:neptune-ml:{}:{ACCOUNT}:model-training/{}",
            self.region, self.id
        )
    }

    /// When it was started.
    #[must_use]
    pub fn created(&self) -> SystemTime {
        self.created
    }

    /// The body of the request that started it, with the members that the service model does not know
    /// (`modelName`, `maxWaitTime`, `enableInterContainerTrafficEncryption` among them).
    #[must_use]
    pub fn parameters(&self) -> &Map<String, Value> {
        &self.parameters
    }

    /// Where it is at this time.
    #[must_use]
    pub fn status(&self, now: Now) -> JobStatus {
        if self.stopped.is_some() {
            JobStatus::Stopped
        } else if self.elapsed(now) < self.duration {
            JobStatus::InProgress
        } else if self.failure.is_some() {
            JobStatus::Failed
        } else {
            JobStatus::Completed
        }
    }

    /// Whether a cancel with `clean=true` removed what it had made.
    #[must_use]
    pub fn artefacts_removed(&self) -> bool {
        self.stopped.is_some_and(|stopped| stopped.clean)
    }

    pub(crate) fn stop(&mut self, now: Now, clean: bool) {
        self.stopped = Some(Stopped {
            at: now.mono,
            clean,
        });
    }

    fn elapsed(&self, now: Now) -> Duration {
        self.stopped
            .map_or(now.mono, |stopped| stopped.at)
            .saturating_sub(self.started)
    }

    /// The answer to a get.
    pub(crate) fn describe(&self, now: Now) -> Value {
        let status = self.status(now);
        let mut members = Map::new();
        members.insert("status".to_owned(), status.as_str().into());
        members.insert("id".to_owned(), self.id.as_str().into());
        let last = self.stage(now);
        for (place, stage) in STAGES.iter().enumerate().take(last + 1) {
            let status = if place < last {
                JobStatus::Completed
            } else {
                status
            };
            members.insert(stage.member.to_owned(), self.describe_stage(stage, status));
        }
        if status == JobStatus::Completed {
            members.insert("mlModels".to_owned(), self.describe_models());
        }
        Value::Object(members)
    }

    /// The place of the stage that runs, or was the last to run.
    fn stage(&self, now: Now) -> usize {
        let count = if self.failure.is_some() {
            STAGES.len() - 1
        } else {
            STAGES.len()
        };
        let done = self
            .elapsed(now)
            .as_nanos()
            .saturating_mul(count as u128)
            .checked_div(self.duration.as_nanos());
        done.and_then(|done| usize::try_from(done).ok())
            .unwrap_or(usize::MAX)
            .min(count - 1)
    }

    fn describe_stage(&self, stage: &Stage, status: JobStatus) -> Value {
        let region = &self.region;
        let name = format!("{}-{}", self.id, stage.suffix);
        let mut members = Map::new();
        members.insert("name".to_owned(), name.as_str().into());
        let arn = format!(
            "arn:aws:sagemaker:{region}:{ACCOUNT}:{}/{name}",
            stage.resource
        );
        members.insert("arn".to_owned(), arn.into());
        members.insert("status".to_owned(), status.as_str().into());
        if !self.artefacts_removed() {
            let location = format!("{}/{name}/output", self.location.trim_end_matches('/'));
            members.insert("outputLocation".to_owned(), location.into());
        }
        if let (JobStatus::Failed, Some(reason)) = (status, &self.failure) {
            members.insert("failureReason".to_owned(), reason.as_str().into());
        }
        let log = format!(
            "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logStream:group=/aws/sagemaker/{};\
             prefix={name};streamFilter=typeLogStreamPrefix",
            stage.log_group
        );
        members.insert("cloudwatchLogUrl".to_owned(), log.into());
        Value::Object(members)
    }

    fn describe_models(&self) -> Value {
        let wanted = self
            .parameters
            .get("maxHPONumberOfTrainingJobs")
            .and_then(Value::as_i64)
            .unwrap_or(2);
        let models = (1..=wanted.clamp(1, 3)).map(|number| {
            let name = format!("{}-model-{number}", self.id);
            json!({ "arn": format!("arn:aws:sagemaker:{}:{ACCOUNT}:model/{name}", self.region), "name": name })
        });
        models.collect()
    }
}

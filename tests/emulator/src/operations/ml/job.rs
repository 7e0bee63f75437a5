//! One job or endpoint of Neptune ML.
//!
//! There is no timer: a job stores when it was started and stopped, and its status is computed from the time of each
//! request.
//!
//! ```text
//!                      ┌── time is over ──▶ Completed (of an endpoint: InService)
//! start ──▶ InProgress ┼── time is over, and it is to fail ──▶ Failed
//!          (Creating)  └── cancel ──▶ Stopped (an endpoint that is deleted is gone)
//! ```

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use crate::Now;
use crate::operations::without_nulls;

/// The account in ARNs.
const ACCOUNT: &str = "123456789012";

/// The status of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobStatus {
    /// The job is running.
    InProgress,
    /// The job has completed.
    Completed,
    /// The job has failed.
    Failed,
    /// The job was cancelled while it was running.
    Stopped,
}

impl JobStatus {
    /// The status as the service spells it.
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

/// A kind of Neptune ML resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MlKind {
    /// A data-processing job.
    DataProcessing,
    /// A model-training job.
    ModelTraining,
    /// A model-transform job.
    ModelTransform,
    /// An inference endpoint.
    Endpoint,
}

impl MlKind {
    /// The name of the kind in ARNs and resource names.
    fn arn_name(self) -> &'static str {
        match self {
            Self::DataProcessing => "data-processing",
            Self::ModelTraining => "model-training",
            Self::ModelTransform => "model-transform",
            Self::Endpoint => "endpoint",
        }
    }

    /// The member with the models in the description of a completed job.
    fn models_member(self) -> Option<&'static str> {
        match self {
            Self::ModelTraining => Some("mlModels"),
            Self::ModelTransform => Some("models"),
            Self::DataProcessing | Self::Endpoint => None,
        }
    }

    fn stages(self) -> &'static [Stage] {
        match self {
            Self::DataProcessing => &DATA_PROCESSING,
            Self::ModelTraining => &MODEL_TRAINING,
            Self::ModelTransform => &MODEL_TRANSFORM,
            Self::Endpoint => &ENDPOINT,
        }
    }
}

/// A job or endpoint of Neptune ML. See [`Emulator::ml_job`](crate::Emulator::ml_job).
#[derive(Clone, Debug)]
pub struct MlJob {
    pub(super) kind: MlKind,
    pub(super) id: String,
    pub(super) region: String,
    /// The location of the output; `None` for endpoints.
    pub(super) location: Option<String>,
    pub(super) created: SystemTime,
    pub(super) started: Duration,
    pub(super) duration: Duration,
    pub(super) failure: Option<String>,
    pub(super) stopped: Option<Stopped>,
    pub(super) updating: bool,
    pub(super) parameters: Map<String, Value>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Stopped {
    at: Duration,
    clean: bool,
}

/// A SageMaker job that is a part of this job.
struct Stage {
    member: &'static str,
    suffix: &'static str,
    resource: &'static str,
    log_group: &'static str,
}

const PROCESSING: Stage = Stage {
    member: "processingJob",
    suffix: "processing",
    resource: "processing-job",
    log_group: "ProcessingJobs",
};

/// The stages of each kind, in order. A job that fails does so in its second stage, or in the only one.
const DATA_PROCESSING: [Stage; 1] = [PROCESSING];

const MODEL_TRAINING: [Stage; 3] = [
    PROCESSING,
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

const MODEL_TRANSFORM: [Stage; 2] = [
    Stage {
        member: "baseProcessingJob",
        suffix: "processing",
        resource: "processing-job",
        log_group: "ProcessingJobs",
    },
    Stage {
        member: "remoteModelTransformJob",
        suffix: "transform",
        resource: "training-job",
        log_group: "TrainingJobs",
    },
];

const ENDPOINT: [Stage; 1] = [Stage {
    member: "endpoint",
    suffix: "endpoint",
    resource: "endpoint",
    log_group: "Endpoints",
}];

impl MlJob {
    /// Marks the endpoint as an update.
    pub(super) fn updating(mut self) -> Self {
        self.updating = true;
        self
    }

    /// The kind of the job.
    #[must_use]
    pub fn kind(&self) -> MlKind {
        self.kind
    }

    /// The id, given or generated.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The ARN in the response to its start request.
    #[must_use]
    pub fn arn(&self) -> String {
        // No source shows this ARN; it has the form of other ARNs of AWS.
        format!(
            "arn:aws:neptune-ml:{}:{ACCOUNT}:{}/{}",
            self.region,
            self.kind.arn_name(),
            self.id
        )
    }

    /// When it was started.
    #[must_use]
    pub fn created(&self) -> SystemTime {
        self.created
    }

    /// The body of its start request, including members that are not in the service model, such as `modelName`,
    /// `maxWaitTime` and `enableInterContainerTrafficEncryption`.
    #[must_use]
    pub fn parameters(&self) -> &Map<String, Value> {
        &self.parameters
    }

    /// The status at this time.
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

    /// Whether a cancel with `clean=true` removed its output.
    #[must_use]
    pub fn artifacts_removed(&self) -> bool {
        self.stopped.is_some_and(|stopped| stopped.clean)
    }

    pub(super) fn stop(&mut self, now: Now, clean: bool) {
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

    /// The text of a status. Endpoints have their own texts; `Updating` is SageMaker's (U19).
    fn status_text(&self, status: JobStatus) -> &'static str {
        match (self.kind, status) {
            (MlKind::Endpoint, JobStatus::InProgress) if self.updating => "Updating",
            (MlKind::Endpoint, JobStatus::InProgress) => "Creating",
            (MlKind::Endpoint, JobStatus::Completed) => "InService",
            (_, status) => status.as_str(),
        }
    }

    /// The response to a get request.
    pub(super) fn describe(&self, now: Now) -> Value {
        let status = self.status(now);
        let mut members = Map::new();
        members.insert("status".to_owned(), self.status_text(status).into());
        members.insert("id".to_owned(), self.id.as_str().into());
        let last = self.stage(now);
        for (index, stage) in self.kind.stages().iter().enumerate().take(last + 1) {
            let status = if index < last {
                JobStatus::Completed
            } else {
                status
            };
            members.insert(stage.member.to_owned(), self.describe_stage(stage, status));
        }
        if self.kind == MlKind::Endpoint {
            members.insert("endpointConfig".to_owned(), self.describe_config());
        }
        if let (JobStatus::Completed, Some(member)) = (status, self.kind.models_member()) {
            members.insert(member.to_owned(), self.describe_models());
        }
        Value::Object(members)
    }

    /// The index of the stage that is running or ran last.
    fn stage(&self, now: Now) -> usize {
        let all = self.kind.stages().len();
        let count = if self.failure.is_some() {
            all.min(2)
        } else {
            all
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
        let location = self.location.as_ref().filter(|_| !self.artifacts_removed());
        let location = location.map(|it| format!("{}/{name}/output", it.trim_end_matches('/')));
        let failure = self
            .failure
            .as_ref()
            .filter(|_| status == JobStatus::Failed);
        let log = format!(
            "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logStream:group=/aws/sagemaker/{};\
             prefix={name};streamFilter=typeLogStreamPrefix",
            stage.log_group
        );
        without_nulls(json!({
            "name": name,
            "arn": self.sagemaker_arn(stage.resource, &name),
            "status": self.status_text(status),
            "outputLocation": location,
            "failureReason": failure,
            "cloudwatchLogUrl": log,
        }))
    }

    fn describe_config(&self) -> Value {
        let name = format!("{}-endpoint-config", self.id);
        json!({ "arn": self.sagemaker_arn("endpoint-config", &name), "name": name })
    }

    fn sagemaker_arn(&self, resource: &str, name: &str) -> String {
        format!(
            "arn:aws:sagemaker:{}:{ACCOUNT}:{resource}/{name}",
            self.region
        )
    }

    fn describe_models(&self) -> Value {
        let wanted = self.parameters.get("maxHPONumberOfTrainingJobs");
        let wanted = wanted.and_then(Value::as_i64).unwrap_or(2);
        let models = (1..=wanted.clamp(1, 3)).map(|number| {
            let name = format!("{}-model-{number}", self.id);
            json!({ "arn": self.sagemaker_arn("model", &name), "name": name })
        });
        models.collect()
    }
}

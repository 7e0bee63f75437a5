//! Model-training jobs of Neptune ML.
//!
//! `POST` and `GET /ml/modeltraining`, `GET` and `DELETE /ml/modeltraining/{id}`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltraining.html)).
//! The texts of the errors are those of
//! [Neptune ML errors](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-exceptions.html);
//! where that page has none, for members that are missing or of a wrong type, they are made up.

use std::collections::BTreeMap;

use http::Method;
use serde_json::json;

use self::job::{JobStatus, TrainingJob};
use super::{Answer, Route};
use crate::clock::unix_millis;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::{Incoming, Members};
use crate::{Config, Now};

pub(crate) mod job;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        operation: "StartMLModelTrainingJob",
        method: Method::POST,
        path: "/ml/modeltraining",
        run: start,
    },
    Route {
        operation: "ListMLModelTrainingJobs",
        method: Method::GET,
        path: "/ml/modeltraining",
        run: list,
    },
    Route {
        operation: "GetMLModelTrainingJob",
        method: Method::GET,
        path: "/ml/modeltraining/{id}",
        run: get,
    },
    Route {
        operation: "CancelMLModelTrainingJob",
        method: Method::DELETE,
        path: "/ml/modeltraining/{id}",
        run: cancel,
    },
];

const MAX_ID: usize = 48;

/// The jobs of a cluster, oldest first.
#[derive(Debug, Default)]
pub(crate) struct TrainingJobs {
    jobs: Vec<TrainingJob>,
    places: BTreeMap<String, usize>,
    /// Why the next job will fail, if it will.
    pub(crate) next_failure: Option<String>,
}

impl TrainingJobs {
    pub(crate) fn get(&self, id: &str) -> Option<&TrainingJob> {
        self.jobs.get(*self.places.get(id)?)
    }

    pub(crate) fn all(&self) -> &[TrainingJob] {
        &self.jobs
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut TrainingJob> {
        self.jobs.get_mut(*self.places.get(id)?)
    }

    fn push(&mut self, job: TrainingJob) {
        self.places.insert(job.id().to_owned(), self.jobs.len());
        self.jobs.push(job);
    }
}

fn start(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Result<Answer, Failure> {
    let members = incoming.json()?;
    let location = check_members(cluster, &members, incoming.now)?.to_owned();
    let id = match members.string("id")? {
        Some(id) => {
            check_id(id)?;
            if cluster.training.get(id).is_some() {
                return Err(Failure::invalid_parameter(
                    "Another resource with same ID already exists. Please use a new ID.",
                ));
            }
            id.to_owned()
        }
        None => loop {
            let id = cluster.ids.uuid();
            if cluster.training.get(&id).is_none() {
                break id;
            }
        },
    };
    let failure = cluster.config.failing_training.get(&id).cloned();
    let failure = failure.or_else(|| cluster.training.next_failure.take());
    let job = TrainingJob::new(
        &cluster.config,
        id,
        location,
        failure,
        members.0,
        incoming.now,
    );
    let answer = json!({
        "id": job.id(),
        "arn": job.arn(),
        "creationTimeInMillis": unix_millis(job.created()),
    });
    cluster.training.push(job);
    Ok(Answer::Json(answer))
}

/// Checks everything but the id, and gives the S3 location back.
fn check_members<'a>(
    cluster: &Cluster,
    members: &'a Members,
    now: Now,
) -> Result<&'a str, Failure> {
    let data_processing_job = members.required_string("dataProcessingJobId")?;
    let location = members.required_string("trainModelS3Location")?;
    let previous = members.string("previousModelTrainingJobId")?;
    for name in [
        "sagemakerIamRoleArn",
        "volumeEncryptionKMSKey",
        "s3OutputEncryptionKMSKey",
        "modelName",
    ] {
        members.string(name)?;
    }
    for name in [
        "trainingInstanceVolumeSizeInGB",
        "trainingTimeOutInSeconds",
        "maxHPONumberOfTrainingJobs",
        "maxHPOParallelTrainingJobs",
        "maxWaitTime",
    ] {
        members.integer(name)?;
    }
    for name in [
        "enableManagedSpotTraining",
        "enableInterContainerTrafficEncryption",
    ] {
        members.boolean(name)?;
    }
    for name in ["subnets", "securityGroupIds"] {
        members.strings(name)?;
    }
    if let Some(custom) = members.object("customModelTrainingParameters")? {
        custom.required_string("sourceS3DirectoryPath")?;
        custom.string("trainingEntryPointScript")?;
        custom.string("transformEntryPointScript")?;
    }
    for name in ["baseProcessingInstanceType", "trainingInstanceType"] {
        if members
            .string(name)?
            .is_some_and(|instance_type| !instance_type.starts_with("ml."))
        {
            return Err(Failure::invalid_parameter("Invalid ML instance type."));
        }
    }
    check_role(&cluster.config, members.string("neptuneIamRoleArn")?)?;
    if location.strip_prefix("s3://").is_none_or(str::is_empty) {
        return Err(Failure::bad_request(
            "Invalid S3 URL or incorrect S3 permissions. Please check your S3 configuration.",
        ));
    }
    check_id(data_processing_job)?;
    if cluster
        .config
        .data_processing_jobs
        .as_ref()
        .is_some_and(|known| !known.contains(data_processing_job))
    {
        // The guide lists no text for a data-processing job that does not exist; this is the nearest one.
        return Err(Failure::bad_request(
            "Provided MLDataProcessing job is not completed.",
        ));
    }
    if let Some(previous) = previous {
        check_id(previous)?;
        if cluster.config.check_previous_training {
            match cluster.training.get(previous).map(|job| job.status(now)) {
                None => {
                    return Err(Failure::bad_request(
                        "Provided MLModelTraining job doesn't exist.",
                    ));
                }
                Some(JobStatus::Completed) => {}
                Some(_) => {
                    return Err(Failure::bad_request(
                        "Provided ModelTraining job has not completed.",
                    ));
                }
            }
        }
    }
    Ok(location)
}

fn list(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Result<Answer, Failure> {
    check_role(&cluster.config, incoming.query("neptuneIamRoleArn"))?;
    let most = incoming.query_integer("maxItems", 1, 1024)?.unwrap_or(10);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let newest_first = cluster.training.all().iter().rev();
    let ids: Vec<&str> = newest_first.take(most).map(TrainingJob::id).collect();
    Ok(Answer::Json(json!({ "ids": ids })))
}

fn get(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Result<Answer, Failure> {
    check_role(&cluster.config, incoming.query("neptuneIamRoleArn"))?;
    let id = incoming.label();
    check_id(id)?;
    let job = cluster.training.get(id).ok_or_else(unknown_id)?;
    Ok(Answer::Json(job.describe(incoming.now)))
}

fn cancel(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Result<Answer, Failure> {
    check_role(&cluster.config, incoming.query("neptuneIamRoleArn"))?;
    let clean = incoming.query_flag("clean")?.unwrap_or(false);
    let id = incoming.label();
    check_id(id)?;
    let job = cluster.training.get_mut(id).ok_or_else(unknown_id)?;
    if job.status(incoming.now) != JobStatus::InProgress {
        return Err(Failure::invalid_parameter(
            "Failed to stop the job because it has already completed or failed.",
        ));
    }
    job.stop(incoming.now, clean);
    if cluster.config.empty_cancel_answer {
        return Ok(Answer::Empty);
    }
    // U20: the body's content is assumed to be that of the other operations.
    Ok(Answer::Json(json!({ "status": "200 OK" })))
}

fn check_id(id: &str) -> Result<(), Failure> {
    if !(1..=MAX_ID).contains(&id.chars().count()) {
        return Err(Failure::invalid_parameter(
            "Invalid ID provided. ID can be 1-48 alphanumeric characters.",
        ));
    }
    if !id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Err(Failure::invalid_parameter(
            "Invalid ID provided. Must contain only letters, digits, or hyphens.",
        ));
    }
    Ok(())
}

fn unknown_id() -> Failure {
    Failure::invalid_parameter(
        "Invalid ID provided. Please check whether a resource with the given ID exists.",
    )
}

fn check_role(config: &Config, role: Option<&str>) -> Result<(), Failure> {
    if config.roles_required && role.is_none() {
        return Err(Failure::missing_parameter(
            "Required credentials are missing. Please add IAM role to the cluster or pass as a parameter to this request.",
        ));
    }
    Ok(())
}

//! Neptune ML: data processing, model training, model transforms and endpoints.
//!
//! `POST` and `GET /ml/X`, `GET` and `DELETE /ml/X/{id}`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-reference.html)). The
//! four kinds share one implementation: each has a file with the input of its start request, and all the rest
//! is here and in [`job`]. The error texts are those of [Neptune ML
//! errors](https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-exceptions.html). That
//! page has no texts for members that are missing or have a wrong type; those texts are invented.

use serde_json::json;

use self::job::{JobStatus, MlJob, MlKind};
use super::{Answer, Answered, Route};
use crate::Config;
use crate::clock::unix_millis;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::{Incoming, Members};
use crate::input::Kind::{Any, Flag, Number, Text};
use crate::input::{Inputs, Member};

mod data_processing;
mod endpoint;
pub(crate) mod job;
pub(crate) mod jobs;
mod model_training;
mod model_transform;

/// The four routes of a kind.
macro_rules! routes {
    ($kind:ident, $path:literal: $start_name:literal $start:path, $list:literal, $get:literal, $cancel:literal) => {
        &[
            Route::post($start_name, $path, $start),
            Route::get($list, $path, |cluster, incoming| {
                list(MlKind::$kind, cluster, incoming)
            }),
            Route::get($get, concat!($path, "/{id}"), |cluster, incoming| {
                get(MlKind::$kind, cluster, incoming)
            }),
            Route::delete($cancel, concat!($path, "/{id}"), |cluster, incoming| {
                cancel(MlKind::$kind, cluster, incoming)
            }),
        ]
    };
}

pub(crate) const DATA_PROCESSING: &[Route] = routes! {
    DataProcessing, "/ml/dataprocessing": "StartMLDataProcessingJob" data_processing::start,
    "ListMLDataProcessingJobs", "GetMLDataProcessingJob", "CancelMLDataProcessingJob"
};

pub(crate) const MODEL_TRAINING: &[Route] = routes! {
    ModelTraining, "/ml/modeltraining": "StartMLModelTrainingJob" model_training::start,
    "ListMLModelTrainingJobs", "GetMLModelTrainingJob", "CancelMLModelTrainingJob"
};

pub(crate) const MODEL_TRANSFORM: &[Route] = routes! {
    ModelTransform, "/ml/modeltransform": "StartMLModelTransformJob" model_transform::start,
    "ListMLModelTransformJobs", "GetMLModelTransformJob", "CancelMLModelTransformJob"
};

pub(crate) const ENDPOINT: &[Route] = routes! {
    Endpoint, "/ml/endpoints": "CreateMLEndpoint" endpoint::create,
    "ListMLEndpoints", "GetMLEndpoint", "DeleteMLEndpoint"
};

const ML_LIST: &[Member] = &[
    Member::query("maxItems", Number),
    Member::query("neptuneIamRoleArn", Text),
];

const ML_GET: &[Member] = &[
    Member::label("id"),
    Member::query("neptuneIamRoleArn", Text),
];

const ML_CANCEL: &[Member] = &[
    Member::label("id"),
    Member::query("neptuneIamRoleArn", Text),
    Member::query("clean", Flag),
];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    (
        "StartMLDataProcessingJob",
        &[
            Member::body("id", Text),
            Member::body("previousDataProcessingJobId", Text),
            Member::body("inputDataS3Location", Text),
            Member::body("processedDataS3Location", Text),
            Member::body("sagemakerIamRoleArn", Text),
            Member::body("neptuneIamRoleArn", Text),
            Member::body("processingInstanceType", Text),
            Member::body("processingInstanceVolumeSizeInGB", Number),
            Member::body("processingTimeOutInSeconds", Number),
            Member::body("modelType", Text),
            Member::body("configFileName", Text),
            Member::body("subnets", Any),
            Member::body("securityGroupIds", Any),
            Member::body("volumeEncryptionKMSKey", Text),
            Member::body("s3OutputEncryptionKMSKey", Text),
        ],
    ),
    ("ListMLDataProcessingJobs", ML_LIST),
    ("GetMLDataProcessingJob", ML_GET),
    ("CancelMLDataProcessingJob", ML_CANCEL),
    (
        "StartMLModelTrainingJob",
        &[
            Member::body("id", Text),
            Member::body("previousModelTrainingJobId", Text),
            Member::body("dataProcessingJobId", Text),
            Member::body("trainModelS3Location", Text),
            Member::body("sagemakerIamRoleArn", Text),
            Member::body("neptuneIamRoleArn", Text),
            Member::body("baseProcessingInstanceType", Text),
            Member::body("trainingInstanceType", Text),
            Member::body("trainingInstanceVolumeSizeInGB", Number),
            Member::body("trainingTimeOutInSeconds", Number),
            Member::body("maxHPONumberOfTrainingJobs", Number),
            Member::body("maxHPOParallelTrainingJobs", Number),
            Member::body("subnets", Any),
            Member::body("securityGroupIds", Any),
            Member::body("volumeEncryptionKMSKey", Text),
            Member::body("s3OutputEncryptionKMSKey", Text),
            Member::body("enableManagedSpotTraining", Flag),
            Member::body("customModelTrainingParameters", Any),
        ],
    ),
    ("ListMLModelTrainingJobs", ML_LIST),
    ("GetMLModelTrainingJob", ML_GET),
    ("CancelMLModelTrainingJob", ML_CANCEL),
    (
        "StartMLModelTransformJob",
        &[
            Member::body("id", Text),
            Member::body("dataProcessingJobId", Text),
            Member::body("mlModelTrainingJobId", Text),
            Member::body("trainingJobName", Text),
            Member::body("modelTransformOutputS3Location", Text),
            Member::body("sagemakerIamRoleArn", Text),
            Member::body("neptuneIamRoleArn", Text),
            Member::body("customModelTransformParameters", Any),
            Member::body("baseProcessingInstanceType", Text),
            Member::body("baseProcessingInstanceVolumeSizeInGB", Number),
            Member::body("subnets", Any),
            Member::body("securityGroupIds", Any),
            Member::body("volumeEncryptionKMSKey", Text),
            Member::body("s3OutputEncryptionKMSKey", Text),
        ],
    ),
    ("ListMLModelTransformJobs", ML_LIST),
    ("GetMLModelTransformJob", ML_GET),
    ("CancelMLModelTransformJob", ML_CANCEL),
    (
        "CreateMLEndpoint",
        &[
            Member::body("id", Text),
            Member::body("mlModelTrainingJobId", Text),
            Member::body("mlModelTransformJobId", Text),
            Member::body("update", Flag),
            Member::body("neptuneIamRoleArn", Text),
            Member::body("modelName", Text),
            Member::body("instanceType", Text),
            Member::body("instanceCount", Number),
            Member::body("volumeEncryptionKMSKey", Text),
        ],
    ),
    ("ListMLEndpoints", ML_LIST),
    ("GetMLEndpoint", ML_GET),
    ("DeleteMLEndpoint", ML_CANCEL),
];

/// The maximum length of an id, in characters.
const MAX_ID: usize = 48;

/// Creates a job with the id in the request or a generated id, and the response to its start request.
fn start_new_job(
    kind: MlKind,
    location: String,
    members: Members,
    cluster: &mut Cluster,
    incoming: &Incoming<'_>,
) -> Answered {
    let id = new_id(kind, &members, cluster)?;
    let location = Some(location);
    Ok(start_job(kind, id, location, members, cluster, incoming))
}

/// Creates a job from checked members, and the response to its start request.
fn start_job(
    kind: MlKind,
    id: String,
    location: Option<String>,
    members: Members,
    cluster: &mut Cluster,
    incoming: &Incoming<'_>,
) -> Answer {
    let failure = cluster.config.failing_ml.get(&(kind, id.clone())).cloned();
    let failure = failure.or_else(|| cluster.ml.take_failure(kind));
    let job = MlJob {
        kind,
        id,
        region: cluster.config.region.clone(),
        location,
        created: incoming.now.wall,
        started: incoming.now.mono,
        duration: cluster.config.ml_duration_of(kind),
        failure,
        stopped: None,
        updating: false,
        parameters: members.into_map(),
    };
    let answer = json!({
        "id": job.id(),
        "arn": job.arn(),
        "creationTimeInMillis": unix_millis(job.created()),
    });
    cluster.ml.put(job);
    Answer::Json(answer)
}

fn list(kind: MlKind, cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    check_role(&cluster.config, incoming.query("neptuneIamRoleArn"))?;
    let most = incoming.query_integer("maxItems", 1, 1024)?.unwrap_or(10);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let newest_first = cluster.ml.all(kind).iter().rev();
    let ids: Vec<&str> = newest_first.take(most).map(MlJob::id).collect();
    Ok(Answer::Json(json!({ "ids": ids })))
}

fn get(kind: MlKind, cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    check_role(&cluster.config, incoming.query("neptuneIamRoleArn"))?;
    let id = incoming.label();
    check_id(id)?;
    let job = cluster.ml.get(kind, id).ok_or_else(unknown_id)?;
    Ok(Answer::Json(job.describe(incoming.now)))
}

fn cancel(kind: MlKind, cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    check_role(&cluster.config, incoming.query("neptuneIamRoleArn"))?;
    let clean = incoming.query_flag("clean")?.unwrap_or(false);
    let id = incoming.label();
    check_id(id)?;
    let job = cluster.ml.get_mut(kind, id).ok_or_else(unknown_id)?;
    if kind == MlKind::Endpoint {
        // Endpoints are removed immediately and in any status (M45); no source shows an endpoint that is
        // being deleted (U19).
        cluster.ml.remove(kind, id);
    } else if job.status(incoming.now) != JobStatus::InProgress {
        return Err(Failure::invalid_parameter(
            "Failed to stop the job because it has already completed or failed.",
        ));
    } else {
        job.stop(incoming.now, clean);
    }
    if cluster.config.empty_cancel_response {
        return Ok(Answer::Empty);
    }
    // U20: assumed to have the body of the other operations.
    Ok(Answer::ok())
}

/// The id in the body, or a generated one.
fn new_id(kind: MlKind, members: &Members, cluster: &mut Cluster) -> Result<String, Failure> {
    if let Some(id) = members.string("id")? {
        check_id(id)?;
        if cluster.ml.get(kind, id).is_some() {
            return Err(Failure::invalid_parameter(
                "Another resource with same ID already exists. Please use a new ID.",
            ));
        }
        return Ok(id.to_owned());
    }
    loop {
        let id = cluster.ids.uuid();
        if cluster.ml.get(kind, &id).is_none() {
            return Ok(id);
        }
    }
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

/// Checks the types of the remaining members. Their names are separated by spaces.
fn check_types(
    members: &Members,
    strings: &str,
    integers: &str,
    booleans: &str,
) -> Result<(), Failure> {
    for name in strings.split_whitespace() {
        members.string(name)?;
    }
    for name in integers.split_whitespace() {
        members.integer(name)?;
    }
    for name in booleans.split_whitespace() {
        members.boolean(name)?;
    }
    for name in ["subnets", "securityGroupIds"] {
        members.strings(name)?;
    }
    Ok(())
}

fn check_instance_types(members: &Members, names: &[&str]) -> Result<(), Failure> {
    for name in names {
        let given = members.string(name)?;
        if given.is_some_and(|instance_type| !instance_type.starts_with("ml.")) {
            return Err(Failure::invalid_parameter("Invalid ML instance type."));
        }
    }
    Ok(())
}

fn check_location(location: &str) -> Result<(), Failure> {
    if location.strip_prefix("s3://").is_none_or(str::is_empty) {
        return Err(Failure::bad_request(
            "Invalid S3 URL or incorrect S3 permissions. Please check your S3 configuration.",
        ));
    }
    Ok(())
}

/// Checks that the jobs that a body refers to exist and are completed, if [`Config::check_ml_jobs`] is set.
fn check_completed(
    kind: MlKind,
    id: &str,
    cluster: &Cluster,
    incoming: &Incoming<'_>,
) -> Result<(), Failure> {
    check_id(id)?;
    // Ids in the list of data-processing jobs are accepted. Without a list, all ids are accepted unless `check_ml_jobs`
    // is set. Any other id must be the id of a completed job of this cluster.
    let known = cluster.config.data_processing_jobs.as_ref();
    let known = known.filter(|_| kind == MlKind::DataProcessing);
    if known.map_or(!cluster.config.check_ml_jobs, |known| known.contains(id)) {
        return Ok(());
    }
    let status = cluster.ml.get(kind, id).map(|job| job.status(incoming.now));
    // The guide lists no text for an unknown data-processing job, and none for a transform that is not completed. These
    // are the closest texts.
    let text = match (kind, status) {
        (_, Some(JobStatus::Completed)) => return Ok(()),
        (MlKind::DataProcessing, _) => "Provided MLDataProcessing job is not completed.",
        (MlKind::ModelTraining, None) => "Provided MLModelTraining job doesn't exist.",
        (MlKind::ModelTraining, _) => "Provided ModelTraining job has not completed.",
        _ => "Provided ModelTransformJob doesn't exist.",
    };
    Err(Failure::bad_request(text))
}

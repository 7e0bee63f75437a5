//! The bulk loader.
//!
//! `POST` and `GET /loader`, `GET` and `DELETE /loader/{loadId}`, and the latter two as `/loader?loadId=`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference.html)). The error texts are those of
//! [loader errors](https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-load-errors.html) and
//! [cancelling](https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-cancel.html). Their codes,
//! unless users have published one, and the texts about members are invented.

use serde_json::json;

use self::load::{BulkLoad, State};
use self::queue::Loader;
use self::script::LoadScript;
use super::{Answer, Answered, Route, one_of, without_nulls};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::{Incoming, Members};
use crate::input::Kind::{Any, Flag, Number, Text};
use crate::input::{Inputs, Member};
use crate::{Config, Now, Role, ids};

#[cfg(feature = "engine")]
pub(crate) mod files;
pub(crate) mod load;
pub(crate) mod queue;
pub(crate) mod script;

pub(crate) const ROUTES: &[Route] = &[
    Route::post("StartLoaderJob", "/loader", start),
    Route::get("GetLoaderJobStatus", "/loader?loadId", status),
    Route::get("ListLoaderJobs", "/loader", list),
    Route::get("GetLoaderJobStatus", "/loader/{loadId}", status),
    Route::delete("CancelLoaderJob", "/loader?loadId", cancel),
    Route::delete("CancelLoaderJob", "/loader/{loadId}", cancel),
];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    (
        "StartLoaderJob",
        &[
            Member::body("source", Text),
            Member::body("format", Text),
            Member::body_as("s3BucketRegion", "region", Text),
            Member::body("iamRoleArn", Text),
            Member::body("mode", Text),
            Member::body("failOnError", Flag),
            Member::body("parallelism", Text),
            Member::body("parserConfiguration", Any),
            Member::body("updateSingleCardinalityProperties", Flag),
            Member::body("queueRequest", Flag),
            Member::body("dependencies", Any),
            Member::body("userProvidedEdgeIds", Flag),
            Member::body("edgeOnlyLoad", Flag),
        ],
    ),
    (
        "ListLoaderJobs",
        &[
            Member::query("limit", Number),
            Member::query("includeQueuedLoads", Flag),
        ],
    ),
    (
        "GetLoaderJobStatus",
        &[
            Member::label("loadId"),
            Member::query("details", Flag),
            Member::query("errors", Flag),
            Member::query("page", Number),
            Member::query("errorsPerPage", Number),
        ],
    ),
    ("CancelLoaderJob", &[Member::label("loadId")]),
];

const FLAGS: [&str; 5] = [
    "failOnError",
    "updateSingleCardinalityProperties",
    "queueRequest",
    "userProvidedEdgeIds",
    "edgeOnlyLoad",
];

/// How a load treats earlier loads from the same source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Auto,
    Resume,
    New,
}

fn start(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    if cluster.config.role == Role::Reader {
        return Err(Failure::new(
            "MethodNotAllowedException",
            "Start new load operation not permitted on a read replica instance.",
        ));
    }
    let members = parameters(incoming)?;
    let source = members.required_string("source")?.to_owned();
    let mode = check_members(&cluster.config, &members, &source)?;
    let queued = members.flag("queueRequest")?.unwrap_or(false);
    let dependencies = members.strings("dependencies")?.unwrap_or_default();
    let dependencies: Vec<String> = dependencies.into_iter().map(str::to_owned).collect();

    advance(cluster, incoming.now);
    let refuse = |what: &str| {
        Failure::bad_request(format!(
            "Failed to start new load for the source {source}. {what}"
        ))
    };
    if cluster.loader.is_busy() {
        if !queued {
            return Err(refuse("Max concurrent load limit breached. Limit is 1"));
        }
        if cluster.loader.queued() >= queue::QUEUE {
            return Err(refuse(
                "Max load task queue size limit breached. Limit is 64",
            ));
        }
    }
    if let Some(unknown) = dependencies
        .iter()
        .find(|id| cluster.loader.get(id).is_none())
    {
        return Err(unknown_id(&cluster.config, unknown));
    }
    #[cfg(feature = "engine")]
    let files = files::settings(&cluster.config, &members, &source)?;
    let id = cluster.ids.uuid();
    let load = BulkLoad {
        id: id.clone(),
        source,
        dependencies,
        duration: cluster.config.load_duration,
        parameters: members.into_map(),
        run: 1,
        nothing_left: false,
        script: LoadScript::default(),
        #[cfg(feature = "engine")]
        files: None,
        #[cfg(feature = "engine")]
        loaded: Default::default(),
        state: State::Queued,
    };
    #[cfg(feature = "engine")]
    let load = load.with_files(files);
    cluster.loader.start(load, mode, incoming.now);
    Ok(Answer::payload(json!({ "loadId": id })))
}

/// Completes the loads that are due by now, in order. Those with files store them.
pub(crate) fn advance(cluster: &mut Cluster, now: Now) {
    while let Some(end) = cluster.loader.due(now) {
        #[cfg(feature = "engine")]
        if !files::run(cluster, now) {
            return;
        }
        cluster.loader.complete(end, now);
    }
}

/// The loads as they will be at this time. Stores nothing.
pub(crate) fn preview(cluster: &Cluster, now: Now) -> Loader {
    let mut loader = cluster.loader.clone();
    #[cfg(feature = "engine")]
    let (mut staged, mut ids) = (files::Staged::default(), cluster.ids.clone());
    while let Some(end) = loader.due(now) {
        #[cfg(feature = "engine")]
        if let Some(running) = loader.running()
            && let Some(result) = staged.load(cluster, &mut ids, running)
        {
            result.apply_to(running);
        }
        loader.complete(end, now);
    }
    loader
}

/// The members of the body or, without a body, of the query.
fn parameters(incoming: &Incoming<'_>) -> Result<Members, Failure> {
    if incoming.has_body() {
        return incoming.json();
    }
    Ok(incoming.query_members())
}

/// Checks all members but the dependencies.
fn check_members(config: &Config, members: &Members, source: &str) -> Result<Mode, Failure> {
    let format = members.required_string("format")?;
    let region = members.required_string("region")?;
    members.required_string("iamRoleArn")?;
    for flag in FLAGS {
        members.flag(flag)?;
    }
    if let Some(parser) = members.object("parserConfiguration")? {
        parser.string("namedGraphUri")?;
        parser.string("baseUri")?;
        parser.flag("allowEmptyStrings")?;
    }
    let formats = [
        "csv",
        "opencypher",
        "ntriples",
        "nquads",
        "rdfxml",
        "turtle",
    ];
    one_of("format", Some(format), &formats)?;
    let degrees = ["LOW", "MEDIUM", "HIGH", "OVERSUBSCRIBE"];
    one_of("parallelism", members.string("parallelism")?, &degrees)?;
    let mode = one_of("mode", members.string("mode")?, &["AUTO", "RESUME", "NEW"])?;
    if !["s3://", "https://s3"]
        .iter()
        .any(|prefix| source.len() > prefix.len() && source.starts_with(prefix))
    {
        return Err(Failure::bad_request(format!(
            "S3 bucket not found for source {source}"
        )));
    }
    if region != config.region {
        return Err(Failure::bad_request(format!(
            "Bucket is not in provided Region ({region})"
        )));
    }
    Ok(match mode {
        Some("RESUME") => Mode::Resume,
        Some("NEW") => Mode::New,
        _ => Mode::Auto,
    })
}

fn list(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let most = incoming.query_integer("limit", 1, 100)?.unwrap_or(100);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let with_queued = incoming.query_flag("includeQueuedLoads")?.unwrap_or(true);
    advance(cluster, incoming.now);
    let newest_first = cluster.loader.all().rev();
    // The queued loads come first in any case: they are the newest.
    let ids: Vec<&str> = newest_first
        .filter(|load| with_queued || !load.is_queued())
        .take(most)
        .map(BulkLoad::id)
        .collect();
    Ok(Answer::payload(json!({ "loadIds": ids })))
}

fn status(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let id = load_id(incoming);
    let details = incoming.query_flag("details")?.unwrap_or(false);
    let errors = incoming.query_flag("errors")?.unwrap_or(false);
    let most = i64::from(i32::MAX);
    let page = incoming.query_integer("page", 1, most)?.unwrap_or(1);
    let per_page = incoming
        .query_integer("errorsPerPage", 1, most)?
        .unwrap_or(10);
    advance(cluster, incoming.now);
    let Some(load) = cluster.loader.get(id) else {
        return Err(unknown_id(&cluster.config, id));
    };
    Ok(Answer::payload(without_nulls(json!({
        "feedCount": load.describe_count(),
        "overallStatus": load.describe(incoming.now),
        "failedFeeds": details.then(|| load.describe_failed(incoming.now)),
        "errors": errors.then(|| load.describe_errors(page, per_page)),
    }))))
}

fn cancel(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    if cluster.config.role == Role::Reader {
        return Err(Failure::new(
            "MethodNotAllowedException",
            "Load cancellation is not permitted on a read replica instance.",
        ));
    }
    let id = load_id(incoming);
    advance(cluster, incoming.now);
    if cluster.loader.cancel(id, incoming.now) {
        // M34: the model has a status, but the service sends an empty body.
        Ok(Answer::Empty)
    } else {
        Err(unknown_id(&cluster.config, id))
    }
}

fn load_id<'a>(incoming: &'a Incoming<'_>) -> &'a str {
    match incoming.label() {
        "" => incoming.query("loadId").unwrap_or_default(),
        label => label,
    }
}

/// The guide has both 400 and 404, the model 404 (M33). Assumed here: an id that is not a UUID is 400, any other
/// unknown id is 404.
fn unknown_id(config: &Config, id: &str) -> Failure {
    let text = format!("The load with id = {id} does not exist or not active");
    if config.unknown_load_is_bad_request || !ids::is_uuid(id) {
        Failure::invalid_parameter(text)
    } else {
        Failure::new("BulkLoadIdNotFoundException", text)
    }
}

//! Index rebuilds.
//!
//! `POST` and `GET /storage/indexes/rebuilds`, `GET /storage/indexes/rebuilds/{rebuildId}` and `POST
//! /storage/indexes/rebuilds/{rebuildId}/cancel`
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/storage-index-rebuild.html)). No source shows a whole
//! response (U14): the responses have the form of the service model, and all error texts are invented.

use serde_json::json;

use self::rebuild::{IndexRebuild, RebuildStatus, StartInput};
use super::{Answer, Answered, Route, one_of, statistics};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Kind::{Number, Text};
use crate::input::{Inputs, Member};

pub(crate) mod rebuild;

pub(crate) const ROUTES: &[Route] = &[
    Route::post("StartIndexRebuild", "/storage/indexes/rebuilds", start),
    Route::get("ListIndexRebuilds", "/storage/indexes/rebuilds", list),
    Route::get(
        "GetIndexRebuildStatus",
        "/storage/indexes/rebuilds/{rebuildId}",
        status,
    ),
    Route::post(
        "CancelIndexRebuild",
        "/storage/indexes/rebuilds/{rebuildId}/cancel",
        cancel,
    ),
];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[
    (
        "StartIndexRebuild",
        &[
            Member::query("scope", Text),
            Member::query("concurrency", Number),
            Member::query("writeBufferSize", Text),
            Member::body("clientToken", Text),
        ],
    ),
    ("ListIndexRebuilds", &[]),
    ("GetIndexRebuildStatus", &[Member::label("rebuildId")]),
    ("CancelIndexRebuild", &[Member::label("rebuildId")]),
];

fn start(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    statistics::check_writer(cluster)?;
    if cluster.config.serverless.is_some() {
        return Err(Failure::new(
            "UnsupportedOperationException",
            "Index rebuilds are not supported on a serverless writer.",
        ));
    }
    let word = |name, words| one_of(name, incoming.query(name), words);
    let scope = word("scope", &["ALL", "QUADS", "DICTIONARIES"])?.unwrap_or("ALL");
    let buffer = word("writeBufferSize", &["LOW", "MEDIUM", "HIGH"])?.unwrap_or("LOW");
    let most = i64::from(i32::MAX);
    let concurrency = incoming.query_integer("concurrency", 1, most)?.unwrap_or(1);
    // The value is reduced without an error; the response has the value that is used.
    let concurrency = concurrency.min(i64::from(cluster.config.vcpus));
    let token = if incoming.has_body() {
        incoming.json()?.string("clientToken")?.map(str::to_owned)
    } else {
        None
    };
    let input = StartInput {
        token,
        scope: scope.to_owned(),
        concurrency,
        buffer: buffer.to_owned(),
    };
    let mut known = cluster.rebuilds.iter();
    if let Some(same) = known.find(|other| input.has_token_of(other)) {
        return if input == same.input {
            Ok(Answer::Json(same.describe_start(incoming.now)))
        } else {
            Err(Failure::invalid_parameter(
                "The client token was used with other parameters.",
            ))
        };
    }
    let mut known = cluster.rebuilds.iter();
    if known.any(|other| !other.status(incoming.now).is_terminal()) {
        return Err(Failure::new(
            "ConcurrentModificationException",
            "Another index rebuild is in progress.",
        ));
    }
    let new = IndexRebuild {
        id: cluster.ids.uuid(),
        input,
        started: incoming.now,
        duration: cluster.config.rebuild_duration,
        failure: cluster.next_rebuild_failure.take(),
        cancelled: None,
    };
    let answer = new.describe_start(incoming.now);
    cluster.rebuilds.push(new);
    Ok(Answer::Json(answer))
}

fn list(cluster: &mut Cluster, _: &Incoming<'_>) -> Answered {
    let newest_first = cluster.rebuilds.iter().rev();
    let ids: Vec<&str> = newest_first.map(IndexRebuild::id).collect();
    Ok(Answer::Json(json!({ "rebuildIds": ids })))
}

fn status(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    let id = incoming.label();
    let mut known = cluster.rebuilds.iter();
    let rebuild = known.find(|rebuild| rebuild.id() == id);
    let rebuild = rebuild.ok_or_else(|| unknown(id))?;
    Ok(Answer::members(rebuild.describe(incoming.now)))
}

fn cancel(cluster: &mut Cluster, incoming: &Incoming<'_>) -> Answered {
    statistics::check_writer(cluster)?;
    let id = incoming.label();
    let mut known = cluster.rebuilds.iter_mut();
    let rebuild = known.find(|rebuild| rebuild.id() == id);
    let rebuild = rebuild.ok_or_else(|| unknown(id))?;
    match rebuild.status(incoming.now) {
        RebuildStatus::Preparing | RebuildStatus::Rebuilding => rebuild.cancel(incoming.now),
        RebuildStatus::Cancelling => {}
        ended => {
            return Err(Failure::new(
                "ValidationException",
                format!("The index rebuild {id} is {}.", ended.as_str()),
            ));
        }
    }
    Ok(Answer::Json(rebuild.describe_cancel(incoming.now)))
}

/// The model lists `ValidationException` only for these operations, and `ResourceNotFoundException` only for starting.
fn unknown(id: &str) -> Failure {
    Failure::new(
        "ValidationException",
        format!("There is no index rebuild with the id {id}."),
    )
}

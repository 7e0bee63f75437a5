//! The engine's status.
//!
//! `GET /status` ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-status.html))

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Answer, Answered, Route, without_nulls};
use crate::Response;
use crate::clock::Calendar;
use crate::cluster::Cluster;
use crate::incoming::Incoming;
use crate::input::Inputs;

pub(crate) const ROUTES: &[Route] = &[Route::get("GetEngineStatus", "/status", status)];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[("GetEngineStatus", &[])];

fn status(cluster: &mut Cluster, _: &Incoming<'_>) -> Answered {
    // Kept, because the document takes ninety allocations and clients ask for it often.
    let body = match cluster.status.take() {
        Some(body) => body,
        None => Response::json(StatusCode::OK, &document(cluster)).body(),
    };
    cluster.status = Some(body.clone());
    Ok(Answer::Response(Response::json_text(StatusCode::OK, body)))
}

fn document(cluster: &Cluster) -> Value {
    let config = &cluster.config;
    let on = |is_on: bool| if is_on { "enabled" } else { "disabled" };
    let features = json!({
        "SlowQueryLogs": "disabled",
        "ResultCache": { "status": "disabled" },
        "IAMAuthentication": on(config.iam),
        "Streams": on(config.streams.enabled),
        "AuditLog": "disabled",
    });
    // These are strings, even the numbers and booleans.
    let settings = json!({
        "StrictTimeoutValidation": "true",
        "clusterQueryTimeoutInMs": config.queries.timeout.as_millis().to_string(),
        "SlowQueryLogsThreshold": "5000",
    });
    let java_date = |wall| Calendar::of(wall).java_date();
    // Not in the model (M24).
    let capacity = config
        .serverless
        .as_ref()
        .map(|(least, most)| json!({ "minCapacity": least, "maxCapacity": most }));
    let (rolling_back, earliest) = config.rolling_back.unzip();
    without_nulls(json!({
        "status": if config.healthy { "healthy" } else { "recovery" },
        "startTime": java_date(cluster.started()),
        "dbEngineVersion": config.engine_version,
        "role": config.role.as_str(),
        "dfeQueryEngine": "viaQueryHint",
        "gremlin": { "version": "tinkerpop-3.7.1" },
        "sparql": { "version": "sparql-1.1" },
        "opencypher": { "version": "Neptune-9.0.20190305-1.0" },
        "labMode": { "ObjectIndex": "disabled", "ReadWriteConflictDetection": "enabled" },
        "features": with(features, &config.features),
        "settings": with(settings, &config.settings),
        "serverlessConfiguration": capacity,
        "rollingBackTrxCount": rolling_back,
        // U23: assumed to have the format of the start time.
        "rollingBackTrxEarliestStartTime": earliest.map(java_date),
    }))
}

/// The object, with these members replaced or added.
fn with(mut object: Value, changes: &Map<String, Value>) -> Value {
    if let Value::Object(members) = &mut object {
        members.extend(changes.clone());
    }
    object
}

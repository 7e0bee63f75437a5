//! The engine's status.
//!
//! `GET /status` ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-status.html))

use serde_json::{Map, Value, json};

use super::{Answer, Route};
use crate::clock::Calendar;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;
use crate::input::Inputs;

pub(crate) const ROUTES: &[Route] = &[Route::get("GetEngineStatus", "/status", status)];

/// The members of the requests.
pub(crate) const INPUTS: &[Inputs] = &[("GetEngineStatus", &[])];

fn status(cluster: &mut Cluster, _: &Incoming<'_>) -> Result<Answer, Failure> {
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
        "clusterQueryTimeoutInMs": "120000",
        "SlowQueryLogsThreshold": "5000",
    });
    let mut status = json!({
        "status": if config.healthy { "healthy" } else { "recovery" },
        "startTime": Calendar::of(cluster.started()).java_date(),
        "dbEngineVersion": config.engine_version,
        "role": config.role.as_str(),
        "dfeQueryEngine": "viaQueryHint",
        "gremlin": { "version": "tinkerpop-3.7.1" },
        "sparql": { "version": "sparql-1.1" },
        "opencypher": { "version": "Neptune-9.0.20190305-1.0" },
        "labMode": { "ObjectIndex": "disabled", "ReadWriteConflictDetection": "enabled" },
        "features": with(features, &config.features),
        "settings": with(settings, &config.settings),
    });
    if let Value::Object(members) = &mut status {
        if let Some((least, most)) = &config.serverless {
            // Not in the model (M24).
            let capacity = json!({ "minCapacity": least, "maxCapacity": most });
            members.insert("serverlessConfiguration".to_owned(), capacity);
        }
        if let Some((count, earliest)) = config.rolling_back {
            members.insert("rollingBackTrxCount".to_owned(), count.into());
            // U23: assumed to have the format of the start time.
            let earliest = Calendar::of(earliest).java_date();
            members.insert(
                "rollingBackTrxEarliestStartTime".to_owned(),
                earliest.into(),
            );
        }
    }
    Ok(Answer::Json(status))
}

/// The object, with these members replaced or added.
fn with(mut object: Value, changes: &Map<String, Value>) -> Value {
    if let Value::Object(members) = &mut object {
        members.extend(changes.clone());
    }
    object
}

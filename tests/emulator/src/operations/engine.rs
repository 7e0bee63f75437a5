//! The engine's status.
//!
//! `GET /status` ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-status.html))

use http::Method;
use serde_json::json;

use super::{Answer, Route};
use crate::clock::Calendar;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::incoming::Incoming;

pub(crate) const ROUTES: &[Route] = &[Route {
    operation: "GetEngineStatus",
    method: Method::GET,
    path: "/status",
    run: status,
}];

fn status(cluster: &mut Cluster, _: &Incoming<'_>) -> Result<Answer, Failure> {
    let config = &cluster.config;
    let on = |is_on: bool| if is_on { "enabled" } else { "disabled" };
    Ok(Answer::Json(json!({
        "status": if config.healthy { "healthy" } else { "recovery" },
        "startTime": Calendar::of(config.started).java_date(),
        "dbEngineVersion": config.engine_version,
        "role": config.role.as_str(),
        "dfeQueryEngine": "viaQueryHint",
        "gremlin": { "version": "tinkerpop-3.7.1" },
        "sparql": { "version": "sparql-1.1" },
        "opencypher": { "version": "Neptune-9.0.20190305-1.0" },
        "labMode": { "ObjectIndex": "disabled", "ReadWriteConflictDetection": "enabled" },
        "features": {
            "SlowQueryLogs": "disabled",
            "ResultCache": { "status": "disabled" },
            "IAMAuthentication": on(config.iam),
            "Streams": "disabled",
            "AuditLog": "disabled",
        },
        // Strings even where they are numbers and booleans.
        "settings": {
            "StrictTimeoutValidation": "true",
            "clusterQueryTimeoutInMs": "120000",
            "SlowQueryLogsThreshold": "5000",
        },
    })))
}

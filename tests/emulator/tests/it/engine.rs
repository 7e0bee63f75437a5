//! `GET /status`.

use std::time::{Duration, UNIX_EPOCH};

use neptunedata_emulator::{Config, Emulator, Role};
use serde_json::json;

use crate::support::{Ask, Json, get, header, media_type};

#[test]
fn the_form_of_the_guide() {
    let mut neptune = Emulator::default();
    neptune.get("/status").is(json!({
        "status": "healthy", "startTime": "Sun Aug 10 06:54:15 UTC 2025", "dbEngineVersion": "1.4.6.0.R1",
        "role": "writer", "dfeQueryEngine": "viaQueryHint", "gremlin": { "version": "tinkerpop-3.7.1" },
        "sparql": { "version": "sparql-1.1" }, "opencypher": { "version": "Neptune-9.0.20190305-1.0" },
        "labMode": { "ObjectIndex": "disabled", "ReadWriteConflictDetection": "enabled" },
        "features": {
            "SlowQueryLogs": "disabled", "ResultCache": { "status": "disabled" },
            "IAMAuthentication": "disabled", "Streams": "disabled", "AuditLog": "disabled",
        },
        "settings": {
            "StrictTimeoutValidation": "true", "clusterQueryTimeoutInMs": "120000", "SlowQueryLogsThreshold": "5000",
        },
    }));
}

#[test]
fn what_can_be_configured() {
    let config = Config::default()
        .role(Role::Reader)
        .healthy(false)
        .engine_version("Patch-1.3.2.1.R4")
        .started(UNIX_EPOCH + Duration::from_secs(1_440_938_160));
    let mut neptune = Emulator::new(config);
    neptune.get("/status").has(json!({
        "role": "reader", "status": "recovery", "dbEngineVersion": "Patch-1.3.2.1.R4",
        "startTime": "Sun Aug 30 12:36:00 UTC 2015",
    }));

    neptune.reconfigure(|config| config.role(Role::Writer).healthy(true));
    assert_eq!(neptune.get("/status")["role"], "writer");
}

#[test]
fn m24_optional_members_are_present() {
    let earliest = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let config = Config::default()
        .serverless("1.0", "128.0")
        .rolling_back(3, earliest)
        .feature("Streams", "enabled")
        .feature("ResultCache", json!({ "status": "enabled" }))
        .setting("clusterQueryTimeoutInMs", "60000");
    let mut neptune = Emulator::new(config);
    neptune.get("/status").has(json!({
        "serverlessConfiguration": { "minCapacity": "1.0", "maxCapacity": "128.0" },
        "rollingBackTrxCount": 3,
        "rollingBackTrxEarliestStartTime": "Sun Aug 30 12:36:00 UTC 2015",
        "features": {
            "Streams": "enabled", "ResultCache": { "status": "enabled" }, "AuditLog": "disabled",
        },
        "settings": { "clusterQueryTimeoutInMs": "60000" },
    }));
}

#[test]
fn answers_have_dates_and_request_ids() {
    let mut neptune = Emulator::default();
    let first = neptune.answer(get("/status"));
    assert_eq!(header(&first, "date"), "Mon, 01 Jan 2024 00:00:00 GMT");
    assert_eq!(media_type(&first), "application/json; charset=UTF-8");
    let second = neptune.after(61).answer(get("/status?verbose=1"));
    assert_eq!(header(&second, "date"), "Mon, 01 Jan 2024 00:01:01 GMT");
    let id = |response| header(response, "x-amzn-requestid");
    assert_ne!(id(&first), id(&second));
    let log = neptune.log();
    assert_eq!([log[0].number, log[1].number], [1, 2]);
    assert_eq!(log[1].target, "/status?verbose=1");
    assert_eq!(log[1].operation, Some("GetEngineStatus"));
    assert!(log[1].executed);
}

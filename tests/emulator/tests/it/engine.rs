//! `GET /status`.

use std::time::{Duration, UNIX_EPOCH};

use neptunedata_emulator::{Config, Emulator, Role};
use serde_json::json;

use crate::support::{Ask, assert_has, get, media_type};

#[test]
fn the_form_of_the_guide() {
    let mut neptune = Emulator::default();
    let status = neptune.get("/status");
    assert_eq!(
        status,
        json!({
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
        })
    );
}

#[test]
fn what_can_be_configured() {
    let config = Config::default()
        .role(Role::Reader)
        .healthy(false)
        .engine_version("Patch-1.3.2.1.R4")
        .started(UNIX_EPOCH + Duration::from_secs(1_440_938_160));
    let mut neptune = Emulator::new(config);
    let status = neptune.get("/status");
    let expected = json!({
        "role": "reader", "status": "recovery", "dbEngineVersion": "Patch-1.3.2.1.R4",
        "startTime": "Sun Aug 30 12:36:00 UTC 2015",
    });
    assert_has(&status, expected);

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
    let status = neptune.get("/status");
    let expected = json!({
        "serverlessConfiguration": { "minCapacity": "1.0", "maxCapacity": "128.0" },
        "rollingBackTrxCount": 3,
        "rollingBackTrxEarliestStartTime": "Sun Aug 30 12:36:00 UTC 2015",
    });
    assert_has(&status, expected);
    let features = &status["features"];
    let expected = json!({
        "Streams": "enabled", "ResultCache": { "status": "enabled" }, "AuditLog": "disabled",
    });
    assert_has(&features, expected);
    assert_eq!(status["settings"]["clusterQueryTimeoutInMs"], "60000");
}

#[test]
fn answers_have_dates_and_request_ids() {
    let mut neptune = Emulator::default();
    let first = neptune.answer(get("/status"));
    assert_eq!(first.head.headers["date"], "Mon, 01 Jan 2024 00:00:00 GMT");
    assert_eq!(media_type(&first), "application/json; charset=UTF-8");
    let second = neptune.after(61).answer(get("/status?verbose=1"));
    assert_eq!(second.head.headers["date"], "Mon, 01 Jan 2024 00:01:01 GMT");
    assert_ne!(
        first.head.headers["x-amzn-requestid"],
        second.head.headers["x-amzn-requestid"]
    );
    let log = neptune.log();
    assert_eq!(
        log.iter().map(|entry| entry.number).collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(log[1].target, "/status?verbose=1");
    assert_eq!(log[1].operation, Some("GetEngineStatus"));
    assert!(log[1].executed);
}

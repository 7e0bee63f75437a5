//! Statistics, summaries and the contents of the storage.

use std::time::{Duration, UNIX_EPOCH};

use http::Method;
use neptunedata_emulator::{Config, Emulator, GraphKind, Role, Statistics};
use serde_json::{Value, json};

use crate::support::{
    Ask, BAD_REQUEST, INVALID, Json, MISSING, NOT_ALLOWED, READ_ONLY, assert_contains, bad, delete,
    get, missing, post, request, untyped, with_header,
};

const PG: [&str; 3] = [
    "/propertygraph/statistics",
    "/pg/statistics",
    "/gremlin/statistics",
];
const RDF: [&str; 2] = ["/rdf/statistics", "/sparql/statistics"];

/// When the statistics of these tests were computed, in milliseconds since 1970.
const COMPUTED: u64 = 1_588_893_232_718;

fn computed() -> Statistics {
    Statistics::computed(UNIX_EPOCH + Duration::from_millis(COMPUTED))
}

fn manage(neptune: &mut Emulator, path: &str, mode: &str, seconds: u64) -> Value {
    neptune.after(seconds).post(path, &json!({ "mode": mode }))
}

fn payload(neptune: &mut Emulator, path: &str, seconds: u64) -> Value {
    let mut answer = neptune.after(seconds).get(path);
    assert_eq!(answer["status"], "200 OK");
    answer["payload"].take()
}

#[track_caller]
fn check_none(neptune: &mut Emulator, path: &str, seconds: u64) {
    let none = json!({ "active": false, "autoCompute": true, "statisticsId": -1 });
    payload(neptune, path, seconds).is(none);
}

#[test]
fn m25_ids_are_numbers() {
    let mut neptune = Emulator::default();
    neptune.set_statistics(GraphKind::PropertyGraph, computed().counts(5, 1000, 20));
    payload(&mut neptune, PG[0], 0).is(json!({
        "autoCompute": true, "active": true, "statisticsId": COMPUTED, "date": "2020-05-07T23:13:52.718Z",
        "signatureInfo": { "signatureCount": 5, "instanceCount": 1000, "predicateCount": 20 },
    }));
}

#[test]
fn m27_statistics_that_do_not_exist_are_absent() {
    let mut neptune = Emulator::default();
    check_none(&mut neptune, PG[0], 0);
    let note = "Limit reached: Statistics are not available";
    neptune.set_statistics(GraphKind::Rdf, Statistics::failed(note));
    payload(&mut neptune, RDF[0], 0)
        .is(json!({ "autoCompute": true, "active": false, "statisticsId": -1, "note": note }));
}

#[test]
fn m26_old_engines_have_other_forms() {
    let mut neptune = Emulator::new(Config::default().engine_version("Patch-1.1.1.0.R7"));
    neptune.set_statistics(GraphKind::PropertyGraph, computed());
    payload(&mut neptune, PG[2], 0).has(json!({
        "date": "2020-05-07T23:13Z", "summary": { "signatureCount": 0 }, "signatureInfo": null,
    }));
    let route = "Bad route: /pg/statistics/summary";
    neptune.refuses_as(get("/pg/statistics/summary"), bad(route));
    for version in ["1.2.1.0.R1", "2.0", "nonsense"] {
        neptune.reconfigure(|config| config.engine_version(version));
        let info = &payload(&mut neptune, PG[2], 0)["signatureInfo"];
        assert!(info.is_object(), "{version}");
    }
}

#[test]
fn m28_every_spelling_reaches_its_graph() {
    let mut neptune = Emulator::default();
    manage(&mut neptune, PG[1], "disableAutoCompute", 0);
    for path in PG {
        payload(&mut neptune, path, 0).has(json!({ "autoCompute": false }));
        assert_eq!(neptune.last().operation, Some("GetPropertygraphStatistics"));
    }
    for path in RDF {
        payload(&mut neptune, path, 0).has(json!({ "autoCompute": true }));
        assert_eq!(neptune.last().operation, Some("GetSparqlStatistics"));
    }
    manage(&mut neptune, PG[2], "enableAutoCompute", 0).is(json!({ "status": "200 OK" }));
    assert_eq!(payload(&mut neptune, PG[0], 0)["autoCompute"], true);
    assert_eq!(neptune.executed("ManagePropertygraphStatistics"), 2);
}

#[test]
fn refreshing_takes_its_time() {
    let mut neptune = Emulator::default();
    let id = 1_704_067_200_000_u64;
    let refreshed = json!({ "status": "200 OK", "payload": { "statisticsId": id } });
    assert_eq!(manage(&mut neptune, RDF[0], "refresh", 0), refreshed);
    check_none(&mut neptune, RDF[0], 9);
    // A running computation answers with its own id.
    assert_eq!(manage(&mut neptune, RDF[1], "refresh", 9), refreshed);
    let done = payload(&mut neptune, RDF[0], 10);
    done.has(json!({ "statisticsId": id, "active": true, "date": "2024-01-01T00:00:10Z" }));
    // Old ones stay until the new ones are there.
    let next = manage(&mut neptune, RDF[0], "refresh", 20)["payload"]["statisticsId"].take();
    assert_eq!(next, id + 20_000);
    assert_eq!(payload(&mut neptune, RDF[0], 29)["statisticsId"], id);
    assert_eq!(payload(&mut neptune, RDF[0], 30)["statisticsId"], next);
    check_none(&mut neptune, PG[0], 30);
}

#[test]
fn deleting_answers_204_when_there_is_nothing() {
    let mut neptune = Emulator::default();
    let nothing = neptune.answer(delete(PG[0]));
    assert_eq!((nothing.status().as_u16(), nothing.body().len()), (204, 0));
    manage(&mut neptune, PG[0], "refresh", 0);
    let deleted = json!({ "status": "200 OK", "payload": { "active": false, "statisticsId": -1 } });
    assert_eq!(neptune.after(60).delete(PG[1]), deleted);
    check_none(&mut neptune, PG[0], 60);
    assert_eq!(neptune.after(60).answer(delete(PG[2])).status(), 204);
    // What was being computed does not come back.
    manage(&mut neptune, PG[0], "refresh", 60);
    neptune.after(61).delete(PG[0]);
    check_none(&mut neptune, PG[0], 100);
}

#[test]
fn m43_content_type() {
    for path in PG.into_iter().chain(RDF) {
        let refresh = || untyped(path, r#"{"mode":"refresh"}"#);
        let mut neptune = Emulator::default();
        neptune.ask(refresh());
        neptune.reconfigure(|config| config.statistics_need_content_type(true));
        neptune.refuses_as(refresh(), missing("Content-type header not specified."));
        // A wrong type is refused with either setting.
        for needed in [true, false] {
            neptune.reconfigure(|config| config.statistics_need_content_type(needed));
            let form = with_header(
                refresh(),
                "content-type",
                "application/x-www-form-urlencoded",
            );
            neptune.refuses(form, BAD_REQUEST);
        }
    }
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    for (body, code) in [
        (json!({}), MISSING),
        (json!({ "mode": 1 }), INVALID),
        (json!({ "mode": "REFRESH" }), INVALID),
        (json!([]), BAD_REQUEST),
    ] {
        neptune.refuses(post(PG[0], &body), code);
    }
    neptune.reconfigure(|config| config.role(Role::Reader));
    for request in [post(PG[0], &json!({ "mode": "refresh" })), delete(RDF[0])] {
        neptune.refuses(request, READ_ONLY);
    }
    payload(&mut neptune, PG[0], 0);
    neptune.reconfigure(|config| config.statistics_disabled(true));
    for request in [get(PG[0]), get("/rdf/statistics/summary")] {
        let text = neptune.refuses(request, BAD_REQUEST);
        assert_contains(&text, "Statistics is disabled");
    }
}

#[test]
fn summaries_need_statistics() {
    let mut neptune = Emulator::default();
    let targets = [
        "/propertygraph/statistics/summary",
        "/pg/statistics/summary",
        "/rdf/statistics/summary",
    ];
    for target in targets {
        neptune.refuses(get(target), (400, "StatisticsNotAvailableException"));
        neptune.refuses(request(Method::POST, target), NOT_ALLOWED);
    }
    neptune.set_statistics(GraphKind::PropertyGraph, computed());
    neptune.set_statistics(GraphKind::Rdf, computed());
    for target in targets {
        neptune.get(target).has(json!({
            "status": "200 OK",
            "payload": { "version": "v1", "lastStatisticsComputationTime": "2020-05-07T23:13:52.718Z" },
        }));
    }
}

#[test]
fn details_come_when_asked_for() {
    let mut neptune = Emulator::default();
    neptune.set_statistics(GraphKind::Rdf, computed());
    let summary = json!({ "numQuads": 7, "subjectStructures": [{ "count": 1 }] });
    let members = summary.as_object().expect("an object").clone();
    neptune.set_summary(GraphKind::Rdf, members);
    let mut look = |query: &str| {
        let target = format!("/rdf/statistics/summary{query}");
        neptune.get(&target)["payload"]["graphSummary"].take()
    };
    for basic in ["", "?mode=basic", "?mode=BASIC"] {
        assert_eq!(look(basic), json!({ "numQuads": 7 }));
    }
    for detailed in ["?mode=detailed", "?mode=DETAILED"] {
        assert_eq!(look(detailed), summary);
    }
    neptune.refuses(get("/rdf/statistics/summary?mode=all"), INVALID);
}

#[test]
fn storage() {
    let mut neptune = Emulator::default();
    let info = neptune.get("/storage/info");
    info["quads"]["PG"].has(json!({ "OSGP": null }));
    for number in [
        "/totalStorageBytesUsed",
        "/undoLogs/listSize",
        "/dictionaries/blobs/count",
    ] {
        assert!(info.pointer(number).is_some_and(Value::is_u64), "{number}");
    }
    let other = json!({ "totalStorageBytesUsed": 1 });
    neptune.set_storage_info(other.clone());
    neptune.get("/storage/info").is(other);
}

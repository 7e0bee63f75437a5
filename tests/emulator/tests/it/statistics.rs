//! Statistics, summaries and the contents of the storage.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, GraphKind, Now, Role, Statistics};
use serde_json::{Map, Value, json};

use crate::support::{
    Ask, INVALID, NOT_ALLOWED, READ_ONLY, assert_contains, assert_has, bad, delete, get, missing,
    now, post, request,
};

const PG: [&str; 3] = [
    "/propertygraph/statistics",
    "/pg/statistics",
    "/gremlin/statistics",
];
const RDF: [&str; 2] = ["/rdf/statistics", "/sparql/statistics"];
const NONE: &str = r#"{"active":false,"autoCompute":true,"statisticsId":-1}"#;

fn at(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

fn millis(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}

fn manage(neptune: &mut Emulator, path: &str, mode: &str, now: Now) -> Value {
    neptune.at(now).post(path, &json!({ "mode": mode }))
}

fn payload(neptune: &mut Emulator, path: &str, now: Now) -> Value {
    let mut answer = neptune.at(now).get(path);
    assert_eq!(answer["status"], "200 OK");
    answer["payload"].take()
}

#[test]
fn m25_ids_are_numbers() {
    let mut neptune = Emulator::default();
    let computed = Statistics::computed(millis(1_588_893_232_718)).counts(5, 1000, 20);
    neptune.set_statistics(GraphKind::PropertyGraph, computed);
    assert_eq!(
        payload(&mut neptune, PG[0], now()),
        json!({
            "autoCompute": true, "active": true, "statisticsId": 1_588_893_232_718_u64, "date": "2020-05-07T23:13:52.718Z",
            "signatureInfo": { "signatureCount": 5, "instanceCount": 1000, "predicateCount": 20 },
        })
    );
}

#[test]
fn m27_statistics_that_do_not_exist_are_absent() {
    let mut neptune = Emulator::default();
    assert_eq!(payload(&mut neptune, PG[0], now()).to_string(), NONE);
    let note = "Limit reached: Statistics are not available";
    neptune.set_statistics(GraphKind::Rdf, Statistics::failed(note));
    assert_eq!(
        payload(&mut neptune, RDF[0], now()),
        json!({ "autoCompute": true, "active": false, "statisticsId": -1, "note": note })
    );
}

#[test]
fn m26_old_engines_have_other_forms() {
    let mut neptune = Emulator::new(Config::default().engine_version("Patch-1.1.1.0.R7"));
    neptune.set_statistics(
        GraphKind::PropertyGraph,
        Statistics::computed(millis(1_588_893_232_718)),
    );
    let old = payload(&mut neptune, PG[2], now());
    let expected = json!({
        "date": "2020-05-07T23:13Z", "summary": { "signatureCount": 0 }, "signatureInfo": null,
    });
    assert_has(&old, expected);
    let route = "Bad route: /pg/statistics/summary";
    neptune.refuses_as(get("/pg/statistics/summary"), bad(route));
    for version in ["1.2.1.0.R1", "2.0", "nonsense"] {
        neptune.reconfigure(|config| config.engine_version(version));
        assert!(
            payload(&mut neptune, PG[2], now())
                .get("signatureInfo")
                .is_some(),
            "{version}"
        );
    }
}

#[test]
fn m28_every_spelling_reaches_its_graph() {
    let mut neptune = Emulator::default();
    manage(&mut neptune, PG[1], "disableAutoCompute", now());
    for path in PG {
        assert_eq!(
            payload(&mut neptune, path, now())["autoCompute"],
            false,
            "{path}"
        );
        assert_eq!(neptune.last().operation, Some("GetPropertygraphStatistics"));
    }
    for path in RDF {
        assert_eq!(
            payload(&mut neptune, path, now())["autoCompute"],
            true,
            "{path}"
        );
        assert_eq!(neptune.last().operation, Some("GetSparqlStatistics"));
    }
    assert_eq!(
        manage(&mut neptune, PG[2], "enableAutoCompute", now()),
        json!({ "status": "200 OK" })
    );
    assert_eq!(payload(&mut neptune, PG[0], now())["autoCompute"], true);
    assert_eq!(neptune.executed("ManagePropertygraphStatistics"), 2);
}

#[test]
fn refreshing_takes_its_time() {
    let mut neptune = Emulator::default();
    let id = 1_704_067_200_000_u64;
    let refreshed = json!({ "status": "200 OK", "payload": { "statisticsId": id } });
    assert_eq!(manage(&mut neptune, RDF[0], "refresh", now()), refreshed);
    assert_eq!(payload(&mut neptune, RDF[0], at(9)).to_string(), NONE);
    // A running computation answers with its own id.
    assert_eq!(manage(&mut neptune, RDF[1], "refresh", at(9)), refreshed);
    let done = payload(&mut neptune, RDF[0], at(10));
    let expected = json!({
        "statisticsId": id, "active": true, "date": "2024-01-01T00:00:10Z",
    });
    assert_has(&done, expected);
    // Old ones stay until the new ones are there.
    let next = manage(&mut neptune, RDF[0], "refresh", at(20))["payload"]["statisticsId"].take();
    assert_eq!(next, id + 20_000);
    assert_eq!(payload(&mut neptune, RDF[0], at(29))["statisticsId"], id);
    assert_eq!(payload(&mut neptune, RDF[0], at(30))["statisticsId"], next);
    assert_eq!(payload(&mut neptune, PG[0], at(30)).to_string(), NONE);
}

#[test]
fn deleting_answers_204_when_there_is_nothing() {
    let mut neptune = Emulator::default();
    let nothing = neptune.answer(delete(PG[0]));
    assert_eq!((nothing.status().as_u16(), nothing.body().len()), (204, 0));
    manage(&mut neptune, PG[0], "refresh", now());
    let deleted = json!({ "status": "200 OK", "payload": { "active": false, "statisticsId": -1 } });
    assert_eq!(neptune.after(60).delete(PG[1]), deleted);
    assert_eq!(payload(&mut neptune, PG[0], at(60)).to_string(), NONE);
    assert_eq!(
        neptune.after(60).answer(delete(PG[2])).status().as_u16(),
        204
    );
    // What was being computed does not come back.
    manage(&mut neptune, PG[0], "refresh", at(60));
    neptune.after(61).delete(PG[0]);
    assert_eq!(payload(&mut neptune, PG[0], at(100)).to_string(), NONE);
}

#[test]
fn m43_content_type() {
    let refresh = || {
        Request::post(PG[0])
            .body(Bytes::from(r#"{"mode":"refresh"}"#))
            .expect("a request")
    };
    let mut neptune = Emulator::default();
    neptune.refuses_as(refresh(), missing("Content-type header not specified."));
    neptune.reconfigure(|config| config.statistics_need_content_type(false));
    neptune.ask(refresh());
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    for (body, code) in [
        (json!({}), "MissingParameterException"),
        (json!({ "mode": 1 }), "InvalidParameterException"),
        (json!({ "mode": "REFRESH" }), "InvalidParameterException"),
        (json!([]), "BadRequestException"),
    ] {
        assert_eq!(neptune.refused(post(PG[0], &body)).1, code, "{body}");
    }
    neptune.reconfigure(|config| config.role(Role::Reader));
    for request in [post(PG[0], &json!({ "mode": "refresh" })), delete(RDF[0])] {
        neptune.refuses(request, READ_ONLY);
    }
    payload(&mut neptune, PG[0], now());
    neptune.reconfigure(|config| config.statistics_disabled(true));
    for request in [get(PG[0]), get("/rdf/statistics/summary")] {
        let (status, code, text) = neptune.refused(request);
        assert_eq!((status, code.as_str()), (400, "BadRequestException"));
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
    let computed = Statistics::computed(millis(1_677_681_303_804));
    neptune.set_statistics(GraphKind::PropertyGraph, computed.clone());
    neptune.set_statistics(GraphKind::Rdf, computed);
    for target in targets {
        let summary = neptune.get(target);
        let expected = json!({
            "status": "200 OK",
            "payload": { "version": "v1", "lastStatisticsComputationTime": "2023-03-01T14:35:03.804Z" },
        });
        assert_has(&summary, expected);
    }
}

#[test]
fn details_come_when_asked_for() {
    let mut neptune = Emulator::default();
    neptune.set_statistics(GraphKind::Rdf, Statistics::computed(millis(0)));
    let summary: Map<String, Value> = [
        ("numQuads", json!(7)),
        ("subjectStructures", json!([{ "count": 1 }])),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    neptune.set_summary(GraphKind::Rdf, summary.clone());
    let mut look = |query: &str| {
        let target = format!("/rdf/statistics/summary{query}");
        neptune.get(&target)["payload"]["graphSummary"].take()
    };
    for basic in ["", "?mode=basic", "?mode=BASIC"] {
        assert_eq!(look(basic), json!({ "numQuads": 7 }));
    }
    for detailed in ["?mode=detailed", "?mode=DETAILED"] {
        assert_eq!(look(detailed), Value::Object(summary.clone()));
    }
    let wrong = get("/rdf/statistics/summary?mode=all");
    neptune.refuses(wrong, INVALID);
}

#[test]
fn storage() {
    let mut neptune = Emulator::default();
    let info = neptune.get("/storage/info");
    assert!(info["totalStorageBytesUsed"].is_u64());
    assert_eq!(info["quads"]["PG"].get("OSGP"), None);
    assert!(
        info["undoLogs"]["listSize"].is_u64() && info["dictionaries"]["blobs"]["count"].is_u64()
    );
    neptune.set_storage_info(json!({ "totalStorageBytesUsed": 1 }));
    assert_eq!(
        neptune.get("/storage/info"),
        json!({ "totalStorageBytesUsed": 1 })
    );
}

//! Statistics and summaries that are computed from the triples of the engine.

use std::time::Duration;

use neptunedata_emulator::{Config, Emulator, GraphKind, Statistics};
use serde_json::{Map, Value, json};

use crate::rdf::update;
use crate::support::{Ask, Json, delete, get, now, refusal};

const STATISTICS: &str = "/rdf/statistics";
const BASIC: &str = "/rdf/statistics/summary";
const DETAILED: &str = "/rdf/statistics/summary?mode=detailed";
/// The time of the tests in milliseconds since 1970.
const START: u64 = 1_704_067_200_000;

fn emulator() -> Emulator {
    let config = Config::default().rdf_engine(true);
    let mut neptune = Emulator::new(config.statistics_duration(Duration::from_secs(10)));
    update(
        &mut neptune,
        "INSERT DATA { <urn:a> a <urn:Person> ; <urn:name> 'a' . <urn:b> a <urn:Person> ; <urn:name> 'b', 'c' . \
         <urn:c> a <urn:Animal> . GRAPH <urn:g> { <urn:a> <urn:name> 'a' . <urn:d> <urn:knows> <urn:a> } }",
    );
    neptune
}

fn statistics(neptune: &mut Emulator, seconds: u64) -> Value {
    neptune.after(seconds).get(STATISTICS)["payload"].take()
}

fn manage(neptune: &mut Emulator, mode: &str, seconds: u64) -> Value {
    let answer = neptune
        .after(seconds)
        .post(STATISTICS, &json!({ "mode": mode }));
    answer["payload"]["statisticsId"].clone()
}

fn quads(neptune: &mut Emulator, seconds: u64) -> Value {
    neptune.after(seconds).get(BASIC)["payload"]["graphSummary"]["numQuads"].take()
}

fn add(neptune: &mut Emulator) {
    update(neptune, "INSERT DATA { <urn:new> <urn:name> 'new' }");
}

#[test]
fn the_summary_describes_the_graph() {
    let mut neptune = emulator();
    let rdf_type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
    let mut summary = json!({
        "numDistinctSubjects": 4, "numDistinctPredicates": 3, "numQuads": 8, "numClasses": 2,
        "classes": ["urn:Animal", "urn:Person"],
        "predicates": [{ "urn:name": 4 }, { rdf_type: 3 }, { "urn:knows": 1 }],
        "subjectStructures": [
            { "count": 2, "predicates": [rdf_type, "urn:name"] },
            { "count": 1, "predicates": [rdf_type] },
            { "count": 1, "predicates": ["urn:knows"] },
        ],
    });
    let payload = |summary: &Value| json!({ "version": "v1", "lastStatisticsComputationTime": "2024-01-01T00:00:00Z", "graphSummary": summary });
    neptune.get(DETAILED)["payload"]
        .take()
        .is(payload(&summary));
    summary
        .as_object_mut()
        .expect("members")
        .remove("subjectStructures");
    neptune.get(BASIC)["payload"].take().is(payload(&summary));
    let counts = json!({ "signatureCount": 3, "instanceCount": 4, "predicateCount": 3 });
    statistics(&mut neptune, 0).is(json!({
        "autoCompute": true, "active": true, "statisticsId": START, "date": "2024-01-01T00:00:00Z",
        "signatureInfo": counts,
    }));
    // The property graph has no engine.
    let statistics = neptune.get("/propertygraph/statistics");
    assert_eq!(statistics["payload"]["statisticsId"], -1);
}

#[test]
fn statistics_follow_the_graph() {
    let mut neptune = emulator();
    assert_eq!(statistics(&mut neptune, 0)["statisticsId"], START);
    assert_eq!(statistics(&mut neptune, 5)["statisticsId"], START);
    add(&mut neptune);
    assert_eq!(statistics(&mut neptune, 6)["statisticsId"], START + 6000);
    assert_eq!(quads(&mut neptune, 6), 9);
    // A new computation of the same graph has a new id.
    assert_eq!(manage(&mut neptune, "refresh", 20), START + 20_000);
    assert_eq!(statistics(&mut neptune, 29)["statisticsId"], START + 6000);
    assert_eq!(statistics(&mut neptune, 30)["statisticsId"], START + 20_000);
}

#[test]
fn without_automatic_computation_a_refresh_is_needed() {
    let mut neptune = emulator();
    manage(&mut neptune, "disableAutoCompute", 1);
    add(&mut neptune);
    assert_eq!(quads(&mut neptune, 2), 8);
    statistics(&mut neptune, 2)
        .has(json!({ "autoCompute": false, "date": "2024-01-01T00:00:01Z" }));
    manage(&mut neptune, "refresh", 3);
    assert_eq!(quads(&mut neptune, 12), 8);
    assert_eq!(quads(&mut neptune, 13), 9);
    update(&mut neptune, "CLEAR ALL");
    assert_eq!(quads(&mut neptune, 14), 9);
    manage(&mut neptune, "enableAutoCompute", 15);
    assert_eq!(quads(&mut neptune, 16), 0);
}

#[test]
fn deleted_statistics_come_back_on_request() {
    let mut neptune = emulator();
    let text = "Statistics are not available.";
    let none = refusal(400, "StatisticsNotAvailableException", text);
    neptune.delete(STATISTICS);
    add(&mut neptune);
    neptune.refuses_as(get(BASIC), &none);
    assert_eq!(neptune.answer(delete(STATISTICS)).status(), 204);
    manage(&mut neptune, "refresh", 0);
    neptune.after(9).refuses_as(get(BASIC), &none);
    assert_eq!(quads(&mut neptune, 10), 9);
    neptune.after(10).delete(STATISTICS);
    manage(&mut neptune, "enableAutoCompute", 11);
    assert_eq!(quads(&mut neptune, 11), 9);
}

#[test]
fn what_a_test_has_set_stays() {
    let mut neptune = emulator();
    let set = Statistics::computed(now().wall - Duration::from_secs(60)).counts(1, 2, 3);
    neptune.set_statistics(GraphKind::Rdf, set);
    let info = json!({ "signatureCount": 1, "instanceCount": 2, "predicateCount": 3 });
    let expected = |id: u64| json!({ "statisticsId": id, "signatureInfo": info });
    statistics(&mut neptune, 0).has(expected(START - 60_000));
    manage(&mut neptune, "refresh", 0);
    statistics(&mut neptune, 10).has(expected(START));
    assert_eq!(quads(&mut neptune, 10), 8);

    let summary = Map::from_iter([("numQuads".to_owned(), json!(1_000_000))]);
    neptune.set_summary(GraphKind::Rdf, summary);
    assert_eq!(quads(&mut neptune, 10), 1_000_000);
    neptune.set_statistics(GraphKind::Rdf, Statistics::none());
    assert_eq!(statistics(&mut neptune, 20)["active"], false);
}

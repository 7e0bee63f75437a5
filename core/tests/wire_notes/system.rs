//! Engine status, statistics, summaries, fast reset.

use neptunedata::{
    engine::{ExecuteFastReset, GetEngineStatus},
    index_rebuild::ListIndexRebuilds,
    statistics::{
        DeletePropertygraphStatistics, GetPropertygraphStatistics, GetSparqlStatistics,
        ManagePropertygraphStatistics, ManageSparqlStatistics, StatisticsAutoGenerationMode,
    },
    summary::{GetPropertygraphSummary, GetRdfGraphSummary},
};

use crate::{info, read, request};

#[test]
fn m24_serverless_capacities_are_read() {
    let body = r#"{"status":"healthy",
        "serverlessConfiguration":{"minCapacity":"1.0","maxCapacity":"128.0"}}"#;
    let capacities = read::<GetEngineStatus>(body).serverless_configuration;
    let capacities = capacities.expect("capacities");
    assert_eq!(capacities["minCapacity"], "1.0");
    assert_eq!(capacities["maxCapacity"], "128.0");
}

/// For index rebuilds and storage it is unknown whether a `payload` wraps the output (U14).
#[test]
fn a_payload_is_the_output_unless_the_body_has_members_of_its_own() {
    for (body, first) in [
        (r#"{"rebuildIds":["a"]}"#, "a"),
        (r#"{"status":"200 OK","payload":{"rebuildIds":["a"]}}"#, "a"),
        (r#"{"rebuildIds":["a"],"payload":{}}"#, "a"),
        (
            r#"{"payload":{"rebuildIds":["b"]},"rebuildIds":["a"]}"#,
            "a",
        ),
        (r#"{"rebuildIds":null,"payload":{"rebuildIds":["b"]}}"#, "b"),
    ] {
        let ids = read::<ListIndexRebuilds>(body).rebuild_ids;
        assert_eq!(ids.expect(body), [first], "{body}");
    }
}

#[test]
fn m25_ids_of_statistics_are_numbers_or_texts() {
    for id in ["1588893232718", "\"1588893232718\""] {
        let body = format!(r#"{{"status":"200 OK","payload":{{"statisticsId":{id}}}}}"#);
        let got = read::<GetPropertygraphStatistics>(&body).payload;
        let got = got.and_then(|statistics| statistics.statistics_id);
        assert_eq!(got.as_deref(), Some("1588893232718"));
        let refreshed = read::<ManagePropertygraphStatistics>(&body).payload;
        let refreshed = refreshed.and_then(|payload| payload.statistics_id);
        assert_eq!(refreshed.as_deref(), Some("1588893232718"));
    }
    let body = r#"{"status":"200 OK","payload":{"active":false,"statisticsId":-1}}"#;
    let deleted = read::<DeletePropertygraphStatistics>(body).payload;
    let deleted = deleted.and_then(|payload| payload.statistics_id);
    assert_eq!(deleted.as_deref(), Some("-1"));
}

#[test]
fn m26_statistics_of_old_engines_are_read() {
    let body = r#"{"status":"200 OK","payload":{"date":"2020-05-07T23:13Z",
        "summary":{"signatureCount":5,"instanceCount":1000,"predicateCount":20}}}"#;
    let statistics = read::<GetSparqlStatistics>(body)
        .payload
        .expect("a payload");
    let date = statistics.date.expect("a date");
    assert_eq!(date.as_str(), "2020-05-07T23:13:00Z");
    assert!(date.system_time().is_some());
    let info = statistics.signature_info.expect("signatures");
    assert_eq!(info.instance_count, Some(1000));
}

#[test]
fn m27_statistics_may_be_missing() {
    let body = r#"{"status":"200 OK","payload":{"autoCompute":true,"active":false,
        "statisticsId":-1,"note":"Limit reached: Statistics are not available"}}"#;
    let statistics = read::<GetPropertygraphStatistics>(body).payload;
    let statistics = statistics.expect("a payload");
    assert_eq!(statistics.date, None);
    assert_eq!(statistics.signature_info, None);
    let note = statistics.note.expect("a note");
    assert_eq!(note, "Limit reached: Statistics are not available");
}

#[test]
fn m28_statistics_have_the_path_that_all_engines_know() {
    let request = request(&GetSparqlStatistics::new());
    assert_eq!(request.uri().path(), "/sparql/statistics");
}

#[test]
fn m29_summaries_have_both_statuses() {
    let body = r#"{"status":"200 OK","payload":{"version":"v1"}}"#;
    let output = read::<GetPropertygraphSummary>(body);
    assert_eq!(output.status.as_deref(), Some("200 OK"));
    assert_eq!(output.status_code, Some(200));
    let output = read::<GetRdfGraphSummary>(body);
    assert_eq!(output.status.as_deref(), Some("200 OK"));
    assert_eq!(output.status_code, Some(200));
}

#[test]
fn m30_a_reset_is_performed_with_its_token() {
    let request = request(&ExecuteFastReset::perform("t-1"));
    let body: serde_json::Value = serde_json::from_slice(request.body()).expect("JSON");
    assert_eq!(body["action"], "performDatabaseReset");
    assert_eq!(body["token"], "t-1");
}

#[test]
fn m43_modes_of_statistics_have_a_content_type() {
    let refresh = || StatisticsAutoGenerationMode::Refresh;
    let property_graph = request(&ManagePropertygraphStatistics::new().mode(refresh()));
    let sparql = request(&ManageSparqlStatistics::new().mode(refresh()));
    for request in [property_graph, sparql] {
        assert_eq!(request.headers()["content-type"], "application/json");
    }
}

#[test]
fn m44_either_member_of_a_reset_may_be_missing() {
    let both = r#"{"status":"200 OK","payload":{"token":"t-1"}}"#;
    let output = read::<ExecuteFastReset>(both);
    assert_eq!(output.token(), Some("t-1"));
    assert_eq!(output.status.as_deref(), Some("200 OK"));
    let output = read::<ExecuteFastReset>(r#"{"payload":{"token":"t-1"}}"#);
    assert_eq!(
        (output.token(), output.status.as_ref()),
        (Some("t-1"), None)
    );
    let output = read::<ExecuteFastReset>(r#"{"status":"200 OK"}"#);
    assert_eq!(output.token(), None);
}

#[test]
fn m46_statistics_need_the_same_right_in_both_models() {
    for name in ["GetSparqlStatistics", "GetPropertygraphStatistics"] {
        assert_eq!(info(name).iam_actions, ["GetStatisticsStatus"]);
    }
}

#[test]
fn m47_streams_are_read_with_one_right() {
    for name in ["GetPropertygraphStream", "GetSparqlStream"] {
        assert_eq!(info(name).iam_actions, ["GetStreamRecords"]);
        assert_eq!(info(name).effect, neptunedata::Effect::Read);
    }
}

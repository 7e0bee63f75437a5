//! Errors that the bulk loader logs, and requests that it rejects.

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, LoadScript, Role};
use serde_json::{Value, json};

use crate::loader::{UNKNOWN, at, body, start, status};
use crate::support::{
    Ask, Refusal, assert_has, bad, delete, get, invalid, missing, now, post, refusal, request, with,
};

#[test]
fn errors_come_in_pages() {
    let mut neptune = Emulator::default();
    let script = (1..=25).fold(
        LoadScript::failing("LOAD_FAILED").files(3).records(100),
        |script, record| {
            let code = if record > 20 {
                "SINGLE_CARDINALITY_VIOLATION"
            } else {
                "PARSING_ERROR"
            };
            script.error(code, "text", "s3://b/k/1", record)
        },
    );
    neptune.next_load(script.failed_feed("s3://b/k/1", "LOAD_S3_READ_ERROR"));
    let id = start(&mut neptune, &body("s3://b/k"), now());
    let none = json!({ "startIndex": 0, "endIndex": 0, "loadId": id, "errorLogs": [] });
    let running = status(&mut neptune, &id, "?errors=true&details=true", at(5));
    assert_eq!(
        (&running["errors"], &running["failedFeeds"]),
        (&none, &json!([]))
    );

    let whole = status(&mut neptune, &id, "?details=true", at(10));
    let expected = json!({
        "errors": null, "feedCount": [{ "LOAD_COMPLETED": 2 }, { "LOAD_S3_READ_ERROR": 1 }],
    });
    assert_has(&whole, expected);
    let overall = &whole["overallStatus"];
    assert_has(&overall, json!({ "parsingErrors": 20, "insertErrors": 5 }));
    let failed = &whole["failedFeeds"];
    assert_eq!(failed[0]["fullUri"], "s3://b/k/1");
    assert_eq!(failed[0]["status"], "LOAD_S3_READ_ERROR");

    for (query, first, last) in [
        ("", 1, 10),
        ("&page=3", 21, 25),
        ("&page=2&errorsPerPage=20", 21, 25),
        ("&page=4", 0, 0),
        ("&errorsPerPage=2147483647", 1, 25),
        ("&page=2147483647&errorsPerPage=2147483647", 0, 0),
    ] {
        let page =
            status(&mut neptune, &id, &format!("?errors=true{query}"), at(10))["errors"].take();
        assert_has(&page, json!({ "startIndex": first, "endIndex": last }));
        let numbers: Vec<_> = page["errorLogs"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|log| &log["recordNum"])
            .collect();
        assert_eq!(
            numbers.first().copied(),
            (first > 0).then_some(&json!(first))
        );
        assert_eq!(numbers.last().copied(), (last > 0).then_some(&json!(last)));
    }
    for wrong in [
        "page=0",
        "errorsPerPage=0",
        "page=x",
        "errors=maybe",
        "page=2147483648",
    ] {
        let refusal = neptune
            .after(10)
            .refused(get(&format!("/loader/{id}?{wrong}")));
        assert_eq!(refusal.1, "InvalidParameterException", "{wrong}");
    }
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    let mut expect = |changes: Value, expected: Refusal| {
        let start = post("/loader", &with(body("s3://b/k"), changes));
        neptune.refuses_as(start, expected);
    };
    for name in ["source", "format", "region", "iamRoleArn"] {
        let text = format!("The required parameter {name} is missing.");
        expect(json!({ name: null }), missing(&text));
    }
    for flag in [
        "failOnError",
        "updateSingleCardinalityProperties",
        "queueRequest",
        "userProvidedEdgeIds",
        "edgeOnlyLoad",
    ] {
        let text = format!("The value of {flag} must be true or false.");
        expect(json!({ flag: "yes" }), invalid(&text));
        expect(json!({ flag: 1 }), invalid(&text));
    }
    let no_bucket = bad("S3 bucket not found for source s3://");
    expect(json!({ "source": "s3://" }), no_bucket);
    let no_region = bad("Bucket is not in provided Region (eu-west-1)");
    expect(json!({ "region": "eu-west-1" }), no_region);
    for (name, value, what) in [
        (
            "format",
            json!("xml"),
            "one of csv, opencypher, ntriples, nquads, rdfxml, turtle",
        ),
        ("mode", json!("new"), "one of AUTO, RESUME, NEW"),
        (
            "parallelism",
            json!("ALL"),
            "one of LOW, MEDIUM, HIGH, OVERSUBSCRIBE",
        ),
        ("dependencies", json!("x"), "a list of strings"),
        ("parserConfiguration", json!([]), "an object"),
    ] {
        let text = format!("The value of {name} must be {what}.");
        expect(json!({ name: value }), invalid(&text));
    }
    let untyped = Request::post("/loader")
        .body(Bytes::from("{}"))
        .expect("a request");
    assert_eq!(
        neptune.refused(untyped).2,
        "Content-type header not specified."
    );
    assert!(neptune.load_ids().is_empty());
}

#[test]
fn replicas_do_not_load() {
    let mut neptune = Emulator::new(Config::default().role(Role::Reader));
    let text = "Start new load operation not permitted on a read replica instance.";
    neptune.refuses_as(
        post("/loader", &body("s3://b/k")),
        refusal(405, "MethodNotAllowedException", text),
    );
    let text = "Load cancellation is not permitted on a read replica instance.";
    neptune.refuses_as(
        delete(&format!("/loader/{UNKNOWN}")),
        refusal(405, "MethodNotAllowedException", text),
    );
    neptune.get("/loader");
}

#[test]
fn m33_unknown_ids() {
    let mut neptune = Emulator::default();
    let text = |id: &str| format!("The load with id = {id} does not exist or not active");
    let not_found = refusal(404, "BulkLoadIdNotFoundException", &text(UNKNOWN));
    let no_uuid = invalid(&text("x"));
    for method in [Method::GET, Method::DELETE] {
        let mut refused = |target: &str| neptune.refused(request(method.clone(), target));
        assert_eq!(refused(&format!("/loader/{UNKNOWN}")), not_found);
        assert_eq!(refused(&format!("/loader?loadId={UNKNOWN}")), not_found);
        assert_eq!(refused("/loader/x"), no_uuid);
    }
    neptune.reconfigure(|config| config.unknown_load_is_bad_request(true));
    let all_bad = invalid(&text(UNKNOWN));
    neptune.refuses_as(get(&format!("/loader/{UNKNOWN}")), all_bad);
}

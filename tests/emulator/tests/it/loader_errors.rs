//! Errors that the bulk loader logs, and requests that it rejects.

use http::Method;
use neptunedata_emulator::{Config, Emulator, LoadScript, Role};
use serde_json::{Value, json};

use crate::loader::{NOT_FOUND, UNKNOWN, body, start, status};
use crate::support::{
    Ask, INVALID, Json, NOT_ALLOWED, Refusal, bad, delete, get, invalid, missing, post, refusal,
    request, untyped, with, words,
};

#[test]
fn errors_come_in_pages() {
    let mut neptune = Emulator::default();
    let mut script = LoadScript::failing("LOAD_FAILED").files(3).records(100);
    for record in 1..=25 {
        let code = if record > 20 {
            "SINGLE_CARDINALITY_VIOLATION"
        } else {
            "PARSING_ERROR"
        };
        script = script.error(code, "text", "s3://b/k/1", record);
    }
    neptune.next_load(script.failed_feed("s3://b/k/1", "LOAD_S3_READ_ERROR"));
    let id = start(&mut neptune, &body("k"), 0);
    let none = json!({ "startIndex": 0, "endIndex": 0, "loadId": id, "errorLogs": [] });
    let running = status(&mut neptune, &id, "?errors=true&details=true", 5);
    running.has(json!({ "errors": none, "failedFeeds": [] }));

    let whole = status(&mut neptune, &id, "?details=true", 10);
    whole.has(json!({
        "errors": null, "feedCount": [{ "LOAD_COMPLETED": 2 }, { "LOAD_S3_READ_ERROR": 1 }],
        "overallStatus": { "parsingErrors": 20, "insertErrors": 5 },
    }));
    let failed = json!({ "fullUri": "s3://b/k/1", "status": "LOAD_S3_READ_ERROR" });
    whole["failedFeeds"][0].has(failed);

    for (query, first, last) in [
        ("", 1, 10),
        ("&page=3", 21, 25),
        ("&page=2&errorsPerPage=20", 21, 25),
        ("&page=4", 0, 0),
        ("&errorsPerPage=2147483647", 1, 25),
        ("&page=2147483647&errorsPerPage=2147483647", 0, 0),
    ] {
        let page = status(&mut neptune, &id, &format!("?errors=true{query}"), 10);
        let page = &page["errors"];
        page.has(json!({ "startIndex": first, "endIndex": last }));
        let logs = page["errorLogs"].as_array().expect("a list");
        let numbers = logs
            .iter()
            .map(|log| log["recordNum"].as_i64().expect("a number"));
        let expected = (first > 0).then_some(first..=last);
        assert!(numbers.eq(expected.into_iter().flatten()), "{query}");
    }
    for wrong in words("page=0 errorsPerPage=0 page=x errors=maybe page=2147483648") {
        let request = get(&format!("/loader/{id}?{wrong}"));
        neptune.after(10).refuses(request, INVALID);
    }
}

#[test]
fn rejected_requests() {
    let mut neptune = Emulator::default();
    let mut expect = |changes: Value, expected: Refusal| {
        let start = post("/loader", &with(body("k"), changes));
        neptune.refuses_as(start, expected);
    };
    for name in ["source", "format", "region", "iamRoleArn"] {
        let text = format!("The required parameter {name} is missing.");
        expect(json!({ name: null }), missing(&text));
    }
    for flag in words(
        "failOnError updateSingleCardinalityProperties queueRequest userProvidedEdgeIds edgeOnlyLoad",
    ) {
        let text = format!("The value of {flag} must be true or false.");
        expect(json!({ flag: "yes" }), invalid(&text));
        expect(json!({ flag: 1 }), invalid(&text));
    }
    let no_bucket = bad("S3 bucket not found for source s3://");
    expect(json!({ "source": "s3://" }), no_bucket);
    let no_region = bad("Bucket is not in provided Region (eu-west-1)");
    expect(json!({ "region": "eu-west-1" }), no_region);
    let formats = "one of csv, opencypher, ntriples, nquads, rdfxml, turtle";
    let degrees = "one of LOW, MEDIUM, HIGH, OVERSUBSCRIBE";
    for (name, value, what) in [
        ("format", json!("xml"), formats),
        ("mode", json!("new"), "one of AUTO, RESUME, NEW"),
        ("parallelism", json!("ALL"), degrees),
        ("dependencies", json!("x"), "a list of strings"),
        ("parserConfiguration", json!([]), "an object"),
    ] {
        let text = format!("The value of {name} must be {what}.");
        expect(json!({ name: value }), invalid(&text));
    }
    let no_type = missing("Content-type header not specified.");
    neptune.refuses_as(untyped("/loader", "{}"), no_type);
    assert!(neptune.load_ids().is_empty());
}

#[test]
fn replicas_do_not_load() {
    let mut neptune = Emulator::new(Config::default().role(Role::Reader));
    for (request, text) in [
        (
            post("/loader", &body("k")),
            "Start new load operation not permitted on a read replica instance.",
        ),
        (
            delete(&format!("/loader/{UNKNOWN}")),
            "Load cancellation is not permitted on a read replica instance.",
        ),
    ] {
        assert_eq!(neptune.refuses(request, NOT_ALLOWED), text);
    }
    neptune.get("/loader");
}

#[test]
fn m33_unknown_ids() {
    let mut neptune = Emulator::default();
    let text = |id: &str| format!("The load with id = {id} does not exist or not active");
    let not_found = refusal(404, NOT_FOUND, &text(UNKNOWN));
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

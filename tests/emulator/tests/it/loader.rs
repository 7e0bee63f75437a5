//! The bulk loader, in virtual time.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use neptunedata_emulator::{Config, Emulator, LoadScript, Now, Role};
use serde_json::{Value, json};

use crate::support::{answer, ask, delete, get, now, post, refusal, refused, request, with};

const UNKNOWN: &str = "0a237328-afd5-4574-a0bc-c29ce5f54802";

fn at(seconds: u64) -> Now {
    now().later(Duration::from_secs(seconds))
}

fn body(source: &str) -> Value {
    json!({
        "source": source, "format": "csv", "region": "us-east-1",
        "iamRoleArn": "arn:aws:iam::123456789012:role/load", "queueRequest": true,
    })
}

fn start(neptune: &mut Emulator, body: &Value, now: Now) -> String {
    let answer = ask(neptune, post("/loader", body), now);
    assert_eq!(answer["status"], "200 OK");
    answer["payload"]["loadId"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn status(neptune: &mut Emulator, id: &str, query: &str, now: Now) -> Value {
    let mut answer = ask(neptune, get(&format!("/loader/{id}{query}")), now);
    assert_eq!(answer["status"], "200 OK");
    answer["payload"].take()
}

#[test]
fn a_load_runs_and_completes() {
    let mut neptune = Emulator::default();
    neptune.next_load(
        LoadScript::completing()
            .files(3)
            .records(100)
            .duplicates(10),
    );
    let id = start(&mut neptune, &body("s3://b/k"), now());
    let first = status(&mut neptune, &id, "", at(5));
    assert_eq!(first["feedCount"], json!([{ "LOAD_IN_PROGRESS": 3 }]));
    let overall = &first["overallStatus"];
    assert_eq!(
        (&overall["status"], &overall["totalTimeSpent"]),
        (&json!("LOAD_IN_PROGRESS"), &json!(5.0))
    );
    assert_eq!(
        (&overall["totalRecords"], &overall["totalDuplicates"]),
        (&json!(50), &json!(5))
    );
    for after in [10, 11, 1_000_000] {
        let last = status(&mut neptune, &id, "", at(after));
        assert_eq!(last["feedCount"], json!([{ "LOAD_COMPLETED": 3 }]));
        let overall = &last["overallStatus"];
        assert_eq!(
            (&overall["totalTimeSpent"], &overall["totalRecords"]),
            (&json!(10.0), &json!(100))
        );
        assert_eq!(overall["startTime"], 1_704_067_200);
    }
    assert_eq!(
        neptune.load(&id).expect("a load").parameters()["format"],
        "csv"
    );
    assert_eq!(
        neptune.load_status(&id, now()).as_deref(),
        Some("LOAD_COMPLETED")
    );
    assert_eq!(neptune.load_status(UNKNOWN, now()), None);
}

#[test]
fn one_runs_and_the_others_wait() {
    let mut neptune = Emulator::default();
    let ids: Vec<String> = (0..3)
        .map(|n| start(&mut neptune, &body(&format!("s3://b/{n}")), now()))
        .collect();
    let states = |neptune: &Emulator, at| -> Vec<String> {
        ids.iter()
            .map(|id| neptune.load_status(id, at).expect("a load"))
            .collect()
    };
    const DONE: &str = "LOAD_COMPLETED";
    const RUNS: &str = "LOAD_IN_PROGRESS";
    const WAITS: &str = "LOAD_IN_QUEUE";
    assert_eq!(states(&neptune, now()), [RUNS, WAITS, WAITS]);
    assert_eq!(states(&neptune, at(15)), [DONE, RUNS, WAITS]);
    assert_eq!(states(&neptune, at(29)), [DONE, DONE, RUNS]);
    assert_eq!(states(&neptune, at(30)), [DONE, DONE, DONE]);
    // Looking changed nothing; and one that nobody looked at began when its turn came.
    let third = status(&mut neptune, &ids[2], "", at(100));
    assert_eq!(third["overallStatus"]["startTime"], 1_704_067_220);
    assert_eq!(third["overallStatus"]["totalTimeSpent"], 10.0);
}

#[test]
fn lists_newest_first() {
    let mut neptune = Emulator::default();
    let mut ids: Vec<String> = (0..4)
        .map(|n| start(&mut neptune, &body(&format!("s3://b/{n}")), now()))
        .collect();
    assert_eq!(neptune.load_ids(), ids);
    ids.reverse();
    let mut list =
        |query: &str, at| ask(&mut neptune, get(&format!("/loader{query}")), at)["payload"].take();
    assert_eq!(list("", at(15)), json!({ "loadIds": ids }));
    assert_eq!(
        list("?includeQueuedLoads=TRUE&limit=1", at(15)),
        json!({ "loadIds": ids[..1] })
    );
    assert_eq!(
        list("?includeQueuedLoads=false", at(15)),
        json!({ "loadIds": ids[2..] })
    );
    for wrong in ["0", "101", "x", ""] {
        let refusal = refused(&mut neptune, get(&format!("/loader?limit={wrong}")), now());
        assert_eq!(refusal.1, "InvalidParameterException", "{wrong}");
    }
}

#[test]
fn the_queue_has_an_end() {
    let mut neptune = Emulator::default();
    for n in 0..65 {
        start(&mut neptune, &body(&format!("s3://b/{n}")), now());
    }
    let full = "Failed to start new load for the source s3://b/k. Max load task queue size limit breached. Limit is 64";
    assert_eq!(
        refused(&mut neptune, post("/loader", &body("s3://b/k")), now()),
        refusal(400, "BadRequestException", full)
    );
    let at_once = with(body("s3://b/k"), json!({ "queueRequest": "FALSE" }));
    let busy = "Failed to start new load for the source s3://b/k. Max concurrent load limit breached. Limit is 1";
    assert_eq!(
        refused(&mut neptune, post("/loader", &at_once), now()),
        refusal(400, "BadRequestException", busy)
    );
    start(&mut neptune, &body("s3://b/k"), at(10));
    start(&mut neptune, &at_once, at(700));
    assert_eq!(neptune.load_ids().len(), 67);
}

#[test]
fn only_the_last_loads_are_remembered() {
    let mut neptune = Emulator::new(Config::default().load_duration(Duration::ZERO));
    let first = start(&mut neptune, &body("s3://b/k"), now());
    for _ in 0..1024 {
        start(&mut neptune, &body("s3://b/k"), now());
    }
    assert_eq!(neptune.load_ids().len(), 1024);
    assert_eq!(
        refused(&mut neptune, get(&format!("/loader/{first}")), now()).0,
        404
    );
}

#[test]
fn dependencies_have_to_complete() {
    let mut neptune = Emulator::default();
    let good = start(&mut neptune, &body("s3://b/1"), now());
    neptune.next_load(LoadScript::failing("LOAD_DATA_DEADLOCK"));
    let bad = start(&mut neptune, &body("s3://b/2"), now());
    let after = |ids: &[&str]| with(body("s3://b/3"), json!({ "dependencies": ids }));
    let fine = start(&mut neptune, &after(&[&good]), now());
    let broken = start(&mut neptune, &after(&[&good, &bad]), now());
    let broken_too = start(&mut neptune, &after(&[&broken]), now());
    let last = start(&mut neptune, &body("s3://b/4"), now());
    let is = |id: &str, seconds, status: &str| {
        assert_eq!(
            neptune.load_status(id, at(seconds)).as_deref(),
            Some(status)
        );
    };
    is(&bad, 20, "LOAD_DATA_DEADLOCK");
    is(&fine, 29, "LOAD_IN_PROGRESS");
    is(&broken, 29, "LOAD_IN_QUEUE");
    is(&broken, 30, "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED");
    is(
        &broken_too,
        30,
        "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED",
    );
    is(&last, 30, "LOAD_IN_PROGRESS");
    let unknown = after(&[UNKNOWN]);
    assert_eq!(
        refused(&mut neptune, post("/loader", &unknown), now()).1,
        "BulkLoadIdNotFoundException"
    );
}

#[test]
fn modes_look_at_earlier_loads() {
    let mut neptune = Emulator::new(Config::default().load_duration(Duration::ZERO));
    let mode = |mode: &str| with(body("s3://b/k"), json!({ "mode": mode }));
    let run = |neptune: &mut Emulator, id: &str| {
        let overall = status(neptune, id, "", now())["overallStatus"].take();
        (
            overall["runNumber"].as_u64(),
            overall["totalRecords"].as_u64(),
            overall["status"].as_str().map(str::to_owned),
        )
    };
    let completed = Some("LOAD_COMPLETED".to_owned());
    let nothing = start(&mut neptune, &mode("RESUME"), now());
    assert_eq!(
        run(&mut neptune, &nothing).2.as_deref(),
        Some("LOAD_FAILED_INVALID_REQUEST")
    );
    neptune.next_load(LoadScript::failing("LOAD_FAILED"));
    start(&mut neptune, &mode("NEW"), now());
    let resumed = start(&mut neptune, &mode("RESUME"), now());
    assert_eq!(
        run(&mut neptune, &resumed),
        (Some(2), Some(1), completed.clone())
    );
    let nothing_left = start(&mut neptune, &body("s3://b/k"), now());
    assert_eq!(
        run(&mut neptune, &nothing_left),
        (Some(3), Some(0), completed.clone())
    );
    let again = start(&mut neptune, &mode("NEW"), now());
    assert_eq!(run(&mut neptune, &again), (Some(1), Some(1), completed));
}

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
    assert_eq!(whole.get("errors"), None);
    assert_eq!(
        whole["feedCount"],
        json!([{ "LOAD_COMPLETED": 2 }, { "LOAD_S3_READ_ERROR": 1 }])
    );
    let overall = &whole["overallStatus"];
    assert_eq!(
        (&overall["parsingErrors"], &overall["insertErrors"]),
        (&json!(20), &json!(5))
    );
    let failed = &whole["failedFeeds"];
    assert_eq!(
        (&failed[0]["fullUri"], &failed[0]["status"]),
        (&json!("s3://b/k/1"), &json!("LOAD_S3_READ_ERROR"))
    );

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
        assert_eq!(
            (&page["startIndex"], &page["endIndex"]),
            (&json!(first), &json!(last)),
            "{query}"
        );
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
        let refusal = refused(&mut neptune, get(&format!("/loader/{id}?{wrong}")), at(10));
        assert_eq!(refusal.1, "InvalidParameterException", "{wrong}");
    }
}

#[test]
fn cancel_lets_the_next_begin() {
    let mut neptune = Emulator::default();
    let first = start(&mut neptune, &body("s3://b/1"), now());
    let second = start(&mut neptune, &body("s3://b/2"), now());
    let third = start(&mut neptune, &body("s3://b/3"), now());
    for (id, target) in [
        (&second, format!("/loader/{second}")),
        (&first, format!("/loader?loadId={first}")),
    ] {
        let cancelled = answer(&mut neptune, delete(&target), at(3));
        assert_eq!(
            (cancelled.status().as_u16(), cancelled.body().len()),
            (200, 0)
        );
        let counts = status(&mut neptune, id, "", at(3))["feedCount"].take();
        assert_eq!(counts, json!([{ "LOAD_CANCELLED_BY_USER": 1 }]));
    }
    assert_eq!(
        neptune.load_status(&third, at(12)).as_deref(),
        Some("LOAD_IN_PROGRESS")
    );
    assert_eq!(
        neptune.load_status(&third, at(13)).as_deref(),
        Some("LOAD_COMPLETED")
    );
    assert_eq!(neptune.executed("CancelLoaderJob"), 2);
    let gone = format!("The load with id = {first} does not exist or not active");
    assert_eq!(
        refused(&mut neptune, delete(&format!("/loader/{first}")), at(4)),
        refusal(404, "BulkLoadIdNotFoundException", &gone)
    );
}

#[test]
fn old_forms() {
    let mut neptune = Emulator::default();
    // Flags as text, and members that the model does not know.
    let text = json!({ "failOnError": "FALSE", "userProvidedEdgeIds": "True", "parserConfiguration": { "allowEmptyStrings": true }, "more": 1 });
    let id = start(&mut neptune, &with(body("s3://b/k"), text), now());
    ask(
        &mut neptune,
        get(&format!("/loader?loadId={id}&details=TRUE")),
        now(),
    );
    assert_eq!(
        neptune.log().last().and_then(|entry| entry.operation),
        Some("GetLoaderJobStatus")
    );
    assert_eq!(neptune.executed("ListLoaderJobs"), 0);
    // Parameters in the query, without a body.
    let target = "/loader?source=s3%3A%2F%2Fb%2Fk&format=csv&region=us-east-1&iamRoleArn=arn&queueRequest=TRUE";
    let started = ask(&mut neptune, request(Method::POST, target), now());
    let id = started["payload"]["loadId"].as_str().expect("an id");
    assert_eq!(neptune.load(id).expect("a load").source(), "s3://b/k");
}

#[test]
fn what_is_refused() {
    let mut neptune = Emulator::default();
    let mut expect = |changes: Value, code: &str, message: &str| {
        let start = post("/loader", &with(body("s3://b/k"), changes));
        assert_eq!(
            refused(&mut neptune, start, now()),
            refusal(400, code, message)
        );
    };
    for name in ["source", "format", "region", "iamRoleArn"] {
        let message = format!("The required parameter {name} is missing.");
        expect(json!({ name: null }), "MissingParameterException", &message);
    }
    let (bad, invalid) = ("BadRequestException", "InvalidParameterException");
    expect(
        json!({ "source": "s3://" }),
        bad,
        "S3 bucket not found for source s3://",
    );
    expect(
        json!({ "region": "eu-west-1" }),
        bad,
        "Bucket is not in provided Region (eu-west-1)",
    );
    expect(
        json!({ "format": "xml" }),
        invalid,
        "The value of format must be one of csv, opencypher, ntriples, nquads, rdfxml, turtle.",
    );
    expect(
        json!({ "mode": "new" }),
        invalid,
        "The value of mode must be one of AUTO, RESUME, NEW.",
    );
    expect(
        json!({ "parallelism": "ALL" }),
        invalid,
        "The value of parallelism must be one of LOW, MEDIUM, HIGH, OVERSUBSCRIBE.",
    );
    for flag in [
        "failOnError",
        "updateSingleCardinalityProperties",
        "queueRequest",
        "userProvidedEdgeIds",
        "edgeOnlyLoad",
    ] {
        let message = format!("The value of {flag} must be true or false.");
        expect(json!({ flag: "yes" }), invalid, &message);
        expect(json!({ flag: 1 }), invalid, &message);
    }
    expect(
        json!({ "dependencies": "x" }),
        invalid,
        "The value of dependencies must be a list of strings.",
    );
    expect(
        json!({ "parserConfiguration": [] }),
        invalid,
        "The value of parserConfiguration must be an object.",
    );
    let untyped = Request::post("/loader")
        .body(Bytes::from("{}"))
        .expect("a request");
    assert_eq!(
        refused(&mut neptune, untyped, now()).2,
        "Content-type header not specified."
    );
    assert!(neptune.load_ids().is_empty());
}

#[test]
fn replicas_do_not_load() {
    let mut neptune = Emulator::new(Config::default().role(Role::Reader));
    let text = "Start new load operation not permitted on a read replica instance.";
    assert_eq!(
        refused(&mut neptune, post("/loader", &body("s3://b/k")), now()),
        refusal(405, "MethodNotAllowedException", text)
    );
    let text = "Load cancellation is not permitted on a read replica instance.";
    assert_eq!(
        refused(&mut neptune, delete(&format!("/loader/{UNKNOWN}")), now()),
        refusal(405, "MethodNotAllowedException", text)
    );
    ask(&mut neptune, get("/loader"), now());
}

#[test]
fn m33_unknown_ids() {
    let mut neptune = Emulator::default();
    let text = |id: &str| format!("The load with id = {id} does not exist or not active");
    let not_found = refusal(404, "BulkLoadIdNotFoundException", &text(UNKNOWN));
    let invalid = refusal(400, "InvalidParameterException", &text("x"));
    for method in [Method::GET, Method::DELETE] {
        let mut refused =
            |target: &str| refused(&mut neptune, request(method.clone(), target), now());
        assert_eq!(refused(&format!("/loader/{UNKNOWN}")), not_found);
        assert_eq!(refused(&format!("/loader?loadId={UNKNOWN}")), not_found);
        assert_eq!(refused("/loader/x"), invalid);
    }
    neptune.reconfigure(|config| config.unknown_load_is_bad_request(true));
    let all_bad = refusal(400, "InvalidParameterException", &text(UNKNOWN));
    assert_eq!(
        refused(&mut neptune, get(&format!("/loader/{UNKNOWN}")), now()),
        all_bad
    );
}

//! The binary as a test in another language uses it: its ready file, its exit codes, and the routes of `--control`.

use std::fs;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::binary::{complaint, exchange, start, start_logged};
use crate::binary_files::{File, ask, get};
use crate::raw::{LAST_STATUS, OK, WAIT_LIMIT};
use crate::support::{Json, assert_contains, assert_starts};

/// Sends a request to a route of `--control`, and returns its status line and its body.
fn control(endpoint: &str, method: &str, name: &str, body: &str) -> (String, Value) {
    let request = format!(
        "{method} /_emulator/{name} HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(endpoint, &request);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.lines().next().expect("a line");
    let status = status.strip_prefix("HTTP/1.1 ").expect("a status");
    (
        status.to_owned(),
        serde_json::from_str(body).expect("a JSON body"),
    )
}

/// The body of a success.
#[track_caller]
fn done(endpoint: &str, method: &str, name: &str, body: &str) -> Value {
    let (status, body) = control(endpoint, method, name, body);
    assert_eq!(status, "200 OK", "{body}");
    body
}

/// Starts a load, and returns its id.
fn load(endpoint: &str) -> String {
    let body = r#"{"source":"s3://b/k","format":"csv","iamRoleArn":"arn","region":"us-east-1"}"#;
    let request = format!(
        "POST /loader HTTP/1.1\r\nhost: neptune\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(endpoint, &request);
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    let body: Value = serde_json::from_str(body).expect("JSON");
    body["payload"]["loadId"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn requests(endpoint: &str) -> Vec<Value> {
    let log = done(endpoint, "GET", "log", "");
    log["requests"].as_array().expect("a list").clone()
}

#[test]
fn the_routes_are_off_by_default() {
    let (running, endpoint) = start_logged(&[]);
    let answer = get(&endpoint, "/_emulator/health");
    assert_eq!(answer["detailedMessage"], "Bad route: /_emulator/health");
    assert_eq!(running.log().len(), 1);
}

#[test]
fn a_reset_restores_the_state_at_the_start() {
    let scripts = File::new(
        "reset",
        r#"{"language":"gremlin","exact":"g.V()","times":1,"rows":[1]}"#,
    );
    let (_running, endpoint) = start(&[
        "--control",
        "--streams",
        "--scripts",
        scripts.path(),
        "--load-seconds",
        "3600",
    ]);
    let first = || {
        let (_, rows) = ask(&endpoint, "/gremlin", "gremlin=g.V()");
        (rows, load(&endpoint))
    };
    let before = first();
    assert_contains(&before.0, r#""data":[1]"#);
    done(&endpoint, "POST", "faults", r#"{"fault":"status=503"}"#);
    done(
        &endpoint,
        "POST",
        "scripts",
        r#"{"language":"open_cypher","rows":[]}"#,
    );
    assert_eq!(done(&endpoint, "POST", "reset", ""), json!({}));
    // Log, planned faults, loads and scripts are as they were; so are the ids that follow.
    done(&endpoint, "GET", "health", "").has(json!({ "requests": 0, "faults": 0 }));
    let loads = get(&endpoint, "/loader");
    assert_eq!(loads["payload"]["loadIds"], json!([]));
    done(&endpoint, "POST", "reset", "");
    assert_eq!(first(), before);

    // A file that has become invalid leaves everything as it is.
    fs::write(scripts.path(), "{").expect("written");
    let (status, body) = control(&endpoint, "POST", "reset", "");
    assert_eq!(status, "500 Internal Server Error");
    let error = body["error"].as_str().expect("a text");
    assert_starts(error, &format!("{}: line 1: ", scripts.path()));
    assert_eq!(requests(&endpoint).len(), 2);
}

#[test]
fn a_reset_ends_running_queries() {
    let (_running, endpoint) = start(&["--control"]);
    let slow = r#"{"language":"open_cypher","lasting":3600,"rows":[]}"#;
    std::thread::scope(|scope| {
        done(&endpoint, "POST", "scripts", slow);
        let pending = scope.spawn(|| {
            exchange(
                &endpoint,
                "GET /openCypher?query=x HTTP/1.1\r\nhost: neptune\r\n\r\n",
            )
        });
        let started = Instant::now();
        while get(&endpoint, "/openCypher/status")["runningQueryCount"] != 1 {
            assert!(started.elapsed() < WAIT_LIMIT, "the query does not run");
        }
        done(&endpoint, "POST", "reset", "");
        assert_eq!(pending.join().expect("an answer"), "");
        // The next query is not taken for the one before.
        done(&endpoint, "POST", "scripts", &slow.replace("3600", "0.01"));
        let (_, body) = ask(&endpoint, "/openCypher", "query=x");
        assert_contains(&body, r#"{"results":[]}"#);
    });
}

#[test]
fn the_clock_is_advanced() {
    let (_running, endpoint) = start(&["--control", "--load-seconds", "3600"]);
    let target = format!("/loader/{}", load(&endpoint));
    let status = || get(&endpoint, &target)["payload"]["overallStatus"]["status"].clone();
    assert_ne!(status(), "LOAD_COMPLETED");
    done(&endpoint, "POST", "advance", r#"{"seconds": 3600.5}"#);
    assert_eq!(status(), "LOAD_COMPLETED");
}

#[test]
fn scripts_and_faults_are_added_and_removed() {
    let (_running, endpoint) = start(&["--control"]);
    let ask = |query: &str| ask(&endpoint, "/openCypher", &format!("query={query}"));
    let scripts = "{\"language\":\"open_cypher\",\"exact\":\"a\",\"rows\":[{\"n\":1}]}\n\n\
                   {\"language\":\"open_cypher\",\"exact\":\"b\",\"rows\":[{\"n\":2}]}\n";
    let added = done(&endpoint, "POST", "scripts", scripts);
    assert_eq!(added, json!({ "scripts": ["control:1", "control:2"] }));
    assert_contains(&ask("b").1, r#"{"results":[{"n":2}]}"#);
    done(&endpoint, "DELETE", "scripts", "");
    assert_contains(&ask("b").1, r#"{"results":[]}"#);

    // A fault whose requests are counted, for one operation only; the routes themselves never get it.
    let fault = r#"{"fault":"close-before-reading; times=2","operation":"ExecuteOpenCypherQuery"}"#;
    done(&endpoint, "POST", "faults", fault);
    done(
        &endpoint,
        "POST",
        "faults",
        r#"{"fault":"error; code=ThrottlingException"}"#,
    );
    done(&endpoint, "GET", "health", "").has(json!({ "status": "healthy", "faults": 2 }));
    let form = "GET /openCypher?query=x HTTP/1.1\r\nhost: neptune\r\n\r\n";
    assert_eq!(exchange(&endpoint, form), "");
    assert_eq!(get(&endpoint, "/status")["code"], "ThrottlingException");
    done(&endpoint, "DELETE", "faults", "");
    assert_contains(&ask("b").1, r#"{"results":[]}"#);
}

#[test]
fn the_log_is_read_and_cleared() {
    let (_running, endpoint) = start(&["--control", "--iam", "AKID:secret"]);
    assert_eq!(requests(&endpoint), Vec::<Value>::new());
    get(&endpoint, "/status");
    get(&endpoint, "/openCypher?query=RETURN+1");
    let log = requests(&endpoint);
    let [first, second] = log.as_slice() else {
        panic!("not two of them: {log:?}")
    };
    first.has(json!({
        "number": 1, "method": "GET", "path": "/status", "operation": "GetEngineStatus", "status": 403,
        "executed": false, "signature": "refused", "reason": "Missing Authentication Token",
        "fault": false,
    }));
    assert_eq!(second["number"], 2);
    assert_eq!(done(&endpoint, "DELETE", "log", ""), json!({}));
    assert_eq!(requests(&endpoint), Vec::<Value>::new());

    let (_running, endpoint) = start(&["--control"]);
    let script = r#"{"language":"open_cypher","containing":"RETURN","rows":[]}"#;
    done(&endpoint, "POST", "scripts", script);
    ask(&endpoint, "/openCypher", "query=RETURN+1");
    let [logged] = requests(&endpoint).try_into().expect("one request");
    logged.has(json!({
        "operation": "ExecuteOpenCypherQuery", "status": 200, "executed": true, "query": "RETURN 1",
        "signature": "not checked", "script": "control:1",
    }));
}

#[test]
fn errors_say_what_is_wrong() {
    let (_running, endpoint) = start(&["--control"]);
    #[rustfmt::skip]
    let cases = [
        ("POST", "advance", "", "not valid JSON: "),
        ("POST", "advance", "[]", "expected an object"),
        ("POST", "advance", "{}", "seconds is missing"),
        ("POST", "advance", r#"{"seconds":-1}"#, "seconds must be a number of seconds"),
        ("POST", "advance", r#"{"seconds":1,"minutes":1}"#, "unknown or misplaced member minutes"),
        ("POST", "scripts", "", "the body has no script"),
        ("POST", "scripts", "\n{\"language\":\"gremlin\",\"row\":[]}", "line 2: unknown or misplaced member row"),
        ("POST", "faults", "{}", "fault is missing"),
        ("POST", "faults", r#"{"fault":"nonsense"}"#, "fault: Unknown fault 'nonsense'; known are "),
        ("POST", "faults", r#"{"fault":"status=503","operation":"GetStatus"}"#, "operation: unknown operation GetStatus"),
    ];
    for (method, name, body, error) in cases {
        let (status, body) = control(&endpoint, method, name, body);
        assert_eq!(status, "400 Bad Request", "{name}");
        assert_starts(body["error"].as_str().expect("a text"), error);
    }
    let (status, body) = control(&endpoint, "GET", "nowhere", "");
    assert_eq!(status, "404 Not Found");
    let routes =
        "unknown route nowhere; the routes are health, reset, advance, scripts, faults, log";
    assert_eq!(body["error"], routes);
    let (status, body) = control(&endpoint, "GET", "scripts", "");
    assert_eq!(status, "405 Method Not Allowed");
    assert_eq!(body["error"], "scripts allows only POST, DELETE");
    assert_eq!(requests(&endpoint), Vec::<Value>::new());
}

#[test]
fn the_ready_file_has_the_endpoint() {
    // A file of an earlier process.
    let file = File::new("ready", "stale");
    let (mut running, endpoint) = start(&["--ready-file", file.path()]);
    let text = fs::read_to_string(file.path()).expect("a file");
    assert_eq!(text, format!("{endpoint}\n"));
    assert_starts(&exchange(&endpoint, LAST_STATUS), OK);
    if cfg!(unix) {
        let id = running.0.id().to_string();
        let kill = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        assert_eq!(running.0.wait().expect("ended").code(), Some(0));
        assert!(!fs::exists(file.path()).expect("a folder"));
    }
}

#[test]
fn a_ready_file_is_removed_if_the_start_fails() {
    let file = File::new("not-ready", "stale");
    let text = complaint(&["--scripts", "no/scripts", "--ready-file", file.path()], 1);
    assert_contains(&text, "cannot read no/scripts: ");
    assert!(!fs::exists(file.path()).expect("a folder"));
    let text = complaint(&["--port", "0", "--ready-file", "no/folder/ready"], 1);
    assert_contains(&text, "--ready-file: cannot write no/folder/ready: ");
}

#[cfg(unix)]
#[test]
fn both_signals_exit_with_0() {
    for signal in ["TERM", "INT"] {
        let (mut running, _) = start(&[]);
        let id = running.0.id().to_string();
        let kill = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        assert_eq!(running.0.wait().expect("ended").code(), Some(0));
    }
}

#[test]
fn the_manual_has_all_routes() {
    let page = include_str!("../../docs/ci.md");
    for route in [
        "GET health",
        "POST reset",
        "POST advance",
        "POST scripts",
        "DELETE scripts",
        "POST faults",
        "DELETE faults",
        "GET log",
        "DELETE log",
    ] {
        let row = format!("\n| `{}` |", route.replace(' ', " /_emulator/"));
        assert_contains(page, &row);
    }
    // The bodies that the page shows.
    let (_running, endpoint) = start(&["--control"]);
    for (name, body) in [
        ("advance", r#"{"seconds": 60}"#),
        (
            "faults",
            r#"{"fault": "read-then-rst; times=2", "operation": "ExecuteOpenCypherQuery"}"#,
        ),
        ("faults", r#"{"fault": "error; code=ThrottlingException"}"#),
    ] {
        assert_contains(page, body);
        done(&endpoint, "POST", name, body);
    }
}

#[test]
fn the_clock_may_be_advanced_by_any_time() {
    let (_running, endpoint) = start(&["--control", "--statistics"]);
    let target = format!("/loader/{}", load(&endpoint));
    for seconds in ["0", "1e-9", "1e18", "1.8e19"] {
        done(
            &endpoint,
            "POST",
            "advance",
            &format!("{{\"seconds\":{seconds}}}"),
        );
        get(&endpoint, &target);
        ask(&endpoint, "/openCypher", "query=x");
        get(&endpoint, "/propertygraph/statistics/summary");
        assert_eq!(get(&endpoint, "/status")["status"], "healthy");
    }
}

#[cfg(feature = "graph")]
#[test]
fn a_reset_empties_the_graph() {
    let (_running, endpoint) = start(&["--control", "--graph-engine"]);
    let count = || {
        ask(
            &endpoint,
            "/openCypher",
            "query=MATCH+(n)+RETURN+count(n)+AS+n",
        )
        .1
    };
    ask(&endpoint, "/openCypher", "query=CREATE+(:Person)");
    assert_contains(&count(), r#"{"n":1}"#);
    done(&endpoint, "POST", "reset", "");
    assert_contains(&count(), r#"{"n":0}"#);
}

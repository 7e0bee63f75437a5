//! Faults in the content of answers rather than in their transport.

use serde_json::{Value, json};

use crate::raw::{Ended, OK, announced, chunked, counts, meet, parts, start, status, until_fin};
use crate::support::{Json, assert_contains, assert_ends, assert_lacks, assert_starts};

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn trailers() {
    let server = start();
    let ask = |fault: &str| {
        let request = status(&format!("{fault}; ending=fin"));
        until_fin(
            &server,
            &request.replace("\r\n\r\n", "\r\nte: trailers\r\n\r\n"),
        )
    };
    let good = ask("trailers");
    assert_contains(&good, "\r\ntrailer: x-neptune-status, x-neptune-detail\r\n");
    let end = "\r\n0\r\nx-neptune-status: 200 OK\r\nx-neptune-detail: \r\n\r\n";
    assert_ends(chunked(&good), end);
    let failing = ask("trailers; kind=failing; message=\"too slow + 1\"; bytes=4");
    let body = chunked(&failing);
    assert_starts(body, "4\r\n");
    let error = json_of(body.lines().nth(3).expect("the error object"));
    error.has(json!({ "code": "TimeLimitExceededException", "message": "too slow + 1" }));
    assert_contains(
        body,
        "\r\n0\r\nx-neptune-status: 500 TimeLimitExceededException\r\n",
    );
    assert_contains(body, "%22too+slow+%2B+1%22");
    let silent =
        ask("trailers; kind=failing; code=MalformedQueryException; appended=false; bytes=0");
    let trailer = "0\r\nx-neptune-status: 400 MalformedQueryException\r\n";
    assert_starts(chunked(&silent), trailer);
    let oversized = ask("trailers; kind=oversized");
    let mut lines = oversized.lines();
    let detail = lines.find_map(|line| line.strip_prefix("x-neptune-detail: "));
    assert!(detail.expect("a detail").len() > 16 * 1024);
    // Clients that do not ask for trailers get none, unless the fault sends them anyway.
    let answer = meet(&server, "trailers; kind=failing", Ended::Open);
    assert_lacks(&answer, "x-neptune-");
    assert_ends(&answer, "}\r\n0\r\n\r\n");
    let answer = meet(&server, "trailers; unasked", Ended::Open);
    assert_contains(&answer, "x-neptune-status: 200 OK");
    let withheld = ask("trailers; withheld");
    assert_lacks(&withheld, "x-neptune-");
    assert_eq!(counts(&server), (7, 7));
}

#[test]
fn invalid_bodies() {
    let server = start();
    let ask = |fault: &str| {
        let answer = meet(&server, fault, Ended::Open);
        assert_starts(&answer, OK);
        answer
    };
    assert!(serde_json::from_str::<Value>(parts(&ask("garbage")).1).is_err());
    let tail = ask("garbage; part=tail");
    assert_starts(parts(&tail).1, "{");
    assert_ends(&tail, "garbage]}\r\n\r\n");
    assert_lacks(&meet(&server, "garbage; part=wire", Ended::Fin), "HTTP");
    assert_contains(&ask("html"), "text/html");
    let empty = ask("empty-200");
    assert_eq!((announced(&empty), parts(&empty).1), (0, ""));
    let error = ask("error-in-200; message=no");
    let expected = json!({ "code": "InternalFailureException", "detailedMessage": "no" });
    json_of(parts(&error).1).has(expected);
    assert_eq!(counts(&server), (6, 6));
    // With an error status, the operation is not executed.
    let answer = meet(&server, "html; status=502", Ended::Open);
    assert_starts(&answer, "HTTP/1.1 502 Bad Gateway\r\n");
    assert_eq!(counts(&server), (7, 6));
}

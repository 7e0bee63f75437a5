//! Faults in the content of answers rather than in their transport.

use serde_json::Value;

use crate::raw::{Ended, Raw, announced, chunked, counts, meet, parts, start, status};

#[test]
fn trailers() {
    let server = start();
    let ask = |fault: &str| {
        let mut raw = Raw::connect(&server);
        raw.send(
            &status(&format!("{fault}; ending=fin"))
                .replace("\r\n\r\n", "\r\nte: trailers\r\n\r\n"),
        );
        let (answer, ended) = raw.until_end();
        assert_eq!(ended, Ended::Fin);
        answer
    };
    let good = ask("trailers");
    assert!(
        good.contains("\r\ntrailer: x-neptune-status, x-neptune-detail\r\n"),
        "{good}"
    );
    assert!(
        chunked(&good).ends_with("\r\n0\r\nx-neptune-status: 200 OK\r\nx-neptune-detail: \r\n\r\n"),
        "{good}"
    );
    let failing = ask("trailers; kind=failing; message=\"too slow + 1\"; bytes=4");
    let body = chunked(&failing);
    assert!(
        body.starts_with("4\r\n{\"db\r\n") || body.starts_with("4\r\n"),
        "{body}"
    );
    let error = body.lines().nth(3).expect("the error object");
    let error: Value = serde_json::from_str(error).expect("JSON");
    assert_eq!(error["code"], "TimeLimitExceededException");
    assert_eq!(error["message"], "too slow + 1");
    assert!(
        body.contains("\r\n0\r\nx-neptune-status: 500 TimeLimitExceededException\r\n"),
        "{body}"
    );
    assert!(body.contains("%22too+slow+%2B+1%22"), "{body}");
    let silent =
        ask("trailers; kind=failing; code=MalformedQueryException; appended=false; bytes=0");
    assert!(
        chunked(&silent).starts_with("0\r\nx-neptune-status: 400 MalformedQueryException\r\n"),
        "{silent}"
    );
    let oversized = ask("trailers; kind=oversized");
    let detail = oversized
        .lines()
        .find_map(|line| line.strip_prefix("x-neptune-detail: "));
    assert!(detail.expect("a detail").len() > 16 * 1024);
    // Who does not ask for them gets none, unless they are forced upon it.
    let (answer, _) = meet(&server, "trailers; kind=failing", Ended::Open);
    assert!(
        !answer.contains("x-neptune-") && answer.ends_with("}\r\n0\r\n\r\n"),
        "{answer}"
    );
    let (answer, _) = meet(&server, "trailers; unasked", Ended::Open);
    assert!(answer.contains("x-neptune-status: 200 OK"), "{answer}");
    assert_eq!(counts(&server), (6, 6));
}

#[test]
fn invalid_bodies() {
    let server = start();
    let (answer, ended) = meet(&server, "garbage", Ended::Open);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && ended == Ended::Open,
        "{answer}"
    );
    assert!(serde_json::from_str::<Value>(parts(&answer).1).is_err());
    let (answer, _) = meet(&server, "garbage; part=tail", Ended::Open);
    let (head, body) = parts(&answer);
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && body.starts_with('{'),
        "{answer}"
    );
    assert!(body.ends_with("garbage]}\r\n\r\n"), "{answer}");
    let (answer, ended) = meet(&server, "garbage; part=wire", Ended::Fin);
    assert!(!answer.contains("HTTP") && ended == Ended::Fin, "{answer}");
    let (answer, _) = meet(&server, "html", Ended::Open);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("text/html"),
        "{answer}"
    );
    let (answer, _) = meet(&server, "empty-200", Ended::Open);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!((announced(&answer), parts(&answer).1), (0, ""));
    let (answer, _) = meet(&server, "error-in-200; message=no", Ended::Open);
    let body: Value = serde_json::from_str(parts(&answer).1).expect("JSON");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(
        (&body["code"], &body["detailedMessage"]),
        (&"InternalFailureException".into(), &"no".into())
    );
    assert_eq!(counts(&server), (6, 6));
    // With a status of failure nothing is carried out.
    let (answer, _) = meet(&server, "html; status=502", Ended::Open);
    assert!(
        answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
        "{answer}"
    );
    assert_eq!(counts(&server), (7, 6));
}

//! Responses that are not responses of the operation.

use neptunedata::{
    dynamic,
    error::{Cause, DecodeErrorKind},
};
use serde_json::json;

use super::messages::{response, response_of_type};

const PAGE: &str = "<!DOCTYPE html><html><body>Please log in</body></html>";

/// Responses of a proxy or a login page in place of the service, and malformed responses.
#[test]
fn responses_of_a_proxy_are_not_a_success() {
    let typed = |media_type, body: &'static str| response_of_type(media_type, body);
    let acknowledged = [
        "ExecuteSparqlUpdate",
        "PutGraph",
        "PostGraph",
        "DeleteGraph",
    ];
    let graphs = ["GetGraph", "ExecuteSparqlQuery"];
    for operation in [&acknowledged[..], &graphs].concat() {
        for page in [
            typed("text/html; charset=utf-8", PAGE),
            typed("Text/HTML", "Please log in"),
            response(200, PAGE),
            typed("text/plain", " \n<HTML><title>Oops"),
        ] {
            let Err(Cause::Decode(error)) = dynamic::response(operation, &page) else {
                panic!("{operation}");
            };
            assert_eq!(error.kind(), DecodeErrorKind::Syntax, "{operation}");
            assert_eq!(error.body(), page.body(), "{operation}");
            assert!(
                error
                    .to_string()
                    .contains(", probably from a proxy; body begins"),
                "{operation}: {error}"
            );
        }
    }
    for operation in acknowledged {
        for body in [
            &b"[{\"type\":\"UpdateEvent\"}"[..],
            b"[{\"type\":\"UpdateEvent\"}] and more",
            b"{\"a\":1}{",
            b"\x1f\x8b\xff",
        ] {
            let result = dynamic::response(operation, &response(200, body));
            assert!(result.is_err(), "{operation}");
        }
        for body in ["", " ", "[]", "[{\"type\":\"Commit\"}] ", "done"] {
            let result = dynamic::response(operation, &response(200, body));
            assert!(result.is_ok(), "{operation}");
        }
    }
    // Reports can have any format, including HTML.
    let page = typed("text/html", PAGE);
    for operation in [
        "ExecuteSparqlExplainQuery",
        "ExecuteOpenCypherExplainQuery",
        "ExecuteGremlinExplainQuery",
        "ExecuteGremlinProfileQuery",
    ] {
        assert!(dynamic::response(operation, &page).is_ok(), "{operation}");
    }
}

/// No source shows complete responses of these operations (`U14`): they may be as in the service model, or wrapped as in
/// older operations.
#[test]
fn responses_may_be_wrapped() {
    for (operation, payload) in [
        ("GetStorageInfo", json!({"totalStorageBytesUsed": 1})),
        ("ListIndexRebuilds", json!({"rebuildIds": ["r-1"]})),
        (
            "StartIndexRebuild",
            json!({"status": "IN_PROGRESS", "rebuildId": "r-1"}),
        ),
        (
            "GetIndexRebuildStatus",
            json!({"status": "COMPLETED", "progressPercentage": 100}),
        ),
        ("CancelIndexRebuild", json!({"status": "CANCELLING"})),
    ] {
        let read = |body: &serde_json::Value| {
            dynamic::response(operation, &response(200, body.to_string()))
        };
        assert_eq!(read(&payload).unwrap(), payload, "{operation}");
        let wrapped = json!({"status": "200 OK", "payload": payload});
        assert_eq!(read(&wrapped).unwrap(), payload, "{operation}");
        // A member of that name that is not an object is a member of the output.
        let mut other = payload.clone();
        other["payload"] = json!("x");
        assert_eq!(read(&other).unwrap(), payload, "{operation}");
        let mut cut = wrapped.to_string();
        cut.pop();
        assert!(dynamic::response(operation, &response(200, cut)).is_err());
    }
}

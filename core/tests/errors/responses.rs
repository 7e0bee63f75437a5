//! Responses that are not responses of the operation.

use bytes::Bytes;
use neptunedata::{
    dynamic,
    error::{Cause, DecodeErrorKind},
};
use serde_json::json;

const PAGE: &str = "<!DOCTYPE html><html><body>Please log in</body></html>";

/// Responses of a proxy or a login page in place of the service, and malformed responses.
#[test]
fn responses_of_a_proxy_are_not_a_success() {
    let response = |media_type: Option<&str>, body: &[u8]| {
        let mut builder = http::Response::builder();
        if let Some(media_type) = media_type {
            builder = builder.header("content-type", media_type);
        }
        builder.body(Bytes::copy_from_slice(body)).unwrap()
    };
    let read =
        |operation: &str, response: &http::Response<Bytes>| dynamic::response(operation, response);
    let acknowledged = [
        "ExecuteSparqlUpdate",
        "PutGraph",
        "PostGraph",
        "DeleteGraph",
    ];
    let graphs = ["GetGraph", "ExecuteSparqlQuery"];
    for operation in [&acknowledged[..], &graphs].concat() {
        for page in [
            response(Some("text/html; charset=utf-8"), PAGE.as_bytes()),
            response(Some("Text/HTML"), b"Please log in"),
            response(None, PAGE.as_bytes()),
            response(Some("text/plain"), b" \n<HTML><title>Oops"),
        ] {
            let Err(Cause::Decode(error)) = read(operation, &page) else {
                panic!("{operation}");
            };
            assert_eq!(error.kind(), DecodeErrorKind::Syntax, "{operation}");
            assert_eq!(error.body(), page.body(), "{operation}");
            assert!(
                error.to_string().contains("HTML page"),
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
            assert!(
                read(operation, &response(None, body)).is_err(),
                "{operation}"
            );
        }
        for body in [&b""[..], b" ", b"[]", b"[{\"type\":\"Commit\"}] ", b"done"] {
            assert!(
                read(operation, &response(None, body)).is_ok(),
                "{operation}"
            );
        }
    }
    // Reports can have any format, including HTML.
    let page = response(Some("text/html"), PAGE.as_bytes());
    for operation in [
        "ExecuteSparqlExplainQuery",
        "ExecuteOpenCypherExplainQuery",
        "ExecuteGremlinExplainQuery",
        "ExecuteGremlinProfileQuery",
    ] {
        assert!(read(operation, &page).is_ok(), "{operation}");
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
            let response = http::Response::new(Bytes::from(body.to_string()));
            dynamic::response(operation, &response)
        };
        assert_eq!(read(&payload).unwrap(), payload, "{operation}");
        let wrapped = json!({"status": "200 OK", "payload": payload});
        assert_eq!(read(&wrapped).unwrap(), payload, "{operation}");
        // A member of that name that is not an object is a member of the output.
        let mut other = payload.clone();
        other["payload"] = json!("x");
        assert_eq!(read(&other).unwrap(), payload, "{operation}");
        let cut = wrapped.to_string();
        let response = http::Response::new(Bytes::from(cut[..cut.len() - 1].to_owned()));
        assert!(dynamic::response(operation, &response).is_err());
    }
}

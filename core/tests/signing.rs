//! Compares signatures with those of botocore.
//!
//! `data/signing.jsonl` holds requests and their signatures as botocore 1.44.5 made them for its `neptunedata` service,
//! with the example keys of the AWS documentation.

#![cfg(feature = "sigv4")]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Uri};
use neptunedata::{Credentials, sign};
use serde_json::Value;

const VECTORS: &str = include_str!("data/signing.jsonl");

/// A line that differs on purpose: botocore drops the slash that RFC 3986 leaves where a last dot segment was.
const DIFFERENT: [&str; 1] = ["CancelLoaderJob/009"];

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no text {name} in {value}"))
}

fn request(line: &Value, with_host: bool) -> Request<Bytes> {
    let request = &line["request"];
    // The endpoint as the caller wrote it: in capitals, or with a port that the scheme implies.
    let endpoint: Uri = text(line, "endpoint").parse().expect("endpoint");
    let scheme = endpoint.scheme_str().expect("scheme");
    let authority = endpoint.authority().expect("authority");
    let mut target = format!("{scheme}://{authority}{}", text(request, "path"));
    if !text(request, "query").is_empty() {
        target = format!("{target}?{}", text(request, "query"));
    }
    let mut builder = Request::builder()
        .method(text(request, "method"))
        .uri(target);
    if with_host {
        builder = builder.header("host", text(request, "host"));
    }
    for (name, value) in request["headers"].as_object().expect("headers") {
        builder = builder.header(name, value.as_str().expect("header text").as_bytes());
    }
    let body = request["body"].as_str().unwrap_or_default().to_owned();
    builder.body(Bytes::from(body)).expect("request")
}

fn credentials(signed: &Value) -> Credentials {
    let credentials = Credentials::new(text(signed, "access_key"), text(signed, "secret_key"));
    match signed["session_token"].as_str() {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

#[test]
fn signatures_equal_botocores() {
    let (mut equal, mut different) = (0, 0);
    for line in VECTORS.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let id = text(&line, "id");
        let signed = &line["signed"];
        if signed.is_null() {
            continue;
        }
        let seconds = signed["unix_time"].as_u64().expect("unix_time");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for with_host in [false, true] {
            let mut request = request(&line, with_host);
            sign(
                &mut request,
                &credentials(signed),
                text(signed, "region"),
                now,
            )
            .unwrap_or_else(|error| panic!("{id}: {error}"));
            let header = |name| {
                request
                    .headers()
                    .get(name)
                    .map(|value| value.to_str().expect("ASCII"))
            };
            assert_eq!(header("host"), line["request"]["host"].as_str(), "{id}");
            assert_eq!(header("x-amz-date"), signed["x-amz-date"].as_str(), "{id}");
            assert_eq!(
                header("x-amz-security-token"),
                signed["session_token"].as_str(),
                "{id}"
            );
            if DIFFERENT.contains(&id) {
                assert_ne!(
                    header("authorization"),
                    signed["authorization"].as_str(),
                    "{id}"
                );
                different += 1;
            } else {
                assert_eq!(
                    header("authorization"),
                    signed["authorization"].as_str(),
                    "{id}"
                );
                equal += 1;
            }
        }
    }
    assert_eq!((equal, different), (2 * 52, 2));
}

//! Arbitrary answers: valid, invalid, truncated, hostile.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use neptunedata::ExceptionKind;
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::Value;

pub(crate) use crate::script::Answer;

pub(crate) fn answer() -> impl Strategy<Value = Answer> {
    (status(), headers(), body(), trailers()).prop_map(|(status, headers, body, trailers)| Answer {
        status,
        headers,
        body,
        trailers,
    })
}

fn status() -> impl Strategy<Value = StatusCode> {
    let known = select(vec![200, 200, 200, 200, 204, 400, 403, 408, 429, 500, 503]);
    prop_oneof![9 => known, 1 => 100_u16..=999]
        .prop_map(|status| StatusCode::from_u16(status).expect("from 100 to 999"))
}

fn code() -> impl Strategy<Value = String> {
    let modelled = select(ExceptionKind::ALL).prop_map(|kind| kind.name().to_owned());
    let odd = select(vec![
        "ExpiredTokenException",
        "com.amazon#ThrottlingException:http://x",
        "OutOfMemoryError",
        "",
        "#:",
    ]);
    prop_oneof![6 => modelled, 2 => odd.prop_map(str::to_owned), 1 => any::<String>()]
}

fn message() -> impl Strategy<Value = String> {
    let known = select(vec![
        "The security token included in the request is expired",
        "Signature expired: 20231114T221320Z is now earlier than 20231114T235500Z (20231115T000000Z - 5 min.)",
        "Signature expired: (",
        "Failed to stop the job because it has already completed or failed.",
        "{\"code\":",
        "",
    ]);
    prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn error_object() -> impl Strategy<Value = String> {
    (code(), message()).prop_map(|(code, message)| {
        serde_json::json!({"requestId": "r", "code": code, "detailedMessage": message}).to_string()
    })
}

/// Any JSON, with the names that mean something more often than others.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        code().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((name(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The words of a list.
fn words(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

fn name() -> impl Strategy<Value = String> {
    let known = select(words(
        "code Code __type detailedMessage message Message requestId status id ids arn \
        creationTimeInMillis processingJob mlModels name settings features gremlin labMode \
        rollingBackTrxCount",
    ));
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn body() -> impl Strategy<Value = Bytes> {
    let success = select(vec![
        r#"{"status":"200 OK","id":"job-1"}"#,
        r#"{"ids":["a","b"]}"#,
        "{}",
        "",
    ]);
    let text = prop_oneof![
        4 => success.prop_map(str::to_owned),
        4 => error_object(),
        3 => json().prop_map(|json| json.to_string()),
        2 => error_object().prop_map(|object| format!(r#"{{"ids":["a",{object}"#)),
        1 => any::<String>(),
    ];
    let text =
        (text, option::weighted(0.2, any::<prop::sample::Index>())).prop_map(|(text, cut)| {
            let mut bytes = text.into_bytes();
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            Bytes::from(bytes)
        });
    prop_oneof![9 => text, 1 => vec(any::<u8>(), 0..80).prop_map(Bytes::from)]
}

fn header_value() -> impl Strategy<Value = HeaderValue> {
    let known = select(vec![
        "0",
        "1",
        "7",
        "35",
        "60",
        "61",
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "gzip",
        "identity",
        "Tue, 14 Nov 2023 22:13:20 GMT",
        "Tue, 14 Nov 2023 23:13:20 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "ThrottlingException",
    ]);
    let any = vec(any::<u8>(), 0..20)
        .prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap_or(HeaderValue::from_static("?")));
    prop_oneof![6 => known.prop_map(HeaderValue::from_static), 1 => any]
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let name = select(words(
        "date retry-after x-amz-retry-after content-length content-encoding x-amzn-errortype \
        x-amzn-requestid x-neptune-status x-anything",
    ));
    let name = name.prop_map(HeaderName::from_static);
    vec((name, header_value()), 0..4).prop_map(HeaderMap::from_iter)
}

fn trailers() -> impl Strategy<Value = HeaderMap> {
    let status = (
        select(vec!["200", "500", "429", "400", "0", "x", ""]),
        code(),
    )
        .prop_map(|(status, code)| format!("{status} {code}"));
    let detail = error_object().prop_map(|object| object.replace(' ', "+").replace('{', "%7B"));
    let some = (status, option::of(detail)).prop_map(|(status, detail)| {
        let value = |text: String| HeaderValue::from_bytes(text.as_bytes()).ok();
        let mut trailers = HeaderMap::new();
        if let Some(status) = value(status) {
            trailers.insert("x-neptune-status", status);
        }
        if let Some(detail) = detail.and_then(value) {
            trailers.insert("x-neptune-detail", detail);
        }
        trailers
    });
    prop_oneof![3 => Just(HeaderMap::new()), 1 => some, 1 => headers()]
}

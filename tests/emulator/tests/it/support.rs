//! What several tests need.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use neptunedata_emulator::{Emulator, Now, Response};
use serde_json::{Value, json};

/// 2024-01-01T00:00:00Z.
pub(crate) fn now() -> Now {
    Now::at_unix(1_704_067_200)
}

pub(crate) fn get(target: &str) -> Request<Bytes> {
    request(Method::GET, target)
}

pub(crate) fn delete(target: &str) -> Request<Bytes> {
    request(Method::DELETE, target)
}

pub(crate) fn request(method: Method, target: &str) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(target)
        .body(Bytes::new())
        .expect("a request")
}

pub(crate) fn post(target: &str, body: &Value) -> Request<Bytes> {
    Request::post(target)
        .header("content-type", "application/json")
        .body(body.to_string().into())
        .expect("a request")
}

/// A body of this type.
pub(crate) fn send(
    method: Method,
    target: &str,
    media_type: &str,
    body: impl Into<Bytes>,
) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(target)
        .header("content-type", media_type)
        .body(body.into())
        .expect("a request")
}

/// A form.
pub(crate) fn form(target: &str, body: &str) -> Request<Bytes> {
    send(
        Method::POST,
        target,
        "application/x-www-form-urlencoded",
        body.to_owned(),
    )
}

/// The request with one more header.
pub(crate) fn with_header(
    mut request: Request<Bytes>,
    name: &'static str,
    value: &'static str,
) -> Request<Bytes> {
    let value = http::HeaderValue::from_static(value);
    request.headers_mut().append(name, value);
    request
}

/// The smallest body that starts a job, with this id.
pub(crate) fn job(id: &str) -> Value {
    json!({ "id": id, "dataProcessingJobId": "data-1", "trainModelS3Location": "s3://bucket/models/" })
}

/// `base` with some members replaced, added, or (by null) removed.
pub(crate) fn with(base: Value, changes: Value) -> Value {
    let (Value::Object(mut members), Value::Object(changes)) = (base, changes) else {
        panic!("no objects")
    };
    for (name, value) in changes {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    Value::Object(members)
}

pub(crate) fn answer(neptune: &mut Emulator, request: Request<Bytes>, now: Now) -> Response {
    neptune
        .handle(request, now)
        .into_response()
        .expect("an answer")
}

/// Asks and expects JSON with status 200.
pub(crate) fn ask(neptune: &mut Emulator, request: Request<Bytes>, now: Now) -> Value {
    let answer = answer(neptune, request, now);
    assert_eq!(answer.status(), StatusCode::OK, "{answer:?}");
    answer.to_json().expect("JSON")
}

/// Asks and expects to be refused, with the exception's name and text. Checks what all refusals share.
pub(crate) fn refused(
    neptune: &mut Emulator,
    request: Request<Bytes>,
    now: Now,
) -> (u16, String, String) {
    let executed: Vec<bool> = neptune.log().iter().map(|entry| entry.executed).collect();
    let answer = answer(neptune, request, now);
    let body = answer.to_json().expect("JSON");
    let text = |name: &str| {
        body[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {body}"))
            .to_owned()
    };
    assert_eq!(
        answer.head.headers["content-type"],
        "application/x-amz-json-1.0"
    );
    assert_eq!(
        answer.head.headers["x-amzn-requestid"],
        text("requestId").as_str()
    );
    let entry = neptune.log().last().expect("an entry");
    assert_eq!(entry.request_id, text("requestId"));
    assert_eq!(entry.status, Some(answer.status()));
    assert!(!entry.executed, "{entry:?}");
    assert_eq!(neptune.log().len(), executed.len() + 1);
    (
        answer.status().as_u16(),
        text("code"),
        text("detailedMessage"),
    )
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}

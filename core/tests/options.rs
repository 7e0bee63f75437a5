//! What sessions reject, and the effects of the options of a call and of a client.

#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

use http::{HeaderName, HeaderValue, header};
use neptunedata::{
    Auth, Call, CallOptions, Endpoint, Operation, Session,
    error::{Cause, DecodeErrorKind, FieldErrorKind},
    index_rebuild::{CancelIndexRebuild, StartIndexRebuild},
    machine::Input,
    ml::{
        DataProcessingJobId, GetMlModelTrainingJob, ListMlModelTrainingJobs,
        StartMlModelTrainingJob,
    },
    retry::RetryPolicy,
    types::S3Uri,
};
use serde_json::{Value, json};

use steps::{NOW, Steps, session};

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url).unwrap()
}

fn sent<O: Operation>(operation: &O, options: &CallOptions) -> http::Request<bytes::Bytes> {
    let mut call = Call::with_options(&session(), operation, options, 1);
    call.sends(Input::Next, NOW).request
}

fn faults<O: Operation>(operation: &O, options: &CallOptions) -> Vec<(String, FieldErrorKind)> {
    let mut call = Call::with_options(&session(), operation, options, 1);
    let error = call.fails(Input::Next, NOW);
    let Cause::Encode(error) = error.cause() else {
        panic!("{error}")
    };
    let faults = error.field_errors().iter();
    faults
        .map(|fault| (fault.field().to_owned(), fault.kind().clone()))
        .collect()
}

#[cfg(feature = "sigv4")]
#[test]
fn signed_requests_need_a_region_and_stay_off_plain_http() {
    use neptunedata::{Credentials, session::SessionError};

    let auth = || Auth::credentials(Credentials::new("AKIDEXAMPLE", "secret"));
    let host = "db.example.com".to_owned();
    let without_region = Session::new(endpoint("https://db.example.com:8182"), auth());
    assert_eq!(
        without_region.unwrap_err(),
        SessionError::RegionMissing { host: host.clone() }
    );

    let plain = || {
        endpoint("http://db.example.com:8182")
            .with_region("us-east-1")
            .unwrap()
    };
    let refused = Session::new(plain(), auth());
    assert_eq!(refused.unwrap_err(), SessionError::PlainHttp { host });
    assert!(Session::new(plain(), Auth::unsigned()).is_ok());
    assert!(
        Session::builder(plain(), auth())
            .allow_plain_http()
            .build()
            .is_ok()
    );
    for loopback in [
        "http://localhost:1",
        "http://127.9.9.9:1",
        "http://[::1]:1",
        "http://a.localhost",
        "http://localhost.:1",
        "http://[::ffff:127.0.0.1]:1",
    ] {
        let endpoint = endpoint(loopback).with_region("us-east-1").unwrap();
        assert!(Session::new(endpoint, auth()).is_ok(), "{loopback}");
    }
}

#[cfg(feature = "sigv4")]
#[test]
fn a_session_keeps_refreshed_credentials() {
    use std::time::{Duration, SystemTime};

    use neptunedata::{Credentials, machine::Now};

    let expired = Credentials::new("AKIDOLD", "secret").with_expiry(SystemTime::UNIX_EPOCH);
    let endpoint = endpoint("http://localhost:8182")
        .with_region("us-east-1")
        .unwrap();
    let session = Session::new(endpoint, Auth::credentials(expired)).unwrap();
    let now = Now::at(SystemTime::UNIX_EPOCH + Duration::from_secs(60));
    let operation = GetMlModelTrainingJob::new("job-1");

    let mut call = Call::new(&session, &operation, 1);
    call.asks_for_credentials(Input::Next, now, true);
    let fresh = Credentials::new("AKIDNEW", "secret");
    call.sends(Input::Credentials(fresh), now);

    // The next call does not ask again.
    let transmit = Call::new(&session, &operation, 1).sends(Input::Next, now);
    let authorization = transmit.request.headers()[header::AUTHORIZATION]
        .to_str()
        .unwrap();
    assert!(
        authorization.contains("Credential=AKIDNEW/"),
        "{authorization}"
    );
}

#[test]
fn extra_members_are_added_or_replace_members_of_the_same_name() {
    let start =
        StartMlModelTrainingJob::new(DataProcessingJobId::new("d"), S3Uri::new("s3://b/")).id("a");
    let options = CallOptions::new()
        .extra("modelName", "rgcn")
        .extra("id", "b")
        .extra_query("x", "1 2");
    let request = sent(&start, &options);
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let expected = json!({"id": "b", "dataProcessingJobId": "d", "trainModelS3Location": "s3://b/", "modelName": "rgcn"});
    assert_eq!(body, expected);
    assert_eq!(request.uri().query(), Some("x=1%202"));
    assert_eq!(
        request.headers()[header::CONTENT_LENGTH],
        request.body().len().to_string().as_str()
    );

    let list = ListMlModelTrainingJobs::new()
        .max_items(3)
        .neptune_iam_role_arn("r");
    let options = CallOptions::new()
        .extra("maxItems", 5)
        .extra("flag", true)
        .extra_query("a", "1")
        .extra_query("a", "2");
    let request = sent(&list, &options);
    assert_eq!(
        request.uri().query(),
        Some("neptuneIamRoleArn=r&maxItems=5&flag=true&a=1&a=2")
    );
    assert!(request.body().is_empty());
}

#[test]
fn extra_members_of_a_post_without_a_body_are_its_body() {
    let options = CallOptions::new().extra("force", true);
    let request = sent(&CancelIndexRebuild::new("r"), &options);
    assert_eq!(request.body(), r#"{"force":true}"#);
    assert_eq!(request.uri().query(), None);
}

#[test]
fn a_token_is_the_callers_or_that_of_the_call() {
    let token = |start: &StartIndexRebuild| {
        let request = sent(start, &CallOptions::new());
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        body["clientToken"].as_str().map(str::to_owned)
    };
    let start = StartIndexRebuild::new();
    assert_eq!(token(&start).unwrap().len(), 36);
    assert_eq!(token(&start), token(&start), "the calls have the same seed");
    assert_eq!(token(&start.client_token("mine")).as_deref(), Some("mine"));
}

#[test]
fn extra_headers_are_sent_except_those_that_the_client_sets() {
    let get = GetMlModelTrainingJob::new("job-1");
    let name = HeaderName::from_static("x-note");
    let options = CallOptions::new().header(name.clone(), HeaderValue::from_static("n"));
    assert_eq!(sent(&get, &options).headers()[&name], "n");

    for name in [
        header::HOST,
        header::CONTENT_LENGTH,
        header::AUTHORIZATION,
        header::EXPECT,
        header::TRANSFER_ENCODING,
    ] {
        let options = CallOptions::new().header(name.clone(), HeaderValue::from_static("1"));
        let faults = faults(&get, &options);
        assert_eq!(faults[0].0, name.as_str());
    }
}

#[test]
fn the_body_limit_of_a_call_overrides_that_of_the_client() {
    let session = Session::builder(endpoint("http://localhost:8182"), Auth::unsigned())
        .max_body_bytes(4)
        .retry_policy(RetryPolicy::never())
        .build()
        .unwrap();

    let answer = || {
        Input::Response(
            http::Response::new(r#"{"status":"Completed"}"#.into()),
            http::HeaderMap::new(),
        )
    };
    let get = GetMlModelTrainingJob::new("job-1");
    let mut call = Call::new(&session, &get, 1);
    call.sends(Input::Next, NOW);
    let error = call.fails(answer(), NOW);
    let Cause::Decode(error) = error.cause() else {
        panic!("{error}")
    };
    assert_eq!(error.kind(), DecodeErrorKind::TooLarge);

    let mut call = Call::with_options(&session, &get, &CallOptions::new().max_body_bytes(100), 1);
    call.sends(Input::Next, NOW);
    call.succeeds(answer(), NOW);
}

fn refused(status: u16, body: impl Into<bytes::Bytes>) -> Cause {
    let answer = http::Response::builder().status(status).body(body.into());
    neptunedata::response::<GetMlModelTrainingJob>(&answer.unwrap()).unwrap_err()
}

#[test]
fn texts_of_servers_are_shown_on_one_line() {
    for (body, text) in [
        (
            r#"{"code":"X","message":"a\nb\u001b[31m"}"#,
            r"X (400): a\nb\u{1b}[31m",
        ),
        (
            r#"{"error":"upstream"}"#,
            r#"HTTP status 400 Bad Request: {"error":"upstream"}"#,
        ),
    ] {
        assert_eq!(refused(400, body).to_string(), text);
    }
}

#[test]
fn debug_of_a_large_answer_is_short() {
    let page = format!("<html>{}", "x".repeat(1_000_000));
    assert!(format!("{:?}", refused(502, page)).len() < 4096);
}

/// The debug text of options contains no secrets.
#[test]
fn debug_of_options_shows_no_secrets() {
    let secret = "c2VjcmV0";
    let options = CallOptions::new()
        .extra("aMember", json!({ "inner": secret }))
        .extra_query("aParameter", secret)
        .header(
            HeaderName::from_static("x-a-header"),
            HeaderValue::from_static("c2VjcmV0"),
        );
    let text = format!("{options:?} {options:#?}");
    assert!(!text.contains(secret), "{text}");
    for name in ["aMember", "aParameter", "x-a-header"] {
        assert!(text.contains(name), "{name}: {text}");
    }
}

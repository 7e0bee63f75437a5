//! The texts of errors: what a user reads first.

use std::{
    error::Error as _,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::HeaderMap;
use neptunedata::{
    Auth, Call, Endpoint, Error, ErrorKind, ExceptionKind, Operation, Session, TransportError,
    dynamic,
    machine::{Input, Machine, Now, Step},
    ml::{
        CancelMlModelTrainingJob, DataProcessingJobId, GetMlModelTrainingJob,
        StartMlModelTrainingJob,
    },
    transport::{Sent, TransportErrorKind},
    types::S3Uri,
};
use serde_json::json;

fn session() -> Session {
    Session::new(
        Endpoint::parse("http://localhost:8182").unwrap(),
        Auth::unsigned(),
    )
    .unwrap()
}

fn start() -> StartMlModelTrainingJob {
    StartMlModelTrainingJob::new(DataProcessingJobId::new("data"), S3Uri::new("s3://bucket/"))
}

fn answer(status: u16, body: impl Into<Bytes>) -> Input {
    let response = http::Response::builder()
        .status(status)
        .body(body.into())
        .unwrap();
    Input::Response(response, HeaderMap::new())
}

fn lost() -> Input {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let error = TransportError::new(TransportErrorKind::Closed, Sent::Maybe).with_source(reset);
    Input::Failure(error)
}

/// Runs a call with these answers, waits included, to the error it ends in.
fn error<O: Operation<Output: std::fmt::Debug>>(
    operation: &O,
    answers: impl IntoIterator<Item = Input>,
) -> Error {
    let now = Now {
        wall: SystemTime::UNIX_EPOCH,
        mono: Duration::ZERO,
    };
    let mut call = Call::new(&session(), operation, 7);
    let mut answers = answers.into_iter();
    let mut input = Input::Next;
    loop {
        input = match call.resume(input, now) {
            Step::Send(_) => answers
                .next()
                .expect("one send more than there are answers"),
            Step::Wait(_) => Input::Woken,
            Step::Done(result) => {
                assert!(answers.next().is_none(), "an answer was not needed");
                return result.expect_err("the call succeeded");
            }
            step => panic!("unexpected {step:?}"),
        };
    }
}

#[test]
fn a_service_error_reads_code_status_message_and_request_id() {
    let body =
        r#"{"requestId":"r","code":"MalformedQueryException","detailedMessage":"bad token"}"#;
    let error = error(&GetMlModelTrainingJob::new("job-1"), [answer(400, body)]);
    assert_eq!(
        error.to_string(),
        "MalformedQueryException (400): bad token [request id r]"
    );
    assert_eq!(
        error.kind(),
        ErrorKind::Service(ExceptionKind::MalformedQueryException)
    );
    assert!(!error.may_have_executed() && !error.is_retryable());
    assert_eq!(error.service().unwrap().message, "bad token");
    assert_eq!(error.body(), body);
    assert!(error.source().is_none(), "its text is told already");
}

#[test]
fn an_empty_request_id_is_none() {
    let body = r#"{"requestId":"","code":"MalformedQueryException","detailedMessage":"bad token"}"#;
    let error = error(&GetMlModelTrainingJob::new("job-1"), [answer(400, body)]);
    assert_eq!(
        error.to_string(),
        "MalformedQueryException (400): bad token"
    );
    assert_eq!(error.service().unwrap().request_id, None);
}

#[test]
fn an_unknown_exception_keeps_its_name() {
    let body = r#"{"requestId":"r","code":"DuplicateDataException","detailedMessage":"taken"}"#;
    let error = error(&start(), [answer(400, body)]);
    assert_eq!(
        error.to_string(),
        "DuplicateDataException (400): taken [request id r]"
    );
    assert_eq!(error.service().unwrap().kind, ExceptionKind::Unknown);
}

#[test]
fn a_page_of_a_proxy_is_shown_in_part() {
    let page = format!("<html>{}</html>", "é".repeat(10_000));
    let error = error(&start(), [answer(413, page.clone())]);
    let text = error.to_string();
    assert!(
        text.starts_with("the server answered 413 Payload Too Large: <html>é"),
        "{text}"
    );
    assert!(text.chars().count() < 700, "{text}");
    assert_eq!(error.body(), page.as_bytes());
}

#[test]
fn a_lost_answer_to_a_write_says_that_it_may_have_been_executed_and_was_not_sent_again() {
    let error = error(&start(), [lost()]);
    assert_eq!(
        error.to_string(),
        "the connection ended before the answer was complete; \
         the request may have been executed and was not sent again",
    );
    assert!(error.may_have_executed());
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.source().unwrap().to_string(), "connection reset");
}

#[test]
fn a_cancel_repeated_after_a_lost_answer_says_that_it_may_have_worked_the_first_time() {
    let body = r#"{"requestId":"r","code":"InvalidParameterException","detailedMessage":"Failed to stop the job because it has already completed or failed."}"#;
    let error = error(
        &CancelMlModelTrainingJob::new("job-1"),
        [lost(), answer(400, body)],
    );
    assert_eq!(
        error.to_string(),
        "InvalidParameterException (400): Failed to stop the job because it has already completed \
         or failed. [request id r] (attempt 2; an earlier attempt may have been \
         executed, which this may be the effect of)",
    );
    assert!(error.may_have_executed());
}

#[cfg(feature = "sigv4")]
#[test]
fn a_refusal_stays_the_reason_when_there_are_no_other_credentials() {
    let credentials = neptunedata::Credentials::new("AKIDEXAMPLE", "secret");
    let endpoint = Endpoint::parse("http://localhost:8182")
        .unwrap()
        .with_region("us-east-1")
        .unwrap();
    let session = Session::new(endpoint, Auth::credentials(credentials)).unwrap();
    let now = Now {
        wall: SystemTime::UNIX_EPOCH,
        mono: Duration::ZERO,
    };
    let mut call = Call::new(&session, &start(), 7);
    assert!(matches!(call.resume(Input::Next, now), Step::Send(_)));
    let body = r#"{"requestId":"r","code":"AccessDeniedException","detailedMessage":"The security token included in the request is expired"}"#;
    let step = call.resume(answer(403, body), now);
    assert!(matches!(step, Step::Credentials { refresh: true }));
    let none = neptunedata::credentials::CredentialsError::new("these are all");
    let Step::Done(Err(error)) = call.resume(Input::CredentialsFailed(none), now) else {
        panic!()
    };
    assert_eq!(
        error.to_string(),
        "AccessDeniedException (403): The security token included in the request is expired \
         [request id r] (and for another try: no usable credentials: these are all)",
    );
    assert_eq!(
        error.kind(),
        ErrorKind::Service(ExceptionKind::AccessDeniedException)
    );
    assert_eq!(error.body(), body);
    assert!(!error.may_have_executed());
}

#[test]
fn giving_up_says_after_how_many_attempts() {
    let error = error(
        &CancelMlModelTrainingJob::new("job-1"),
        [lost(), lost(), lost()],
    );
    assert_eq!(
        error.to_string(),
        "the connection ended before the answer was complete (gave up after 3 attempts); \
         the request may have been executed",
    );
    assert!(error.is_retryable());
}

#[test]
fn a_success_that_is_none_names_operation_and_place() {
    let error = error(
        &GetMlModelTrainingJob::new("job-1"),
        [answer(200, r#"{"mlModels":[{},{"name":{}}]}"#)],
    );
    let text = error.to_string();
    assert!(text.starts_with("GetMLModelTrainingJob was answered with JSON of an unexpected shape at mlModels[1].name: "), "{text}");
    assert!(
        text.ends_with("; the request may have been executed"),
        "{text}"
    );
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[test]
fn every_fault_of_a_request_is_named() {
    let input =
        json!({"id": 7, "subnets": ["a", 1], "trainModelS3Location": "s3://b/", "modelNam": "x"});
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let error = dynamic::request("StartMLModelTrainingJob", &input, &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob was not sent: id: expected string, found integer; \
         dataProcessingJobId: required, but missing; subnets[1]: expected string, found integer; \
         modelNam: the operation has no such member",
    );

    let input = json!({"maxItems": 0, "neptuneIamRoleArn": null});
    let error = dynamic::request("ListMLModelTrainingJobs", &input, &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ListMLModelTrainingJobs was not sent: neptuneIamRoleArn: expected string, found null; \
         maxItems: must be from 1 to 1024",
    );

    let error = dynamic::request("GetMLModelTrainingJob", &json!([]), &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob was not sent: expected object, found array",
    );

    let error = dynamic::request("CancelMlModelTrainingJob", &json!({}), &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CancelMlModelTrainingJob was not sent: there is no operation of this name"
    );
}

/// Whatever the kind, a driver may know that it will not pass.
#[test]
fn a_failure_for_good_is_the_last_and_one_before_sending_says_so() {
    let now = Now {
        wall: SystemTime::UNIX_EPOCH,
        mono: Duration::ZERO,
    };
    let failure = || TransportError::new(TransportErrorKind::Connect, Sent::No);
    for (failure, passes) in [(failure(), true), (failure().permanent(), false)] {
        assert_eq!(failure.is_permanent(), !passes);
        let mut call = Call::new(&session(), &GetMlModelTrainingJob::new("a"), 1);
        assert!(matches!(call.resume(Input::Next, now), Step::Send(_)));
        match call.resume(Input::Failure(failure), now) {
            Step::Wait(_) => assert!(passes),
            Step::Done(Err(error)) => {
                assert!(!passes);
                assert_eq!((error.attempts(), error.may_have_executed()), (1, false));
                assert_eq!(error.to_string(), "no connection could be made");
            }
            _ => panic!("neither"),
        }
    }
    for (sent, text) in [
        (
            Sent::No,
            "the time for one attempt passed before the request was sent",
        ),
        (Sent::Maybe, "the answer did not come in time"),
    ] {
        let error = TransportError::new(TransportErrorKind::Timeout, sent);
        assert_eq!(error.to_string(), text);
    }
}

const PAGE: &str = "<!DOCTYPE html><html><body>Please log in</body></html>";

/// What a proxy or a login page answers in place of the service, and broken answers of any kind.
#[test]
fn what_something_in_between_answers_is_no_success() {
    let answer = |media_type: Option<&str>, body: &[u8]| {
        let mut builder = http::Response::builder();
        if let Some(media_type) = media_type {
            builder = builder.header("content-type", media_type);
        }
        builder.body(Bytes::copy_from_slice(body)).unwrap()
    };
    let read = |operation: &str, answer: &http::Response<Bytes>| {
        neptunedata::dynamic::response(operation, answer)
    };
    let acknowledged = [
        "ExecuteSparqlUpdate",
        "PutGraph",
        "PostGraph",
        "DeleteGraph",
    ];
    let graphs = ["GetGraph", "ExecuteSparqlQuery"];
    for operation in [&acknowledged[..], &graphs].concat() {
        for page in [
            answer(Some("text/html; charset=utf-8"), PAGE.as_bytes()),
            answer(Some("Text/HTML"), b"Please log in"),
            answer(None, PAGE.as_bytes()),
            answer(Some("text/plain"), b" \n<HTML><title>Oops"),
        ] {
            let error = read(operation, &page).expect_err(operation).to_string();
            assert!(error.contains("a page of HTML"), "{operation}: {error}");
        }
    }
    for operation in acknowledged {
        for body in [
            &b"[{\"type\":\"UpdateEvent\"}"[..],
            b"[{\"type\":\"UpdateEvent\"}] and more",
            b"{\"a\":1}{",
            b"\x1f\x8b\xff",
        ] {
            assert!(read(operation, &answer(None, body)).is_err(), "{operation}");
        }
        for body in [&b""[..], b" ", b"[]", b"[{\"type\":\"Commit\"}] ", b"done"] {
            assert!(read(operation, &answer(None, body)).is_ok(), "{operation}");
        }
    }
    // Reports have any form, HTML among them.
    let page = answer(Some("text/html"), PAGE.as_bytes());
    for operation in [
        "ExecuteSparqlExplainQuery",
        "ExecuteOpenCypherExplainQuery",
        "ExecuteGremlinExplainQuery",
        "ExecuteGremlinProfileQuery",
    ] {
        assert!(read(operation, &page).is_ok(), "{operation}");
    }
}

/// Nobody has shown a whole answer of these (`U14`): as the service model has it, or wrapped as older ones are.
#[test]
fn answers_may_be_wrapped() {
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
            let answer = http::Response::new(Bytes::from(body.to_string()));
            neptunedata::dynamic::response(operation, &answer)
        };
        assert_eq!(read(&payload).unwrap(), payload, "{operation}");
        let wrapped = json!({"status": "200 OK", "payload": payload});
        assert_eq!(read(&wrapped).unwrap(), payload, "{operation}");
        // A member of that name that holds no object is some other.
        let mut other = payload.clone();
        other["payload"] = json!("x");
        assert_eq!(read(&other).unwrap(), payload, "{operation}");
        let cut = wrapped.to_string();
        let answer = http::Response::new(Bytes::from(cut[..cut.len() - 1].to_owned()));
        assert!(neptunedata::dynamic::response(operation, &answer).is_err());
    }
}

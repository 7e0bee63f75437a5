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
    machine::{Input, Io, Machine, Now, Step},
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
    let mut now = Now::at(SystemTime::UNIX_EPOCH);
    let mut call = Call::new(&session(), operation, 7);
    let mut answers = answers.into_iter();
    let mut input = Input::Next;
    loop {
        input = match call.resume(input, now) {
            Step::Io(Io::Send(_)) => answers
                .next()
                .expect("one send more than there are answers"),
            Step::Io(Io::Wait) => {
                now.mono = call.wake_at().unwrap();
                Input::Wake(Sent::No)
            }
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
        "GetMLModelTrainingJob job-1: MalformedQueryException (400): bad token [request id r]"
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
        "GetMLModelTrainingJob job-1: MalformedQueryException (400): bad token"
    );
    assert_eq!(error.service().unwrap().request_id, None);
}

#[test]
fn an_unknown_exception_keeps_its_name() {
    let body = r#"{"requestId":"r","code":"DuplicateDataException","detailedMessage":"taken"}"#;
    let error = error(&start(), [answer(400, body)]);
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: DuplicateDataException (400): taken [request id r]"
    );
    assert_eq!(error.service().unwrap().kind, ExceptionKind::Unknown);
}

#[test]
fn a_page_of_a_proxy_is_shown_in_part() {
    let page = format!("<html>{}</html>", "é".repeat(10_000));
    let error = error(&start(), [answer(413, page.clone())]);
    let text = error.to_string();
    assert!(
        text.starts_with("StartMLModelTrainingJob: HTTP status 413 Payload Too Large: <html>é"),
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
        "StartMLModelTrainingJob: connection closed before the response was complete; \
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
        "CancelMLModelTrainingJob job-1: InvalidParameterException (400): Failed to stop the job \
         because it has already completed or failed. [request id r] (attempt 2; an earlier attempt \
         may have been executed and caused this)",
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
    assert!(matches!(
        call.resume(Input::Next, now),
        Step::Io(Io::Send(_))
    ));
    let body = r#"{"requestId":"r","code":"AccessDeniedException","detailedMessage":"The security token included in the request is expired"}"#;
    let step = call.resume(answer(403, body), now);
    assert!(matches!(step, Step::Io(Io::Credentials { refresh: true })));
    let none = neptunedata::credentials::CredentialsError::new("these are all");
    let Step::Done(Err(error)) = call.resume(Input::CredentialsFailed(none), now) else {
        panic!()
    };
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: AccessDeniedException (403): The security token included in the request is expired \
         [request id r]; cannot refresh the credentials: these are all",
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
        "CancelMLModelTrainingJob job-1: connection closed before the response was complete (gave up after 3 attempts); \
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
    assert!(text.starts_with("GetMLModelTrainingJob job-1: unexpected JSON in the response body at mlModels[1].name: "), "{text}");
    assert!(
        text.ends_with("; the request may have been executed"),
        "{text}"
    );
    assert_eq!(error.kind(), ErrorKind::Decode);
}

/// Operations, and what their errors call them.
#[test]
fn errors_name_the_operation_and_what_it_is_about() {
    fn name<O: Operation<Output: std::fmt::Debug>>(operation: &O) -> (String, Option<String>) {
        let error = error(operation, [answer(400, "{}")]);
        let text = error.to_string();
        let (name, _) = text.split_once(": HTTP status 400").unwrap();
        (name.to_owned(), error.subject().map(str::to_owned))
    }
    let about = |name: &str, subject: &str| (format!("{name} {subject}"), Some(subject.to_owned()));
    assert_eq!(name(&start()), ("StartMLModelTrainingJob".to_owned(), None));
    assert_eq!(
        name(&neptunedata::loader::GetLoaderJobStatus::new("load-1")),
        about("GetLoaderJobStatus", "load-1")
    );
    assert_eq!(
        name(&neptunedata::ml::GetMlEndpoint::new("endpoint-1")),
        about("GetMLEndpoint", "endpoint-1")
    );
    // A query of that id, and not its text.
    let query = neptunedata::gremlin::ExecuteGremlinQuery::new("g.V()");
    assert_eq!(name(&query), ("ExecuteGremlinQuery".to_owned(), None));
    assert_eq!(
        name(&query.query_id("report-7")),
        about("ExecuteGremlinQuery", "report-7")
    );
    assert_eq!(
        name(&neptunedata::gremlin::CancelGremlinQuery::new("query-1")),
        about("CancelGremlinQuery", "query-1")
    );
    assert_eq!(
        name(&neptunedata::sparql::CancelSparqlQuery::new("query-1")),
        about("CancelSparqlQuery", "query-1")
    );
    assert_eq!(
        name(&neptunedata::sparql::GetSparqlQueryStatus::new("query-1")),
        about("GetSparqlQueryStatus", "query-1")
    );
    assert_eq!(
        name(&neptunedata::sparql::DeleteGraph::named("urn:g")),
        about("DeleteGraph", "urn:g")
    );
    // On one line, and no longer than an id.
    let long = format!("a\n{}", "é".repeat(1000));
    let (text, subject) = name(&GetMlModelTrainingJob::new(long));
    assert!(text.starts_with("GetMLModelTrainingJob a\\né"), "{text}");
    assert_eq!(subject.unwrap().chars().count(), 129);
}

#[test]
fn a_request_without_a_signature_says_how_to_get_one() {
    let body = r#"{"requestId":"r","code":"AccessDeniedException","detailedMessage":"Missing Authentication Token"}"#;
    let error = error(&GetMlModelTrainingJob::new("job-1"), [answer(403, body)]);
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob job-1: AccessDeniedException (403): Missing Authentication Token \
         [request id r]; the request arrived without a signature: configure credentials in the \
         client builder",
    );
}

/// Every kind, without and with what drivers add.
#[test]
fn transport_errors_name_peer_and_time_limit() {
    use TransportErrorKind::*;
    let rows = [
        (
            Dns,
            Sent::No,
            "cannot resolve the host name",
            "cannot resolve the host name of db:8182",
        ),
        (
            Connect,
            Sent::No,
            "cannot connect",
            "cannot connect to db:8182",
        ),
        (
            ConnectTimeout,
            Sent::No,
            "timed out connecting",
            "timed out after 5s connecting to db:8182",
        ),
        (
            Tls,
            Sent::No,
            "TLS handshake failed",
            "TLS handshake with db:8182 failed",
        ),
        (
            Closed,
            Sent::Maybe,
            "connection closed before the response was complete",
            "connection to db:8182 closed before the response was complete",
        ),
        (
            Timeout,
            Sent::Maybe,
            "timed out waiting for the response",
            "timed out after 5s waiting for the response",
        ),
        (
            Timeout,
            Sent::No,
            "attempt timed out before the request was sent",
            "attempt timed out after 5s before the request was sent",
        ),
        (
            PoolLimit,
            Sent::No,
            "all connections are in use",
            "all connections are in use; none became free within 5s",
        ),
        (
            Deadline,
            Sent::Maybe,
            "deadline exceeded",
            "deadline exceeded after 5s",
        ),
        (
            Protocol,
            Sent::Maybe,
            "response is not valid HTTP",
            "response is not valid HTTP",
        ),
        (
            HeadTooLarge,
            Sent::Maybe,
            "response head is too large",
            "response head is too large",
        ),
        (
            Runtime,
            Sent::No,
            "no usable async runtime",
            "no usable async runtime",
        ),
        (Other, Sent::Maybe, "transport error", "transport error"),
    ];
    for (kind, sent, bare, full) in rows {
        let error = TransportError::new(kind, sent);
        assert_eq!(error.to_string(), bare);
        let error = error
            .with_target("db:8182")
            .with_time_limit(Duration::from_secs(5));
        assert_eq!(error.to_string(), full);
        let error = error.with_target("proxy:3128");
        assert_eq!(error.target(), Some("db:8182"), "the one that knew first");
        assert_eq!(
            error.with_hint("try again").to_string(),
            format!("{full}; try again")
        );
    }
}

/// Credentials in use, whether the server rejects them, and what is told when there are no others.
#[cfg(feature = "sigv4")]
#[test]
fn credentials_that_are_not_accepted_say_why() {
    use neptunedata::{Credentials, credentials::CredentialsError};
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let now = Now {
        wall,
        mono: Duration::ZERO,
    };
    let keys = Credentials::new("AKIDEXAMPLE", "c4n4ry");
    let temporary = Credentials::new("ASIAEXAMPLE", "c4n4ry");
    let rejected = "cannot refresh the credentials: credentials rejected, and";
    let rows = [
        (keys.clone(), true, rejected),
        (
            temporary.clone(),
            true,
            "cannot refresh the credentials: credentials rejected: temporary keys (ASIA…) need their session token, and",
        ),
        (temporary.with_session_token("c4n4ry"), true, rejected),
        (
            keys.clone().with_expiry(wall),
            false,
            "no usable credentials: credentials expired at Sun, 30 Aug 2015 12:36:00 GMT, and",
        ),
        // Before the years that can be written.
        (
            keys.with_expiry(SystemTime::UNIX_EPOCH - Duration::from_secs(1)),
            false,
            "no usable credentials: credentials expired, and",
        ),
    ];
    for (given, is_rejected, expected) in rows {
        let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
        let endpoint = endpoint.with_region("us-east-1").unwrap();
        let session = Session::new(endpoint, Auth::credentials(given)).unwrap();
        let mut call = Call::new(&session, &start(), 7);
        let mut step = call.resume(Input::Next, now);
        if is_rejected {
            assert!(matches!(step, Step::Io(Io::Send(_))));
            let body = r#"{"code":"AccessDeniedException","detailedMessage":"The security token included in the request is invalid."}"#;
            step = call.resume(answer(403, body), now);
        }
        assert!(matches!(step, Step::Io(Io::Credentials { refresh: true })));
        let none = Input::CredentialsFailed(CredentialsError::without_provider());
        let Step::Done(Err(error)) = call.resume(none, now) else {
            panic!()
        };
        let text = error.to_string();
        let expected = format!("{expected} no credentials provider is configured");
        assert!(text.ends_with(&expected), "{text}");
        assert!(!text.contains("c4n4ry"), "{text}");
    }
}

#[test]
fn faults_of_a_request_are_named() {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let refused = |operation, input| {
        let error = dynamic::request(operation, &input, &endpoint).unwrap_err();
        error.to_string()
    };
    let input = json!({"id": 7, "subnets": ["a", 1], "modelNam": "x", "Subnets": []});
    assert_eq!(
        refused("StartMLModelTrainingJob", input),
        "StartMLModelTrainingJob: request not sent: Subnets: no such member; \
         modelNam: no such member",
    );
    let mut input = json!({
        "id": "x", "dataProcessingJobId": "y", "subnets": ["a", 1], "trainModelS3Location": "s3://b/",
        "customModelTrainingParameters": {"sourceS3DirectoryPat": "s3://c/"},
    });
    assert_eq!(
        refused("StartMLModelTrainingJob", input.clone()),
        "StartMLModelTrainingJob: request not sent: customModelTrainingParameters.sourceS3DirectoryPat: \
         no such member",
    );
    input["customModelTrainingParameters"] = json!({});
    assert_eq!(
        refused("StartMLModelTrainingJob", input.clone()),
        "StartMLModelTrainingJob: request not sent: customModelTrainingParameters.sourceS3DirectoryPath: \
         required member is missing",
    );
    input["customModelTrainingParameters"] = json!({"sourceS3DirectoryPath": "s3://c/"});
    assert_eq!(
        refused("StartMLModelTrainingJob", input.clone()),
        "StartMLModelTrainingJob: request not sent: subnets[1]: expected string, found integer",
    );

    let input = json!({"maxItems": 0, "neptuneIamRoleArn": null});
    assert_eq!(
        refused("ListMLModelTrainingJobs", input),
        "ListMLModelTrainingJobs: request not sent: neptuneIamRoleArn: expected string, found null",
    );
    assert_eq!(
        refused("ListMLModelTrainingJobs", json!({"maxItems": 0})),
        "ListMLModelTrainingJobs: request not sent: maxItems: must be from 1 to 1024",
    );

    let error = dynamic::request("GetMLModelTrainingJob", &json!([]), &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob: request not sent: expected object, found array",
    );

    let error = dynamic::request("CancelMlModelTrainingJob", &json!({}), &endpoint).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CancelMlModelTrainingJob: request not sent: no such operation"
    );
}

/// What is for good is not sent again, whatever the kind: `scenario/classification.rs`.
#[test]
fn a_failure_for_good_is_known_as_one_and_one_before_sending_says_so() {
    let failure = || TransportError::new(TransportErrorKind::Connect, Sent::No);
    assert!(!failure().is_permanent());
    assert!(failure().permanent().is_permanent());
    assert_eq!(failure().permanent().to_string(), "cannot connect");
    for (sent, text) in [
        (Sent::No, "attempt timed out before the request was sent"),
        (Sent::Maybe, "timed out waiting for the response"),
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
            assert!(error.contains("HTML page"), "{operation}: {error}");
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

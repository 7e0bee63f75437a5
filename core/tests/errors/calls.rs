//! Errors of calls: service errors, lost responses, and what is known about execution.

use std::error::Error as _;

use neptunedata::{
    ErrorKind, ExceptionKind, Operation,
    gremlin::{CancelGremlinQuery, ExecuteGremlinQuery},
    loader::GetLoaderJobStatus,
    ml::{CancelMlModelTrainingJob, GetMlEndpoint, GetMlModelTrainingJob},
    sparql::{CancelSparqlQuery, DeleteGraph, GetSparqlQueryStatus},
};

use super::{Event, error, lost, response, start};

fn get() -> GetMlModelTrainingJob {
    GetMlModelTrainingJob::new("job-1")
}

fn refused(status: u16, code: &str, message: &str) -> Event {
    let body = format!(r#"{{"requestId":"r","code":"{code}","detailedMessage":"{message}"}}"#);
    response(status, body)
}

#[test]
fn texts_have_the_number_of_attempts_and_what_is_known_of_execution() {
    let fails = || refused(500, "InternalFailureException", "boom");
    let busy = || refused(429, "TooManyRequestsException", "slow down");
    let unknown = || refused(400, "InvalidParameterException", "no such job");
    let bad_token = || refused(400, "MalformedQueryException", "bad token");
    let without_id =
        r#"{"requestId":"","code":"MalformedQueryException","detailedMessage":"bad token"}"#;
    let ended = "Failed to stop the job because it has already completed or failed.";
    let cancel = CancelMlModelTrainingJob::new("job-1");
    for (error, text) in [
        (
            error(&get(), [bad_token()]),
            "GetMLModelTrainingJob job-1: MalformedQueryException (400): bad token [request id r]",
        ),
        (
            error(&get(), [response(400, without_id)]),
            "GetMLModelTrainingJob job-1: MalformedQueryException (400): bad token",
        ),
        (
            error(
                &get(),
                [refused(
                    403,
                    "AccessDeniedException",
                    "Missing Authentication Token",
                )],
            ),
            "GetMLModelTrainingJob job-1: AccessDeniedException (403): Missing Authentication Token [request id r]; \
             the request arrived without a signature: configure credentials",
        ),
        (
            error(&start(), [refused(400, "DuplicateDataException", "taken")]),
            "StartMLModelTrainingJob: DuplicateDataException (400): taken [request id r]",
        ),
        (
            error(&start(), [lost()]),
            "StartMLModelTrainingJob: connection to localhost:8182 closed before the response was complete; the \
             request may have been executed and was not sent again",
        ),
        (
            error(&start(), [fails()]),
            "StartMLModelTrainingJob: InternalFailureException (500): boom [request id r]; the request may have \
             been executed and was not sent again",
        ),
        (
            error(&start(), [response(504, "<html>")]),
            "StartMLModelTrainingJob: HTTP status 504 Gateway Timeout: <html>; the request may have been executed \
             and was not sent again",
        ),
        (
            error(&cancel, [busy(), unknown()]),
            "CancelMLModelTrainingJob job-1: InvalidParameterException (400): no such job [request id r]",
        ),
        (
            error(&cancel, [fails(), fails(), fails()]),
            "CancelMLModelTrainingJob job-1: InternalFailureException (500): boom [request id r] (gave up after 3 \
             attempts); the request may have been executed",
        ),
        (
            error(&cancel, [lost(), lost(), lost()]),
            "CancelMLModelTrainingJob job-1: connection to localhost:8182 closed before the response was complete \
             (gave up after 3 attempts); the request may have been executed",
        ),
        (
            error(
                &cancel,
                [lost(), refused(400, "InvalidParameterException", ended)],
            ),
            "CancelMLModelTrainingJob job-1: InvalidParameterException (400): Failed to stop the job because it has \
             already completed or failed. [request id r] (attempt 2; an earlier attempt may have been executed and \
             caused this)",
        ),
    ] {
        assert_eq!(error.to_string(), text);
        let may_have_executed = text.contains("may have");
        assert_eq!(error.may_have_executed(), may_have_executed, "{text}");
        assert_eq!(error.is_retryable(), text.contains("gave up"), "{text}");
    }
}

#[test]
fn a_service_error_has_kind_message_and_request_id() {
    let refused = |id: &str, code: &str| {
        let body = format!(r#"{{"requestId":"{id}","code":"{code}","detailedMessage":"m"}}"#);
        error(&get(), [response(400, body)])
    };
    let malformed = ExceptionKind::MalformedQueryException;
    for (id, code, kind, request_id) in [
        ("r", "MalformedQueryException", malformed, Some("r")),
        ("", "MalformedQueryException", malformed, None),
        (
            "r",
            "DuplicateDataException",
            ExceptionKind::Unknown,
            Some("r"),
        ),
    ] {
        let error = refused(id, code);
        assert_eq!(error.kind(), ErrorKind::Service(kind));
        let service = error.service().unwrap();
        assert_eq!((service.kind, service.message.as_str()), (kind, "m"));
        assert_eq!(service.request_id.as_deref(), request_id);
        assert_eq!(error.body(), &service.body);
        assert!(error.source().is_none(), "its text is in the error already");
    }
}

#[test]
fn an_html_page_of_a_proxy_is_shown_in_part() {
    let page = format!("<html>{}</html>", "é".repeat(10_000));
    let error = error(&start(), [response(413, page.clone())]);
    let text = error.to_string();
    let begin = "StartMLModelTrainingJob: HTTP status 413 Payload Too Large: <html>é";
    assert!(text.starts_with(begin), "{text}");
    assert!(text.chars().count() < 700, "{text}");
    assert_eq!(error.body(), page.as_bytes());
}

#[test]
fn a_lost_response_has_its_cause_and_is_remembered() {
    let write = error(&start(), [lost()]);
    assert_eq!(write.attempts(), 1);
    assert_eq!(write.source().unwrap().to_string(), "connection reset");
    let refused = refused(400, "InvalidParameterException", "ended");
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let error = error(&cancel, [lost(), refused]);
    assert!(error.meta().unwrap().earlier_may_have_executed);
}

#[test]
fn a_truncated_response_is_shown() {
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let cut = || response(200, r#"{"status":"2"#);
    let text = error(&cancel, [cut(), cut(), cut()]).to_string();
    let begin = "CancelMLModelTrainingJob job-1: truncated response body";
    assert!(text.starts_with(begin), "{text}");
    let end = r#"; body begins "{\"status\":\"2" (gave up after 3 attempts); the request may have been executed"#;
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn an_undecodable_success_names_operation_and_path() {
    let undecodable = response(200, r#"{"mlModels":[{},{"name":{}}]}"#);
    let error = error(&get(), [undecodable]);
    let text = error.to_string();
    let begin =
        "GetMLModelTrainingJob job-1: unexpected JSON in the response body at mlModels[1].name: ";
    assert!(text.starts_with(begin), "{text}");
    assert!(
        text.ends_with("; the request may have been executed"),
        "{text}"
    );
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[test]
fn errors_name_the_operation_and_the_id() {
    fn name<O: Operation<Output: std::fmt::Debug>>(operation: &O) -> (String, Option<String>) {
        let error = error(operation, [response(400, "{}")]);
        let text = error.to_string();
        let (name, _) = text.split_once(": HTTP status 400").unwrap();
        (name.to_owned(), error.subject().map(str::to_owned))
    }
    // The id of a query, not its text.
    let query = ExecuteGremlinQuery::new("g.V()");
    for (found, operation) in [
        (name(&start()), "StartMLModelTrainingJob"),
        (name(&query), "ExecuteGremlinQuery"),
    ] {
        assert_eq!(found, (operation.to_owned(), None));
    }
    for (found, operation, id) in [
        (
            name(&GetLoaderJobStatus::new("l-1")),
            "GetLoaderJobStatus",
            "l-1",
        ),
        (name(&GetMlEndpoint::new("e-1")), "GetMLEndpoint", "e-1"),
        (name(&query.query_id("q-7")), "ExecuteGremlinQuery", "q-7"),
        (
            name(&CancelGremlinQuery::new("q-1")),
            "CancelGremlinQuery",
            "q-1",
        ),
        (
            name(&CancelSparqlQuery::new("q-1")),
            "CancelSparqlQuery",
            "q-1",
        ),
        (
            name(&GetSparqlQueryStatus::new("q-1")),
            "GetSparqlQueryStatus",
            "q-1",
        ),
        (name(&DeleteGraph::named("urn:g")), "DeleteGraph", "urn:g"),
    ] {
        assert_eq!(found, (format!("{operation} {id}"), Some(id.to_owned())));
    }
    // On one line, and truncated.
    let long = format!("a\n{}", "é".repeat(1000));
    let (text, subject) = name(&GetMlModelTrainingJob::new(long));
    assert!(text.starts_with("GetMLModelTrainingJob a\\né"), "{text}");
    assert_eq!(subject.unwrap().chars().count(), 129);
}

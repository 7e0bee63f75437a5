//! Errors of calls: service errors, lost responses, and what is known about execution.

use std::error::Error as _;

use neptunedata::{
    ErrorKind, ExceptionKind, Operation,
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob},
};

use super::{error, lost, response, start};

#[test]
fn a_service_error_reads_code_status_message_and_request_id() {
    let body =
        r#"{"requestId":"r","code":"MalformedQueryException","detailedMessage":"bad token"}"#;
    let error = error(&GetMlModelTrainingJob::new("job-1"), [response(400, body)]);
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
    assert!(error.source().is_none(), "its text is in the error already");
}

#[test]
fn an_empty_request_id_counts_as_absent() {
    let body = r#"{"requestId":"","code":"MalformedQueryException","detailedMessage":"bad token"}"#;
    let error = error(&GetMlModelTrainingJob::new("job-1"), [response(400, body)]);
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob job-1: MalformedQueryException (400): bad token"
    );
    assert_eq!(error.service().unwrap().request_id, None);
}

#[test]
fn an_unknown_exception_keeps_its_name() {
    let body = r#"{"requestId":"r","code":"DuplicateDataException","detailedMessage":"taken"}"#;
    let error = error(&start(), [response(400, body)]);
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: DuplicateDataException (400): taken [request id r]"
    );
    assert_eq!(error.service().unwrap().kind, ExceptionKind::Unknown);
}

#[test]
fn an_html_page_of_a_proxy_is_shown_in_part() {
    let page = format!("<html>{}</html>", "é".repeat(10_000));
    let error = error(&start(), [response(413, page.clone())]);
    let text = error.to_string();
    assert!(
        text.starts_with("StartMLModelTrainingJob: HTTP status 413 Payload Too Large: <html>é"),
        "{text}"
    );
    assert!(text.chars().count() < 700, "{text}");
    assert_eq!(error.body(), page.as_bytes());
}

#[test]
fn a_lost_response_to_a_write_says_that_it_may_have_been_executed_and_was_not_sent_again() {
    let error = error(&start(), [lost()]);
    assert_eq!(
        error.to_string(),
        "StartMLModelTrainingJob: connection to localhost:8182 closed before the response was complete; \
         the request may have been executed and was not sent again",
    );
    assert!(error.may_have_executed());
    assert!(!error.is_retryable());
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.source().unwrap().to_string(), "connection reset");
}

#[test]
fn a_cancel_repeated_after_a_lost_response_says_that_an_earlier_attempt_may_be_the_cause() {
    let body = r#"{"requestId":"r","code":"InvalidParameterException","detailedMessage":"Failed to stop the job because it has already completed or failed."}"#;
    let error = error(
        &CancelMlModelTrainingJob::new("job-1"),
        [lost(), response(400, body)],
    );
    assert_eq!(
        error.to_string(),
        "CancelMLModelTrainingJob job-1: InvalidParameterException (400): Failed to stop the job \
         because it has already completed or failed. [request id r] (attempt 2; an earlier attempt \
         may have been executed and caused this)",
    );
    assert!(error.may_have_executed() && !error.is_retryable());
    assert!(error.meta().unwrap().earlier_may_have_executed);
}

#[test]
fn texts_have_the_number_of_attempts_and_what_is_known_of_execution() {
    let refused = |status, code: &str, message: &str| {
        let body = format!(r#"{{"requestId":"r","code":"{code}","detailedMessage":"{message}"}}"#);
        move || response(status, body.clone())
    };
    let fails = refused(500, "InternalFailureException", "boom");
    let busy = refused(429, "TooManyRequestsException", "slow down");
    let unknown = refused(400, "InvalidParameterException", "no such job");
    let cancel = CancelMlModelTrainingJob::new("job-1");
    for (error, text) in [
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
    ] {
        assert_eq!(error.to_string(), text);
        assert_eq!(
            error.may_have_executed(),
            text.contains("may have"),
            "{text}"
        );
        assert_eq!(error.is_retryable(), text.contains("gave up"), "{text}");
    }
}

#[test]
fn a_truncated_response_is_shown() {
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let cut = || response(200, r#"{"status":"2"#);
    let text = error(&cancel, [cut(), cut(), cut()]).to_string();
    assert!(
        text.starts_with("CancelMLModelTrainingJob job-1: truncated response body"),
        "{text}"
    );
    let end = r#"; body begins "{\"status\":\"2" (gave up after 3 attempts); the request may have been executed"#;
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn an_undecodable_success_names_operation_and_path() {
    let error = error(
        &GetMlModelTrainingJob::new("job-1"),
        [response(200, r#"{"mlModels":[{},{"name":{}}]}"#)],
    );
    let text = error.to_string();
    assert!(text.starts_with("GetMLModelTrainingJob job-1: unexpected JSON in the response body at mlModels[1].name: "), "{text}");
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
    // The id of a query, not its text.
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
    // On one line, and truncated.
    let long = format!("a\n{}", "é".repeat(1000));
    let (text, subject) = name(&GetMlModelTrainingJob::new(long));
    assert!(text.starts_with("GetMLModelTrainingJob a\\né"), "{text}");
    assert_eq!(subject.unwrap().chars().count(), 129);
}

#[test]
fn a_request_without_a_signature_says_how_to_get_one() {
    let body = r#"{"requestId":"r","code":"AccessDeniedException","detailedMessage":"Missing Authentication Token"}"#;
    let error = error(&GetMlModelTrainingJob::new("job-1"), [response(403, body)]);
    assert_eq!(
        error.to_string(),
        "GetMLModelTrainingJob job-1: AccessDeniedException (403): Missing Authentication Token \
         [request id r]; the request arrived without a signature: configure credentials",
    );
}

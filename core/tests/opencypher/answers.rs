//! Failures, reports, and the status of running queries.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use neptunedata::{
    CallOptions, ExceptionKind, Operation, dynamic,
    error::{Cause, DecodeErrorKind, FieldErrorKind},
    opencypher::{
        CancelOpenCypherQuery, ExecuteOpenCypherExplainQuery, ExecuteOpenCypherQuery,
        GetOpenCypherQueryStatus, ListOpenCypherQueries, OpenCypherExplainMode,
    },
};
use serde_json::json;

use crate::{
    steps::endpoint,
    support::{answer, call, query, request},
};

/// The detail of a failure as engines from 1.4.5.0 on write it, in the form of a trailer.
const DETAIL: &str = "%7B%22detailedMessage%22%3A%22Operation+terminated+%28deadline+exceeded%29%22%2C\
    %22code%22%3A%22TimeLimitExceededException%22%2C%22requestId%22%3A%22a7e9d2aa%22%2C\
    %22message%22%3A%22Operation+terminated+%28deadline+exceeded%29%22%7D";
const APPENDED: &str = r#"{"detailedMessage":"Operation terminated (deadline exceeded)",
    "code":"TimeLimitExceededException","requestId":"a7e9d2aa",
    "message":"Operation terminated (deadline exceeded)"}"#;

#[test]
fn queries_that_fail_after_their_200_are_failures() {
    let trailers = |status: &'static str, detail: &'static str| {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-neptune-status", HeaderValue::from_static(status));
        trailers.insert("x-neptune-detail", HeaderValue::from_static(detail));
        trailers
    };
    let rows =
        r#"{"results":[{"n":{"~id":"1","~entityType":"node","~labels":["a"],"~properties":{}}},"#;
    let whole =
        r#"{"results":[{"code":"AccessDeniedException","requestId":"r","detailedMessage":"d"}]}"#;
    let none = HeaderMap::new;
    let failed = || trailers("500 TimeLimitExceededException", DETAIL);
    for (body, trailers) in [
        (rows.to_owned(), failed()),
        (format!("{rows}{APPENDED}"), failed()),
        (format!("{rows}{APPENDED}"), none()),
        // In the middle of a string of a row.
        (format!("{}{APPENDED}", &rows[..40]), none()),
        (APPENDED.to_owned(), none()),
        (whole.to_owned(), failed()),
    ] {
        let name = body.clone();
        let (_, result) = call(&query(), &CallOptions::new(), answer(200, body), trailers);
        let error = result.expect_err(&name);
        let service = error.service().expect(&name);
        assert_eq!(
            service.kind,
            ExceptionKind::TimeLimitExceededException,
            "{name}"
        );
        assert_eq!(service.message, "Operation terminated (deadline exceeded)");
        assert_eq!(service.request_id.as_deref(), Some("a7e9d2aa"));
    }

    // Older engines just stop.
    let (_, result) = call(&query(), &CallOptions::new(), answer(200, rows), none());
    let error = result.unwrap_err();
    assert!(error.service().is_none());
    assert_eq!(error.body(), rows);

    // Trailers of a success, and rows that look like errors.
    for trailers in [none(), trailers("200 OK", "")] {
        let (_, result) = call(&query(), &CallOptions::new(), answer(200, whole), trailers);
        let answered = result.unwrap();
        let rows: Vec<BTreeMap<String, String>> = answered.output.rows().unwrap();
        assert_eq!(rows[0]["code"], "AccessDeniedException");
    }
}

#[test]
fn errors_of_old_and_new_engines_are_read() {
    let old = r#"{"requestId":"0dbcded3","code":"ReadOnlyViolationException","detailedMessage":"The request is rejected because it violates some read-only restriction."}"#;
    let new = r#"{"code":"MalformedQueryException","requestId":"5e8b","detailedMessage":"Variable `n` not defined","message":"Variable `n` not defined"}"#;
    let unknown = r#"{"requestId":"1","code":"DuplicateDataException","detailedMessage":"taken"}"#;
    for (body, kind, text) in [
        (
            old,
            ExceptionKind::ReadOnlyViolationException,
            "The request is rejected because it violates some read-only restriction.",
        ),
        (
            new,
            ExceptionKind::MalformedQueryException,
            "Variable `n` not defined",
        ),
        (unknown, ExceptionKind::Unknown, "taken"),
    ] {
        let mut answer = answer(400, body);
        let media_type = HeaderValue::from_static("application/x-amz-json-1.0");
        answer.headers_mut().insert("content-type", media_type);
        let id = HeaderValue::from_static("LDM6CJP8");
        answer.headers_mut().insert("x-amzn-requestid", id);
        let Err(Cause::Service(error)) = neptunedata::response::<ExecuteOpenCypherQuery>(&answer)
        else {
            panic!("{body} is not decoded as an error");
        };
        assert_eq!((error.kind, error.message.as_str()), (kind, text));
        assert_eq!(error.request_id.as_deref(), Some("LDM6CJP8"));
        assert_eq!(error.body, body);
    }
}

#[test]
fn explains_are_text() {
    let report =
        "Query:\nMATCH (n) RETURN n\n\n╔════╤════════╗\n║ ID │ Out #1 ║\n╚════╧════════╝\n";
    let read =
        |answer: &Response<Bytes>| neptunedata::response::<ExecuteOpenCypherExplainQuery>(answer);
    let mut good = answer(200, report);
    let media_type = "text/plain;charset=UTF-8";
    let value = HeaderValue::from_static(media_type);
    good.headers_mut().insert("content-type", value);
    let output = read(&good).unwrap();
    assert_eq!(output.text(), report);
    assert_eq!(output.results.bytes(), report);
    assert_eq!(output.media_type.as_deref(), Some(media_type));
    assert_eq!(
        dynamic::response("ExecuteOpenCypherExplainQuery", &good).unwrap(),
        json!({"results": report})
    );
    let html = answer(200, "<html><body><pre>…</pre></body></html>");
    assert_eq!(read(&html).unwrap().media_type, None);

    let Err(Cause::Decode(error)) = read(&answer(200, " \n")) else {
        panic!("nothing was read");
    };
    assert_eq!(error.kind(), DecodeErrorKind::Empty);
    for body in [APPENDED.to_owned(), format!("{report}{APPENDED}")] {
        let Err(Cause::Service(error)) = read(&answer(200, body)) else {
            panic!("it was read");
        };
        assert_eq!(error.kind, ExceptionKind::TimeLimitExceededException);
    }

    let options =
        CallOptions::new().header(http::header::ACCEPT, HeaderValue::from_static("text/html"));
    let explain = ExecuteOpenCypherExplainQuery::new("RETURN 1", OpenCypherExplainMode::Static);
    let (sent, result) = call(&explain, &options, html, HeaderMap::new());
    assert_eq!(sent.headers()["accept"], "text/html");
    assert!(result.unwrap().output.text().starts_with("<html>"));
}

#[test]
fn running_queries_are_listed() {
    let body = r#"{"acceptedQueryCount":9,"runningQueryCount":1,"queries":[{"queryId":"fb34",
        "queryEvalStats":{"waited":0,"elapsed":23,"cancelled":false},
        "queryString":"MATCH (n) RETURN count(n)"}]}"#;
    let output = neptunedata::response::<ListOpenCypherQueries>(&answer(200, body)).unwrap();
    assert_eq!(
        (output.accepted_query_count, output.running_query_count),
        (Some(9), Some(1))
    );
    let queries = output.queries.unwrap();
    let stats = queries[0].query_eval_stats.clone().unwrap();
    assert_eq!(
        (stats.waited, stats.elapsed, stats.cancelled),
        (Some(0), Some(23), Some(false))
    );

    // A month and more is beyond 32 bits.
    let body = r#"{"queryId":"fb34","queryEvalStats":{"waited":0,"elapsed":2678400000,"cancelled":"false"}}"#;
    let output = neptunedata::response::<GetOpenCypherQueryStatus>(&answer(200, body)).unwrap();
    assert_eq!(output.query_string, None);
    let stats = output.query_eval_stats.unwrap();
    assert_eq!(
        (stats.elapsed, stats.cancelled),
        (Some(2_678_400_000), Some(false))
    );
}

#[test]
fn m23_the_status_of_one_query_takes_an_id_and_nothing_else() {
    let refused = |input| {
        let error = dynamic::request("GetOpenCypherQueryStatus", &input, &endpoint()).unwrap_err();
        let faults = error.field_errors().iter();
        let faults: Vec<_> = faults
            .map(|fault| (fault.field().to_owned(), fault.kind().clone()))
            .collect();
        faults
    };
    let missing = ("queryId".to_owned(), FieldErrorKind::Missing);
    let unknown = ("includeWaiting".to_owned(), FieldErrorKind::UnknownMember);
    assert_eq!(refused(json!({})), std::slice::from_ref(&missing));
    for input in [
        json!({"includeWaiting": true}),
        json!({"queryId": "x", "includeWaiting": true}),
    ] {
        assert_eq!(refused(input), std::slice::from_ref(&unknown));
    }
    // That is what lists are for.
    let list = request(&ListOpenCypherQueries::new().include_waiting(true)).unwrap();
    assert_eq!(
        list.uri().path_and_query().unwrap(),
        "/opencypher/status?includeWaiting=true"
    );
}

#[test]
fn cancelled_and_unknown_queries() {
    let success = answer(200, r#"{"status":"200 OK","payload":true}"#);
    let output = neptunedata::response::<CancelOpenCypherQuery>(&success).unwrap();
    assert_eq!(
        (output.status.as_deref(), output.payload),
        (Some("200 OK"), Some(true))
    );

    // U12: of a cancelled query as of one that never was.
    let unknown = answer(
        400,
        r#"{"code":"InvalidParameterException","requestId":"1","detailedMessage":"Supplied queryId fb34 is invalid","message":"Supplied queryId fb34 is invalid"}"#,
    );
    fn kind<O: Operation<Output: std::fmt::Debug>>(answer: &Response<Bytes>) -> ExceptionKind {
        match neptunedata::response::<O>(answer) {
            Err(Cause::Service(error)) => error.kind,
            other => panic!("{other:?}"),
        }
    }
    let invalid = ExceptionKind::InvalidParameterException;
    assert_eq!(kind::<GetOpenCypherQueryStatus>(&unknown), invalid);
    assert_eq!(kind::<CancelOpenCypherQuery>(&unknown), invalid);
    let cancelled = answer(
        500,
        r#"{"requestId":"1","code":"CancelledByUserException","detailedMessage":"Operation terminated (cancelled by user)"}"#,
    );
    assert_eq!(
        kind::<ExecuteOpenCypherQuery>(&cancelled),
        ExceptionKind::CancelledByUserException
    );
}

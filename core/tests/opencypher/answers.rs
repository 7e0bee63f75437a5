//! Failures, reports, and the status of running queries.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use neptunedata::{
    CallOptions, ExceptionKind, dynamic,
    error::{DecodeErrorKind, FieldErrorKind},
    opencypher::{
        CancelOpenCypherQuery, ExecuteOpenCypherExplainQuery, ExecuteOpenCypherQuery,
        GetOpenCypherQueryStatus, ListOpenCypherQueries, OpenCypherExplainMode,
    },
};
use serde_json::json;

use crate::{
    messages::{decode, decode_error, request, response, response_of_type, service_error},
    steps::endpoint,
    support::{call, query},
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
    let answered = |body: &str, trailers| {
        let answer = response(200, body.to_owned());
        call(&query(), &CallOptions::new(), answer, trailers).1
    };
    for (body, trailers) in [
        (rows.to_owned(), failed()),
        (format!("{rows}{APPENDED}"), failed()),
        (format!("{rows}{APPENDED}"), none()),
        // In the middle of a string of a row.
        (format!("{}{APPENDED}", &rows[..40]), none()),
        (APPENDED.to_owned(), none()),
        (whole.to_owned(), failed()),
    ] {
        let error = answered(&body, trailers).expect_err(&body);
        let service = error.service().expect(&body);
        let limit = ExceptionKind::TimeLimitExceededException;
        assert_eq!(service.kind, limit, "{body}");
        assert_eq!(service.message, "Operation terminated (deadline exceeded)");
        assert_eq!(service.request_id.as_deref(), Some("a7e9d2aa"));
    }

    // Older engines just stop.
    let error = answered(rows, none()).unwrap_err();
    assert!(error.service().is_none());
    assert_eq!(error.body(), rows);

    // Trailers of a success, and rows that look like errors.
    for trailers in [none(), trailers("200 OK", "")] {
        let output = answered(whole, trailers).unwrap().output;
        let rows: Vec<BTreeMap<String, String>> = output.rows().unwrap();
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
        let mut answer = response_of_type("application/x-amz-json-1.0", body);
        *answer.status_mut() = http::StatusCode::BAD_REQUEST;
        let id = HeaderValue::from_static("LDM6CJP8");
        answer.headers_mut().insert("x-amzn-requestid", id);
        let error = service_error::<ExecuteOpenCypherQuery>(&answer);
        assert_eq!((error.kind, error.message.as_str()), (kind, text));
        assert_eq!(error.request_id.as_deref(), Some("LDM6CJP8"));
        assert_eq!(error.body, body);
    }
}

#[test]
fn explains_are_text() {
    let report =
        "Query:\nMATCH (n) RETURN n\n\n╔════╤════════╗\n║ ID │ Out #1 ║\n╚════╧════════╝\n";
    let media_type = "text/plain;charset=UTF-8";
    let good = response_of_type(media_type, report);
    let output = neptunedata::response::<ExecuteOpenCypherExplainQuery>(&good).unwrap();
    assert_eq!(output.text(), report);
    assert_eq!(output.results.bytes(), report);
    assert_eq!(output.media_type.as_deref(), Some(media_type));
    let by_name = dynamic::response("ExecuteOpenCypherExplainQuery", &good).unwrap();
    assert_eq!(by_name, json!({"results": report}));
    let html = "<html><body><pre>…</pre></body></html>";
    let output = decode::<ExecuteOpenCypherExplainQuery>(html).unwrap();
    assert_eq!(output.media_type, None);

    let error = decode_error::<ExecuteOpenCypherExplainQuery>(&response(200, " \n"));
    assert_eq!(error.kind(), DecodeErrorKind::Empty);
    for body in [APPENDED.to_owned(), format!("{report}{APPENDED}")] {
        let error = service_error::<ExecuteOpenCypherExplainQuery>(&response(200, body));
        assert_eq!(error.kind, ExceptionKind::TimeLimitExceededException);
    }

    let accept = HeaderValue::from_static("text/html");
    let options = CallOptions::new().header(http::header::ACCEPT, accept);
    let explain = ExecuteOpenCypherExplainQuery::new("RETURN 1", OpenCypherExplainMode::Static);
    let (sent, result) = call(&explain, &options, response(200, html), HeaderMap::new());
    assert_eq!(sent.headers()["accept"], "text/html");
    assert_eq!(result.unwrap().output.text(), html);
}

#[test]
fn running_queries_are_listed() {
    let body = r#"{"acceptedQueryCount":9,"runningQueryCount":1,"queries":[{"queryId":"fb34",
        "queryEvalStats":{"waited":0,"elapsed":23,"cancelled":false},
        "queryString":"MATCH (n) RETURN count(n)"}]}"#;
    let output = decode::<ListOpenCypherQueries>(body).unwrap();
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
    let output = decode::<GetOpenCypherQueryStatus>(body).unwrap();
    assert_eq!(output.query_string, None);
    let stats = output.query_eval_stats.unwrap();
    assert_eq!(
        (stats.elapsed, stats.cancelled),
        (Some(2_678_400_000), Some(false))
    );
}

#[test]
fn m23_the_status_of_one_query_takes_an_id_and_nothing_else() {
    for (input, field, kind) in [
        (json!({}), "queryId", FieldErrorKind::Missing),
        (
            json!({"includeWaiting": true}),
            "includeWaiting",
            FieldErrorKind::UnknownMember,
        ),
        (
            json!({"queryId": "x", "includeWaiting": true}),
            "includeWaiting",
            FieldErrorKind::UnknownMember,
        ),
    ] {
        let error = dynamic::request("GetOpenCypherQueryStatus", &input, &endpoint()).unwrap_err();
        let [error] = error.field_errors() else {
            panic!("{error}");
        };
        assert_eq!((error.field(), error.kind()), (field, &kind), "{input}");
    }
    // That is what lists are for.
    let list = request(&ListOpenCypherQueries::new().include_waiting(true));
    let target = list.uri().path_and_query().unwrap();
    assert_eq!(target, "/opencypher/status?includeWaiting=true");
}

#[test]
fn cancelled_and_unknown_queries() {
    let output = decode::<CancelOpenCypherQuery>(r#"{"status":"200 OK","payload":true}"#).unwrap();
    assert_eq!(output.status.as_deref(), Some("200 OK"));
    assert_eq!(output.payload, Some(true));

    // U12: of a cancelled query as of one that never was.
    let unknown = response(
        400,
        r#"{"code":"InvalidParameterException","requestId":"1","detailedMessage":"Supplied queryId fb34 is invalid","message":"Supplied queryId fb34 is invalid"}"#,
    );
    for error in [
        service_error::<GetOpenCypherQueryStatus>(&unknown),
        service_error::<CancelOpenCypherQuery>(&unknown),
    ] {
        assert_eq!(error.kind, ExceptionKind::InvalidParameterException);
    }
    let cancelled = r#"{"requestId":"1","code":"CancelledByUserException","detailedMessage":"Operation terminated (cancelled by user)"}"#;
    let error = service_error::<ExecuteOpenCypherQuery>(&response(500, cancelled));
    assert_eq!(error.kind, ExceptionKind::CancelledByUserException);
}

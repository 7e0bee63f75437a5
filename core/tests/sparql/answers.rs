//! Results, reports, listings and failures.

use http::HeaderMap;
use neptunedata::{
    ErrorKind, ExceptionKind,
    error::{Cause, DecodeErrorKind},
    rows::{RowReader, RowsFormat},
    sparql::{
        CancelSparqlQuery, ExecuteSparqlExplainQuery, ExecuteSparqlQuery, ExecuteSparqlQueryOutput,
        ExecuteSparqlUpdate, GetSparqlQueryStatus, ListSparqlQueries, RdfTerm, RdfTriple,
        SparqlExplainMode, SparqlMediaType, SparqlResults,
    },
    types::QueryStatus,
};
use serde_json::{Value, json};

use crate::{
    answer, call,
    messages::{decode, decode_error, response},
};

const JSON: &str = "application/sparql-results+json;charset=UTF-8";

pub(crate) fn read(
    media_type: &str,
    body: impl Into<bytes::Bytes>,
) -> Result<ExecuteSparqlQueryOutput, Cause> {
    neptunedata::response::<ExecuteSparqlQuery>(&answer(media_type, body))
}

/// The example of the standard, and a triple.
fn all_terms() -> Value {
    json!({
        "head": {"vars": ["x", "hpage", "name", "mbox", "age", "blurb", "friend"], "link": ["l"]},
        "results": {"bindings": [{
            "x": {"type": "bnode", "value": "r1"},
            "hpage": {"type": "uri", "value": "http://work.example.org/alice/"},
            "name": {"type": "literal", "value": "Alice", "xml:lang": "en"},
            "age": {"type": "typed-literal", "value": "7", "datatype": "u:int"},
            "blurb": {"datatype": "u:xml", "type": "literal", "value": "<p/>", "new": [1]},
            "friend": {"type": "triple", "value": {
                "subject": {"type": "uri", "value": "u:s"},
                "predicate": {"value": "u:p", "type": "uri"},
                "object": {"type": "literal", "value": "o"},
            }},
            "mbox": {"type": "new", "value": "v"},
        }, {}]},
    })
}

#[test]
fn results_are_typed() {
    let output = read(JSON, all_terms().to_string()).unwrap();
    assert_eq!(output.media_type, Some(SparqlMediaType::ResultsJson));
    let SparqlResults {
        vars,
        bindings,
        boolean,
        ..
    } = output.results().unwrap();
    assert_eq!(
        vars,
        ["x", "hpage", "name", "mbox", "age", "blurb", "friend"]
    );
    assert_eq!(boolean, None);
    let row = &bindings[0];
    assert_eq!(row["x"], RdfTerm::BlankNode("r1".into()));
    assert_eq!(row["hpage"].iri(), Some("http://work.example.org/alice/"));
    assert_eq!(
        (row["name"].value(), row["name"].language()),
        (Some("Alice"), Some("en"))
    );
    assert_eq!(
        (row["age"].value(), row["age"].datatype()),
        (Some("7"), Some("u:int"))
    );
    assert_eq!(row["blurb"].datatype(), Some("u:xml"));
    assert!(matches!(&row["mbox"], RdfTerm::Other { kind, .. } if kind == "new"));
    let triple = RdfTriple {
        subject: RdfTerm::Iri("u:s".into()),
        predicate: RdfTerm::Iri("u:p".into()),
        object: RdfTerm::literal("o"),
    };
    assert_eq!(row["friend"], RdfTerm::Triple(Box::new(triple)));
    assert!(bindings[1].is_empty());
}

#[test]
fn ask_queries_return_a_boolean() {
    let head = "{\"head\":{},\"boolean\":true}";
    assert!(read(JSON, head).unwrap().boolean().unwrap());
    let output = read(JSON, head).unwrap();
    assert_eq!(output.results().unwrap().boolean, Some(true));
    assert_eq!(output.rows::<Value>().unwrap(), [] as [Value; 0]);
    assert!(!read("text/boolean", "FALSE\n").unwrap().boolean().unwrap());
    for (media_type, body) in [
        ("text/boolean", "maybe"),
        ("text/csv", "true"),
        (JSON, r#"{"head":{"vars":[]},"results":{"bindings":[]}}"#),
    ] {
        assert!(read(media_type, body).unwrap().boolean().is_err());
    }
}

#[test]
fn other_forms_are_bytes() {
    let body = b"\xffbinary".as_slice();
    let output = read("application/x-binary-rdf", body).unwrap();
    assert_eq!(output.body.bytes(), body);
    let error = output.rows::<Value>().unwrap_err();
    assert!(
        error.to_string().contains("application/x-binary-rdf"),
        "{error}"
    );
    assert!(read("application/n-quads", "").unwrap().text().is_empty());
    // The media type decides, not the text.
    let json_ld = read("application/ld+json", "{}").unwrap();
    assert!(json_ld.results().is_err());
}

#[test]
fn truncated_or_other_json_is_an_error() {
    let whole = all_terms().to_string();
    for cut in 0..whole.len() {
        let kind = if cut == 0 {
            DecodeErrorKind::Empty
        } else {
            DecodeErrorKind::Truncated
        };
        let cut = answer(JSON, whole[..cut].to_owned());
        assert_eq!(decode_error::<ExecuteSparqlQuery>(&cut).kind(), kind);
    }
    for (body, kind) in [
        ("<html>", DecodeErrorKind::Syntax),
        ("{\"head\":{}}", DecodeErrorKind::Shape),
        ("{\"results\":{\"bindings\":{}}}", DecodeErrorKind::Shape),
        ("{\"head\":{},\"boolean\":true} x", DecodeErrorKind::Syntax),
    ] {
        let error = decode_error::<ExecuteSparqlQuery>(&answer(JSON, body));
        assert_eq!(error.kind(), kind, "{body}");
        assert_eq!(error.body(), body);
        assert_eq!(error.operation(), "ExecuteSparqlQuery");
    }
}

/// Read as a whole or row by row, the same answers are taken, and the others are the same errors.
#[test]
fn collecting_and_streaming_accept_the_same_answers() {
    let taken = [
        r#"{"head":{},"boolean":true}"#,
        r#"{"head":{"vars":["x"]},"results":{"bindings":[{},{}]}}"#,
        r#"{"head":{"vars":["x"]},"boolean":false,"results":{"bindings":[{}]}}"#,
        r#"{"results":{"bindings":[{}]},"boolean":true}"#,
        r#"{"boolean":null,"results":{"bindings":[]}}"#,
    ];
    let refused = [
        r#"{"head":{"vars":["x"]},"results":null}"#,
        r#"{"head":{},"boolean":"x"}"#,
        r#"{"head":{},"boolean":"true"}"#,
        r#"{"head":{},"boolean":null}"#,
        r#"{"head":{},"boolean":1}"#,
        r#"{"head":{},"boolean":true,"boolean":false}"#,
        r#"{"boolean":[],"results":{"bindings":[{}]}}"#,
        r#"{"results":{"bindings":[{}]},"boolean":{}}"#,
        r#"{"head":{},"results":{}}"#,
        r#"{"head":{}}"#,
    ];
    for body in taken.into_iter().chain(refused) {
        let mut reader = RowReader::<Value>::new(RowsFormat::Sparql);
        reader.push(body);
        reader.end();
        let mut rows = Vec::new();
        let end = loop {
            match reader.next_row() {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => break Ok(reader.envelope().boolean()),
                Err(error) => break Err((error.kind(), error.path().to_owned())),
            }
        };
        match read(JSON, body) {
            Ok(output) => {
                assert_eq!(output.rows::<Value>().unwrap(), rows, "{body}");
                assert_eq!(end, Ok(output.results().unwrap().boolean), "{body}");
                assert_eq!(end, Ok(output.boolean().ok()), "{body}");
            }
            Err(Cause::Decode(error)) => {
                let error = (error.kind(), error.path().to_owned());
                assert_eq!(end, Err(error), "{body}");
            }
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(end.is_ok(), taken.contains(&body), "{body}");
    }
}

#[test]
fn failures_after_a_200_are_errors() {
    let object = r#"{"requestId":"r","code":"TimeLimitExceededException","detailedMessage":"m"}"#;
    for (media_type, start) in [
        (
            JSON,
            r#"{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"u"#,
        ),
        ("application/n-quads", "<u:s> <u:p> <u:o> .\n<u:s"),
        ("text/csv", "s\r\nu:s\r\n"),
    ] {
        let broken = answer(media_type, format!("{start}{object}"));
        let query = ExecuteSparqlQuery::select("q");
        let error = call(&query, broken, HeaderMap::new()).unwrap_err();
        let limit = ErrorKind::Service(ExceptionKind::TimeLimitExceededException);
        assert_eq!(error.kind(), limit, "{media_type}");
    }
    let mut trailers = HeaderMap::new();
    let status = "500 MemoryLimitExceededException".parse().unwrap();
    trailers.insert("x-neptune-status", status);
    let rdf = answer("application/n-quads", "<u:s> <u:p> <u:o> .\n");
    let error = call(&ExecuteSparqlQuery::construct("q"), rdf, trailers.clone()).unwrap_err();
    assert!(error.is_exception(ExceptionKind::MemoryLimitExceededException));
    let events = answer("application/json", "[]");
    let error = call(&ExecuteSparqlUpdate::new("u"), events, trailers).unwrap_err();
    assert!(error.service().is_some());
    assert!(error.may_have_executed());
}

#[test]
fn any_answer_to_an_update_is_accepted() {
    let read = |body: &'static str| decode::<ExecuteSparqlUpdate>(body);
    let events = r#"[{"type":"UpdateEvent","totalElapsedMillis":420916},{"type":"Commit"}]"#;
    let output = read(events).unwrap();
    assert_eq!(output.json::<Vec<Value>>().unwrap()[1]["type"], "Commit");
    assert_eq!(output.body.text(), events);
    let kind = output.json::<String>().unwrap_err().kind();
    assert_eq!(kind, DecodeErrorKind::Shape);
    assert!(read("").unwrap().json::<Value>().is_err());
    assert_eq!(read("done").unwrap().body.text(), "done");
    let error = decode_error::<ExecuteSparqlUpdate>(&response(200, &events[..30]));
    assert_eq!(error.kind(), DecodeErrorKind::Truncated);
}

#[test]
fn explanations_are_text() {
    let explain = ExecuteSparqlExplainQuery::new("q", SparqlExplainMode::Dynamic);
    let html = answer("text/html;charset=UTF-8", "<table></table>");
    let answered = call(&explain, html, HeaderMap::new()).unwrap();
    assert_eq!(answered.output.media_type, Some(SparqlMediaType::Html));
    assert_eq!(answered.output.text(), "<table></table>");
    let error = decode_error::<ExecuteSparqlExplainQuery>(&answer("text/plain", ""));
    assert_eq!(error.kind(), DecodeErrorKind::Empty);
}

#[test]
fn running_queries_are_listed() {
    let entry = json!({"queryId": "fb34", "queryString": "ASK {}",
        "queryEvalStats": {"subqueries": 2, "elapsed": 23, "cancelled": false}});
    let listing = json!({"acceptedQueryCount": 9, "runningQueryCount": 1, "queries": [entry]});
    let query: QueryStatus = serde_json::from_value(entry.clone()).unwrap();
    let stats = query.query_eval_stats.as_ref().unwrap();
    assert_eq!((stats.waited, &stats.subqueries), (None, &Some(json!(2))));

    let listed = decode::<ListSparqlQueries>(listing.to_string()).unwrap();
    assert_eq!(listed.accepted_query_count, Some(9));
    assert_eq!(listed.queries.as_deref(), Some([query.clone()].as_slice()));
    // One query by itself, one in a list, and an unknown one.
    for (body, expected) in [
        (entry.to_string(), Some(query.clone())),
        (listing.to_string(), Some(query)),
        (json!({"queries": []}).to_string(), None),
        (String::new(), None),
    ] {
        let output = decode::<GetSparqlQueryStatus>(body).unwrap();
        assert_eq!(output.query, expected);
    }
    let cancelled = decode::<CancelSparqlQuery>(listing.to_string()).unwrap();
    assert_eq!(cancelled.running_query_count, Some(1));
    assert!(decode::<ListSparqlQueries>("").is_err());
}

#[test]
fn errors_in_plain_text_keep_their_text() {
    let text = "Invalid queryId (not a UUID): invalid-guid";
    let mut refused = answer("text/plain", format!("{text}\n"));
    *refused.status_mut() = http::StatusCode::BAD_REQUEST;
    let cancel = CancelSparqlQuery::new("invalid-guid");
    let error = call(&cancel, refused, HeaderMap::new()).unwrap_err();
    let service = error.service().unwrap();
    assert_eq!(
        (service.kind, service.code()),
        (ExceptionKind::Unknown, None)
    );
    assert_eq!(service.message, text);
    assert!(error.to_string().contains("not a UUID"), "{error}");
    assert!(!error.is_retryable());
}

//! SPARQL queries without a script: an empty result in the requested format.

use bytes::Bytes;
use http::{HeaderValue, Request};
use neptunedata_emulator::Emulator;
use serde_json::json;

use crate::support::{Ask, assert_contains, assert_ends, form, get};

const JSON: &str = "application/sparql-results+json";

fn query(text: &str) -> Request<Bytes> {
    let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    get(&format!("/sparql?query={escaped}"))
}

/// The media type and the body of an answer that is good.
fn told(mut request: Request<Bytes>, accept: Option<&str>) -> (String, String) {
    if let Some(accept) = accept {
        let accept = HeaderValue::from_str(accept).expect("a value");
        request.headers_mut().insert("accept", accept);
    }
    let answer = Emulator::default().answer(request);
    assert_eq!(answer.status(), 200, "{answer:?}");
    let media_type = answer.head.headers["content-type"].to_str().expect("text");
    let body = String::from_utf8(answer.body().to_vec()).expect("UTF-8");
    (media_type.to_owned(), body)
}

#[test]
fn ask_is_false() {
    for text in [
        "ASK {}",
        "PREFIX a: <urn:SELECT#> # SELECT\nask { ?s a:p ?o }",
    ] {
        let (media_type, body) = told(query(text), None);
        assert_eq!(
            (media_type.as_str(), body.as_str()),
            (JSON, r#"{"head":{},"boolean":false}"#)
        );
    }
    for (accept, media_type, body) in [
        ("text/csv", JSON, r#"{"head":{},"boolean":false}"#),
        (
            "application/json",
            "application/json",
            r#"{"head":{},"boolean":false}"#,
        ),
        ("text/boolean", "text/boolean", "false"),
    ] {
        let told = told(query("ASK {}"), Some(accept));
        assert_eq!(told, (media_type.to_owned(), body.to_owned()));
    }
    let (_, xml) = told(query("ASK {}"), Some("application/sparql-results+xml"));
    assert_ends(&xml, "<head></head><boolean>false</boolean></sparql>");
    // By a form and as a body, too.
    let by_form = Emulator::default().ask(form("/sparql", "query=ASK+%7B%7D"));
    assert_eq!(by_form, json!({ "head": {}, "boolean": false }));
}

#[test]
fn select_has_its_variables() {
    let text = "SELECT ?s (COUNT(?x) AS ?n) { ?s ?p ?x } GROUP BY ?s";
    let json = r#"{"head":{"vars":["s","n"]},"results":{"bindings":[]}}"#;
    for (accept, media_type, body) in [
        (None, JSON, json),
        (Some("*/*"), JSON, json),
        (Some("application/n-quads"), JSON, json),
        (Some("text/csv"), "text/csv", "s,n\r\n"),
        (
            Some("text/html, text/tab-separated-values;q=0.5"),
            "text/tab-separated-values",
            "?s\t?n\n",
        ),
    ] {
        let told = told(query(text), accept);
        assert_eq!(told, (media_type.to_owned(), body.to_owned()));
    }
    let (media_type, xml) = told(query(text), Some("application/sparql-results+xml"));
    assert_eq!(media_type, "application/sparql-results+xml");
    let head = "<head><variable name=\"s\"/><variable name=\"n\"/></head><results></results>";
    assert_contains(&xml, head);
    let (_, all) = told(query("SELECT * { ?s ?p ?o }"), None);
    assert_eq!(all, r#"{"head":{"vars":[]},"results":{"bindings":[]}}"#);
}

#[test]
fn graphs_are_empty() {
    let requests = || {
        [
            query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"),
            query("describe <urn:x>"),
            get("/sparql/gsp/?default"),
            get("/sparql/gsp/?graph=urn:g"),
        ]
    };
    for (accept, media_type, body) in [
        (None, "application/n-quads", ""),
        (Some("text/csv"), "application/n-quads", ""),
        (Some("application/n-quads"), "application/n-quads", ""),
        (Some("application/n-triples"), "application/n-triples", ""),
        (Some("text/turtle, */*;q=0.1"), "text/turtle", ""),
        (Some("application/ld+json"), "application/ld+json", "[]"),
    ] {
        for request in requests() {
            let told = told(request, accept);
            assert_eq!(told, (media_type.to_owned(), body.to_owned()));
        }
    }
    for mut request in requests() {
        let (_, xml) = told(request.clone(), Some("application/rdf+xml"));
        assert_ends(&xml, "></rdf:RDF>");
        let binary = HeaderValue::from_static("application/x-binary-rdf");
        request.headers_mut().insert("accept", binary);
        let (_, code, message) = Emulator::default().refused(request);
        assert_eq!(code, "UnsupportedOperationException");
        assert_contains(&message, "application/x-binary-rdf");
    }
}

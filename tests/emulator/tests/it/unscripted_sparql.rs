//! SPARQL queries without a script: an empty result in the requested format.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::Emulator;
use serde_json::json;

use crate::support::{
    Ask, Json, UNSUPPORTED, assert_contains, assert_ends, body_text, encoded, form, get,
    media_type, with_header,
};

const JSON: &str = "application/sparql-results+json";
const BOOLEAN: &str = "text/boolean;charset=UTF-8";
const XML: &str = "application/sparql-results+xml";

fn query(text: &str) -> Request<Bytes> {
    get(&format!("/sparql?query={}", encoded(text)))
}

/// The body of a successful answer. Checks its media type.
#[track_caller]
fn body(request: Request<Bytes>, accept: &str, expected: &str) -> String {
    let answer = Emulator::default().answer(with_header(request, "accept", accept));
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(media_type(&answer), expected);
    body_text(&answer)
}

#[test]
fn ask_is_false() {
    let no = r#"{"head":{},"boolean":false}"#;
    let long = "PREFIX a: <urn:SELECT#> # SELECT\nask { ?s a:p ?o }";
    for (text, accept, media_type, expected) in [
        ("ASK {}", "", JSON, no),
        (long, "", JSON, no),
        ("ASK {}", "text/csv", JSON, no),
        ("ASK {}", "application/json", "application/json", no),
        ("ASK {}", "text/boolean", BOOLEAN, "false"),
        ("ASK {}", "text/*, application/json;q=0.9", BOOLEAN, "false"),
    ] {
        assert_eq!(body(query(text), accept, media_type), expected);
    }
    let xml = body(query("ASK {}"), XML, XML);
    assert_ends(&xml, "<head></head><boolean>false</boolean></sparql>");
    // By a form and as a body, too.
    let by_form = Emulator::default().ask(form("/sparql", "query=ASK+%7B%7D"));
    by_form.is(json!({ "head": {}, "boolean": false }));
}

#[test]
fn select_has_its_variables() {
    let text = "SELECT ?s (COUNT(?x) AS ?n) { ?s ?p ?x } GROUP BY ?s";
    let json = r#"{"head":{"vars":["s","n"]},"results":{"bindings":[]}}"#;
    let tabs = "text/tab-separated-values;charset=UTF-8";
    let commas = "text/csv;charset=UTF-8";
    for (accept, media_type, expected) in [
        ("", JSON, json),
        ("*/*", JSON, json),
        ("application/n-quads", JSON, json),
        ("text/csv", commas, "s,n\r\n"),
        ("text/csv;q=0.5, application/json;q=0.4", commas, "s,n\r\n"),
        ("application/json;q=0.4, text/csv;q=0.5", commas, "s,n\r\n"),
        ("application/trix, */*;q=0.1", JSON, json),
        (
            "text/html, text/tab-separated-values;q=0.5",
            tabs,
            "?s\t?n\n",
        ),
    ] {
        assert_eq!(body(query(text), accept, media_type), expected);
    }
    let head = "<head><variable name=\"s\"/><variable name=\"n\"/></head><results></results>";
    assert_contains(&body(query(text), XML, XML), head);
    let all = body(query("SELECT * { ?s ?p ?o }"), "", JSON);
    assert_eq!(all, r#"{"head":{"vars":[]},"results":{"bindings":[]}}"#);
}

#[test]
fn graphs_are_empty() {
    let turtle = "text/turtle;charset=UTF-8";
    for request in [
        query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"),
        query("describe <urn:x>"),
        get("/sparql/gsp/?default"),
        get("/sparql/gsp/?graph=urn:g"),
    ] {
        for (accept, media_type, expected) in [
            ("", "application/n-quads", ""),
            ("text/csv", "application/n-quads", ""),
            ("application/n-quads", "application/n-quads", ""),
            ("application/n-triples", "application/n-triples", ""),
            ("text/turtle, */*;q=0.1", turtle, ""),
            ("text/*", turtle, ""),
            ("application/trix, text/turtle;q=0.1", turtle, ""),
            ("application/ld+json", "application/ld+json", "[]"),
        ] {
            assert_eq!(body(request.clone(), accept, media_type), expected);
        }
        let xml = "application/rdf+xml";
        assert_ends(&body(request.clone(), xml, xml), "></rdf:RDF>");
        let binary = with_header(request, "accept", "application/x-binary-rdf");
        let message = Emulator::default().refuses(binary, UNSUPPORTED);
        assert_contains(&message, "application/x-binary-rdf");
    }
}

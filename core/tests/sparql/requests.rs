//! Forms, headers, effects, and the dynamic API.

use neptunedata::{
    CallOptions,
    sparql::{
        CancelSparqlQuery, ExecuteSparqlExplainQuery, ExecuteSparqlQuery, ExecuteSparqlUpdate,
        GetSparqlQueryStatus, ListSparqlQueries, SparqlExplainMode, SparqlMediaType,
    },
};

use crate::{encode, fields, pairs, sent};

#[test]
fn queries_are_forms() {
    let query = ExecuteSparqlQuery::select("SELECT * { ?s ?p \"a+b & c=d é\" }")
        .query_id("fb34cd3e-f37c-4d12-9cf2-03bb741bf54f")
        .default_graph_uri(["http://example.com/a?b&c"])
        .named_graph_uri(["http://example.com/1", "http://example.com/2"]);
    let request = encode(&query).unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "http://localhost:8182/sparql");
    let content_type = &request.headers()["content-type"];
    assert_eq!(content_type, "application/x-www-form-urlencoded");
    let expected = pairs([
        ("query", "SELECT * { ?s ?p \"a+b & c=d é\" }"),
        ("queryId", "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f"),
        ("default-graph-uri", "http://example.com/a?b&c"),
        ("named-graph-uri", "http://example.com/1"),
        ("named-graph-uri", "http://example.com/2"),
    ]);
    assert_eq!(fields(&request), expected);
}

#[test]
fn updates_are_forms() {
    let update = ExecuteSparqlUpdate::new("CLEAR ALL ; INSERT DATA { <s> <p> 1 }")
        .query_id("id")
        .using_graph_uri(["u:1"])
        .using_named_graph_uri(["u:2"]);
    let request = encode(&update).unwrap();
    assert_eq!(request.uri(), "http://localhost:8182/sparql");
    let expected = pairs([
        ("update", "CLEAR ALL ; INSERT DATA { <s> <p> 1 }"),
        ("queryId", "id"),
        ("using-graph-uri", "u:1"),
        ("using-named-graph-uri", "u:2"),
    ]);
    assert_eq!(fields(&request), expected);
}

#[test]
fn every_query_has_an_accept_header() {
    for (query, accept) in [
        (
            ExecuteSparqlQuery::select("q"),
            "application/sparql-results+json",
        ),
        (
            ExecuteSparqlQuery::ask("q"),
            "application/sparql-results+json",
        ),
        (ExecuteSparqlQuery::construct("q"), "application/n-quads"),
        (ExecuteSparqlQuery::describe("q"), "application/n-quads"),
        (
            ExecuteSparqlQuery::construct("q").accept(SparqlMediaType::Turtle),
            "text/turtle",
        ),
        (ExecuteSparqlQuery::new("q", "text/own".into()), "text/own"),
    ] {
        assert_eq!(encode(&query).unwrap().headers()["accept"], accept);
    }
    let explain = ExecuteSparqlExplainQuery::new("q", SparqlExplainMode::Details);
    let request = encode(&explain).unwrap();
    assert_eq!(request.headers()["accept"], "text/plain");
    let expected = pairs([("query", "q"), ("explain", "details")]);
    assert_eq!(fields(&request), expected);
    let csv = encode(&explain.accept(SparqlMediaType::Csv)).unwrap();
    assert_eq!(csv.headers()["accept"], "text/csv");
}

#[test]
fn m22_quads_have_a_hyphen() {
    let misspelled = SparqlMediaType::from("application/nquads");
    assert_eq!(misspelled, SparqlMediaType::NQuads);
    let query = ExecuteSparqlQuery::new("CONSTRUCT WHERE { ?s ?p ?o }", misspelled);
    let request = encode(&query).unwrap();
    assert_eq!(request.headers()["accept"], "application/n-quads");
}

#[test]
fn m42_query_ids_travel_in_the_form() {
    let id = "fb34cd3e-f37c-4d12-9cf2-03bb741bf54f";
    let field = ("queryId".to_owned(), id.to_owned());
    let query = encode(&ExecuteSparqlQuery::ask("ASK {}").query_id(id)).unwrap();
    let update = encode(&ExecuteSparqlUpdate::new("CLEAR ALL").query_id(id)).unwrap();
    for request in [query, update] {
        assert!(fields(&request).contains(&field));
        assert!(!format!("{:?}", request.headers()).contains(id));
        assert_eq!(request.uri().query(), None);
    }
}

#[test]
fn status_and_cancel() {
    let list = encode(&ListSparqlQueries::new()).unwrap();
    assert_eq!(
        (list.method().as_str(), list.uri().path()),
        ("GET", "/sparql/status")
    );
    let get = encode(&GetSparqlQueryStatus::new("a b")).unwrap();
    assert_eq!(get.uri().query(), Some("queryId=a%20b"));
    let cancel = encode(&CancelSparqlQuery::new("x").silent(false)).unwrap();
    assert_eq!(cancel.uri(), "http://localhost:8182/sparql/status");
    assert_eq!(cancel.body(), "cancelQuery=true&queryId=x&silent=false");
    let cancel = encode(&CancelSparqlQuery::new("x")).unwrap();
    assert_eq!(cancel.body(), "cancelQuery=true&queryId=x");

    let field = |error: neptunedata::error::EncodeError| error.field_errors()[0].field().to_owned();
    assert_eq!(
        field(encode(&GetSparqlQueryStatus::new("")).unwrap_err()),
        "queryId"
    );
    assert_eq!(
        field(encode(&CancelSparqlQuery::new("")).unwrap_err()),
        "queryId"
    );
}

#[test]
fn graphs_without_an_iri_are_refused() {
    let query = ExecuteSparqlQuery::ask("ASK {}")
        .default_graph_uri(["u:1", ""])
        .named_graph_uri([""]);
    let error = encode(&query).unwrap_err();
    let fields: Vec<_> = error
        .field_errors()
        .iter()
        .map(|fault| fault.field())
        .collect();
    assert_eq!(fields, ["defaultGraphUri[1]", "namedGraphUri[0]"]);
}

#[test]
fn extra_fields_go_into_the_form() {
    let options = CallOptions::new()
        .extra("new field", "a&b")
        .extra("queryId", 7);
    let query = ExecuteSparqlQuery::ask("ASK {}").query_id("old");
    let request = sent(&query, &options).unwrap();
    let expected = pairs([("query", "ASK {}"), ("new field", "a&b"), ("queryId", "7")]);
    assert_eq!(fields(&request), expected);
    assert_eq!(
        request.headers()["content-length"],
        request.body().len().to_string()
    );
}

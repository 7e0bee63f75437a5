//! Rows in types of the caller, collected and streamed.

use std::collections::BTreeMap;

use http::Response;
use neptunedata::{
    CallOptions, ErrorKind,
    error::DecodeErrorKind,
    machine::Input,
    rows::Rows,
    sparql::{ExecuteSparqlQuery, RdfTerm, SparqlRow},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    answers::read,
    steps::{NOW, Steps, answered, session},
};

const JSON: &str = "application/sparql-results+json";

fn row(value: &Value) -> String {
    json!({"head": {"vars": []}, "results": {"bindings": [value]}}).to_string()
}

fn literal(value: &str) -> Value {
    json!({"type": "literal", "value": value})
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Id(u64);

#[derive(Debug, PartialEq, Deserialize)]
struct Row {
    iri: String,
    id: Id,
    small: Option<i8>,
    double: f64,
    yes: bool,
    no: bool,
    colour: Colour,
    term: RdfTerm,
    any: Value,
    unbound: Option<String>,
    null: Option<RdfTerm>,
    letter: char,
}

#[test]
fn values_are_decoded_into_the_requested_types() {
    let bindings = json!({
        "iri": {"type": "uri", "value": "u:s"}, "id": literal("18446744073709551615"),
        "small": literal(" -12 "), "double": literal("1.5E3"), "yes": literal("1"),
        "no": literal("false"), "colour": literal("red"), "term": {"type": "bnode", "value": "b"},
        "any": literal("x"), "null": null, "letter": literal("é"), "more": literal("ignored"),
    });
    let rows: Vec<Row> = read(JSON, row(&bindings)).unwrap().rows().unwrap();
    let expected = Row {
        iri: "u:s".into(),
        id: Id(u64::MAX),
        small: Some(-12),
        double: 1500.0,
        yes: true,
        no: false,
        colour: Colour::Red,
        term: RdfTerm::BlankNode("b".into()),
        any: literal("x"),
        unbound: None,
        null: None,
        letter: 'é',
    };
    assert_eq!(rows, [expected]);
    let infinite = row(&json!({"n": literal("-INF")}));
    let rows: Vec<BTreeMap<String, f64>> = read(JSON, infinite).unwrap().rows().unwrap();
    assert_eq!(rows[0]["n"], f64::NEG_INFINITY);
}

#[test]
fn errors_name_the_value_of_another_type() {
    #[derive(Debug, Deserialize)]
    struct Narrow {
        #[allow(dead_code, reason = "only read")]
        n: u8,
    }
    let triple = json!({"type": "triple", "value": {"subject": literal("s"),
        "predicate": literal("p"), "object": literal("o")}});
    for value in [
        literal("256"),
        literal("x"),
        literal(""),
        triple,
        json!(7),
        json!([]),
    ] {
        let output = read(JSON, row(&json!({"n": value}))).unwrap();
        let error = output.rows::<Narrow>().unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Shape, "{value}");
        assert!(
            error.path().starts_with("results.bindings[0]"),
            "{}",
            error.path()
        );
    }
    let output = read(JSON, row(&json!({}))).unwrap();
    let error = output.rows::<Narrow>().unwrap_err();
    assert!(error.reason().contains("missing field `n`"), "{error}");
    for term in [
        json!({"value": "v"}),
        json!({"type": "uri"}),
        json!({"type": "uri", "value": 1}),
    ] {
        assert!(
            serde_json::from_value::<RdfTerm>(term.clone()).is_err(),
            "{term}"
        );
    }
}

#[test]
fn rows_are_streamed() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct N {
        n: u32,
    }
    let bindings: Vec<_> = (0..50)
        .map(|n| json!({"n": literal(&n.to_string())}))
        .collect();
    let body = json!({"head": {"vars": ["n"]}, "results": {"bindings": bindings}}).to_string();
    let query = ExecuteSparqlQuery::select("SELECT ?n {}");
    let rows = Rows::<SparqlRow<N>>::with_options(&session(), &query, &CallOptions::new(), 1);
    let (seen, end) = answered(rows, Response::new(body.into()), 7);
    let seen: Vec<_> = seen.into_iter().map(|SparqlRow(row)| row.n).collect();
    assert_eq!(seen, (0..50).collect::<Vec<_>>());
    assert_eq!(end.unwrap().envelope.vars(), Some(vec!["n".to_owned()]));
}

/// What cannot have rows is not sent.
#[test]
fn graphs_have_no_rows() {
    let query = ExecuteSparqlQuery::construct("CONSTRUCT WHERE { ?s ?p ?o }");
    let mut rows = Rows::<Value>::new(&session(), &query, 42);
    let error = rows.fails(Input::Next, NOW);
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(error.to_string().contains("accept: must be"), "{error}");
    rows.misuses(Input::Next, NOW);
    for accept in [JSON, "application/vnd.example+json"] {
        let mut rows = Rows::<Value>::new(&session(), &query.clone().accept(accept.into()), 42);
        rows.sends(Input::Next, NOW);
    }
}

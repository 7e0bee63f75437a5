//! Query hints on a real engine, and the order of variables.

use bytes::Bytes;
use http::Request;
use neptunedata_emulator::{Config, Emulator};
use serde_json::{Value, json};

use crate::support::{Ask, form, get};

const PREFIX: &str = "PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints#> ";

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn query(text: &str) -> Request<Bytes> {
    get(&format!(
        "/sparql?query={}",
        encoded(&format!("{PREFIX}{text}"))
    ))
}

fn update(neptune: &mut Emulator, text: &str) {
    let body = format!("update={}", encoded(&format!("{PREFIX}{text}")));
    neptune.ask(form("/sparql", &body));
}

fn filled() -> Emulator {
    let mut neptune = Emulator::new(Config::default().rdf_engine(true));
    update(
        &mut neptune,
        "INSERT DATA { <urn:s> <urn:p> 1 . <urn:t> <urn:p> 2 . <urn:s> <urn:next> <urn:t> }",
    );
    neptune
}

/// The values of `?x`, in the order of the answer.
fn values(neptune: &mut Emulator, text: &str) -> Vec<String> {
    let results = neptune.ask(query(text));
    let rows = results["results"]["bindings"].as_array().expect("rows");
    let values = rows
        .iter()
        .map(|row| row["x"]["value"].as_str().expect("a value"));
    values.map(str::to_owned).collect()
}

#[test]
fn hints_are_not_data() {
    let mut neptune = filled();
    for (text, expected) in [
        (
            "SELECT ?x { hint:Query hint:queryTimeout 100 . ?s <urn:p> ?x } ORDER BY ?x",
            &["1", "2"][..],
        ),
        (
            "SELECT ?x { ?s <urn:p> ?x . hint:Query hint:queryId '3fc5c7a0-7ee4-4c0e-8d3b-2b4d9a5f8b61' ; \
             hint:noReordering true . hint:Prior hint:rangeSafe true } ORDER BY ?x",
            &["1", "2"],
        ),
        (
            "SELECT ?x { hint:Group hint:joinOrder 'Ordered' . <urn:s> <urn:next>*/<urn:p> ?x } ORDER BY ?x",
            &["1", "2"],
        ),
        (
            "SELECT ?x { <urn:s> <urn:p> ?s OPTIONAL { <urn:t> <urn:p> ?x . hint:Group hint:joinOrder 'UnOrdered' } }",
            &["2"],
        ),
        (
            "SELECT ?x { GRAPH ?g { hint:Group hint:joinOrder 'Ordered' . <urn:s> <urn:p> ?x } }",
            &["1"],
        ),
        (
            "SELECT ?x { { hint:SubQuery hint:evaluationStrategy 'BottomUp' . <urn:s> <urn:p> ?x } UNION \
             { SELECT DISTINCT (MAX(?y) AS ?x) { ?z <urn:p> ?y . hint:SubQuery hint:optimizer 'x' } GROUP BY ?n } } ORDER BY ?x",
            &["1", "2"],
        ),
        (
            "SELECT ?x { ?s <urn:p> ?x FILTER(!BOUND(?q) && EXISTS { ?s <urn:next> ?t . hint:Group hint:joinOrder 'Ordered' }) }",
            &["1"],
        ),
        (
            "SELECT ?x { ?s <urn:p> ?x MINUS { hint:Query hint:useDFE true . ?s <urn:next> ?t } }",
            &["2"],
        ),
        (
            "SELECT ?x { <urn:s> <urn:p> ?y BIND(IF(EXISTS { ?s <urn:p> 2 . hint:Group hint:a 1 }, 'yes', 'no') AS ?x) }",
            &["yes"],
        ),
    ] {
        assert_eq!(values(&mut neptune, text), expected, "{text}");
    }
    let hinted = "ASK { hint:Query hint:queryTimeout 100 . <urn:s> <urn:p> 1 }";
    assert_eq!(neptune.ask(query(hinted))["boolean"], true);
    for text in [
        "CONSTRUCT WHERE { hint:Query hint:queryTimeout 100 . ?s <urn:next> ?o }",
        "CONSTRUCT { ?s <urn:next> ?o } WHERE { hint:Query hint:queryTimeout 100 . ?s <urn:next> ?o }",
        "DESCRIBE ?s { hint:Query hint:queryTimeout 100 . ?s <urn:nothing> ?o }",
    ] {
        let graph = neptune.answer(query(text)).body();
        let expected = if text.starts_with("DESCRIBE") {
            ""
        } else {
            "<urn:s> <urn:next> <urn:t> .\n"
        };
        assert_eq!(graph, expected, "{text}");
    }
}

#[test]
fn triples_similar_to_hints_are_data() {
    let mut neptune = filled();
    update(&mut neptune, "INSERT DATA { <urn:s> hint:note 'mine' }");
    assert_eq!(
        values(&mut neptune, "SELECT ?x { ?s hint:note ?x }"),
        ["mine"]
    );
    assert_eq!(
        values(&mut neptune, "SELECT ?x { ?x hint:nothing ?y }"),
        [""; 0]
    );
}

#[test]
fn updates_are_hinted_too() {
    let mut neptune = filled();
    update(
        &mut neptune,
        "DELETE { ?s <urn:p> ?o } INSERT { ?s <urn:q> ?o } WHERE { hint:Query hint:queryTimeout 100 . ?s <urn:p> ?o }",
    );
    assert_eq!(
        values(&mut neptune, "SELECT ?x { ?s <urn:q> ?x } ORDER BY ?x"),
        ["1", "2"]
    );
    assert_eq!(values(&mut neptune, "SELECT ?x { ?s <urn:p> ?x }"), [""; 0]);
    update(
        &mut neptune,
        "DELETE WHERE { hint:Query hint:queryTimeout 100 . <urn:s> <urn:q> ?o }",
    );
    assert_eq!(values(&mut neptune, "SELECT ?x { ?s <urn:q> ?x }"), ["2"]);
}

#[test]
fn variables_come_in_the_order_of_the_query() {
    let mut neptune = filled();
    for (text, vars) in [
        ("SELECT * { ?s ?p ?o }", json!(["s", "p", "o"])),
        (
            "SELECT * { ?z <urn:p> ?a FILTER(?a > 1) BIND(1 AS ?m) } LIMIT 1",
            json!(["z", "a", "m"]),
        ),
        (
            "SELECT DISTINCT * { { SELECT ?z ?b { ?z ?p ?b } } OPTIONAL { ?z ?y ?b } } ORDER BY ?b",
            json!(["z", "b", "y"]),
        ),
        (
            "SELECT * { GRAPH ?z { ?s <urn:next>+ ?a } } VALUES ?b { 1 }",
            json!(["z", "s", "a", "b"]),
        ),
        ("SELECT ?s ?b ?a { ?a ?b ?s }", json!(["s", "b", "a"])),
    ] {
        let answered: Value = neptune.ask(query(text));
        assert_eq!(answered["head"]["vars"], vars, "{text}");
        assert!(
            !answered["results"]["bindings"]
                .as_array()
                .expect("rows")
                .is_empty(),
            "{text}"
        );
    }
}

//! Query hints on a real engine, and the order of variables.

use neptunedata_emulator::{Config, Emulator};
use serde_json::json;

use crate::rdf::{check_values, query, update, update_with};
use crate::support::{Ask, MALFORMED, assert_contains, body_text, rows, words};

/// A query or an update that knows the prefix of hints.
fn hinted(text: &str) -> String {
    format!("PREFIX hint: <http://aws.amazon.com/neptune/vocab/v01/QueryHints#> {text}")
}

fn filled() -> Emulator {
    let mut neptune = Emulator::new(Config::default().rdf_engine(true));
    let triples = "<urn:s> <urn:p> 1 . <urn:t> <urn:p> 2 . <urn:s> <urn:next> <urn:t>";
    update(&mut neptune, &format!("INSERT DATA {{ {triples} }}"));
    neptune
}

#[test]
fn hints_are_not_data() {
    let mut neptune = filled();
    let table = "
        SELECT ?x { hint:Query hint:queryTimeout 100 . ?s <urn:p> ?x } ORDER BY ?x => 1 2
        SELECT ?x { ?s <urn:p> ?x . hint:Query hint:queryId '3fc5c7a0-7ee4-4c0e-8d3b-2b4d9a5f8b61' ; \
            hint:noReordering true . hint:Prior hint:rangeSafe true } ORDER BY ?x => 1 2
        SELECT ?x { hint:Group hint:joinOrder 'Ordered' . <urn:s> <urn:next>*/<urn:p> ?x } ORDER BY ?x => 1 2
        SELECT ?x { <urn:s> <urn:p> ?s OPTIONAL { <urn:t> <urn:p> ?x . hint:Group hint:joinOrder 'UnOrdered' } } => 2
        SELECT ?x { GRAPH ?g { hint:Group hint:joinOrder 'Ordered' . <urn:s> <urn:p> ?x } } => 1
        SELECT ?x { { hint:SubQuery hint:evaluationStrategy 'BottomUp' . <urn:s> <urn:p> ?x } UNION { SELECT \
            DISTINCT (MAX(?y) AS ?x) { ?z <urn:p> ?y . hint:SubQuery hint:optimizer 'x' } GROUP BY ?n } } ORDER BY ?x \
            => 1 2
        SELECT ?x { ?s <urn:p> ?x FILTER(!BOUND(?q) && EXISTS { ?s <urn:next> ?t . hint:Group hint:joinOrder \
            'Ordered' }) } => 1
        SELECT ?x { ?s <urn:p> ?x MINUS { hint:Query hint:useDFE true . ?s <urn:next> ?t } } => 2
        SELECT ?x { <urn:s> <urn:p> ?y BIND(IF(EXISTS { ?s <urn:p> 2 . hint:Group hint:a 1 }, 'yes', 'no') AS ?x) \
            } => yes
    ";
    for (text, expected) in rows(table) {
        check_values(&mut neptune, &hinted(text), &words(expected));
    }
    let ask = hinted("ASK { hint:Query hint:queryTimeout 100 . <urn:s> <urn:p> 1 }");
    assert_eq!(neptune.ask(query(&ask))["boolean"], true);
    let triple = "<urn:s> <urn:next> <urn:t> .\n";
    for (text, expected) in [
        (
            "CONSTRUCT WHERE { hint:Query hint:queryTimeout 100 . ?s <urn:next> ?o }",
            triple,
        ),
        (
            "CONSTRUCT { ?s <urn:next> ?o } WHERE { hint:Query hint:queryTimeout 100 . ?s <urn:next> ?o }",
            triple,
        ),
        (
            "DESCRIBE ?s { hint:Query hint:queryTimeout 100 . ?s <urn:nothing> ?o }",
            "",
        ),
    ] {
        let graph = neptune.answer(query(&hinted(text)));
        assert_eq!(body_text(&graph), expected, "{text}");
    }
}

#[test]
fn triples_similar_to_hints_are_data() {
    let mut neptune = filled();
    update(
        &mut neptune,
        &hinted("INSERT DATA { <urn:s> hint:note 'mine' }"),
    );
    check_values(
        &mut neptune,
        &hinted("SELECT ?x { ?s hint:note ?x }"),
        &["mine"],
    );
    check_values(
        &mut neptune,
        &hinted("SELECT ?x { ?x hint:nothing ?y }"),
        &[],
    );
}

#[test]
fn updates_are_hinted_too() {
    let mut neptune = filled();
    let moved = "DELETE { ?s <urn:p> ?o } INSERT { ?s <urn:q> ?o } WHERE { hint:Query hint:queryTimeout 100 . ?s <urn:p> ?o }";
    update(&mut neptune, &hinted(moved));
    check_values(&mut neptune, "SELECT ?x { ?s <urn:q> ?x }", &["1", "2"]);
    check_values(&mut neptune, "SELECT ?x { ?s <urn:p> ?x }", &[]);
    let deleted = "DELETE WHERE { hint:Query hint:queryTimeout 100 . <urn:s> <urn:q> ?o }";
    update(&mut neptune, &hinted(deleted));
    check_values(&mut neptune, "SELECT ?x { ?s <urn:q> ?x }", &["2"]);
}

#[test]
fn a_time_limit_is_valid_or_refused() {
    let mut neptune = filled();
    const LESS: &str = "must be less than neptune_query_timeout DB Parameter Group";
    const ONCE: &str = "must be set only once";
    const NUMBER: &str = "must be a number of milliseconds";
    for (patterns, problem) in [
        ("hint:Query hint:queryTimeout 119999", None),
        ("hint:Query hint:queryTimeout '119999'", None),
        ("hint:Query hint:queryTimeout '119999'^^xsd:integer", None),
        ("hint:Query hint:queryTimeout 120000", Some(LESS)),
        (
            "hint:Query hint:queryTimeout 1 ; hint:queryTimeout 2",
            Some(ONCE),
        ),
        ("hint:Query hint:queryTimeout 'soon'", Some(NUMBER)),
        ("hint:Query hint:queryTimeout ?x", Some(NUMBER)),
    ] {
        for request in [
            query(&hinted(&format!("SELECT * {{ {patterns} }}"))),
            query(&hinted(&format!("CONSTRUCT WHERE {{ {patterns} }}"))),
            update_with(
                &hinted(&format!(
                    "INSERT {{ <urn:s> <urn:p> 3 }} WHERE {{ {patterns} }}"
                )),
                "",
            ),
            update_with(
                &hinted(&format!(
                    "INSERT {{ {patterns} }} WHERE {{ ?x ?y 'nothing' }}"
                )),
                "",
            ),
        ] {
            match problem {
                None => assert_eq!(neptune.answer(request).status(), 200, "{patterns}"),
                Some(problem) => {
                    let expected = format!("Malformed query: Query hint 'queryTimeout' {problem}");
                    assert_eq!(neptune.refuses(request, MALFORMED), expected, "{patterns}");
                }
            }
        }
    }
    let twice =
        "{ hint:Query hint:queryTimeout 1 { SELECT * { hint:Query hint:queryTimeout 1 } } }";
    let text = neptune.refuses(query(&hinted(&format!("SELECT * {twice}"))), MALFORMED);
    assert_contains(&text, ONCE);
    neptune.reconfigure(|config| config.query_timeout(std::time::Duration::from_secs(5)));
    let limit = query(&hinted("SELECT * { hint:Query hint:queryTimeout 5000 }"));
    neptune.refuses(limit, MALFORMED);
    let status = neptune.get("/status");
    assert_eq!(status["settings"]["clusterQueryTimeoutInMs"], "5000");
}

#[test]
fn variables_come_in_the_order_of_the_query() {
    let mut neptune = filled();
    let table = "
        SELECT * { ?s ?p ?o } => s p o
        SELECT * { ?z <urn:p> ?a FILTER(?a > 1) BIND(1 AS ?m) } LIMIT 1 => z a m
        SELECT DISTINCT * { { SELECT ?z ?b { ?z ?p ?b } } OPTIONAL { ?z ?y ?b } } ORDER BY ?b => z b y
        SELECT * { GRAPH ?z { ?s <urn:next>+ ?a } } VALUES ?b { 1 } => z s a b
        SELECT ?s ?b ?a { ?a ?b ?s } => s b a
    ";
    for (text, vars) in rows(table) {
        let answered = neptune.ask(query(text));
        assert_eq!(answered["head"]["vars"], json!(words(vars)), "{text}");
        assert_ne!(answered["results"]["bindings"], json!([]), "{text}");
    }
}

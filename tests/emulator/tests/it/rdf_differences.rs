//! Where Neptune's SPARQL differs from the engine's.

use http::Method;
use neptunedata_emulator::{Config, Emulator};

use crate::rdf::{check_values, query, update, update_with};
use crate::support::{Ask, Code, MALFORMED, UNSUPPORTED, rows, send};

const NUMERIC: Code = (400, "InvalidNumericDataException");

fn emulator() -> Emulator {
    Emulator::new(Config::default().rdf_engine(true))
}

#[test]
fn default_prefixes_need_no_declaration() {
    let mut neptune = emulator();
    let added = "INSERT DATA { <urn:s> rdf:type owl:Class ; rdfs:label '1'^^xsd:integer }";
    update(&mut neptune, added);
    let namespaces = "
        rdf:type => http://www.w3.org/1999/02/22-rdf-syntax-ns#type
        rdfs:label => http://www.w3.org/2000/01/rdf-schema#label
        owl:Class => http://www.w3.org/2002/07/owl#Class
        xsd:integer => http://www.w3.org/2001/XMLSchema#integer
    ";
    for (name, iri) in rows(namespaces) {
        check_values(
            &mut neptune,
            &format!("SELECT ?x {{ BIND({name} AS ?x) }}"),
            &[iri],
        );
    }
    let all = "SELECT ?x { ?s a owl:Class ; rdfs:label ?x FILTER(DATATYPE(?x) = xsd:integer) }";
    check_values(&mut neptune, all, &["1"]);
    // A declaration of the query replaces them.
    let own = "PREFIX owl: <urn:owl:> SELECT ?x { BIND(owl:Class AS ?x) }";
    check_values(&mut neptune, own, &["urn:owl:Class"]);
}

#[test]
fn what_the_engine_cannot_do_is_refused_as_an_error_of_the_client() {
    let mut neptune = emulator();
    update(&mut neptune, "INSERT DATA { <urn:s> <urn:p> 1 }");
    for text in [
        "SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o SERVICE SILENT ?s { ?a ?b ?c } }",
        "ASK { FILTER NOT EXISTS { SERVICE <urn:x> { ?s ?p ?o } } }",
        "CONSTRUCT { ?s ?p ?o } { { SELECT * { SERVICE <urn:x> { ?s ?p ?o } } } }",
        "SELECT (<urn:function>(1) AS ?x) {}",
    ] {
        neptune.refuses(query(text), UNSUPPORTED);
    }
    for text in [
        "LOAD <http://example.org/data>",
        "LOAD SILENT <http://example.org/data>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <urn:x> { ?s ?p ?o } }",
        "INSERT DATA { <urn:s> <urn:p> 2 } ; LOAD <http://example.org/data>",
    ] {
        neptune.refuses(update_with(text, ""), UNSUPPORTED);
    }
    check_values(&mut neptune, "SELECT ?x { ?s ?p ?x }", &["1"]);
}

#[test]
fn times_are_utc_however_they_are_written() {
    let noon = "'2024-05-01T12:00:00+02:00'^^xsd:dateTime";
    let utc = "2024-05-01T10:00:00Z";
    let all = "SELECT ?x { ?s ?p ?x }";
    let mut neptune = emulator();
    for text in [
        format!("INSERT DATA {{ <urn:s> <urn:p> {noon} }}"),
        format!("INSERT {{ <urn:s> <urn:p> {noon} }} WHERE {{}}"),
        format!("INSERT {{ <urn:s> <urn:p> ?o }} WHERE {{ BIND({noon} AS ?o) }}"),
        format!("INSERT {{ <urn:s> <urn:p> ?o }} WHERE {{ VALUES ?o {{ {noon} }} }}"),
    ] {
        update(&mut neptune, &text);
        check_values(&mut neptune, all, &[utc]);
        // The query's own values, too, so that the same text finds it.
        let same = format!("SELECT ?x {{ ?x <urn:p> {noon} }}");
        check_values(&mut neptune, &same, &["urn:s"]);
        update(
            &mut neptune,
            &format!("DELETE DATA {{ <urn:s> <urn:p> {noon} }}"),
        );
        check_values(&mut neptune, all, &[]);
    }
    update(
        &mut neptune,
        &format!("INSERT DATA {{ <urn:s> <urn:p> {noon} }}"),
    );
    let deleted = format!("DELETE {{ ?s <urn:p> {noon} }} WHERE {{ ?s ?p ?o }}");
    update(&mut neptune, &deleted);
    check_values(&mut neptune, all, &[]);

    let datatype = "<http://www.w3.org/2001/XMLSchema#dateTime>";
    let turtle = format!("<urn:s> <urn:p> \"2024-05-01T12:00:00+02:00\"^^{datatype} .");
    let put = send(Method::PUT, "/sparql/gsp/?default", "text/turtle", turtle);
    assert!(neptune.answer(put).status().is_success());
    check_values(&mut neptune, all, &[utc]);
}

#[test]
fn integers_have_64_bits() {
    let mut neptune = emulator();
    update(
        &mut neptune,
        "INSERT DATA { <urn:s> <urn:p> 9223372036854775807 }",
    );
    let larger = "INSERT DATA { <urn:s> <urn:p> 9223372036854775808 }";
    neptune.refuses(update_with(larger, ""), NUMERIC);
    check_values(
        &mut neptune,
        "SELECT ?x { ?s ?p ?x }",
        &["9223372036854775807"],
    );
}

#[test]
fn errors_of_the_parser_are_one_sentence_with_line_and_column() {
    let mut neptune = emulator();
    let queries = "
        SELECT ?s WHERE { => Unexpected end of the text at line 1, column 18.
        SELEC ?s => Unexpected 'SELEC' at line 1, column 1.
        SELECT ?s\\nWHRE { ?s ?p ?o } => Unexpected 'WHRE' at line 2, column 1.
        # \u{e9}\\n\\nSELECT *\\n  { ?s ?p ?o ] => Unexpected ']' at line 4, column 14.
        SELECT * { ?s ?p ?o } LIMT 5 => Unexpected 'LIMT' at line 1, column 23.
        SELECT * { ?s ?p ?o FILER(?o) } => Unexpected 'FILER(?o)' at line 1, column 21.
        SELECT * { '\u{e9}' % ?o } => Unexpected '%' at line 1, column 16.
        SELECT * { ?s foo:bar ?o } => Prefix not found at line 1, column 22.
        SELECT * { ?s <http://x y> ?o } => IRI parsing failed at line 1, column 27.
        SELECT ?s ?x { ?s ?p ?o } GROUP BY ?s => The SELECT contains a variable that is unbound at line 1, column 38.
    ";
    for (text, sentence) in rows(queries) {
        let text = text.replace("\\n", "\n");
        let found = neptune.refuses(query(&text), MALFORMED);
        assert_eq!(found, format!("Malformed query: {sentence}"), "{text}");
    }
    let found = neptune.refuses(
        update_with("INSERT DATA { <urn:s> <urn:p> }", ""),
        MALFORMED,
    );
    assert_eq!(
        found,
        "Malformed query: Unexpected '}' at line 1, column 31."
    );
    let found = neptune.refuses(query("\n"), MALFORMED);
    assert_eq!(
        found,
        "Malformed query: Unexpected end of the text at line 1, column 1."
    );
}

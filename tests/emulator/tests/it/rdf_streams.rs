//! The change stream of the RDF engine.

use http::Method;
use neptunedata_emulator::{ChangeStream, Config, Emulator, EventId, QueryScript};
use serde_json::Value;

use crate::rdf::{query, update, update_with};
use crate::support::{Ask, delete, send};

fn emulator() -> Emulator {
    Emulator::new(Config::default().rdf_engine(true).streams(true))
}

fn last_commit(neptune: &Emulator) -> u64 {
    neptune.last_event(ChangeStream::Sparql).commit_num
}

/// The records of the last commit: operation and statement.
fn records(neptune: &mut Emulator) -> Vec<String> {
    let commit = last_commit(neptune);
    let page = neptune.get(&format!("/sparql/stream?commitNum={commit}&limit=100"));
    assert_eq!(page["format"], "NQUADS");
    let record = |record: &Value| {
        let (op, stmt) = (&record["op"], &record["data"]["stmt"]);
        let stmt = stmt.as_str().expect("a statement");
        let stmt = stmt.strip_suffix(" .\n").expect("N-Quads");
        format!("{} {stmt}", op.as_str().expect("an operation"))
    };
    let records = page["records"].as_array().expect("records");
    records.iter().map(record).collect()
}

#[test]
fn an_update_is_one_commit() {
    let mut neptune = emulator();
    for (commit, text, expected) in [
        (
            1,
            "INSERT DATA { <urn:s> <urn:p> 'b\\n', 'a'@en, 1 . GRAPH <urn:g> { <urn:s> <urn:p> <urn:o> } }",
            &[
                r#"ADD <urn:s> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer>"#,
                r#"ADD <urn:s> <urn:p> "a"@en"#,
                r#"ADD <urn:s> <urn:p> "b\n""#,
                "ADD <urn:s> <urn:p> <urn:o> <urn:g>",
            ][..],
        ),
        // What is removed comes first.
        (
            2,
            "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p <urn:a> } } \
             WHERE { GRAPH ?g { ?s ?p ?o FILTER isIRI(?o) } }",
            &[
                "REMOVE <urn:s> <urn:p> <urn:o> <urn:g>",
                "ADD <urn:s> <urn:p> <urn:a> <urn:g>",
            ],
        ),
        // The operations of a request are one commit, of what they change together.
        (
            3,
            "INSERT DATA { <urn:t> <urn:p> <urn:o> } ; DELETE DATA { <urn:t> <urn:p> <urn:o> } ; DROP GRAPH <urn:g>",
            &["REMOVE <urn:s> <urn:p> <urn:a> <urn:g>"],
        ),
        // In another graph, a triple is another quad.
        (
            4,
            "INSERT DATA { GRAPH <urn:h> { <urn:s> <urn:p> 'a'@en } }",
            &[r#"ADD <urn:s> <urn:p> "a"@en <urn:h>"#],
        ),
    ] {
        update(&mut neptune, text);
        assert_eq!(last_commit(&neptune), commit, "{text}");
        assert_eq!(records(&mut neptune), expected, "{text}");
    }
}

#[test]
fn a_request_without_changes_is_no_commit() {
    let mut neptune = emulator();
    update(&mut neptune, "INSERT DATA { <urn:s> <urn:p> 1 }");
    for text in [
        "INSERT DATA { <urn:s> <urn:p> 1 }",
        "DELETE DATA { <urn:s> <urn:p> 2 }",
        "CREATE GRAPH <urn:g>",
        "DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ] {
        update(&mut neptune, text);
    }
    neptune.ask(query("SELECT * { ?s ?p ?o }"));
    for failing in [
        "INSERT DATA { <urn:s> <urn:p> 3 } ; CLEAR GRAPH <urn:unknown>",
        "INSERT DATA { <urn:s> <urn:p> 3",
        "INSERT DATA { <urn:s> <urn:p> 3 } ; LOAD <urn:x>",
    ] {
        assert_eq!(
            neptune.answer(update_with(failing, "")).status(),
            400,
            "{failing}"
        );
    }
    neptune.script(QueryScript::sparql().containing("scripted"));
    neptune.answer(update_with(
        "INSERT DATA { <urn:s> <urn:p> 'scripted' }",
        "",
    ));
    let last = neptune.last_event(ChangeStream::Sparql);
    assert_eq!(last, EventId::new(1, 1));
}

#[test]
fn writes_of_the_graph_store_protocol_are_commits() {
    let mut neptune = emulator();
    let triple = |object: &str| format!("<urn:s> <urn:p> <urn:{object}> .");
    let mut write = |method: Method, target: &str, object: &str| {
        let request = if method == Method::DELETE {
            delete(target)
        } else {
            send(method, target, "text/turtle", triple(object))
        };
        assert!(neptune.answer(request).status().is_success());
        records(&mut neptune)
    };
    let graph = "/sparql/gsp/?graph=urn:g";
    assert_eq!(
        write(Method::POST, graph, "a"),
        ["ADD <urn:s> <urn:p> <urn:a> <urn:g>"]
    );
    assert_eq!(
        write(Method::PUT, graph, "b"),
        [
            "REMOVE <urn:s> <urn:p> <urn:a> <urn:g>",
            "ADD <urn:s> <urn:p> <urn:b> <urn:g>"
        ]
    );
    assert_eq!(
        write(Method::DELETE, graph, ""),
        ["REMOVE <urn:s> <urn:p> <urn:b> <urn:g>"]
    );
    let default = "/sparql/gsp/?default";
    assert_eq!(
        write(Method::PUT, default, "c"),
        ["ADD <urn:s> <urn:p> <urn:c>"]
    );
}

#[test]
fn without_streams_nothing_is_recorded() {
    let mut neptune = emulator();
    neptune.reconfigure(|config| config.streams(false));
    update(&mut neptune, "INSERT DATA { <urn:s> <urn:p> 1 }");
    neptune.reconfigure(|config| config.streams(true));
    update(&mut neptune, "INSERT DATA { <urn:s> <urn:p> 2 }");
    let object = r#""2"^^<http://www.w3.org/2001/XMLSchema#integer>"#;
    assert_eq!(
        records(&mut neptune),
        [format!("ADD <urn:s> <urn:p> {object}")]
    );
    assert_eq!(last_commit(&neptune), 1);
}

//! Bulk loads that load files of RDF.

use neptunedata_emulator::{Config, Emulator, Files};
use serde_json::{Value, json};

use crate::loader::{body, start, status};
use crate::rdf::query;
use crate::support::{Ask, Json, now, with};

const DEFAULT_GRAPH: &str = "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph";

fn cluster(files: &[(&'static str, &'static str)]) -> Emulator {
    let config = Config::default().rdf_engine(true).streams(true);
    Emulator::new(config.s3("s3://b/k", Files::in_memory(files.iter().copied())))
}

/// All statements at this time, as `subject object graph`, in alphabetical order.
fn statements(neptune: &mut Emulator, seconds: u64) -> Vec<String> {
    let all = query("SELECT ?s ?o ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?s ?o ?g");
    let answer = neptune.after(seconds).ask(all);
    let rows = answer["results"]["bindings"].as_array().expect("rows");
    let value = |row: &Value, name: &str| row[name]["value"].as_str().expect("a value").to_owned();
    let rows = rows
        .iter()
        .map(|row| ["s", "o", "g"].map(|name| value(row, name)).join(" "));
    rows.collect()
}

fn load(neptune: &mut Emulator, changes: Value) -> Value {
    let id = start(neptune, &with(body("k"), changes), 0);
    status(neptune, &id, "?details=true&errors=true", 10)
}

#[test]
fn each_format() {
    let xml = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='urn:e#'>\
               <rdf:Description rdf:about='s'><e:p>x</e:p></rdf:Description></rdf:RDF>";
    let base = "http://aws.amazon.com/neptune/";
    for (format, text, parser, expected) in [
        (
            "ntriples",
            "<urn:s> <urn:p> \"x\" .\n",
            json!({}),
            format!("urn:s x {DEFAULT_GRAPH}"),
        ),
        (
            "nquads",
            "<urn:s> <urn:p> \"x\" <urn:g> .\n",
            json!({}),
            "urn:s x urn:g".to_owned(),
        ),
        (
            "nquads",
            "<urn:s> <urn:p> \"x\" .\n",
            json!({ "namedGraphUri": "urn:n" }),
            "urn:s x urn:n".to_owned(),
        ),
        (
            "turtle",
            "<s> <p> 'x' .",
            json!({}),
            format!("{base}s x {DEFAULT_GRAPH}"),
        ),
        (
            "turtle",
            "<s> <p> 'x' .",
            json!({ "baseUri": "http://base/x", "namedGraphUri": "urn:n" }),
            "http://base/s x urn:n".to_owned(),
        ),
        (
            "rdfxml",
            xml,
            json!({}),
            format!("{base}s x {DEFAULT_GRAPH}"),
        ),
    ] {
        let mut neptune = cluster(&[("1", text)]);
        let changes = json!({ "format": format, "parserConfiguration": parser });
        load(&mut neptune, changes).has(json!({
            "feedCount": [{ "LOAD_COMPLETED": 1 }],
            "overallStatus": { "totalRecords": 1 },
            "errors": { "errorLogs": [] },
        }));
        assert_eq!(statements(&mut neptune, 10), [expected], "{format}");
    }
}

#[test]
fn counts_duplicates_and_commits_once() {
    let mut neptune = cluster(&[
        ("1.nt", "<urn:a> <urn:p> \"x\" .\n<urn:a> <urn:p> \"x\" .\n"),
        (
            "2.nt",
            "<urn:b> <urn:p> \"2024-01-01T01:00:00+01:00\"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n",
        ),
    ]);
    let ended = load(&mut neptune, json!({ "format": "ntriples" }));
    ended["overallStatus"].has(json!({ "totalRecords": 3, "totalDuplicates": 1 }));
    assert_eq!(
        statements(&mut neptune, 10),
        [
            format!("urn:a x {DEFAULT_GRAPH}"),
            format!("urn:b 2024-01-01T00:00:00Z {DEFAULT_GRAPH}"),
        ]
    );
    let stream = neptune
        .after(10)
        .get("/sparql/stream?iteratorType=TRIM_HORIZON&limit=10");
    stream.has(json!({ "totalRecords": 2, "lastEventId": { "commitNum": 1, "opNum": 2 } }));
    stream["records"][0].has(json!({
        "op": "ADD", "data": { "stmt": "<urn:a> <urn:p> \"x\" .\n" },
    }));
}

#[test]
fn lines_with_errors_are_skipped() {
    let text = "<urn:a> <urn:p> \"x\" .\n<urn:b> |urn:p> \"x\" .\n<urn:c> <urn:p> \"x\" .\n";
    let mut neptune = cluster(&[("1.nt", text)]);
    let ended = load(
        &mut neptune,
        json!({ "format": "ntriples", "failOnError": false }),
    );
    ended["overallStatus"]
        .has(json!({ "status": "LOAD_FAILED", "totalRecords": 3, "parsingErrors": 1 }));
    ended["errors"]["errorLogs"][0]
        .has(json!({ "errorCode": "PARSING_ERROR", "fileName": "s3://b/k/1.nt", "recordNum": 2 }));
    assert_eq!(statements(&mut neptune, 10).len(), 2);

    let mut neptune = cluster(&[("1.nt", text)]);
    load(&mut neptune, json!({ "format": "ntriples" }));
    assert_eq!(statements(&mut neptune, 10).len(), 1);

    let mut neptune = cluster(&[("1.ttl", "<urn:a> <urn:p> 99999999999999999999 , 1 .")]);
    let ended = load(
        &mut neptune,
        json!({ "format": "turtle", "failOnError": false }),
    );
    ended["overallStatus"].has(json!({ "datatypeMismatchErrors": 1, "parsingErrors": 0 }));
    assert_eq!(statements(&mut neptune, 10).len(), 1);
    for (format, text) in [("turtle", "<urn:a> ."), ("rdfxml", "<a></b>")] {
        let mut neptune = Emulator::new(
            Config::default()
                .rdf_engine(true)
                .s3("s3://b/k", Files::in_memory([("1", text)])),
        );
        let ended = load(
            &mut neptune,
            json!({ "format": format, "failOnError": false }),
        );
        ended["overallStatus"].has(json!({ "status": "LOAD_FAILED", "parsingErrors": 1 }));
    }
}

#[test]
fn all_files_of_a_folder() {
    let mut neptune = Emulator::new(Config::default().rdf_engine(true));
    let files = [
        ("1.nt", "<urn:a> <urn:p> \"x\" .\n"),
        ("2.nq", ""),
        ("3.ttl", "<urn:b> a <urn:c> ."),
    ];
    neptune
        .load_files(&Files::in_memory(files), now())
        .expect("loaded");
    assert_eq!(statements(&mut neptune, 0).len(), 2);
    for (name, text, expected) in [
        (
            "a.nt",
            "<urn:a> <urn:p> \"x\" .\n<urn:b>\n",
            "a.nt: record 2: ",
        ),
        ("a.txt", "", "a.txt: unknown format: "),
        (
            "a.csv",
            "~id\n",
            "a.csv: The engine for files of this format is not enabled. Enable it with ",
        ),
        ("a.nt.gz", "x", "a.nt.gz: Cannot decompress: "),
    ] {
        let error = neptune.load_files(&Files::in_memory([(name, text)]), now());
        let error = error.expect_err(name).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

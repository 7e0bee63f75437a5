//! Core reads every answer in `fixtures/`, and the emulator sends it. `fixtures/README.md` says how to add one.

#[path = "fixtures/compare.rs"]
mod compare;
#[path = "fixtures/engine.rs"]
mod engine;
#[path = "fixtures/index.rs"]
mod index;
#[path = "fixtures/loader.rs"]
mod loader;
#[path = "fixtures/ml.rs"]
mod ml;
#[path = "fixtures/queries.rs"]
mod queries;
#[path = "fixtures/statistics.rs"]
mod statistics;
#[path = "fixtures/storage.rs"]
mod storage;
#[path = "fixtures/streams.rs"]
mod streams;
#[path = "fixtures/support.rs"]
mod support;

use std::collections::BTreeMap;

use neptunedata::{dynamic, error::Cause};
use neptunedata_emulator::Response;
use serde_json::Value;

use crate::index::Fixture;

/// Brings an emulator to the answer of a fixture.
type Producer = fn() -> Response;

/// The producers of each family, by the name of the file.
const FAMILIES: &[&[(&str, Producer)]] = &[
    engine::PRODUCERS,
    statistics::PRODUCERS,
    storage::PRODUCERS,
    loader::PRODUCERS,
    ml::PRODUCERS,
    queries::PRODUCERS,
    streams::PRODUCERS,
];

#[test]
fn the_index_lists_the_folder() {
    let listed: Vec<String> = index::read().into_iter().map(|it| it.file).collect();
    assert!(listed.is_sorted(), "the index is not sorted by file");
    assert_eq!(listed, index::files());
}

#[test]
fn core_reads_all_fixtures() {
    for fixture in index::read() {
        let name = &fixture.file;
        let body = fixture.body();
        let mut answer = http::Response::builder().status(fixture.status);
        for (name, value) in &fixture.headers {
            answer = answer.header(name, value);
        }
        let answer = answer.body(body.clone()).expect("an answer");
        let read = dynamic::response(&fixture.operation, &answer);
        match (&fixture.code, read) {
            (Some(code), Err(Cause::Service(error))) => {
                assert_eq!(error.code(), Some(code.as_str()), "{name}");
            }
            // Not all errors have a code, or are JSON.
            (None, Err(Cause::Service(error))) if fixture.status >= 400 => {
                assert_eq!(error.code(), None, "{name}");
                assert_eq!(error.body, body, "{name}");
            }
            (None, Ok(output)) if body.is_empty() => {
                let output = output.as_object().expect("an object");
                // The status is all that there is to read.
                assert!(output.keys().all(|key| key == "statusCode"), "{name}");
            }
            (None, Ok(output)) => {
                let lost = compare::lost(&fixture.json(), &output, &fixture.unread);
                assert!(
                    lost.is_empty(),
                    "{name}: core leaves out {lost:?} of {output}"
                );
                for (pointer, value) in &fixture.read_as {
                    assert_eq!(output.pointer(pointer), Some(value), "{name}: {pointer}");
                }
            }
            (_, read) => panic!("{name}: {read:?}"),
        }
    }
}

#[test]
fn the_emulator_sends_all_fixtures() {
    let mut producers: BTreeMap<&str, Producer> = BTreeMap::new();
    for (file, producer) in FAMILIES.iter().copied().flatten() {
        assert!(producers.insert(file, *producer).is_none(), "{file} twice");
    }
    for fixture in index::read() {
        let name = fixture.file.as_str();
        let producer = producers.remove(name);
        let answer = producer.unwrap_or_else(|| panic!("no function produces {name}"))();
        assert_eq!(answer.status().as_u16(), fixture.status, "{name}");
        for (header, value) in &fixture.headers {
            let sent = answer.head.headers.get(header);
            let sent = sent.map(|sent| sent.to_str().expect("text"));
            assert_eq!(sent, Some(value.as_str()), "{name}: {header}");
        }
        check_body(&fixture, &answer);
    }
    assert!(
        producers.is_empty(),
        "not in the index: {:?}",
        producers.keys()
    );
}

fn check_body(fixture: &Fixture, answer: &Response) {
    let name = &fixture.file;
    if !fixture.is_json() {
        assert_eq!(answer.body(), fixture.body(), "{name}");
        return;
    }
    let given: Value = answer
        .to_json()
        .unwrap_or_else(|| panic!("{name}: {answer:?}"));
    let found = compare::differences(&fixture.json(), &given, &fixture.differs);
    assert!(
        found.is_empty(),
        "{name}: {found:#?}\nthe emulator gives {given:#}"
    );
}

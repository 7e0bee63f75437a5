//! What core encodes, the emulator reads back: generated inputs of every operation, by a decoder that has no line in
//! common with the encoder.

#[path = "parsed_back/inputs.rs"]
mod inputs;

use std::cell::Cell;
use std::collections::BTreeSet;

use neptunedata::{Endpoint, OPERATIONS, Operation};
use neptunedata_emulator::{Emulator, Now};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::inputs::Inputs;

/// Inputs of each operation.
const CASES: u32 = 64;

/// What core sends of itself where the caller says nothing: operation, member, value, and why.
const DEFAULTS: &[(&str, &str, &str, &str)] = &[(
    "ExecuteGremlinQuery",
    "serializer",
    "application/vnd.gremlin-v3.0+json;types=false",
    "so that the form of the answer is known",
)];

macro_rules! parse_back {
    ($($operation:ident,)*) => {
        #[test]
        fn every_operation_is_parsed_back() {
            let inputs = Inputs::load();
            let mut parsed = BTreeSet::new();
            $(if parsed_back::<neptunedata::$operation>(&inputs) {
                parsed.insert(neptunedata::$operation::INFO.name);
            })*
            let listed = OPERATIONS.iter().map(|info| info.name);
            assert_eq!(parsed, listed.collect());
        }
    };
}
neptunedata::for_each_operation!(parse_back);

/// Whether the model has it; what it lacks has its own tests.
fn parsed_back<O>(inputs: &Inputs) -> bool
where
    O: Operation + Serialize + DeserializeOwned,
{
    let name = O::INFO.name;
    let Some(strategy) = inputs.of(name) else {
        return false;
    };
    let endpoint = Endpoint::parse("http://localhost:8182").expect("an endpoint");
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(CASES)
    };
    let (mut fullest, members) = (Cell::new(0), inputs.members(name));
    let ran = TestRunner::new(config).run(&strategy, |input| {
        let request: O = serde_json::from_value(input.clone()).map_err(fail)?;
        let encoded = neptunedata::request(&request, &endpoint).map_err(fail)?;
        let mut neptune = Emulator::default();
        // Whether it is carried out depends on what it names.
        let _ = neptune.handle(encoded, Now::at_unix(1_704_067_200));
        let [entry] = neptune.log() else {
            return Err(fail("not received"));
        };
        if entry.operation != Some(name) {
            return Err(fail(format!("taken for {:?}", entry.operation)));
        }
        let mut read = entry
            .input()
            .ok_or_else(|| fail(format!("not read: {entry:?}")))?;
        for (operation, member, value, _) in DEFAULTS {
            if *operation == name && input.get(member).is_none() {
                let sent = read.members.remove(*member);
                if sent.as_ref() != Some(&Value::from(*value)) {
                    return Err(fail(format!("{member} is {sent:?}")));
                }
            }
        }
        let value = serde_json::to_value(&request).map_err(fail)?;
        if Value::Object(read.members.clone()) != value || value != input {
            return Err(fail(format!("{value} was read as {:?}", read.members)));
        }
        if read.extra != Map::new() {
            return Err(fail(format!("{:?} is too much", read.extra)));
        }
        fullest.set(fullest.get().max(read.members.len()));
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{name}: {error}");
    }
    // Not only inputs of required members were made.
    assert!(
        *fullest.get_mut() * 2 >= members,
        "{name}: {fullest:?} of {members}"
    );
    true
}

fn fail(reason: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(reason.to_string())
}

/// Text and id of made-up queries of SPARQL, which the model lacks.
#[test]
fn queries_of_sparql_are_parsed_back() {
    query_parsed_back::<neptunedata::ExecuteSparqlQuery>();
    query_parsed_back::<neptunedata::ExecuteSparqlUpdate>();
}

fn query_parsed_back<O>()
where
    O: Operation + Serialize + DeserializeOwned + proptest::arbitrary::Arbitrary,
{
    let (name, strategy) = (O::INFO.name, proptest::arbitrary::any::<O>());
    let endpoint = Endpoint::parse("http://localhost:8182").expect("an endpoint");
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(CASES)
    };
    let ran = TestRunner::new(config).run(&strategy, |request| {
        let mut input = serde_json::to_value(&request).map_err(fail)?;
        // Ids are UUIDs.
        if let Some(id) = input.get_mut("queryId") {
            *id = format!("4d5c4fae-aa30-41cf-9e1f-{:012x}", id.to_string().len()).into();
        }
        let request: O = serde_json::from_value(input.clone()).map_err(fail)?;
        let text = input.get("query").or(input.get("update"));
        // Without any text there is no query.
        if text == Some(&Value::from("")) {
            return Ok(());
        }
        let encoded = neptunedata::request(&request, &endpoint).map_err(fail)?;
        let mut neptune = Emulator::default();
        let _ = neptune.handle(encoded, Now::at_unix(1_704_067_200));
        let Some(query) = neptune.log().first().and_then(|entry| entry.query.as_ref()) else {
            return Err(fail("not understood"));
        };
        if text != Some(&Value::from(query.text.as_str())) {
            return Err(fail(format!("{input} was read as {query:?}")));
        }
        let id = query.query_id.as_deref();
        if input.get("queryId").and_then(Value::as_str) != id {
            return Err(fail(format!("{input} was read as {query:?}")));
        }
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{name}: {error}");
    }
}

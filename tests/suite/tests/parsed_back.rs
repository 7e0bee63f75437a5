//! The emulator decodes what core encodes: arbitrary requests of every operation. The decoder shares no code with the
//! encoder.

use std::cell::Cell;

use neptunedata::{Endpoint, Operation};
use neptunedata_emulator::{Emulator, Now};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde::Serialize;
use serde_json::{Map, Value};

/// Inputs of each operation.
const CASES: u32 = 64;

/// What core sends of itself where the caller says nothing: operation, member, value, and why.
const DEFAULTS: &[(&str, &str, &str, &str)] = &[(
    "ExecuteGremlinQuery",
    "serializer",
    "application/vnd.gremlin-v3.0+json;types=false",
    "so that the form of the answer is known",
)];

fn fail(reason: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(reason.to_string())
}

macro_rules! parse_back {
    ($($operation:ty,)*) => {
        $(parsed_back::<$operation>();)*
    };
}

/// Also of what the model lacks: SPARQL, the Graph Store Protocol, and members of our own.
#[test]
fn every_operation_is_parsed_back() {
    neptunedata::for_each_operation!(parse_back);
    neptunedata::for_each_sparql_operation!(parse_back);
}

fn parsed_back<O>()
where
    O: Operation + Serialize + proptest::arbitrary::Arbitrary,
{
    let (name, strategy) = (O::INFO.name, proptest::arbitrary::any::<O>());
    let endpoint = Endpoint::parse("http://localhost:8182").expect("an endpoint");
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(CASES)
    };
    let sent = Cell::new(0);
    let ran = TestRunner::new(config).run(&strategy, |request| {
        let Value::Object(input) = serde_json::to_value(&request).map_err(fail)? else {
            return Err(fail("no object"));
        };
        let Ok(encoded) = neptunedata::request(&request, &endpoint) else {
            return Ok(());
        };
        sent.set(sent.get() + 1);
        let mut neptune = Emulator::default();
        let _ = neptune.handle(encoded, Now::at_unix(1_704_067_200));
        let [entry] = neptune.log() else {
            return Err(fail("not received"));
        };
        if entry.operation != Some(name) {
            return Err(fail(format!("taken for {:?}", entry.operation)));
        }
        let read = entry
            .input()
            .ok_or_else(|| fail(format!("not read: {entry:?}")))?;
        let expected = as_sent(name, input.clone(), &read.members);
        if read.members != expected || read.extra != Map::new() {
            return Err(fail(format!("{input:?} was read as {read:?}")));
        }
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{name}: {error}");
    }
    assert!(sent.get() * 2 > CASES, "{name}: {sent:?} of {CASES}");
}

/// A request as it can be read: without what only changes how it is sent.
fn as_sent(
    operation: &str,
    mut input: Map<String, Value>,
    read: &Map<String, Value>,
) -> Map<String, Value> {
    for (name, member, value, _) in DEFAULTS {
        if *name == operation {
            input.entry(*member).or_insert_with(|| (*value).into());
        }
    }
    input.remove("flagsAsText");
    // A list of no graphs says what none says.
    input.retain(|name, value| !name.ends_with("GraphUri") || value != &Value::Array(Vec::new()));
    if let Some(milliseconds) = input.remove("timeoutHint") {
        let text = input["openCypherQuery"].as_str().expect("text").to_owned();
        let hint = format!("USING QUERY:TIMEOUTMILLISECONDS {milliseconds} ");
        // Texts with hints of their own keep to those.
        let is_kept = text.to_lowercase().contains("using")
            && read.get("openCypherQuery") == Some(&Value::from(text.as_str()));
        let hint = if is_kept { String::new() } else { hint };
        input.insert("openCypherQuery".to_owned(), (hint + &text).into());
    }
    input
}

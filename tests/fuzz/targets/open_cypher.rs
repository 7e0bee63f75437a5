//! Any text and parameters as an openCypher query on the graph engine: a response, and if it is an error, nothing has
//! changed.
#![no_main]

use bytes::Bytes;
use http::Request;
use libfuzzer_sys::fuzz_target;
use neptunedata_emulator::{Config, Emulator, Now};
use serde_json::{Value, json};

const ALL: &str = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN n, r";

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (parameters, query) = text.split_once('\n').unwrap_or(("{}", &text));
    let mut neptune = Emulator::new(Config::default().graph_engine(true));
    let people = "CREATE (:A {`~id`: 'a', x: 1})-[:R {y: 'z'}]->(:B), (:A:B {x: 2.5})";
    assert!(ask(&mut neptune, people, "{}").0, "the graph");
    let before = ask(&mut neptune, ALL, "{}");
    if !ask(&mut neptune, query, parameters).0 {
        assert_eq!(ask(&mut neptune, ALL, "{}"), before);
    }
});

/// Whether a query succeeds, and the body of the response.
fn ask(neptune: &mut Emulator, query: &str, parameters: &str) -> (bool, Value) {
    let body = json!({ "query": query, "parameters": parameters }).to_string();
    let request = Request::post("/openCypher")
        .header("content-type", "application/json")
        .body(Bytes::from(body))
        .expect("a request");
    let outcome = neptune.handle(request, Now::at_unix(0));
    let response = outcome.into_response().expect("a response");
    let success = response.status().is_success();
    (success, response.to_json().expect("JSON"))
}

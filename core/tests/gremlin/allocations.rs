//! The allocations of reading results: counted, not timed.

use neptunedata::gremlin::{ExecuteGremlinQuery, GremlinValue};

use crate::messages::response;

/// The limit of the other allocations, such as those of the list of results while it grows.
const FIXED: u64 = 30;

/// A response with `results` maps, each with 4 entries and 7 strings.
fn maps(results: usize) -> http::Response<bytes::Bytes> {
    let map = r#"{"@type":"g:Map","@value":[{"@type":"g:T","@value":"id"},"3",
        {"@type":"g:T","@value":"label"},"airport","city","Alghero",
        "runways",{"@type":"g:Int32","@value":2}]}"#;
    let list = vec![map; results].join(",");
    let result = format!(r#"{{"@type":"g:List","@value":[{list}]}}"#);
    response(200, format!(r#"{{"result":{{"data":{result}}}}}"#))
}

#[test]
fn values_take_an_allocation_for_each_string_and_list() {
    let results = 1_000;
    let answer = maps(results);
    let mut values = Vec::new();
    let counted = allocation_counter::measure(|| {
        let output = neptunedata::response::<ExecuteGremlinQuery>(&answer).unwrap();
        values = output.values().unwrap();
    });
    assert_eq!(values.len(), results);
    let entries = values[0].as_map().unwrap();
    assert_eq!(entries[3].1, GremlinValue::Int32(2));
    let limit = 8 * results as u64 + FIXED;
    let count = counted.count_total;
    assert!(count <= limit, "{count} allocations");
}

/// Raw results and the result itself are parts of the body.
#[test]
fn raw_results_take_no_allocation_each() {
    let answer = maps(1_000);
    let counted = allocation_counter::measure(|| {
        let output = neptunedata::response::<ExecuteGremlinQuery>(&answer).unwrap();
        assert_eq!(output.raw_rows().unwrap().len(), 1_000);
    });
    let count = counted.count_total;
    assert!(count <= FIXED, "{count} allocations");
}

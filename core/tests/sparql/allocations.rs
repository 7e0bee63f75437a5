//! The allocations of reading rows: counted, not timed.

use std::fmt::Write;

use neptunedata::sparql::ExecuteSparqlQueryOutput;
use serde::Deserialize;

use crate::answers::read;

const ROWS: u64 = 1_000;
/// The limit of the other allocations, such as those of the list of rows while it grows.
const FIXED: u64 = 60;

fn output() -> ExecuteSparqlQueryOutput {
    let mut body = r#"{"head":{"vars":["s","name","age"]},"results":{"bindings":["#.to_owned();
    for row in 0..ROWS {
        let comma = if row == 0 { "" } else { "," };
        write!(
            body,
            r#"{comma}{{"s":{{"type":"uri","value":"u:{row}"}},"name":{{"type":"literal","value":"n"}},
            "age":{{"type":"literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"{row}"}}}}"#
        )
        .unwrap();
    }
    body.push_str("]}}");
    read("application/sparql-results+json", body).unwrap()
}

#[derive(Deserialize)]
struct Row {
    s: String,
    name: String,
    age: u32,
}

#[test]
fn rows_take_an_allocation_for_each_string_of_the_callers_type() {
    let output = output();
    let mut rows = Vec::<Row>::new();
    let counted = allocation_counter::measure(|| rows = output.rows().unwrap());
    let last = &rows[999];
    assert_eq!((&*last.s, &*last.name, last.age), ("u:999", "n", 999));
    let count = counted.count_total;
    assert!(count <= 2 * ROWS + FIXED, "{count} allocations");
}

/// 8 allocations for each row: its map, 3 names, 3 values and a datatype.
#[test]
fn results_take_an_allocation_for_each_string_and_map() {
    let output = output();
    let mut rows = 0;
    let counted = allocation_counter::measure(|| rows = output.results().unwrap().bindings.len());
    assert_eq!(rows as u64, ROWS);
    let count = counted.count_total;
    assert!(count <= 8 * ROWS + FIXED, "{count} allocations");
}

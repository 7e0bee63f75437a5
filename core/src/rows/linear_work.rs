//! The work of the row reader is linear in the size of the input, for any input. It is counted, not
//! timed.
//!
//! The count includes the bytes that are read and the keys that are copied to paths;
//! `tests/rows/copies.rs` counts all other copies.

use bytes::Bytes;
use serde_json::Value;

use super::{RowReader, RowsFormat};

/// How many bytes are read for each byte of the body.
fn work_per_byte(body: &[u8], size: usize) -> f64 {
    let mut reader = RowReader::<Value>::new(RowsFormat::OpenCypher);
    for piece in body.chunks(size) {
        reader.push(Bytes::copy_from_slice(piece));
        while let Ok(Some(_)) = reader.next_row() {}
    }
    reader.end();
    let _ = reader.next_row();
    reader.work() as f64 / body.len() as f64
}

#[test]
fn no_input_is_read_many_times() {
    let n = 100_000;
    let rows = |row: &str| format!(r#"{{"results":[{}]}}"#, vec![row; n / row.len()].join(","));
    let bodies = [
        ("short rows", rows(r#"{"a":1,"b":"text"}"#)),
        ("numbers", rows("1")),
        ("one text", rows(&format!("\"{}\"", "x".repeat(n - 10)))),
        (
            "escapes",
            rows(&format!("\"{}\"", "\\\\".repeat(n / 2 - 10))),
        ),
        ("open text", format!(r#"{{"results":["{}"#, "x".repeat(n))),
        ("nesting", format!(r#"{{"results":[{}"#, "[".repeat(n))),
        (
            "open objects",
            format!(r#"{{"results":[{}"#, r#"{"a":"#.repeat(n / 5)),
        ),
        (
            "flat list",
            format!(r#"{{"results":[[{}0]]}}"#, "0,".repeat(n / 2)),
        ),
        (
            "white space",
            format!(r#"{{"results":[1{},1]}}"#, " ".repeat(n)),
        ),
        (
            "more white space",
            format!(r#"{{"results":[{}1]}}"#, " ".repeat(n)),
        ),
        ("a word", format!(r#"{{"results":[{}"#, "t".repeat(n))),
        ("a number", format!(r#"{{"results":[{}"#, "1".repeat(n))),
        (
            "a long key",
            format!(r#"{{"{}":1,"results":[]}}"#, "x".repeat(n)),
        ),
        (
            "a long key before a long value",
            format!(
                r#"{{"{}":"{}","results":[]}}"#,
                "x".repeat(n / 2),
                "y".repeat(n / 2)
            ),
        ),
        (
            "a long key before a truncated value",
            format!(r#"{{"{}":"{}"#, "x".repeat(n / 2), "y".repeat(n / 2)),
        ),
        (
            "a long member",
            format!(r#"{{"x":[{}0],"results":[]}}"#, "0,".repeat(n / 2)),
        ),
        ("not JSON", format!("<{}", "x".repeat(n))),
        (
            "not JSON in a row",
            format!(r#"{{"results":[{{"a":x{}"#, "y".repeat(n)),
        ),
        ("commas", format!(r#"{{"results":[{}"#, ",".repeat(n))),
        (
            "long rows",
            rows(&format!(r#"{{"a":"{}"}}"#, "x".repeat(50_000))),
        ),
    ];
    for (name, body) in bodies {
        for size in [1, 2, 100, 4096, 65_536, n * 2] {
            let work = work_per_byte(body.as_bytes(), size);
            assert!(work < 6.0, "{name} by {size}: {work} times");
        }
    }
}

/// Rows that are not cut are read once.
#[test]
fn most_rows_are_read_once() {
    let body = format!(
        r#"{{"results":[{}]}}"#,
        vec![r#"{"a":1,"b":"text"}"#; 30_000].join(",")
    );
    let work = work_per_byte(body.as_bytes(), 65_536);
    assert!(work < 1.01, "{work}");
}

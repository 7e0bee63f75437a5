//! openCypher rows in memory, read as they arrive or from the whole response, compared with serde_json on the whole
//! body.

use std::hint::black_box;

use bytes::Bytes;
use neptunedata::{
    opencypher::ExecuteOpenCypherQuery,
    rows::{RowReader, RowsFormat},
};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::{
    Size, data,
    measure::cpu_micros,
    requests::response,
    row::{Row, Target::AtMost},
    types::{CypherResponse, CypherRow},
};

/// The size of the chunks that a transport delivers.
const CHUNK: usize = 64 * 1024;

pub(crate) fn rows(size: Size) -> Vec<Row> {
    let row = |name: &str, peer, target, ours: fn(&Bytes), theirs: fn(&Bytes)| {
        Row::ratio(
            format!("openCypher, 1 MB, {name}"),
            "µs",
            peer,
            AtMost(target),
            move || {
                let body = data::cypher(data::ROWS);
                let copy = body.clone();
                (
                    cpu_micros(size, move || ours(&body)),
                    cpu_micros(size, move || theirs(&copy)),
                )
            },
        )
    };
    vec![
        row(
            "whole, typed rows",
            "serde_json typed",
            1.10,
            whole,
            serde_typed,
        )
        .explained("profiles/decode.md"),
        row(
            "rows as they arrive, typed",
            "serde_json typed",
            0.95,
            as_they_arrive_typed,
            serde_typed,
        ),
        row(
            "rows as they arrive, skipped",
            "serde_json skipped",
            1.05,
            as_they_arrive_skipped,
            serde_skipped,
        )
        .explained("profiles/decode.md"),
        Row::count(
            "rows late when the comma comes with the next row",
            "rows",
            AtMost(0.0),
            || Box::new(rows_late),
        ),
    ]
}

fn as_they_arrive_typed(body: &Bytes) {
    as_they_arrive::<CypherRow>(RowsFormat::OpenCypher, body);
}

fn as_they_arrive_skipped(body: &Bytes) {
    as_they_arrive::<IgnoredAny>(RowsFormat::OpenCypher, body);
}

/// Decodes and drops each row, and returns their number.
pub(crate) fn as_they_arrive<T: DeserializeOwned>(format: RowsFormat, body: &Bytes) -> u64 {
    let mut reader = RowReader::<T>::new(format);
    let mut rest = body.clone();
    while !rest.is_empty() {
        reader.push(rest.split_to(rest.len().min(CHUNK)));
        while let Some(row) = reader.next_row().unwrap() {
            black_box(row);
        }
    }
    reader.end();
    assert!(reader.next_row().unwrap().is_none());
    reader.rows()
}

fn whole(body: &Bytes) {
    let output = neptunedata::response::<ExecuteOpenCypherQuery>(&response(body.clone())).unwrap();
    black_box(output.rows::<CypherRow>().unwrap());
}

fn serde_typed(body: &Bytes) {
    black_box(serde_json::from_slice::<CypherResponse>(body).unwrap());
}

/// Checks the body, and keeps nothing.
pub(crate) fn serde_skipped(body: &Bytes) {
    black_box(serde_json::from_slice::<IgnoredAny>(body).unwrap());
}

/// Two rows arrive in a chunk each, and the comma between them at the start of the second chunk. Returns how many of the
/// rows are not returned as soon as their chunk has arrived.
fn rows_late() -> f64 {
    let mut reader = RowReader::<IgnoredAny>::new(RowsFormat::OpenCypher);
    let mut late = 0.0;
    for chunk in [r#"{"results":[{"n":1}"#, r#",{"n":2}"#] {
        reader.push(chunk);
        if reader.next_row().unwrap().is_none() {
            late += 1.0;
        }
    }
    late
}

//! openCypher rows, in memory: as they arrive and as a whole, compared with serde_json on the whole body.

use std::hint::black_box;

use bytes::Bytes;
use neptunedata::{
    opencypher::ExecuteOpenCypherQuery,
    rows::{RowReader, RowsFormat},
};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::{
    Size,
    data::{self, CypherResponse},
    measure::cpu_micros,
    requests::response,
    row::{Reach::AtMost, Row},
};

/// As much as a transport delivers at once.
const CHUNK: usize = 64 * 1024;

pub(crate) fn rows(size: Size) -> Vec<Row> {
    let typed = || data::cypher(data::ROWS);
    vec![
        Row::ratio(
            "openCypher, 1 MB, whole, typed rows",
            "µs",
            "serde_json typed",
            AtMost(1.10),
            move || {
                let (body, peer) = (typed(), typed());
                (
                    cpu_micros(size, move || whole(&body)),
                    cpu_micros(size, move || serde_whole::<data::Row>(&peer)),
                )
            },
        ),
        Row::ratio(
            "openCypher, 1 MB, rows as they arrive, typed",
            "µs",
            "serde_json typed",
            AtMost(0.95),
            move || as_they_arrive_and_whole::<data::Row>(size, typed()),
        ),
        Row::ratio(
            "openCypher, 1 MB, rows as they arrive, skipped",
            "µs",
            "serde_json skipped",
            AtMost(1.05),
            move || {
                let (body, peer) = (typed(), typed());
                (
                    cpu_micros(size, move || {
                        as_they_arrive::<IgnoredAny>(RowsFormat::OpenCypher, &body);
                    }),
                    cpu_micros(size, move || skip(&peer)),
                )
            },
        ),
        Row::count(
            "rows late when the comma comes with the next row",
            "rows",
            AtMost(0.0),
            || Box::new(rows_late),
        ),
    ]
}

fn as_they_arrive_and_whole<T: DeserializeOwned>(
    size: Size,
    body: Bytes,
) -> (crate::row::Measure, crate::row::Measure) {
    let peer = body.clone();
    (
        cpu_micros(size, move || {
            as_they_arrive::<T>(RowsFormat::OpenCypher, &body);
        }),
        cpu_micros(size, move || serde_whole::<T>(&peer)),
    )
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
    black_box(output.rows::<data::Row>().unwrap());
}

fn serde_whole<T: DeserializeOwned>(body: &[u8]) {
    black_box(serde_json::from_slice::<CypherResponse<T>>(body).unwrap());
}

/// Checks the body, and keeps nothing.
pub(crate) fn skip(body: &[u8]) {
    black_box(serde_json::from_slice::<IgnoredAny>(body).unwrap());
}

/// How many of two rows, each in a chunk of its own and the comma at the start of the second chunk, come only when the
/// next chunk is there.
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

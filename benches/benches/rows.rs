//! Rows of a large in-memory response: row by row, compared with serde_json on the whole body.
//!
//! The rows are decoded in two ways: into structs, and into JSON values.
//!
//! ```text
//! cargo bench -p neptunedata-benches --bench rows
//! ```

use std::{hint::black_box, time::Instant};

use bytes::Bytes;
use neptunedata::rows::{RowReader, RowsFormat};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

const ROWS: usize = 50_000;
const CHUNK: usize = 64 * 1024;
const ROUNDS: usize = 31;
/// The maximum ratio of our time to the time of serde_json.
const LIMIT: f64 = 0.95;

#[derive(Debug, Deserialize)]
struct Person {
    #[serde(rename = "~id")]
    id: String,
    #[serde(rename = "~labels")]
    labels: Vec<String>,
    #[serde(rename = "~properties")]
    properties: Properties,
}

#[derive(Debug, Deserialize)]
struct Properties {
    name: String,
    age: u32,
    balance: f64,
    email: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Row<N> {
    n: N,
}

#[derive(Debug, Deserialize)]
struct Response<N> {
    results: Vec<Row<N>>,
}

fn body() -> Bytes {
    let row = |index: usize| {
        json!({"n": {
            "~id": format!("{index:08x}-7efb-aa03-e3d4-ad7f94e4fc51"),
            "~entityType": "node",
            "~labels": ["Person", "Customer"],
            "~properties": {
                "name": format!("Customer No. {index}"),
                "age": index % 90,
                "balance": f64::from(u32::try_from(index * 7 % 100_000).unwrap()) / 100.0,
                "email": (!index.is_multiple_of(3)).then(|| format!("customer.{index}@example.com")),
                "note": "a \"quoted\" text that is not requested",
            },
        }})
    };
    let rows: Vec<Value> = (0..ROWS).map(row).collect();
    json!({"results": rows}).to_string().into()
}

/// Decodes, uses and drops each row.
fn as_they_arrive<N: DeserializeOwned>(body: &Bytes, mut used: impl FnMut(&Row<N>)) {
    let mut reader = RowReader::<Row<N>>::new(RowsFormat::OpenCypher);
    let mut rest = body.clone();
    while !rest.is_empty() {
        // Copied, as a transport delivers chunks: they are not adjacent in memory.
        let chunk = rest.split_to(rest.len().min(CHUNK));
        reader.push(chunk);
        while let Some(row) = reader.next_row().unwrap() {
            used(&row);
        }
    }
    reader.end();
    assert!(reader.next_row().unwrap().is_none());
}

fn as_a_whole<N: DeserializeOwned>(body: &Bytes, mut used: impl FnMut(&Row<N>)) {
    let response: Response<N> = serde_json::from_slice(body).unwrap();
    response.results.iter().for_each(&mut used);
}

/// Runs both alternately and often, so that other load on the machine affects both. Prints the median of each and
/// returns their ratio.
fn compare(name: &str, body: &Bytes, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> f64 {
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            our_times.push(time(&mut ours));
            their_times.push(time(&mut theirs));
        } else {
            their_times.push(time(&mut theirs));
            our_times.push(time(&mut ours));
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (ours, theirs) = (median(&mut our_times), median(&mut their_times));
    let rate = |time: f64| body.len() as f64 / time / 1e6;
    println!(
        "{name}: as they arrive {:.1} ms ({:.0} MB/s), as a whole {:.1} ms ({:.0} MB/s), ratio {:.3}",
        ours * 1e3,
        rate(ours),
        theirs * 1e3,
        rate(theirs),
        ours / theirs,
    );
    ours / theirs
}

fn main() {
    let body = body();
    println!(
        "{ROWS} rows, {:.1} MB, chunks of {} KiB, median of {ROUNDS} rounds",
        body.len() as f64 / 1e6,
        CHUNK / 1024
    );
    let mut most: f64 = 0.0;
    let typed = |row: &Row<Person>| {
        let Properties {
            name,
            age,
            balance,
            email,
        } = &row.n.properties;
        black_box((&row.n.id, &row.n.labels, name, age, balance, email));
    };
    most = most.max(compare(
        "structs",
        &body,
        || as_they_arrive(&body, typed),
        || as_a_whole(&body, typed),
    ));
    let value = |row: &Row<Value>| {
        black_box(&row.n);
    };
    most = most.max(compare(
        "values",
        &body,
        || as_they_arrive(&body, value),
        || as_a_whole(&body, value),
    ));
    if most > LIMIT {
        eprintln!("{most:.3} is more than {LIMIT}");
        std::process::exit(1);
    }
}

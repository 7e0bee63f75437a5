//! Reads a response of one gigabyte in the memory of one row, with the blocking client.
//!
//! ```text
//! cargo run --release --example rows_blocking
//! cargo run --release --example rows_blocking -- 64
//! cargo run --release --example rows_blocking -- 64 keep
//! ```
//!
//! The number is the size of the response in MiB, 1024 by default; `keep` keeps all rows, for comparison. The emulator
//! generates the response in the same process, so the memory printed includes both. The exit code is not zero if the
//! memory grew by more than 16 MiB.

use std::{env, error::Error, time::Instant};

use bytes::Bytes;
use neptunedata_blocking::{Client, Endpoint, opencypher::ExecuteOpenCypherQuery};
use neptunedata_emulator::{Emulator, QueryScript, Server};
use neptunedata_tests::resident;
use serde::Deserialize;

/// By how many bytes the memory may grow.
const MAX_GROWTH: u64 = 16 * 1024 * 1024;

#[derive(Deserialize)]
struct Person {
    id: u64,
    name: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let size = env::args().nth(1).map_or(Ok(1024), |size| size.parse())?;
    let keep = env::args().nth(2).is_some_and(|word| word == "keep");
    let server = large_response(size)?;

    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    let query = ExecuteOpenCypherQuery::new("MATCH (p:Person) RETURN id(p) AS id, p.name AS name");
    let (begun, before) = (Instant::now(), resident::now());
    let (mut characters, mut most, mut kept) = (0, before, Vec::new());
    let mut people = client.rows::<Person>(&query);
    for person in &mut people {
        let person = person?;
        characters += person.name.len();
        if person.id % 65_536 == 0 {
            most = most.max(resident::now());
        }
        kept.extend(keep.then_some(person));
    }

    most = most.max(resident::now());
    let rows = people.summary().ok_or("the response is incomplete")?.rows;
    let time = begun.elapsed().as_secs_f64();
    let written = server.connections().bytes_written;
    drop(kept);
    println!(
        "{rows} rows, {characters} characters in names, {} MiB",
        written >> 20
    );
    println!(
        "{:.0} rows/s, {:.0} MiB/s",
        rows as f64 / time,
        (written >> 20) as f64 / time
    );
    let Some((before, most)) = before.zip(most) else {
        println!("this system does not report memory use");
        return Ok(());
    };
    let grown = most.saturating_sub(before);
    let peak = resident::peak().unwrap_or(most);
    println!(
        "memory: grew by {} KiB, peak {} KiB",
        grown >> 10,
        peak >> 10
    );
    if grown > MAX_GROWTH {
        return Err(format!("memory grew by more than {} KiB", MAX_GROWTH >> 10).into());
    }
    Ok(())
}

/// A server that responds with this many MiB of people.
fn large_response(size: u64) -> Result<Server, Box<dyn Error>> {
    let row = |n| {
        let name = format!("{n:x}-").repeat(12);
        Bytes::from(format!(r#"{{"id":{n},"name":"{name:0<200}"}}"#))
    };
    let length = u64::try_from(row(1).len())? + 1;
    let count = (size << 20) / length;
    let mut emulator = Emulator::default();
    emulator.script(QueryScript::open_cypher().generate_raw(count, row));
    Ok(Server::start(emulator)?)
}

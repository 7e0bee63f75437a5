//! Reads an answer of a gigabyte in the memory of one row, with the blocking client.
//!
//! ```text
//! cargo run --release --example rows_blocking
//! cargo run --release --example rows_blocking -- 64
//! cargo run --release --example rows_blocking -- 64 keep
//! ```
//!
//! The number is the size of the answer in MiB, 1024 by default; `keep` keeps all rows, to compare. The emulator makes it while it is
//! sent, in this process, so the memory told is that of both. Ends non-zero when it grew by more than
//! 16 MiB.

use std::{env, error::Error, time::Instant};

use bytes::Bytes;
use neptunedata_blocking::{Client, Endpoint, opencypher::ExecuteOpenCypherQuery};
use neptunedata_emulator::{Emulator, QueryScript, Server};
use neptunedata_tests::resident;
use serde::Deserialize;

/// The memory may grow by so many bytes.
const ROOM: u64 = 16 * 1024 * 1024;

#[derive(Deserialize)]
struct Person {
    id: u64,
    name: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let size = env::args().nth(1).map_or(Ok(1024), |size| size.parse())?;
    let keep = env::args().nth(2).is_some_and(|word| word == "keep");
    let server = large_answer(size)?;

    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    let query = ExecuteOpenCypherQuery::new("MATCH (p:Person) RETURN id(p) AS id, p.name AS name");
    let (begun, before) = (Instant::now(), resident::now());
    let (mut letters, mut most, mut kept) = (0, before, Vec::new());
    let mut people = client.rows::<Person>(&query);
    for person in &mut people {
        let person = person?;
        letters += person.name.len();
        if person.id % 65_536 == 0 {
            most = most.max(resident::now());
        }
        kept.extend(keep.then_some(person));
    }

    most = most.max(resident::now());
    let rows = people.end().ok_or("no end")?.rows;
    let time = begun.elapsed().as_secs_f64();
    let written = server.connections().bytes_written;
    drop(kept);
    println!(
        "{rows} rows, {letters} letters in names, {} MiB",
        written >> 20
    );
    println!(
        "{:.0} rows/s, {:.0} MiB/s",
        rows as f64 / time,
        (written >> 20) as f64 / time
    );
    let Some((before, most)) = before.zip(most) else {
        println!("this system does not tell how much memory is in use");
        return Ok(());
    };
    let grown = most.saturating_sub(before);
    let peak = resident::peak().unwrap_or(most);
    println!(
        "memory: {} KiB more than before, {} KiB at most",
        grown >> 10,
        peak >> 10
    );
    if grown > ROOM {
        return Err(format!("that is more than {} KiB", ROOM >> 10).into());
    }
    Ok(())
}

/// Answers with so many MiB of people.
fn large_answer(size: u64) -> Result<Server, Box<dyn Error>> {
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

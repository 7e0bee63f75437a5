//! Reads a response of one gigabyte in the memory of one row, with the async client.
//!
//! ```text
//! cargo run --release --example rows
//! cargo run --release --example rows -- 64
//! cargo run --release --example rows -- 64 keep
//! ```
//!
//! The number is the size of the response in MiB, 1024 by default; `keep` keeps all rows, for comparison. The emulator
//! generates the response in the same process, so the memory printed includes both. The exit code is not zero if the
//! memory grew by more than 16 MiB.

use std::{env, error::Error};

use neptunedata_hyper::{Client, Endpoint, opencypher::ExecuteOpenCypherQuery};
use neptunedata_tests::examples::{Memory, large_response};
use serde::Deserialize;

#[derive(Deserialize)]
struct Person {
    id: u64,
    name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let size = env::args().nth(1).map_or(Ok(1024), |size| size.parse())?;
    let keep = env::args().nth(2).is_some_and(|word| word == "keep");
    let server = large_response(size)?;

    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    let query = ExecuteOpenCypherQuery::new("MATCH (p:Person) RETURN id(p) AS id, p.name AS name");
    let mut memory = Memory::start();
    let (mut characters, mut kept) = (0, Vec::new());
    let mut people = client.rows::<Person>(&query);
    while let Some(person) = people.next().await {
        let person = person?;
        characters += person.name.len();
        if person.id % 65_536 == 0 {
            memory.sample();
        }
        kept.extend(keep.then_some(person));
    }

    let rows = people.summary().ok_or("the response is incomplete")?.rows;
    memory.report(rows, "rows", &server)?;
    println!("{characters} characters in names");
    Ok(())
}

//! Follows a change stream, stops, and resumes from its checkpoint, with the async client.
//!
//! ```text
//! cargo run --example follow_changes
//! ```
//!
//! It starts an emulator, to which another thread adds people.

use std::{error::Error, sync::Arc, thread, time::Duration};

use neptunedata_emulator::{Change, ChangeStream, Config, Emulator, Server};
use neptunedata_hyper::{
    Client, Endpoint,
    changes::{Checkpoint, StartPosition, Transaction},
    streams::{GetPropertygraphStream, PropertygraphRecord},
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Emulator::new(Config::default().streams(true)))?;
    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    let server = Arc::new(server);
    let adding = thread::spawn({
        let server = Arc::clone(&server);
        move || add_people(&server)
    });

    let mut changes = client.changes::<GetPropertygraphStream>(StartPosition::TrimHorizon);
    let mut kept = String::new();
    for _ in 0..3 {
        let transaction = changes.next().await.ok_or("the stream ended")??;
        print(&transaction);
        // Store the checkpoint anywhere, after the transaction has been processed.
        kept = transaction.checkpoint.to_string();
    }
    drop(changes);
    println!("stopped at {kept}; resuming");

    // Later, perhaps in another process:
    let checkpoint: Checkpoint = kept.parse()?;
    let mut changes = client.changes::<GetPropertygraphStream>(StartPosition::After(checkpoint));
    for _ in 0..3 {
        print(&changes.next().await.ok_or("the stream ended")??);
    }
    adding
        .join()
        .map_err(|_| "the thread that adds people panicked")?;
    Ok(())
}

fn print(transaction: &Transaction<PropertygraphRecord>) {
    println!("transaction {}", transaction.commit_num);
    for record in &transaction.records {
        let op = record.op.as_ref().map_or("?", |op| op.as_str());
        let data = record.data.clone().unwrap_or_default();
        let value = data.value.map(|value| value.value.to_string());
        println!(
            "  {op:6} {} {} {}",
            data.id.unwrap_or_default(),
            data.key.unwrap_or_default(),
            value.unwrap_or_default(),
        );
    }
}

/// Adds six people, each in a separate transaction.
fn add_people(server: &Server) {
    for (n, name) in ["Ann", "Bob", "Cid", "Dee", "Eve", "Fay"]
        .iter()
        .enumerate()
    {
        let of_type = |kind: &str, key: &str, value: &str| {
            let value = json!({"value": value, "dataType": "String"});
            Change::add(json!({"id": format!("v{n}"), "type": kind, "key": key, "value": value}))
        };
        let changes = [
            of_type("vl", "label", "person"),
            of_type("vp", "name", name),
        ];
        let now = server.now();
        server.with(|emulator| emulator.append_commit(ChangeStream::PropertyGraph, changes, now));
        thread::sleep(Duration::from_millis(100));
    }
}

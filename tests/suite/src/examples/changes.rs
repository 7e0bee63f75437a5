//! For the examples that follow changes.

use std::{io, thread, time::Duration};

use neptunedata::{changes::Transaction, streams::PropertygraphRecord};
use neptunedata_emulator::{Change, ChangeStream, Config, Emulator, Server};
use serde_json::json;

/// Starts an emulator with change streams.
///
/// # Errors
///
/// If it cannot listen.
pub fn streaming_emulator() -> io::Result<Server> {
    Server::start(Emulator::new(Config::default().streams(true)))
}

/// Adds six people, each in a separate transaction.
pub fn add_people(server: &Server) {
    let names = ["Ann", "Bob", "Cid", "Dee", "Eve", "Fay"];
    for (n, name) in names.iter().enumerate() {
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

/// Prints a transaction with its records.
pub fn print_transaction(transaction: &Transaction<PropertygraphRecord>) {
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

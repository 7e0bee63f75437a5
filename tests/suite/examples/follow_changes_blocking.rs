//! Follows a change stream, stops, and resumes from its checkpoint, with the blocking client.
//!
//! ```text
//! cargo run --example follow_changes_blocking
//! ```
//!
//! It starts an emulator, to which another thread adds people.

use std::{error::Error, thread};

use neptunedata_blocking::{
    Client, Endpoint,
    changes::{Checkpoint, StartPosition},
    streams::GetPropertygraphStream,
};
use neptunedata_tests::examples::{add_people, print_transaction, streaming_emulator};

fn main() -> Result<(), Box<dyn Error>> {
    let server = streaming_emulator()?;
    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;
    thread::scope(|scope| {
        scope.spawn(|| add_people(&server));

        let mut changes = client.changes::<GetPropertygraphStream>(StartPosition::TrimHorizon);
        let mut kept = String::new();
        for transaction in changes.by_ref().take(3) {
            let transaction = transaction?;
            print_transaction(&transaction);
            // Store the checkpoint anywhere, after the transaction has been processed.
            kept = transaction.checkpoint.to_string();
        }
        drop(changes);
        println!("stopped at {kept}; resuming");

        // Later, perhaps in another process:
        let checkpoint: Checkpoint = kept.parse()?;
        let changes = client.changes::<GetPropertygraphStream>(StartPosition::After(checkpoint));
        for transaction in changes.take(3) {
            print_transaction(&transaction?);
        }
        Ok(())
    })
}

//! Follows a change stream, stops, and resumes from its checkpoint, with the async client.
//!
//! ```text
//! cargo run --example follow_changes
//! ```
//!
//! It starts an emulator, to which another thread adds people.

use std::{error::Error, sync::Arc, thread};

use neptunedata_hyper::{
    Client, Endpoint,
    changes::{Checkpoint, StartPosition},
    streams::GetPropertygraphStream,
};
use neptunedata_tests::examples::{add_people, print_transaction, streaming_emulator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = streaming_emulator()?;
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
        print_transaction(&transaction);
        // Store the checkpoint anywhere, after the transaction has been processed.
        kept = transaction.checkpoint.to_string();
    }
    drop(changes);
    println!("stopped at {kept}; resuming");

    // Later, perhaps in another process:
    let checkpoint: Checkpoint = kept.parse()?;
    let mut changes = client.changes::<GetPropertygraphStream>(StartPosition::After(checkpoint));
    for _ in 0..3 {
        print_transaction(&changes.next().await.ok_or("the stream ended")??);
    }
    adding
        .join()
        .map_err(|_| "the thread that adds people panicked")?;
    Ok(())
}

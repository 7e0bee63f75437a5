//! Starts a bulk load and waits for it with a progress bar, with the blocking client.
//!
//! ```text
//! cargo run --example wait_for_load_blocking
//! ```
//!
//! It starts an emulator, on which the load takes a few seconds.

use std::{error::Error, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use neptunedata_blocking::{
    Client, Endpoint,
    wait::waiters::{LoadCompleted, LoadOutcome},
};
use neptunedata_tests::examples::{RECORDS, loading_emulator, show_progress, start_load};

fn main() -> Result<(), Box<dyn Error>> {
    let server = loading_emulator()?;
    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;

    let started = client.send(&start_load())?;
    let id = started.require_id()?;
    println!("load {id}");

    let bar = ProgressBar::new(RECORDS).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos}/{human_len} records, {msg}",
    )?);
    let waited = client
        .wait(LoadCompleted::new(id))
        .interval(Duration::from_millis(250))
        .max_interval(Duration::from_secs(5))
        .timeout(Duration::from_secs(3600))
        .run_with(|progress| show_progress(&bar, progress.status));
    // A failed load is an error. Its text includes the first entry of the load's error log.
    let waited = waited.inspect_err(|_| bar.abandon())?;
    bar.finish_with_message("done");

    match &waited.result {
        LoadOutcome::Completed(_) => println!("loaded everything"),
        _ => println!("loaded everything except conflicts: load again in mode RESUME"),
    }
    println!("polled {} times in {:.1?}", waited.polls, waited.elapsed);
    Ok(())
}

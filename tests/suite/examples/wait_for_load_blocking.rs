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
    loader::{LoadFormat, StartLoaderJob},
    types::{IamRoleArn, S3BucketRegion, S3Uri},
    wait::waiters::{LoadCompleted, LoadOutcome},
};
use neptunedata_emulator::{Emulator, LoadScript, Server};

/// How many records the files hold. The service does not report it, so the caller has to know it.
const RECORDS: u64 = 50_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut emulator = Emulator::default();
    let script = LoadScript::completing().files(3).records(RECORDS);
    emulator.next_load(script.duration(Duration::from_secs(3)));
    let server = Server::start(emulator)?;
    let client = Client::unsigned(Endpoint::parse(&server.endpoint())?)?;

    let start = StartLoaderJob::new(
        S3Uri::new("s3://my-bucket/people/"),
        LoadFormat::Csv,
        S3BucketRegion::new("us-east-1"),
        IamRoleArn::new("arn:aws:iam::123456789012:role/NeptuneLoad"),
    );
    let started = client.send(&start)?;
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
        .run_with(|progress| {
            let Some(load) = progress.status.overall_status else {
                return;
            };
            let records = load
                .total_records
                .and_then(|records| u64::try_from(records).ok());
            bar.set_position(records.unwrap_or_default());
            bar.set_message(
                load.status
                    .map(|status| status.to_string())
                    .unwrap_or_default(),
            );
        });
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

//! For the examples that wait for a bulk load.

use std::{io, time::Duration};

use indicatif::ProgressBar;
use neptunedata::{
    loader::{LoadFormat, LoaderStatus, StartLoaderJob},
    types::{IamRoleArn, S3BucketRegion, S3Uri},
};
use neptunedata_emulator::{Emulator, LoadScript, Server};

/// How many records the files hold. The service does not report it, so the caller has to know it.
pub const RECORDS: u64 = 50_000;

/// Starts an emulator on which the load takes a few seconds.
///
/// # Errors
///
/// If it cannot listen.
pub fn loading_emulator() -> io::Result<Server> {
    let mut emulator = Emulator::default();
    let script = LoadScript::completing().files(3).records(RECORDS);
    emulator.next_load(script.duration(Duration::from_secs(3)));
    Server::start(emulator)
}

/// The load.
pub fn start_load() -> StartLoaderJob {
    StartLoaderJob::new(
        S3Uri::new("s3://my-bucket/people/"),
        LoadFormat::Csv,
        S3BucketRegion::new("us-east-1"),
        IamRoleArn::new("arn:aws:iam::123456789012:role/NeptuneLoad"),
    )
}

/// Shows how far the load is.
pub fn show_progress(bar: &ProgressBar, status: LoaderStatus) {
    let Some(load) = status.overall_status else {
        return;
    };
    let records = load.total_records.map(u64::try_from);
    bar.set_position(records.and_then(Result::ok).unwrap_or_default());
    let status = load.status.map(|status| status.to_string());
    bar.set_message(status.unwrap_or_default());
}

//! Operations and errors that many tests use.

use std::{
    error::Error as StdError,
    time::{Duration, Instant},
};

use neptunedata::{
    CallOptions, Error, ErrorKind,
    engine::GetEngineStatus,
    error::Cause,
    machine::Exchange,
    ml::{DataProcessingJobId, StartMlModelTrainingJob},
    transport::{Sent, TransportErrorKind},
    types::S3Uri,
};
use neptunedata_tests::client::Client;

pub(crate) const ACCESS_KEY: &str = "AKIDEXAMPLE";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const REGION: &str = "us-east-1";

/// A time limit that is not reached.
pub(crate) const LONG: Duration = Duration::from_secs(20);
/// A time limit that is reached.
pub(crate) const SHORT: Duration = Duration::from_millis(150);

pub(crate) const HEALTHY: &str = r#"{"status":"healthy"}"#;

/// More bytes than all buffers on the way hold.
pub(crate) const LARGE: usize = 20_000_000;

/// A read.
pub(crate) fn status() -> GetEngineStatus {
    GetEngineStatus::new()
}

/// A write, which the server can tell from others by its id.
pub(crate) fn write(id: &str) -> StartMlModelTrainingJob {
    let processing = DataProcessingJobId::new("processed");
    StartMlModelTrainingJob::new(processing, S3Uri::new("s3://bucket/models/")).id(id)
}

pub(crate) fn once() -> CallOptions {
    CallOptions::new().max_attempts(1)
}

pub(crate) fn timeout(limit: Duration) -> CallOptions {
    CallOptions::new().timeout(limit)
}

/// Reads the status piece by piece.
pub(crate) fn streaming(client: &Client) -> Exchange {
    let options = CallOptions::new();
    Exchange::streaming(client.session(), &status(), &options, client.seed())
}

/// The kind, the attempts, and whether the request may have been executed.
pub(crate) fn facts(error: &Error) -> (ErrorKind, u32, bool) {
    (error.kind(), error.attempts(), error.may_have_executed())
}

pub(crate) fn transport(kind: TransportErrorKind) -> ErrorKind {
    ErrorKind::Transport(kind)
}

/// The error and all its causes.
pub(crate) fn causes(error: &Error) -> Vec<String> {
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes
}

pub(crate) fn sent(error: &Error) -> Sent {
    match error.cause() {
        Cause::Transport(error) => error.sent(),
        other => panic!("{other}"),
    }
}

/// Fails if the call takes about as long as nothing but a missed time limit would.
pub(crate) fn soon<T>(call: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = call();
    assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
    result
}

/// Waits for what happens soon.
pub(crate) fn eventually(mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "it did not happen");
        std::thread::sleep(Duration::from_millis(1));
    }
}

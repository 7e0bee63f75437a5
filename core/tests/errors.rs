//! The texts of errors: what a user reads first.

use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderMap;
use neptunedata::{
    Call, Error, Operation, TransportError,
    machine::{Input, Io, Machine, Now, Step},
    ml::{DataProcessingJobId, StartMlModelTrainingJob},
    transport::{Sent, TransportErrorKind},
    types::S3Uri,
};

#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

#[path = "errors/calls.rs"]
mod calls;
#[cfg(feature = "sigv4")]
#[path = "errors/credentials.rs"]
mod credentials;
#[path = "errors/requests.rs"]
mod requests;
#[path = "errors/responses.rs"]
mod responses;
#[path = "errors/transport.rs"]
mod transport;

fn start() -> StartMlModelTrainingJob {
    StartMlModelTrainingJob::new(DataProcessingJobId::new("data"), S3Uri::new("s3://bucket/"))
}

fn response(status: u16, body: impl Into<Bytes>) -> Input {
    let response = http::Response::builder()
        .status(status)
        .body(body.into())
        .unwrap();
    Input::Response(response, HeaderMap::new())
}

fn lost() -> Input {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let error = TransportError::new(TransportErrorKind::Closed, Sent::Maybe).with_source(reset);
    Input::Failure(error)
}

/// Runs a call with these responses, waits included, and returns the error it ends with.
fn error<O: Operation<Output: std::fmt::Debug>>(
    operation: &O,
    responses: impl IntoIterator<Item = Input>,
) -> Error {
    let mut now = Now::at(SystemTime::UNIX_EPOCH);
    let mut call = Call::new(&steps::session(), operation, 7);
    let mut responses = responses.into_iter();
    let mut input = Input::Next;
    loop {
        input = match call.resume(input, now) {
            Step::Io(Io::Send(_)) => responses.next().expect("a response for each request"),
            Step::Io(Io::Wait) => {
                now.mono = call.wake_at().unwrap();
                Input::Wake(Sent::No)
            }
            Step::Done(result) => {
                assert!(responses.next().is_none(), "unused response");
                return result.expect_err("the call succeeded");
            }
            step => panic!("unexpected {step:?}"),
        };
    }
}

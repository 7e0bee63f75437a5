//! The texts of errors: what a user reads first.

use bytes::Bytes;
use neptunedata::{
    Call, Error, Operation, TransportError,
    ml::{DataProcessingJobId, StartMlModelTrainingJob},
    transport::{Sent, TransportErrorKind},
    types::S3Uri,
};

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/messages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod messages;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;
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

use drive::{Clock, Style, play};
use script::{Event, answer};

fn start() -> StartMlModelTrainingJob {
    StartMlModelTrainingJob::new(DataProcessingJobId::new("data"), S3Uri::new("s3://bucket/"))
}

fn response(status: u16, body: impl Into<Bytes>) -> Event {
    answer(status, body).into()
}

fn lost() -> Event {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let error = TransportError::new(TransportErrorKind::Closed, Sent::Maybe);
    Event::Breaks(error.with_source(reset))
}

/// Runs a call with these responses, one for each request, and returns the error it ends with.
fn error<O>(operation: &O, responses: impl IntoIterator<Item = Event>) -> Error
where
    O: Operation<Output: std::fmt::Debug>,
{
    let script: Vec<Event> = responses.into_iter().collect();
    let mut call = Call::new(&steps::session(), operation, 7);
    let played = play(
        &mut call,
        &script,
        Style::WHOLE,
        &mut Clock::new(),
        |_, _| {},
    );
    assert_eq!(played.sent.len(), script.len());
    played.result.expect_err("the call succeeded")
}

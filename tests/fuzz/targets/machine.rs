//! Any inputs in any order: the machine ends, within its attempts, and never goes back on what may
//! have been executed.
#![no_main]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use neptunedata::{
    Auth, Call, CallOptions, Credentials, Endpoint, Error, Session, TransportError,
    credentials::CredentialsError,
    machine::{Input, Io, Machine, Now, Step},
    ml::CancelMlModelTrainingJob,
    transport::{Sent, TransportErrorKind},
};

/// The next input, and what is left of the data.
fn input(data: &[u8]) -> Option<(Input, &[u8])> {
    let [choice, detail, rest @ ..] = data else {
        return None;
    };
    let length = usize::from(*detail).min(rest.len());
    let (piece, after) = rest.split_at(length);
    let status = 100 + u16::from(*detail) * 3;
    let response = |body: &[u8]| {
        let body = Bytes::copy_from_slice(body);
        http::Response::builder().status(status).body(body).unwrap()
    };
    let input = match choice % 11 {
        0 => return Some((Input::Next, rest)),
        1 => Input::Credentials(Credentials::new(String::from_utf8_lossy(piece), "secret")),
        2 => Input::CredentialsFailed(CredentialsError::new("none")),
        3 => return Some((Input::Head(response(b"").into_parts().0), rest)),
        4 => Input::Chunk(Bytes::copy_from_slice(piece)),
        5 => {
            let mut trailers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(piece) {
                trailers.insert("x-neptune-status", value.clone());
                trailers.insert("x-neptune-detail", value);
            }
            Input::End(trailers)
        }
        6 => Input::Response(response(piece), HeaderMap::new()),
        7 => {
            let kind = match detail % 4 {
                0 => TransportErrorKind::Connect,
                1 => TransportErrorKind::Closed,
                2 => TransportErrorKind::Timeout,
                _ => TransportErrorKind::Deadline,
            };
            let sent = if detail & 4 == 0 {
                Sent::No
            } else {
                Sent::Maybe
            };
            let error = TransportError::new(kind, sent);
            let error = if detail & 8 == 0 {
                error
            } else {
                error.on_reused_connection()
            };
            return Some((Input::Failure(error), rest));
        }
        8 => return Some((Input::Wake(Sent::No), rest)),
        9 => return Some((Input::Sending(None), rest)),
        _ => return Some((Input::Response(response(b""), HeaderMap::new()), rest)),
    };
    Some((input, after))
}

fuzz_target!(|data: &[u8]| {
    let endpoint = Endpoint::parse("http://localhost:8182")
        .unwrap()
        .with_region("us-east-1")
        .unwrap();
    let session = Session::new(endpoint, Auth::from_driver()).unwrap();
    let options = CallOptions::new()
        .timeout(Duration::from_secs(60))
        .attempt_timeout(Duration::from_secs(2));
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let mut call = Call::with_options(&session, &cancel, &options, 1);
    let (mut rest, mut sends, mut executed) = (data, 0, false);
    let mut now = Now {
        wall: SystemTime::UNIX_EPOCH,
        mono: Duration::ZERO,
    };
    while let Some((next, after)) = input(rest) {
        rest = after;
        // Time passes with every input, by up to a second.
        let pass = Duration::from_millis(rest.len() as u64 % 1000);
        now.mono += pass;
        let due = matches!(next, Input::Wake(_)) && call.wake_at().is_some_and(|at| at <= now.mono);
        match call.resume(next, now) {
            Step::Io(Io::Continue) => assert!(!due, "a time that has come changes something"),
            Step::Io(Io::Send(_)) => sends += 1,
            Step::Done(Err(error)) => {
                assert!(error.attempts() <= 3);
                assert!(error.may_have_executed() || !executed, "{error}");
                executed |= error.may_have_executed();
                assert!(error.to_string().len() < 8192, "a text without bounds");
            }
            Step::Misuse(misuse) => {
                let error = Error::from(misuse);
                assert!(error.may_have_executed() || !executed, "{error}");
            }
            _ => {}
        }
    }
    assert!(sends <= 6);
});

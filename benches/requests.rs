//! The requests that are measured, and our core's call without a network.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header::CONTENT_TYPE};
use neptunedata::{
    Auth, Call, Credentials, Endpoint, Operation, Session,
    machine::{Input, Io, Machine, Now, Step},
    ml::CancelMlModelTrainingJob,
};

pub(crate) const HOST: &str = "my-db.cluster-abc.eu-west-1.neptune.amazonaws.com";
pub(crate) const ACCESS_KEY: &str = "AKIDEXAMPLE";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const JOB: &str = "0f4b6929-7efb-aa03-e3d4-ad7f94e4fc51";
pub(crate) const ARN: &str = "arn:aws:iam::123456789012:role/NeptuneML";
pub(crate) const STATUS: &str = r#"{"status":"200 OK"}"#;

pub(crate) fn cancel() -> CancelMlModelTrainingJob {
    CancelMlModelTrainingJob::new(JOB)
        .neptune_iam_role_arn(ARN)
        .clean(true)
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::parse(HOST).unwrap()
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY)
}

pub(crate) fn session() -> Session {
    Session::new(endpoint(), Auth::credentials(credentials())).unwrap()
}

fn now() -> Now {
    Now {
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160),
        mono: Duration::from_secs(1),
    }
}

/// Encodes and signs the request of an operation, and decodes the response.
pub(crate) fn call<O: Operation>(session: &Session, operation: &O, body: Bytes) -> O::Output {
    let mut call = Call::new(session, operation, 1);
    let Step::Io(Io::Send(transmit)) = call.resume(Input::Next, now()) else {
        panic!("the call does not send a request");
    };
    assert!(transmit.request.headers().contains_key("authorization"));
    let input = Input::Response(response(body), HeaderMap::new());
    let Step::Done(Ok(output)) = call.resume(input, now()) else {
        panic!("the call fails");
    };
    output.output
}

pub(crate) fn response(body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A runtime on this thread.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

//! A signed cancellation, step by step: an example of the protocol between a machine and its driver.
//!
//! The machine performs no I/O. It returns a request (`Step`), the driver performs it and passes
//! the result back (`Input`), until the machine returns `Step::Done`. Here the test is the driver, the network
//! and the clock.

#![cfg(feature = "sigv4")]

use std::time::{Duration, SystemTime};

use http::{HeaderMap, Response};
use neptunedata::{
    Auth, Call, Credentials, Endpoint, Session,
    machine::{Input, Io, Machine, Now, Reuse, Step},
    ml::CancelMlModelTrainingJob,
};

/// 2023-11-14T22:13:20Z, and then some milliseconds.
fn at(millis: u64) -> Now {
    Now {
        wall: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + millis),
        mono: Duration::from_millis(millis),
    }
}

#[test]
fn a_signed_cancel() {
    // What all calls to a cluster share. Credentials are to be asked for, call by call.
    let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com").unwrap();
    let session = Session::new(endpoint, Auth::from_driver()).unwrap();

    // One call. The seed decides how long it waits before it sends again; here it will not.
    let cancel = CancelMlModelTrainingJob::new("job-1").clean(true);
    let mut call = Call::new(&session, &cancel, 42);

    // It begins with Next, and wants credentials. Cached ones will do.
    let Step::Io(Io::Credentials { refresh: false }) = call.resume(Input::Next, at(0)) else {
        panic!("expected to be asked for credentials");
    };

    // With them it signs, at the very time it is told, and wants the request sent.
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .with_session_token("token");
    let Step::Io(Io::Send(transmit)) = call.resume(Input::Credentials(credentials), at(5)) else {
        panic!("expected a request");
    };
    assert_eq!(transmit.reuse, Reuse::Allowed);
    assert_eq!(transmit.attempt, 1);
    let request = transmit.request;
    assert_eq!(request.method(), "DELETE");
    assert_eq!(
        request.uri(),
        "https://my-db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182/ml/modeltraining/job-1?clean=true"
    );
    let headers = request.headers();
    assert_eq!(
        headers["host"],
        "my-db.cluster-abc.eu-west-1.neptune.amazonaws.com:8182"
    );
    assert_eq!(headers["x-amz-date"], "20231114T221320Z");
    assert_eq!(headers["x-amz-security-token"], "token");
    let authorization = headers["authorization"].to_str().unwrap();
    let start =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/eu-west-1/neptune-db/aws4_request, ";
    assert!(authorization.starts_with(start), "{authorization}");

    // The driver sends it. When the head of the answer is there, the machine wants the body.
    let (head, _) = Response::builder()
        .header("x-amzn-requestid", "request-1")
        .body(())
        .unwrap()
        .into_parts();
    let Step::Io(Io::Receive) = call.resume(Input::Head(head), at(30)) else {
        panic!("expected to be asked for the body");
    };

    // Piece by piece, however it comes,
    for piece in [r#"{"sta"#, r#"tus":"200 OK"}"#] {
        let Step::Io(Io::Receive) = call.resume(Input::Chunk(piece.into()), at(31)) else {
            panic!("expected to be asked for more");
        };
    }

    // up to its end, where there may be trailers. And that is all.
    let Step::Done(Ok(answered)) = call.resume(Input::End(HeaderMap::new()), at(32)) else {
        panic!("expected an answer");
    };
    assert_eq!(answered.output.status.as_deref(), Some("200 OK"));
    assert_eq!(answered.meta.status, 200);
    assert_eq!(answered.meta.request_id(), Some("request-1"));
    assert_eq!(answered.meta.attempts, 1);
    assert!(!answered.meta.earlier_may_have_executed);
    assert_eq!(answered.body, r#"{"status":"200 OK"}"#);
}

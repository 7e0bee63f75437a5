//! The allocations of a call: counted, not timed, so the figure is the same on every machine.
#![cfg(feature = "sigv4")]

use std::{
    hint::black_box,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use neptunedata::{
    Auth, Call, Credentials, Endpoint, Session,
    machine::{Input, Io, Machine, Now, Step},
    ml::CancelMlModelTrainingJob,
};

fn now() -> Now {
    Now {
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160),
        mono: Duration::from_secs(1),
    }
}

fn answer() -> http::Response<Bytes> {
    http::Response::new(Bytes::from_static(br#"{"status":"200 OK"}"#))
}

/// Encodes, signs and decodes one cancel call.
fn cancel(session: &Session, operation: &CancelMlModelTrainingJob, answer: http::Response<Bytes>) {
    let mut call = Call::new(session, operation, 1);
    let Step::Io(Io::Send(transmit)) = call.resume(Input::Next, now()) else {
        panic!("the call asks for something else than sending");
    };
    black_box(transmit);
    let input = Input::Response(answer, http::HeaderMap::new());
    let Step::Done(Ok(answered)) = call.resume(input, now()) else {
        panic!("the call does not succeed");
    };
    assert_eq!(answered.output.status.as_deref(), Some("200 OK"));
}

#[test]
fn a_cancel_call_takes_at_most_20_allocations_and_3_kb() {
    let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com").unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let session = Session::new(endpoint, Auth::credentials(credentials)).unwrap();
    let operation = CancelMlModelTrainingJob::new("0f4b6929-7efb-aa03-e3d4-ad7f94e4fc51")
        .neptune_iam_role_arn("arn:aws:iam::123456789012:role/NeptuneML")
        .clean(true);

    // The first call derives the day's signing key; the others find it.
    cancel(&session, &operation, answer());
    let canned = answer();
    let counted = allocation_counter::measure(|| cancel(&session, &operation, canned));

    println!(
        "{} allocations, {} bytes",
        counted.count_total, counted.bytes_total
    );
    assert!(counted.count_total > 0, "nothing was counted");
    assert!(
        counted.count_total <= 20,
        "{} allocations",
        counted.count_total
    );
    assert!(
        counted.bytes_total <= 3 * 1024,
        "{} bytes",
        counted.bytes_total
    );
    assert_eq!(counted.count_current, 0, "something was not freed");
}

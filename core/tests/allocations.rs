//! The allocations of calls: counted, not timed, so the figures are the same on every machine.
#![cfg(feature = "sigv4")]

use std::{
    hint::black_box,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use neptunedata::{
    Auth, Call, Credentials, Endpoint, Operation, Session,
    gremlin::ExecuteGremlinQuery,
    machine::{Input, Io, Machine, Now, Step},
    ml::CancelMlModelTrainingJob,
};

const STATUS: &str = r#"{"status":"200 OK"}"#;
const ERROR: &str = r#"{"requestId":"4f4b6929-7efb-aa03-e3d4-ad7f94e4fc51",
    "code":"InvalidParameterException","detailedMessage":"no such job"}"#;
const RESULTS: &str = r#"{"requestId":"bdc1140c-4b4f-4a0b-9d8f-2c1f8b5bb8a1",
    "status":{"message":"","code":200,"attributes":{}},
    "result":{"data":[{"id":"3","label":"airport","code":"AGR","runways":2}],"meta":{}}}"#;
const TYPED_RESULTS: &str = r#"{"requestId":"bdc1140c-4b4f-4a0b-9d8f-2c1f8b5bb8a1",
    "status":{"message":"","code":200,"attributes":{"@type":"g:Map","@value":[]}},
    "result":{"data":{"@type":"g:List","@value":[
        {"@type":"g:Map","@value":["contains",{"@type":"g:Int64","@value":7006}]}]},
        "meta":{"@type":"g:Map","@value":[]}}}"#;

/// Encodes, signs and decodes one call. Returns the number of allocations and the allocated bytes.
fn measure(auth: Auth, operation: &impl Operation, status: u16, body: &'static str) -> (u64, u64) {
    let endpoint = Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com").unwrap();
    let session = Session::new(endpoint, auth).unwrap();
    let answer = || {
        let mut answer = Response::new(Bytes::from_static(body.as_bytes()));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        let json = HeaderValue::from_static("application/json");
        answer.headers_mut().insert(CONTENT_TYPE, json);
        answer
    };
    let now = Now::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160));
    let run = |answer: Response<Bytes>| {
        let mut call = Call::new(&session, operation, 1);
        let Step::Io(Io::Send(transmit)) = call.resume(Input::Next, now) else {
            panic!("the call asks for something else than sending");
        };
        black_box(transmit);
        let Step::Done(result) = call.resume(Input::Response(answer, HeaderMap::new()), now) else {
            panic!("the call does not end");
        };
        assert_eq!(black_box(result).is_ok(), status == 200);
    };
    // The first call derives the day's signing key; the others find it.
    run(answer());
    let canned = answer();
    let counted = allocation_counter::measure(|| run(canned));
    // The two allocations of the answer's headers were made before, and freed here.
    assert_eq!(counted.count_current, -2, "something was not freed");
    (counted.count_total, counted.bytes_total)
}

#[test]
fn calls_allocate_no_more_than_this() {
    let signed = || {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        Auth::credentials(Credentials::new("AKIDEXAMPLE", secret))
    };
    let cancel = CancelMlModelTrainingJob::new("0f4b6929-7efb-aa03-e3d4-ad7f94e4fc51")
        .neptune_iam_role_arn("arn:aws:iam::123456789012:role/NeptuneML")
        .clean(true);
    let gremlin = ExecuteGremlinQuery::new("g.V().has('airport', 'code', 'AGR').elementMap()");
    let failed = measure(signed(), &cancel, 400, ERROR);
    for (call, (count, bytes), (max_count, max_bytes)) in [
        (
            "cancel",
            measure(signed(), &cancel, 200, STATUS),
            (14, 3072),
        ),
        (
            "cancel, unsigned",
            measure(Auth::unsigned(), &cancel, 200, STATUS),
            (9, 2048),
        ),
        ("cancel, error of the service", failed, (25, 4608)),
        (
            "Gremlin",
            measure(signed(), &gremlin, 200, RESULTS),
            (18, 4608),
        ),
        (
            "Gremlin, typed",
            measure(signed(), &gremlin, 200, TYPED_RESULTS),
            (22, 5120),
        ),
    ] {
        println!("{call}: {count} allocations, {bytes} bytes");
        assert!(count > 0, "{call}: nothing was counted");
        assert!(count <= max_count, "{call}: {count} allocations");
        assert!(bytes <= max_bytes, "{call}: {bytes} bytes");
    }
}

//! Extra members are encoded without loss, and invalid requests are rejected. `parsed_back.rs` of the test suite has all
//! members of all operations.

use http::Request;
use neptunedata::{
    Call, CallOptions, Endpoint, ErrorKind, Operation, Session,
    catalog::OPERATIONS,
    dynamic,
    error::FieldErrorKind,
    machine::{Input, Io, Machine, Step},
    ml::{GetMlModelTrainingJob, ListMlModelTrainingJobs, StartMlModelTrainingJob},
};
use proptest::{prelude::*, test_runner::Config};
use serde_json::{Value, json};

use super::{answers::json as any_json, inputs::start};

const BASE: &str = "http://localhost:8182/base";

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::parse(BASE).expect("an endpoint")
}

/// Undoes percent-encoding; panics where the text was not encoded as signatures demand.
fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digits = [
                    bytes.next().expect("a digit"),
                    bytes.next().expect("a digit"),
                ];
                let digits = std::str::from_utf8(&digits).expect("ASCII");
                assert_eq!(digits, digits.to_uppercase());
                out.push(u8::from_str_radix(digits, 16).expect("hexadecimal"));
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
            byte => panic!("{:?} is not encoded", char::from(byte)),
        }
    }
    String::from_utf8(out).expect("UTF-8")
}

/// The pairs of the query.
fn pairs<B>(request: &Request<B>) -> Vec<(String, String)> {
    let pairs = request.uri().query().unwrap_or_default().split('&');
    pairs
        .map(|pair| pair.split_once('=').expect("a value"))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        2 => "[ -~]{0,20}",
        1 => prop::sample::select(vec!["", ".", "..", "...", "%2E", "%", "a/b", "a?b#c", "\0", "+ &="])
            .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 1_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn extras_come_back(name in text(), value in any_json(), query in (text(), text())) {
        let session = session();
        let options = CallOptions::new()
            .extra(&*name, value.clone())
            .extra_query(&*query.0, &*query.1);

        let request = sent(&session, &GetMlModelTrainingJob::new("a"), &options);
        let as_text = match &value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let expected = vec![(name.clone(), as_text), query.clone()];
        prop_assert_eq!(pairs(&request), expected);

        let start = StartMlModelTrainingJob::new("p".into(), "s3://bucket/".into());
        let request = sent(&session, &start, &options);
        let body: Value = serde_json::from_slice(request.body()).expect("JSON");
        // Numbers come back as their text does: parsing may round them.
        let value: Value = serde_json::from_str(&value.to_string()).expect("JSON");
        prop_assert_eq!(&body[&name], &value);
        prop_assert_eq!(pairs(&request), [query]);
        let length = request.body().len().to_string();
        prop_assert_eq!(&request.headers()["content-length"], &*length);
    }

    #[test]
    fn any_json_is_a_request_or_refused(input in any_json(), id in text()) {
        let with_id = json!({"id": id, "neptuneIamRoleArn": input});
        for info in OPERATIONS {
            for input in [&input, &with_id] {
                match dynamic::request(info.name, input, &endpoint()) {
                    Ok(request) => prop_assert_eq!(request.method(), &info.method),
                    Err(error) => prop_assert!(!error.field_errors().is_empty()),
                }
            }
        }
    }
}

pub(crate) fn session() -> Session {
    Session::new(endpoint(), neptunedata::Auth::unsigned()).expect("a session")
}

pub(crate) fn sent<O: Operation>(
    session: &Session,
    operation: &O,
    options: &CallOptions,
) -> Request<bytes::Bytes> {
    let mut call = Call::with_options(session, operation, options, 1);
    match call.resume(Input::Next, start()) {
        Step::Io(Io::Send(transmit)) => transmit.request,
        _ => panic!("nothing was sent"),
    }
}

/// `http::Uri` takes 65,534 bytes.
#[test]
fn uris_have_a_length_limit() {
    let before = format!("{BASE}/ml/modeltraining/").len();
    let room = 65_534 - before;
    let get = |length: usize| GetMlModelTrainingJob::new("x".repeat(length));
    let longest = neptunedata::request(&get(room), &endpoint()).expect("the longest");
    assert_eq!(longest.uri().to_string().len(), 65_534);
    for length in [room + 1, room + 2, 100_000, 1_000_000] {
        let error = neptunedata::request(&get(length), &endpoint()).expect_err("too long");
        let fault = &error.field_errors()[0];
        assert_eq!(
            *fault.kind(),
            FieldErrorKind::UriTooLong {
                length: before + length
            }
        );
        assert!(error.to_string().len() < 300, "{}", error.to_string().len());
    }
    // Three bytes for one that must be encoded.
    let spaces = GetMlModelTrainingJob::new(" ".repeat(22_000));
    let error = neptunedata::request(&spaces, &endpoint()).expect_err("too long");
    assert!(matches!(
        error.field_errors()[0].kind(),
        FieldErrorKind::UriTooLong { .. }
    ));
}

#[test]
fn all_field_errors_are_reported_together() {
    let mut list = ListMlModelTrainingJobs::new();
    list.max_items = Some(0);
    list.neptune_iam_role_arn = Some("x".repeat(70_000));
    let error = neptunedata::request(&list, &endpoint()).expect_err("two faults");
    assert_eq!(error.field_errors().len(), 2, "{error}");
}

/// A call that cannot be right ends before any other step.
#[test]
fn refused_requests_are_not_sent() {
    for id in ["", ".", ".."] {
        let operation = GetMlModelTrainingJob::new(id);
        let mut call = Call::new(&session(), &operation, 1);
        let Step::Done(Err(error)) = call.resume(Input::Next, start()) else {
            panic!("{id:?} was taken");
        };
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert_eq!((error.attempts(), error.may_have_executed()), (0, false));
        assert!(!error.is_retryable());
        assert!(
            error
                .to_string()
                .starts_with("GetMLModelTrainingJob: request not sent: id: ")
        );
    }
}

/// Also before credentials are asked for.
#[cfg(feature = "sigv4")]
#[test]
fn refused_requests_need_no_credentials() {
    let endpoint = endpoint().with_region("eu-west-1").expect("a region");
    let session = Session::new(endpoint, neptunedata::Auth::from_driver()).expect("a session");
    let mut call = Call::new(&session, &GetMlModelTrainingJob::new(""), 1);
    let step = call.resume(Input::Next, start());
    assert!(matches!(step, Step::Done(Err(_))), "{step:?}");
}

use std::{cell::RefCell, time::SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::*;
use crate::{
    endpoint::Endpoint,
    engine::{GetEngineStatus, GetEngineStatusOutput},
    error::{ErrorKind, ExceptionKind},
    machine::{BodyEvent, Call, CallOptions, CallOutput, Exchange},
    ml::{CancelMlModelTrainingJob, StartMlModelTrainingJob},
    session::{Auth, Session},
};

const BODY: &[u8] = br#"{"status":"healthy"}"#;
const ATTEMPT: Duration = Duration::from_secs(10);

fn session() -> Session {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let builder = Session::builder(endpoint, Auth::unsigned());
    builder.attempt_timeout(Some(ATTEMPT)).build().unwrap()
}

fn healthy() -> Served {
    Response::new(Bytes::from_static(BODY)).into()
}

/// The result of a status call to a server whose first response is `first`, and all others healthy.
fn status_after(first: Served) -> (Result<CallOutput<GetEngineStatusOutput>, Error>, Duration) {
    let mut first = Some(first);
    let mut network = Network::new([], move |_, _| first.take().unwrap_or_else(healthy));
    let began = network.now().mono;
    let result = network.run(session().call(&GetEngineStatus::new()));
    (result, network.now().mono - began)
}

/// The failure of starting a training job, which is not sent twice.
fn failure_of(served: Served) -> (ErrorKind, bool, Duration) {
    let start = StartMlModelTrainingJob::new("processed".into(), "s3://bucket/models".into());
    let mut served = Some(served);
    let mut network = Network::new([], move |_, _| served.take().expect("one request"));
    let began = network.now().mono;
    let error = network.run(session().call(&start)).unwrap_err();
    let time = network.now().mono - began;
    (error.kind(), error.may_have_executed(), time)
}

fn transport(kind: TransportErrorKind) -> ErrorKind {
    ErrorKind::Transport(kind)
}

#[test]
fn complete_responses_arrive_at_once() {
    let (result, time) = status_after(healthy());
    assert_eq!(result.unwrap().meta.attempts, 1);
    assert_eq!(time, Duration::ZERO);
}

#[test]
fn late_responses_arrive_in_time() {
    let delay = ATTEMPT - Duration::from_secs(1);
    let (result, time) = status_after(healthy().delay(delay));
    assert_eq!(result.unwrap().meta.attempts, 1);
    assert_eq!(time, delay);
}

#[test]
fn responses_after_the_time_limit_time_out() {
    let late = healthy().delay(ATTEMPT + Duration::from_secs(1));
    let timeout = transport(TransportErrorKind::Timeout);
    assert_eq!(failure_of(late.clone()), (timeout, true, ATTEMPT));
    let (result, _) = status_after(late);
    assert_eq!(result.unwrap().meta.attempts, 2);
}

#[test]
fn cut_responses_close() {
    let closed = transport(TransportErrorKind::Closed);
    for bytes in [0, 3, BODY.len(), usize::MAX] {
        let cut = healthy().cut_after(bytes);
        assert_eq!(failure_of(cut), (closed, true, Duration::ZERO), "{bytes}");
    }
}

#[test]
fn stalled_responses_time_out() {
    let timeout = transport(TransportErrorKind::Timeout);
    for served in [
        Served::silent(),
        healthy().stall_after(0),
        healthy().stall_after(5),
        healthy().stall_after(usize::MAX),
    ] {
        let text = format!("{served:?}");
        assert_eq!(failure_of(served), (timeout, true, ATTEMPT), "{text}");
    }
}

#[test]
fn without_a_time_limit_stalled_responses_close() {
    let endpoint = Endpoint::parse("http://localhost:8182").unwrap();
    let session = Session::new(endpoint, Auth::unsigned()).unwrap();
    let start = StartMlModelTrainingJob::new("processed".into(), "s3://bucket/models".into());
    let mut network = Network::new([], |_, _| Served::silent());
    let error = network.run(session.call(&start)).unwrap_err();
    assert_eq!(error.kind(), transport(TransportErrorKind::Closed));
    assert!(error.may_have_executed());
}

#[test]
fn failures_are_reported_unchanged() {
    for kind in [TransportErrorKind::Closed, TransportErrorKind::Protocol] {
        // Without a response there is nothing to cut.
        let failed = Served::failed(kind).cut_after(1).trailers(HeaderMap::new());
        assert_eq!(failure_of(failed), (transport(kind), true, Duration::ZERO));
    }
}

#[test]
fn trailers_follow_the_body() {
    let mut trailers = HeaderMap::new();
    let code = HeaderValue::from_static("500 Internal%20Server%20Error");
    trailers.insert("x-neptune-status", code);
    let mut inputs = healthy().trailers(trailers.clone()).into_inputs(7);
    assert!(matches!(inputs.pop_back(), Some(Input::End(sent)) if sent == trailers));
    // The head, and twenty bytes in chunks of seven.
    assert_eq!(inputs.len(), 4);
    let mut inputs = healthy().trailers(trailers).cut_after(1).into_inputs(7);
    assert!(matches!(inputs.pop_back(), Some(Input::Failure(_))));
}

#[test]
fn each_request_has_the_next_outcome() {
    let outcomes = [
        NetworkOutcome::Stale,
        NetworkOutcome::Unreachable(TransportErrorKind::Connect),
        NetworkOutcome::Unanswered,
        NetworkOutcome::Silent,
    ];
    let served = RefCell::new(Vec::new());
    let mut network = Network::new(outcomes, |request: Request<Bytes>, now: Now| {
        served.borrow_mut().push(now.mono);
        assert_eq!(request.uri().path(), "/ml/modeltraining/job-1");
        Response::new(Bytes::from_static(b"{}"))
    });
    let cancel = CancelMlModelTrainingJob::new("job-1");
    let options = CallOptions::new().max_attempts(5);
    let call = Call::with_options(&session(), &cancel, &options, 1);
    network.run(call).unwrap();
    assert_eq!((network.sent(), network.served()), (5, 3));
    drop(network);
    let served = served.into_inner();
    assert!(served[2] >= served[1] + ATTEMPT, "{served:?}");
}

#[test]
fn error_responses_are_passed_on() {
    let mut network = Network::new([], |_, _| {
        let mut response = Response::new(Bytes::from_static(
            br#"{"code":"InvalidParameterException","detailedMessage":"no"}"#,
        ));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        response
    });
    let error = network
        .run(session().call(&GetEngineStatus::new()))
        .unwrap_err();
    let invalid = ErrorKind::Service(ExceptionKind::InvalidParameterException);
    assert_eq!(error.kind(), invalid);
}

#[test]
fn items_are_yielded() {
    let options = CallOptions::new();
    let exchange = Exchange::streaming(&session(), &GetEngineStatus::new(), &options, 1);
    let mut network = Network::new([NetworkOutcome::Arrives { piece: 6 }], |_, _| healthy());
    let (mut heads, mut body) = (0, Vec::new());
    let result = network.run_with(exchange, |event| match event {
        BodyEvent::Head(_) => heads += 1,
        BodyEvent::Chunk(chunk) => body.extend_from_slice(&chunk),
    });
    result.unwrap();
    assert_eq!((heads, body.as_slice()), (1, BODY));
}

#[cfg(feature = "sigv4")]
#[test]
fn credentials_are_those_of_the_network() {
    let host = "https://db.cluster-1.eu-west-1.neptune.amazonaws.com:8182";
    let endpoint = Endpoint::parse(host).unwrap();
    let call = || {
        let session = Session::new(endpoint.clone(), Auth::from_driver()).unwrap();
        session.call(&GetEngineStatus::new())
    };
    let mut network = Network::new([], |_, _| healthy());
    let error = network.run(call()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);

    let mut network = network.credentials(Credentials::new("AKIDEXAMPLE", "secret"));
    network.run(call()).unwrap();
}

/// A machine that never ends: it waits, requests credentials or ignores its inputs.
#[derive(Debug)]
enum Endless {
    Pauses(Duration),
    Credentials,
    Continues,
}

impl Machine for Endless {
    type Item = ();
    type Output = ();

    fn resume(&mut self, _: Input, now: Now) -> Step<(), ()> {
        Step::Io(match self {
            Endless::Pauses(until) => {
                *until = now.mono + Duration::from_secs(1);
                Io::Wait
            }
            Endless::Credentials => Io::Credentials { refresh: true },
            Endless::Continues => Io::Continue,
        })
    }

    fn wake_at(&self) -> Option<Duration> {
        match self {
            Endless::Pauses(until) => Some(*until),
            Endless::Credentials | Endless::Continues => None,
        }
    }
}

#[test]
fn no_machine_runs_for_ever() {
    for machine in [
        Endless::Pauses(Duration::ZERO),
        Endless::Credentials,
        Endless::Continues,
    ] {
        let mut network = Network::new([], |_, _| healthy());
        let text = format!("{machine:?}");
        let error = network.run(machine).unwrap_err();
        assert_eq!(error.kind(), transport(TransportErrorKind::Other), "{text}");
        let source = std::error::Error::source(&error).expect("a source");
        let reason = source.source().unwrap_or(source).to_string();
        assert!(reason.contains("has not ended"), "{text}: {reason}");
    }
}

#[test]
fn time_passes_on_both_clocks() {
    let mut network = Network::new([], |_, _| healthy());
    let began = network.now();
    assert!(began.wall > SystemTime::UNIX_EPOCH);
    network.advance(ATTEMPT);
    assert_eq!(network.now().mono, began.mono + ATTEMPT);
    assert_eq!(network.now().wall, began.wall + ATTEMPT);
}

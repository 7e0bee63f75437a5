//! The faults and answers that the emulator plans, through the network in memory.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use neptunedata::{
    Auth, Error, ErrorKind, Operation, Session,
    engine::GetEngineStatus,
    machine::{Input, Now},
    ml::CancelMlModelTrainingJob,
    testing::{Network, Served},
    transport::TransportErrorKind,
};
use neptunedata_emulator::{
    ConnectionEnd, Cut, Emulator, Fault, Framing, Outcome, Part, PlannedFault, Response, Stall,
    Throttle,
};

use crate::support::*;

const LIMIT: Duration = Duration::from_secs(10);

fn session() -> Session {
    let builder = Session::builder(endpoint(), Auth::unsigned());
    builder.attempt_timeout(Some(LIMIT)).build().unwrap()
}

/// Calls once the plan is made, over a network in which everything arrives.
fn call<O: Operation>(
    emulator: &mut Emulator,
    operation: &O,
) -> (Result<O::Output, Error>, Duration) {
    let mut network = Network::new([], |request: Request<Bytes>, now: Now| {
        emulator.handle(request, now.into())
    });
    let began = network.now().mono;
    let result = network.run(session().call(operation));
    (
        result.map(|answered| answered.output),
        network.now().mono - began,
    )
}

/// How a write ends that meets this: it is not sent again.
fn write(planned: PlannedFault) -> (Result<(), ErrorKind>, Duration) {
    let mut emulator = Emulator::default();
    let start = neptunedata::ml::StartMlModelTrainingJob::new(
        neptunedata::ml::DataProcessingJobId::new("processed"),
        neptunedata::types::S3Uri::new("s3://bucket/models"),
    );
    emulator.fail_next(planned);
    let (result, time) = call(&mut emulator, &start);
    assert_eq!(emulator.received("StartMLModelTrainingJob"), 1);
    (result.map(drop).map_err(|error| error.kind()), time)
}

#[test]
fn nothing_planned_is_a_success() {
    let (result, time) = call(&mut Emulator::default(), &GetEngineStatus::new());
    assert_eq!(result.unwrap().status.as_deref(), Some("healthy"));
    assert_eq!(time, Duration::ZERO);
}

#[test]
fn faults_end_as_they_do_on_a_socket() {
    let late = || PlannedFault::late(Duration::ZERO);
    let second = Duration::from_secs(1);
    let closed = || Err(ErrorKind::Transport(TransportErrorKind::Closed));
    let protocol = || Err(ErrorKind::Transport(TransportErrorKind::Protocol));
    let timeout = || Err(ErrorKind::Transport(TransportErrorKind::Timeout));
    let no_response = |ending| {
        PlannedFault::executed_but(Fault::NoResponse {
            delay: second,
            ending,
        })
    };
    let not_http = Fault::NotHttp {
        delay: second,
        bytes: Bytes::from_static(b"SSH-2.0"),
    };
    let cut = |after, inside_chunk| Cut {
        after,
        inside_chunk,
    };
    let slow = Throttle {
        bytes: usize::MAX,
        every: LIMIT,
        part: Part::All,
    };
    let table = [
        (
            PlannedFault::executed_but_closed(),
            closed(),
            Duration::ZERO,
        ),
        (PlannedFault::executed_but_cut(3), closed(), Duration::ZERO),
        (no_response(ConnectionEnd::Fin), closed(), second),
        (no_response(ConnectionEnd::Rst), closed(), second),
        (no_response(ConnectionEnd::Hang), timeout(), LIMIT),
        (PlannedFault::executed_but(not_http), protocol(), second),
        (PlannedFault::late(second), Ok(()), second),
        (PlannedFault::late(LIMIT + second), timeout(), LIMIT),
        (
            late().deliver(|how| how.cut = Some(cut(None, true))),
            closed(),
            Duration::ZERO,
        ),
        (
            late().deliver(|how| how.missing = 1),
            closed(),
            Duration::ZERO,
        ),
        (
            late().deliver(|how| how.cut_trailers = true),
            closed(),
            Duration::ZERO,
        ),
        (
            late().deliver(|how| how.throttle = Some(slow)),
            Ok(()),
            Duration::ZERO,
        ),
        (
            late().deliver(|how| {
                how.stall = Some(Stall {
                    after: 1,
                    time: Some(second),
                })
            }),
            Ok(()),
            second,
        ),
        (
            late().deliver(|how| {
                how.stall = Some(Stall {
                    after: 1,
                    time: None,
                })
            }),
            timeout(),
            LIMIT,
        ),
        (
            late().deliver(|how| {
                how.cut = Some(cut(Some(1), false));
                how.ending = Some(ConnectionEnd::Hang);
            }),
            timeout(),
            LIMIT,
        ),
        // The end of the connection is the end of the body, which is not JSON then.
        (
            late().deliver(|how| {
                how.cut = Some(cut(Some(1), false));
                how.framing = Framing::CloseDelimited;
            }),
            Err(ErrorKind::Decode),
            Duration::ZERO,
        ),
    ];
    for (planned, expected, time) in table {
        let text = format!("{planned:?}");
        assert_eq!(write(planned), (expected, time), "{text}");
    }
}

#[test]
fn refusals_of_the_emulator_are_refusals() {
    let (result, _) = call(
        &mut Emulator::default(),
        &CancelMlModelTrainingJob::new("unknown"),
    );
    let error = result.unwrap_err();
    assert!(error.service().is_some(), "{error}");
}

#[test]
fn trailers_arrive_unless_the_length_is_announced() {
    let name = HeaderName::from_static("x-neptune-status");
    let value = HeaderValue::from_static("500");
    let response = || Response::new(StatusCode::OK, "{}").trailer(name.clone(), value.clone());
    let received = |response: Response| {
        let served = Served::from(Outcome::from(response));
        match served.into_inputs(1).pop_back() {
            Some(Input::End(trailers)) => trailers,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(received(response())[&name], value);
    let length = HeaderValue::from_static("2");
    let announced = response().header(http::header::CONTENT_LENGTH, length);
    assert_eq!(received(announced), HeaderMap::new());
}

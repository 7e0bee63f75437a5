//! A property test of a small program, without sockets: a made-up network, and the emulator as a function at
//! its other end.
//!
//! ```text
//! cargo run --example property_test
//! ```
//!
//! The program trains a model, and tries again when that fails. Written carelessly it trains two when an answer gets
//! lost, which no test with a good network shows. Here proptest makes up the requests and the networks, finds one that
//! shows it, and makes that as simple as it can. Written with care the program stands the same test.
//!
//! For tests of your own, take the crate `neptunedata` with its feature `proptest`, and `neptunedata-emulator` with its
//! feature `neptunedata` and without its default features.

use std::{cell::Cell, process::ExitCode};

use neptunedata::{
    Auth, Call, Endpoint, Error, ErrorKind, ExceptionKind, Operation, Session,
    machine::Now,
    ml::{DataProcessingJobId, GetMlModelTrainingJob, StartMlModelTrainingJob},
    testing::{Network, NetworkOutcome},
    types::S3Uri,
};
use neptunedata_emulator::Emulator;
use proptest::{
    prelude::*,
    test_runner::{Config as Cases, RngAlgorithm, TestError, TestRng, TestRunner},
};

/// The program, with the bug: where the server has not said no, it is asked again.
fn train_carelessly(
    network: &mut Network<'_>,
    start: &StartMlModelTrainingJob,
) -> Result<(), Error> {
    for _ in 0..3 {
        match call(network, start) {
            Err(error) if error.service().is_none() => {}
            result => return result.map(drop),
        }
    }
    call(network, start).map(drop)
}

/// The program without it: the job has a name, and where it is not known whether it was started, that is looked up.
fn train_with_care(
    network: &mut Network<'_>,
    start: &StartMlModelTrainingJob,
) -> Result<(), Error> {
    const UNKNOWN: ErrorKind = ErrorKind::Service(ExceptionKind::InvalidParameterException);
    let start = start.clone().id("our-job");
    let get = GetMlModelTrainingJob::new("our-job");
    for _ in 0..3 {
        match call(network, &start) {
            Err(error) if error.may_have_executed() => match call(network, &get) {
                Ok(_) => return Ok(()),
                Err(answer) if answer.kind() == UNKNOWN => {}
                Err(_) => return Err(error),
            },
            Err(error) if error.service().is_none() => {}
            result => return result.map(drop),
        }
    }
    call(network, &start).map(drop)
}

type Failure = TestError<(StartMlModelTrainingJob, Vec<NetworkOutcome>)>;
type Program = fn(&mut Network<'_>, &StartMlModelTrainingJob) -> Result<(), Error>;

/// Makes a call over the network.
fn call<O: Operation>(network: &mut Network<'_>, operation: &O) -> Result<O::Output, Error> {
    let endpoint = Endpoint::parse("http://localhost:8182").expect("it is one");
    let session = Session::new(endpoint, Auth::unsigned()).expect("nothing is signed");
    let answered = network.run(Call::new(&session, operation, 1))?;
    Ok(answered.output)
}

/// Whatever the request and the network: one model is trained, or none and the program says so. In how many networks one
/// was, so that a test which tries nothing is noticed.
fn trains_once(program: Program) -> (u32, Result<(), Failure>) {
    // What the server looks at, and anything else.
    let requests = any::<StartMlModelTrainingJob>().prop_map(|mut start| {
        start.id = None;
        start.base_processing_instance_type = None;
        start.training_instance_type = None;
        start.previous_model_training_job_id = None;
        start.data_processing_job_id = DataProcessingJobId::new("processed");
        start.train_model_s3_location = S3Uri::new("s3://bucket/models");
        start
    });
    let networks = proptest::collection::vec(any::<NetworkOutcome>(), 0..6);
    let cases = Cases {
        failure_persistence: None,
        ..Cases::with_cases(1000)
    };
    // Always the same thousand: this is an example.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(cases, rng);
    let trained = Cell::new(0);
    let result = runner.run(&(requests, networks), |(start, deliveries)| {
        let mut emulator = Emulator::default();
        let serve = |request, now: Now| emulator.handle(request, now.into());
        let result = program(&mut Network::new(deliveries, serve), &start);
        let jobs = emulator.training_jobs().len();
        prop_assert!(jobs <= 1, "{} models are trained", jobs);
        match result {
            Ok(()) => prop_assert_eq!(jobs, 1, "it said that it trains a model"),
            Err(error) => prop_assert!(jobs == 0 || error.may_have_executed(), "{}", error),
        }
        trained.set(trained.get() + u32::from(jobs == 1));
        Ok(())
    });
    (trained.get(), result)
}

fn main() -> ExitCode {
    let (_, careless) = trains_once(train_carelessly);
    match &careless {
        Err(TestError::Fail(reason, (_, network))) => {
            let reason = reason.to_string();
            let reason = reason.split(" at ").next().unwrap_or(&reason);
            println!("without care: {reason}, as soon as this happens: {network:?}");
        }
        other => println!("without care: {other:?}"),
    }
    let (trained, careful) = trains_once(train_with_care);
    match &careful {
        Ok(()) => println!("with care: never; of 1000 networks, {trained} train one"),
        Err(failure) => println!("with care: {failure}"),
    }
    match (careless, careful) {
        (Err(TestError::Fail(..)), Ok(())) if trained > 900 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

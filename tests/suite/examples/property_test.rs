//! A property test of a small program without sockets: a simulated network with the emulator as a function at the other
//! end.
//!
//! ```text
//! cargo run --example property_test
//! ```
//!
//! The program trains a model, and retries if that fails. The careless version trains two models when a response is
//! lost, which a test on a reliable network never shows. Here proptest generates requests and networks, finds a network
//! that shows the bug, and reduces it to a minimal one. The careful version passes the same test.
//!
//! To write your own tests, use the crate `neptunedata` with its feature `proptest`, and `neptunedata-emulator` with
//! its feature `neptunedata` and without its default features.

use std::{cell::Cell, process::ExitCode};

use neptunedata::{
    Auth, Call, Endpoint, Error, ErrorKind, ExceptionKind, Operation, Session,
    machine::Now,
    ml::{DataProcessingJobId, GetMlModelTrainingJob, StartMlModelTrainingJob},
    testing::{Network, NetworkOutcome},
    types::S3Uri,
};
use neptunedata_emulator::{Emulator, MlKind};
use proptest::{
    prelude::*,
    test_runner::{Config as Cases, RngAlgorithm, TestError, TestRng, TestRunner},
};

/// The program with the bug: it retries unless the server has returned an error.
fn train_careless(network: &mut Network<'_>, start: &StartMlModelTrainingJob) -> Result<(), Error> {
    for _ in 0..3 {
        match call(network, start) {
            Err(error) if error.service().is_none() => {}
            result => return result.map(drop),
        }
    }
    call(network, start).map(drop)
}

/// The program without the bug: the job has an id, and if the start may have been executed, the program looks the job
/// up.
fn train_careful(network: &mut Network<'_>, start: &StartMlModelTrainingJob) -> Result<(), Error> {
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
    let endpoint = Endpoint::parse("http://localhost:8182").expect("valid endpoint");
    let session = Session::new(endpoint, Auth::unsigned()).expect("unsigned session");
    let answered = network.run(Call::new(&session, operation, 1))?;
    Ok(answered.output)
}

/// The property, for any request and network: exactly one model is trained if the program succeeds, and at most one if
/// it fails. The number is that of the networks in which one was trained, so that a test that trains none is noticed.
fn trains_once(program: Program) -> (u32, Result<(), Failure>) {
    // The members that the server checks have fixed values, all others any value.
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
    // A fixed seed, so that the example always prints the same.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(cases, rng);
    let trained = Cell::new(0);
    let result = runner.run(&(requests, networks), |(start, deliveries)| {
        let mut emulator = Emulator::default();
        let serve = |request, now: Now| emulator.handle(request, now.into());
        let result = program(&mut Network::new(deliveries, serve), &start);
        let jobs = emulator.ml_jobs(MlKind::ModelTraining).len();
        prop_assert!(jobs <= 1, "{} models were trained", jobs);
        match result {
            Ok(()) => prop_assert_eq!(jobs, 1, "the program succeeded"),
            Err(error) => prop_assert!(jobs == 0 || error.may_have_executed(), "{}", error),
        }
        trained.set(trained.get() + u32::from(jobs == 1));
        Ok(())
    });
    (trained.get(), result)
}

fn main() -> ExitCode {
    let (_, careless) = trains_once(train_careless);
    match &careless {
        Err(TestError::Fail(reason, (_, network))) => {
            let reason = reason.to_string();
            let reason = reason.split(" at ").next().unwrap_or(&reason);
            println!("careless: {reason} in this network: {network:?}");
        }
        other => println!("careless: {other:?}"),
    }
    let (trained, careful) = trains_once(train_careful);
    match &careful {
        Ok(()) => println!("careful: passed; one model was trained in {trained} of 1000 networks"),
        Err(failure) => println!("careful: {failure}"),
    }
    match (careless, careful) {
        (Err(TestError::Fail(..)), Ok(())) if trained > 900 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

//! A property test of a small program, without a network: the core by hand, a made-up network, and the emulator as a
//! function.
//!
//! ```text
//! cargo run --example property_test
//! ```
//!
//! The program trains a model, and tries again when that fails. Written carelessly it trains two when an answer gets
//! lost, which no test with a good network shows. Here proptest makes up the requests and the networks, finds one that
//! shows it, and makes that as simple as it can. Written with care the program stands the same test.
//!
//! For tests of your own, take the crate `neptunedata` with its feature `proptest`, and `neptunedata-emulator` without its
//! default features: `Network` below is all there is to it.

use std::{
    cell::Cell,
    collections::VecDeque,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use neptunedata::{
    Auth, Call, Endpoint, Error, ErrorKind, ExceptionKind, Operation, Session,
    machine::{Input, Machine, Now, Step},
    ml::{DataProcessingJobId, GetMlModelTrainingJob, StartMlModelTrainingJob},
    testing::NetworkOutcome,
    types::S3Uri,
};
use neptunedata_emulator::{Config, Emulator};
use proptest::{
    prelude::*,
    test_runner::{Config as Cases, RngAlgorithm, TestError, TestRng, TestRunner},
};

/// The program, with the bug: where the server has not said no, it is asked again.
fn train_carelessly(network: &mut Network, start: &StartMlModelTrainingJob) -> Result<(), Error> {
    for _ in 0..3 {
        match network.call(start) {
            Err(error) if error.service().is_none() => {}
            result => return result.map(drop),
        }
    }
    network.call(start).map(drop)
}

/// The program without it: the job has a name, and where it is not known whether it was started, that is looked up.
fn train_with_care(network: &mut Network, start: &StartMlModelTrainingJob) -> Result<(), Error> {
    const UNKNOWN: ErrorKind = ErrorKind::Service(ExceptionKind::InvalidParameterException);
    let start = start.clone().id("our-job");
    let get = GetMlModelTrainingJob::new("our-job");
    for _ in 0..3 {
        match network.call(&start) {
            Err(error) if error.may_have_executed() => match network.call(&get) {
                Ok(_) => return Ok(()),
                Err(answer) if answer.kind() == UNKNOWN => {}
                Err(_) => return Err(error),
            },
            Err(error) if error.service().is_none() => {}
            result => return result.map(drop),
        }
    }
    network.call(&start).map(drop)
}

type Failure = TestError<(StartMlModelTrainingJob, Vec<NetworkOutcome>)>;
type Program = fn(&mut Network, &StartMlModelTrainingJob) -> Result<(), Error>;

/// A network in which requests and answers fare as they are told to, and when that has been used up, well. At its
/// other end is the emulator.
struct Network {
    session: Session,
    emulator: Emulator,
    deliveries: VecDeque<NetworkOutcome>,
    now: Now,
}

impl Network {
    fn new(deliveries: Vec<NetworkOutcome>) -> Network {
        let endpoint = Endpoint::parse("http://localhost:8182").expect("it is one");
        Network {
            session: Session::new(endpoint, Auth::unsigned()).expect("nothing is signed"),
            emulator: Emulator::new(Config::default()),
            deliveries: deliveries.into(),
            now: Now {
                wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000),
                mono: Duration::ZERO,
            },
        }
    }

    /// Makes a call: a driver, without a socket and without a clock.
    fn call<O: Operation>(&mut self, operation: &O) -> Result<O::Output, Error> {
        let mut call = Call::new(&self.session, operation, 1);
        let mut arriving = Vec::new().into_iter();
        let mut input = Input::Next;
        loop {
            input = match call.resume(input, self.now) {
                Step::Send(transmit) => {
                    let delivery = self.deliveries.pop_front();
                    let delivery = delivery.unwrap_or(NetworkOutcome::Arrives { piece: 1024 });
                    let now = neptunedata_emulator::Now::new(self.now.wall, self.now.mono);
                    let serve = |request| {
                        let outcome = self.emulator.handle(request, now);
                        outcome
                            .into_response()
                            .expect("no fault is planned")
                            .into_http()
                    };
                    arriving = delivery.deliver(transmit.request, serve).into_iter();
                    arriving.next().expect("there is always something")
                }
                Step::Receive => arriving.next().expect("an answer has an end"),
                Step::Wait(time) => {
                    self.now.wall += time;
                    self.now.mono += time;
                    Input::Woken
                }
                Step::Credentials { .. } => unreachable!("nothing is signed"),
                Step::Item(item) => match item {},
                Step::Done(result) => return result.map(|answered| answered.output),
            };
        }
    }
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
        let mut network = Network::new(deliveries);
        let result = program(&mut network, &start);
        let jobs = network.emulator.training_jobs().len();
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

//! Runs the steps of the table over a driver.

use std::{
    thread::{self, JoinHandle},
    time::Duration,
};

use neptunedata::{CallOptions, Error, ExceptionKind, Operation};
use neptunedata_emulator::Server;
use neptunedata_tests::client::{Client, Driver};
use neptunedata_tests::scenarios::Keys;
use serde_json::Value;

use crate::{
    cluster,
    steps::{self, Step},
};

/// A driver, its server, and what is going on between them.
pub(crate) struct Stage {
    driver: Driver,
    pub(crate) server: Server,
    client: Client,
    last: String,
    running: Option<JoinHandle<Result<Value, Error>>>,
}

impl Stage {
    pub(crate) fn new(driver: Driver) -> Self {
        let server = cluster::server();
        let client = cluster::client(driver, &server, Keys::Fixed);
        Stage {
            driver,
            server,
            client,
            last: String::new(),
            running: None,
        }
    }

    pub(crate) fn play(&mut self, number: usize, step: Step) {
        let place = format!("{}, step {number}, {step:?}", self.driver);
        match step {
            Step::Good {
                operation,
                input,
                output,
            } => {
                let input = steps::filled(&input, &self.last);
                let actual = call(&self.client, operation, &input)
                    .unwrap_or_else(|error| panic!("{place}: {error}"));
                if let Err(found) = steps::compare(&output, &actual, &mut self.last) {
                    panic!("{place}: answer{found}");
                }
            }
            Step::Bad {
                operation,
                input,
                status,
                kind,
            } => {
                let input = steps::filled(&input, &self.last);
                let result = call(&self.client, operation, &input);
                check_refusal(&place, result, status, kind);
            }
            Step::Begin { operation, input } => self.begin(operation, input),
            Step::Ended { status, kind } => {
                let result = self.running.take().unwrap().join().unwrap();
                check_refusal(&place, result, status, kind);
            }
            Step::Wait(seconds) => {
                self.server.advance(Duration::from_secs(seconds));
            }
            Step::Reconfigure(change) => self.server.with(|emulator| emulator.reconfigure(change)),
        }
    }

    /// Sends a query on a thread of its own, and waits for it to arrive.
    fn begin(&mut self, operation: &'static str, input: Value) {
        assert!(self.running.is_none());
        let client = cluster::client(self.driver, &self.server, Keys::Fixed);
        let received = || self.server.with(|emulator| emulator.received(operation));
        let before = received();
        self.running = Some(thread::spawn(move || call(&client, operation, &input)));
        assert!(
            self.server
                .wait_until(cluster::WAIT_LIMIT, || received() > before)
        );
    }

    pub(crate) fn finish(&self) {
        assert!(self.running.is_none(), "a query has no end");
    }
}

fn check_refusal(place: &str, result: Result<Value, Error>, status: u16, kind: ExceptionKind) {
    let error = match result {
        Ok(value) => panic!("{place}: {value}"),
        Err(error) => error,
    };
    let refusal = error
        .service()
        .unwrap_or_else(|| panic!("{place}: {error}"));
    let found = (refusal.status.as_u16(), refusal.kind);
    assert_eq!(found, (status, kind), "{place}");
}

macro_rules! senders {
    ($function:ident: $($operation:ty,)*) => {
        /// Sends the operation of this name, if it is one of these.
        fn $function(client: &Client, name: &str, input: &Value) -> Option<Result<Value, Error>> {
            $(if name == <$operation as Operation>::INFO.name {
                return Some(send::<$operation>(client, input));
            })*
            None
        }
    };
}

macro_rules! of_the_model {
    ($($operation:ty,)*) => { senders!(send_of_the_model: $($operation,)*); };
}
neptunedata::for_each_operation!(of_the_model);

macro_rules! of_sparql {
    ($($operation:ty,)*) => { senders!(send_of_sparql: $($operation,)*); };
}
neptunedata::for_each_sparql_operation!(of_sparql);

fn send<O>(client: &Client, input: &Value) -> Result<Value, Error>
where
    O: Operation + serde::de::DeserializeOwned,
    O::Output: serde::Serialize,
{
    let operation: O = serde_json::from_value(input.clone())
        .unwrap_or_else(|error| panic!("{}: invalid input {input}: {error}", O::INFO.name));
    let answered = client.call(&operation, CallOptions::new())?;
    Ok(serde_json::to_value(answered.output).unwrap())
}

/// Sends an operation of the type that has this name, with what the type has for it.
pub(crate) fn call(client: &Client, name: &str, input: &Value) -> Result<Value, Error> {
    send_of_the_model(client, name, input)
        .or_else(|| send_of_sparql(client, name, input))
        .unwrap_or_else(|| panic!("there is no operation {name}"))
}

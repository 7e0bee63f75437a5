//! Operations with rows, and a driver that reads them.

use http::{HeaderMap, Method};
use neptunedata::{
    CallOptions, Effect, Error, Operation, OperationInfo,
    error::DecodeError,
    machine::{Input, Io, Machine, Step},
    operation::{RawResponse, RequestWriter},
    rows::{RowQuery, Rows, RowsFormat, RowsSummary},
    transport::Sent,
};
use serde::de::DeserializeOwned;

use super::{
    drive::{Asked, Clock, Style, inputs, unsigned},
    script::Event,
    steps::Steps,
};

/// Defines operations with this format of rows and this effect.
macro_rules! operations {
    ($($name:ident: $format:ident, $effect:ident;)*) => {$(
        pub(crate) struct $name;

        impl Operation for $name {
            type Output = ();
            const INFO: &'static OperationInfo =
                &OperationInfo::new(stringify!($name), Method::POST, "/query", Effect::$effect);

            fn encode(&self, request: &mut RequestWriter<'_>) {
                request.accept_trailers();
                request.json("q");
            }

            fn decode(_: &RawResponse<'_>) -> Result<(), DecodeError> {
                Ok(())
            }
        }

        impl RowQuery for $name {
            const FORMAT: RowsFormat = RowsFormat::$format;
        }
    )*};
}
operations! {
    Cypher: OpenCypher, Read;
    Write: OpenCypher, Write;
    Gremlin: Gremlin, Read;
    Sparql: Sparql, Read;
}

#[derive(Debug)]
pub(crate) struct Read<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) asked: Vec<Asked>,
    pub(crate) result: Result<RowsSummary, Error>,
}

/// Reads all rows, with the body in chunks of `size` bytes. The last event of the script is repeated.
pub(crate) fn read<T: DeserializeOwned, O: RowQuery>(
    operation: &O,
    options: &CallOptions,
    script: &[Event],
    size: usize,
) -> Read<T> {
    let mut machine = Rows::with_options(&unsigned(), operation, options, 1);
    let style = Style {
        seed: 1,
        chunks: Some(size),
    };
    let (mut rows, mut asked, mut sent) = (Vec::new(), Vec::new(), 0);
    let mut clock = Clock::new();
    let mut responses = Vec::new().into_iter();
    let mut input = Input::Next;
    loop {
        input = match machine.resume(input, clock.now()) {
            Step::Io(Io::Send(transmit)) => {
                asked.push(Asked::Send(transmit.reuse));
                let event = script.get(sent).or(script.last()).expect("a script");
                sent += 1;
                responses = inputs(event, style).into_iter();
                responses.next().expect("an input")
            }
            Step::Io(Io::Receive) => responses.next().expect("more of the body"),
            Step::Item(row) => {
                rows.push(row);
                assert_eq!(machine.rows(), u64::try_from(rows.len()).expect("few"));
                Input::Next
            }
            Step::Io(Io::Wait) => {
                asked.push(Asked::Wait(clock.pass_until_wake(&machine)));
                Input::Wake(Sent::No)
            }
            Step::Io(Io::Credentials { .. }) => panic!("the session is not signed"),
            Step::Io(Io::Continue) => panic!("a wake-up at the requested time changed nothing"),
            Step::Misuse(misuse) => panic!("{misuse}"),
            Step::Done(result) => {
                // The machine has ended: any further input is a misuse.
                for input in [Input::Next, Input::End(HeaderMap::new())] {
                    machine.misuses(input, clock.now());
                }
                return Read {
                    rows,
                    asked,
                    result,
                };
            }
        };
    }
}

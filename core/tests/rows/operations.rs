//! Operations with rows, and a driver that reads them.

use http::{HeaderMap, Method};
use neptunedata::{
    CallOptions, Effect, Operation, OperationInfo,
    error::DecodeError,
    machine::Input,
    operation::{RawResponse, RequestWriter},
    rows::{RowQuery, Rows, RowsFormat, RowsSummary},
};
use serde::de::DeserializeOwned;

use super::{
    drive::{Clock, Played, Style, play, unsigned},
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

pub(crate) type Read<T> = Played<T, RowsSummary>;

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
    let mut clock = Clock::new();
    let mut rows = 0;
    let read = play(&mut machine, script, style, &mut clock, |machine, _| {
        rows += 1;
        assert_eq!(machine.rows(), rows);
    });
    // The machine has ended: any further input is a misuse.
    for input in [Input::Next, Input::End(HeaderMap::new())] {
        machine.misuses(input, clock.now());
    }
    read
}

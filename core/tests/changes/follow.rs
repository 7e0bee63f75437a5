//! Machines that follow the stream of a test server.

use std::time::Duration;

use neptunedata::{
    CallOptions,
    changes::{Changes, ChangesOptions, Checkpoint, StartPosition, Transactions},
    streams::{EventId, GetSparqlStream},
};

use super::{drive::unsigned, server::Run};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn at(commit: i64, op: i64) -> Checkpoint {
    Checkpoint::after(EventId::new(commit, op))
}

pub(crate) fn after(commit: i64, op: i64) -> StartPosition {
    StartPosition::After(at(commit, op))
}

pub(crate) fn to_the_end() -> ChangesOptions {
    ChangesOptions::new().stop_at_end()
}

pub(crate) fn one_attempt() -> ChangesOptions {
    to_the_end().call(CallOptions::new().max_attempts(1))
}

pub(crate) fn changes(
    start: StartPosition,
    options: ChangesOptions,
) -> Run<Changes<GetSparqlStream>> {
    Run::new(Changes::with_options(&unsigned(), start, options, 1))
}

pub(crate) fn transactions(
    start: StartPosition,
    options: ChangesOptions,
) -> Run<Transactions<GetSparqlStream>> {
    Run::new(Transactions::with_options(&unsigned(), start, options, 1))
}

//! The scenario table: what each client makes of a server that misbehaves.
//!
//! A [`Row`] is one misbehaviour with the outcomes that the design demands for a read, for a cancel, which can
//! be repeated, and for a write. [`run`] plays rows over both clients, with and without TLS, each [`Cell`]
//! against an emulator of its own. `tests/scenarios.rs` compares, the example `scenario_table` prints.

mod caller;
mod cell;
mod row;
mod rows;
mod setting;

pub use caller::{Caller, Driver, Keys};
pub use cell::{Cell, Played, play, play_in, run, run_in};
pub use row::{Before, Failed, Figure, Op, Peers, Row, Seen};
pub use rows::all as rows;
pub use setting::{Setting, Witness};

use std::time::Duration;

use neptunedata::{retry::RetryPolicy, transport::ClientOptions};

/// The options of the tests' clients: the defaults, but waits between attempts are short.
pub fn quick() -> ClientOptions {
    let mut policy = RetryPolicy::default();
    for base in [
        &mut policy.initial_backoff,
        &mut policy.throttled_backoff,
        &mut policy.memory_backoff,
    ] {
        *base = Duration::from_millis(1);
    }
    ClientOptions::new().retry_policy(policy)
}

//! The scenario table: how each client handles server faults.
//!
//! A [`Row`] is one fault with the results that the design requires for a read, for a cancel (which can be repeated),
//! and for a write. [`run`] plays rows with both clients, with and without TLS, each [`Cell`] against its own emulator.
//! `tests/scenarios.rs` compares the results, and the example `scenario_table` prints them.

mod cell;
mod row;
mod rows;
mod setting;

pub use cell::{Cell, Played, play, run};
pub use row::{Before, Failed, Figure, Op, Peers, Row, Seen};
pub use rows::all as rows;
pub use setting::{Keys, REGION, Setting, Witness};

//! The retry table, row by row: what a call does when the network or the server fails, by effect.
//!
//! Time is virtual. Every expected value is written by hand from the [table](../../docs/retry.md); nothing is
//! computed by the crate under test.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
mod script;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;
#[path = "support/table.rs"]
mod table;

#[cfg(feature = "sigv4")]
#[path = "scenario/access.rs"]
mod access;
#[path = "scenario/bodies.rs"]
mod bodies;
#[path = "scenario/body_chunks.rs"]
mod body_chunks;
#[path = "scenario/classification.rs"]
mod classification;
#[cfg(feature = "sigv4")]
#[path = "scenario/clocks.rs"]
mod clocks;
#[path = "scenario/deadline.rs"]
mod deadline;
#[path = "scenario/once.rs"]
mod once;
#[path = "scenario/quota.rs"]
mod quota;
#[path = "scenario/streaming.rs"]
mod streaming;
#[path = "scenario/transport.rs"]
mod transport;
#[path = "scenario/waits.rs"]
mod waits;

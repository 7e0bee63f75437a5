//! The features that the two clients add to core's streaming machines, over real sockets against the
//! emulator: streamed bodies and rows, abandoned queries, waiters, change streams.

#![allow(missing_docs)]

#[path = "clients/abandoned.rs"]
mod abandoned;
#[path = "clients/attempts.rs"]
mod attempts;
#[path = "clients/bytes.rs"]
mod bytes;
#[path = "clients/changes.rs"]
mod changes;
#[path = "clients/full_pool.rs"]
mod full_pool;
#[path = "clients/rows.rs"]
mod rows;
#[path = "clients/support.rs"]
mod support;
#[path = "clients/waiting.rs"]
mod waiting;

//! Rows as they arrive: the reader by itself, and the machine around it.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;

#[path = "rows/bodies.rs"]
mod bodies;
#[path = "rows/copies.rs"]
mod copies;
#[path = "rows/cuts.rs"]
mod cuts;
#[path = "rows/ends.rs"]
mod ends;
#[path = "rows/framings.rs"]
mod framings;
#[path = "rows/operations.rs"]
mod operations;
#[path = "rows/real.rs"]
mod real;

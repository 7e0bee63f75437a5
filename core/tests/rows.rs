//! Streamed rows: the row reader, and the machine that uses it.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

#[path = "rows/bodies.rs"]
mod bodies;
#[path = "rows/copies.rs"]
mod copies;
#[path = "rows/cuts.rs"]
mod cuts;
#[path = "rows/ends.rs"]
mod ends;
#[path = "rows/formats.rs"]
mod formats;
#[path = "rows/operations.rs"]
mod operations;
#[path = "rows/reader_errors.rs"]
mod reader_errors;
#[path = "rows/real.rs"]
mod real;
#[path = "rows/retries.rs"]
mod retries;

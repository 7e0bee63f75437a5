//! Waiters, in virtual time: hours in milliseconds.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;

#[path = "wait/each.rs"]
mod each;
#[path = "wait/pace.rs"]
mod pace;
#[path = "wait/run.rs"]
mod run;

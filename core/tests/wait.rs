//! Waiters, in virtual time.

#[path = "support/drive.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod drive;
#[path = "support/script.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod script;
#[path = "support/steps.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod steps;

#[path = "wait/engine.rs"]
mod engine;
#[path = "wait/loads.rs"]
mod loads;
#[path = "wait/ml.rs"]
mod ml;
#[path = "wait/polling.rs"]
mod polling;
#[path = "wait/run.rs"]
mod run;
#[path = "wait/timeouts.rs"]
mod timeouts;

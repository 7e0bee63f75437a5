//! Where credentials and the region come from: environment, profile files, external processes. The
//! pure part of it: everything takes text or a look-up, and the transports do the reading.

pub mod cache;
pub mod environment;
mod keys;
pub mod process;
pub mod profile;
mod timestamp;

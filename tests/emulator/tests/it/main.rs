//! The emulator through its public door.

mod engine;
mod plan;
mod robustness;
mod routes;
mod signature;
mod signed;
mod support;
mod training;
mod training_errors;

#[cfg(feature = "server")]
mod binary;
#[cfg(feature = "server")]
mod server;

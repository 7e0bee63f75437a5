//! The emulator through its public door.

mod engine;
mod plan;
mod robustness;
mod routes;
mod signature;
mod support;
mod training;

#[cfg(feature = "server")]
mod binary;
#[cfg(feature = "server")]
mod server;

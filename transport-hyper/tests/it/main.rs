//! The async client against the emulator and against servers that misbehave, all on loopback.

mod calls;
mod cancellations;
mod credentials;
mod deadlines;
mod dropped;
mod faults;
mod limits;
#[cfg(feature = "tracing")]
mod logs;
#[cfg(feature = "proxy")]
mod proxy;
mod rows;
mod runtimes;
mod service;
mod smol_runtime;
mod stale;
mod streams;
mod support;
#[cfg(feature = "tls")]
mod tls;

//! What only the async client has: futures that are dropped, runtimes, connectors. The package `neptunedata-tests` tests
//! what both clients share.

mod cancellations;
mod deadlines;
mod dropped;
#[cfg(feature = "tls")]
mod idle;
mod limits;
mod rows;
mod runtimes;
mod service;
mod smol_runtime;
mod stale;
mod support;
#[cfg(feature = "tls")]
mod tls;

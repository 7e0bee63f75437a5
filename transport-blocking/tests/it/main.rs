//! The blocking client against servers that behave, and servers that do not.

#![allow(missing_docs)]

mod agent;
mod calls;
mod credentials;
mod deadlines;
mod faults;
mod pool;
#[cfg(feature = "proxy")]
mod proxy;
mod seam;
mod stale;
mod streams;
mod support;
mod tls;

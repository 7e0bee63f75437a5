//! Async client for the Amazon Neptune data API, on hyper.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::print_stdout,
        clippy::print_stderr,
        clippy::exit
    )
)]

mod builder;
mod call_builder;
mod client;
mod clock;
mod connect;
mod connection;
mod credentials;
mod fault;
mod io;
mod pool;
mod running;
#[cfg(feature = "tokio")]
mod tokio_runtime;
mod trace;

use std::{future::Future, pin::Pin};

pub use neptunedata::*;

pub use builder::{BuildError, ClientBuilder};
pub use call_builder::CallBuilder;
pub use client::Client;
pub use running::Running;

/// What [`ClientBuilder::executor`] is given to run.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

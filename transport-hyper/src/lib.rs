//! Async client for the Amazon Neptune data API, on hyper.

pub use neptunedata::*;

//! Blocking client for the Amazon Neptune data API, on ureq.

pub use neptunedata::*;

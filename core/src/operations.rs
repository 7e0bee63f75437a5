//! The operations, a file each, in the families of the service's documentation.
//!
//! To add one, follow the checklist in `CONTRIBUTING.md`.

#[macro_use]
mod setters;
mod engine;
mod ml;

pub use engine::*;
pub use ml::*;

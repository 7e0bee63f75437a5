//! Helpers shared by the tests of the workspace.

pub mod additions;
pub mod scenarios;
pub mod vectors;

/// The example of the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

//! Helpers shared by the tests of the workspace.

pub mod additions;
pub mod resident;
pub mod scenarios;
pub mod vectors;

/// The example of the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The same tasks in boto3, the AWS SDK and here.
#[cfg(doctest)]
#[doc = include_str!("../../../core/docs/coming-from-boto3.md")]
struct ComingFromBoto3;

//! Helpers shared by the tests of the workspace.

pub mod additions;
pub mod client;
pub mod connections;
pub mod examples;
pub mod raw_server;
pub mod resident;
pub mod scenarios;
pub mod vectors;

/// The examples of the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The guide for users of boto3 and the AWS SDK.
#[cfg(doctest)]
#[doc = include_str!("../../../core/docs/coming-from-boto3.md")]
struct ComingFromBoto3;

//! Sources of credentials and of the region: environment, profile files, external processes. The functions here
//! are pure: their arguments are texts and functions that look up variables, and the transport crates do the I/O.
//!
//! The AWS tools look for credentials first in the environment and then in the profile files. This function
//! does the same:
//!
//! ```
//! use neptunedata::{Credentials, credentials::{CredentialsError, environment, profile::ProfileLookup}};
//!
//! fn load() -> Result<Credentials, CredentialsError> {
//!     let lookup = |name: &str| std::env::var(name).ok();
//!     if let Some(credentials) = environment::credentials(lookup)? {
//!         return Ok(credentials);
//!     }
//!     ProfileLookup::new(None, lookup).load(|path| std::fs::read_to_string(path), |process| {
//!         let command = &process.command;
//!         // … with the process's time limit and output limit.
//!         std::process::Command::new(command.program()).args(command.arguments()).output()
//!     })
//! }
//! ```
//!
//! Roles, web identities, single sign-on, containers and instance metadata need network calls. The credentials
//! chain of the AWS SDK supports them: the feature `aws-config` of the transport crates.

mod access_key;
#[cfg(feature = "aws-credential-types")]
mod aws;
pub mod cache;
pub mod environment;
mod keys;
pub mod process;
pub mod profile;

pub use crate::error::CredentialsError;
pub use access_key::Credentials;

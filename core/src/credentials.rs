//! Sources of credentials and of the region: environment, profile files, external processes. The
//! functions here are pure: they take texts and lookup functions, and the transports do the I/O.
//!
//! How a transport uses them, in the order of the AWS tools:
//!
//! ```
//! use neptunedata::credentials::{environment, process, profile::{Profiles, Source}};
//! use neptunedata::{Credentials, credentials::CredentialsError};
//!
//! fn load(
//!     lookup: impl Fn(&str) -> Option<String>,        // in production: std::env::var(name).ok()
//!     read: impl Fn(&std::path::Path) -> String,      // std::fs::read_to_string, "" if there is no file
//!     run: impl Fn(&str, &[String]) -> Vec<u8>,       // the standard output of std::process::Command
//! ) -> Result<Credentials, CredentialsError> {
//!     if let Some(credentials) = environment::credentials(&lookup)? {
//!         return Ok(credentials);
//!     }
//!     let file = |path: Option<std::path::PathBuf>| path.map(|path| read(&path)).unwrap_or_default();
//!     let config = file(environment::config_path(&lookup));
//!     let credentials = file(environment::credentials_path(&lookup));
//!     let profiles = Profiles::parse(&config, &credentials)?;
//!     match profiles.source(&environment::profile_name(&lookup))? {
//!         Source::Static(credentials) => Ok(credentials),
//!         Source::Process(command) => process::parse_output(&run(command.program(), command.arguments())),
//!         other => Err(CredentialsError::new(format!("unsupported source: {other:?}"))),
//!     }
//! }
//!
//! let home = |name: &str| (name == "HOME").then(|| "/home/ann".to_owned());
//! let files = |path: &std::path::Path| if path.ends_with("credentials") {
//!     "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrXUtn\n".to_owned()
//! } else {
//!     String::new()
//! };
//! let credentials = load(home, files, |_, _| Vec::new())?;
//! assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
//! # Ok::<(), CredentialsError>(())
//! ```
//!
//! Roles, web identities, single sign-on, containers and instance metadata need network calls. They
//! are part of the AWS chain: the feature `aws-config` of the transport crates.

mod access_key;
pub mod cache;
pub mod environment;
mod keys;
pub mod process;
pub mod profile;

pub use crate::error::CredentialsError;
pub use access_key::Credentials;

//! Sans-IO client for the Amazon Neptune data API.

mod auth;

#[cfg(feature = "sigv4")]
pub use auth::sign;
pub use auth::{Credentials, SignError, valid_region};

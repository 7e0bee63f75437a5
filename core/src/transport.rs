//! The parts that the transport crates share. Without the feature `transport`, the module has only [`Sent`] and
//! [`TransportErrorKind`].
//!
//! With the feature `transport`: options, routes, proxies, and what a client's builder does before any I/O. The
//! functions are pure: their arguments are texts and functions that look up variables, and the transport crates do
//! the I/O.

#[cfg(feature = "transport")]
mod build_error;
#[cfg(feature = "transport")]
mod client_options;
#[cfg(feature = "transport")]
mod framing;
#[cfg(feature = "transport")]
mod macros;
#[cfg(feature = "transport")]
mod no_proxy;
#[cfg(feature = "transport")]
mod not_http;
#[cfg(feature = "transport")]
mod proxy;
#[cfg(feature = "transport")]
mod reuse;
#[cfg(feature = "transport")]
mod route;
#[cfg(feature = "transport")]
mod setup;
#[cfg(feature = "transport")]
pub mod tls_hint;
#[cfg(feature = "transport")]
mod trace;

pub use crate::error::{Sent, TransportErrorKind};
#[cfg(feature = "transport")]
pub use build_error::BuildError;
#[cfg(feature = "transport")]
pub use client_options::{ClientOptions, RootCertificates};
#[cfg(feature = "transport")]
pub use framing::check_framing;
#[cfg(feature = "transport")]
pub use not_http::{RESPONSE_START, not_http};
#[cfg(feature = "transport")]
pub use proxy::{Proxy, ProxyError, proxy_refused};
#[cfg(feature = "transport")]
pub use reuse::{ConnectionRecord, Purpose, ReusePolicy};
#[cfg(feature = "transport")]
pub use route::{Route, RouteError};
#[cfg(feature = "transport")]
pub use setup::{ClientAuth, ClientSetup, CredentialsSource, PreparedClient};
#[cfg(feature = "transport")]
pub use trace::Trace;

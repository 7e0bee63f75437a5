//! What the transport crates share, and what a failed attempt says about the request: [`Sent`] and
//! [`TransportErrorKind`].
//!
//! With the feature `transport`: options, routes and proxies. The functions are pure: they take texts and lookup
//! functions, and the transports do the I/O.

#[cfg(feature = "transport")]
mod client_options;
#[cfg(feature = "transport")]
mod proxy;
#[cfg(feature = "transport")]
mod route;

pub use crate::error::{Sent, TransportErrorKind};
#[cfg(feature = "transport")]
pub use client_options::{ClientOptions, RootCertificates};
#[cfg(feature = "transport")]
pub use proxy::{Proxy, ProxyError};
#[cfg(feature = "transport")]
pub use route::{Route, RouteError};

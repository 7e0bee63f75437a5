//! Client options and routing, shared by the transport crates. The functions here are pure: they take
//! texts and lookup functions, and the transports do the I/O.

mod client_options;
mod proxy;
mod reuse;
mod route;

pub use crate::error::{Sent, TransportErrorKind};
pub use client_options::{ClientOptions, RootCertificates};
pub use proxy::{Proxy, ProxyError};
pub use reuse::{ConnectionRecord, ReusePolicy};
pub use route::{Route, RouteError};

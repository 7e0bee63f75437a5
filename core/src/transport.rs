//! What the transport crates share: the options of their clients, and how their requests are routed. Pure: it takes
//! text and look-ups, and the transports do the I/O.

mod client_options;
mod proxy;
mod route;

pub use crate::error::{Sent, TransportErrorKind};
pub use client_options::{ClientOptions, RootCertificates};
pub use proxy::{Proxy, ProxyError};
pub use route::{Route, RouteError};

//! Signature Version 4: signed requests, Bolt tokens and WebSocket handshakes.

#[cfg(feature = "sigv4")]
mod bolt;
#[cfg(feature = "sigv4")]
mod canonical;
mod error;
#[cfg(feature = "sigv4")]
pub(crate) mod key_cache;
#[cfg(feature = "sigv4")]
pub(crate) mod sign;
#[cfg(feature = "sigv4")]
mod websocket;

pub use error::SignError;
#[cfg(feature = "sigv4")]
pub use {
    bolt::{BoltOptions, BoltToken, bolt_token},
    sign::sign,
    websocket::websocket_request,
};

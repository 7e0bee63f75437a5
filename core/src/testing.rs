//! Generated requests, responses and networks, for property tests and fuzz targets of code that uses this
//! crate. Features `proptest` and `arbitrary`.
#![cfg_attr(
    any(feature = "proptest", feature = "arbitrary"),
    doc = "",
    doc = include_str!("../docs/testing.md")
)]

// First, because the other modules use its macros.
#[macro_use]
mod arbitrary;

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(crate) mod kinds;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod network;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod network_outcome;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod responses;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod served;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod values;

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use network_outcome::NetworkOutcome;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use responses::{
    Answer, AnyResponse, BodyForm, Damage, ErrorResponse, MalformedResponse, SuccessResponse,
};
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use {network::Network, served::Served};
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(crate) use {
    responses::{body_answer, json_answer},
    values::Generate,
};

//! Made-up requests, answers and transports, for property tests and fuzzing of what is built on this
//! crate. Features `proptest` and `arbitrary`.
#![cfg_attr(
    any(feature = "proptest", feature = "arbitrary"),
    doc = "",
    doc = include_str!("../docs/testing.md")
)]

// First, for its macros.
#[macro_use]
mod arbitrary;

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod answers;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod delivery;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(crate) mod kinds;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod network;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod served;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod values;

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use answers::{
    Answer, AnyResponse, BodyForm, Damage, ErrorResponse, MalformedResponse, SuccessResponse,
};
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use delivery::NetworkOutcome;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(crate) use {
    answers::{body_answer, json_answer},
    values::Generate,
};
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub use {network::Network, served::Served};

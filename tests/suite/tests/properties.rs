//! Properties of every operation, over arbitrary requests, answers and networks: the core's features `proptest` and
//! `arbitrary`.

#![allow(missing_docs)]

#[path = "properties/answers.rs"]
mod answers;
#[path = "properties/emulated.rs"]
mod emulated;
#[path = "properties/error_objects.rs"]
mod error_objects;
#[path = "properties/kinds.rs"]
mod kinds;
#[path = "properties/networks.rs"]
mod networks;
#[path = "properties/requests.rs"]
mod requests;
#[path = "properties/round_trip.rs"]
mod round_trip;
#[path = "properties/support.rs"]
mod support;

//! Runs this client on the conformance vectors, line by line, for every operation.
//!
//! Lines without a hazard must come out as the vectors say, but for the deviations of
//! `conformance/deviations.rs`. Lines with a hazard must end in a value or a typed error; how many end
//! in which is a committed snapshot. See `vectors/README.md` for other sets of vectors.

#[path = "conformance/deviations.rs"]
mod deviations;
#[path = "conformance/endpoints.rs"]
mod endpoints;
#[path = "conformance/hazards.rs"]
mod hazards;
#[path = "conformance/inputs.rs"]
mod inputs;
#[path = "conformance/report.rs"]
mod report;
#[path = "conformance/requests.rs"]
mod requests;
#[path = "conformance/responses.rs"]
mod responses;

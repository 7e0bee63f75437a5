//! The wire format: the request writer, the response reader, and the detection of errors in every
//! place where the service reports them.
//!
//! Two modules and this one use each other: the writer records how a query is cancelled, in a type of `machine`; and
//! `operation` has the trait that the writer and the reader serve, with both in its methods.

mod body;
pub(crate) mod coding;
pub(crate) mod extras;
mod form;
pub(crate) mod found;
#[cfg(feature = "gzip")]
pub(crate) mod gzip;
pub(crate) mod json;
pub(crate) mod json_scan;
pub(crate) mod json_text;
pub(crate) mod lenient;
pub(crate) mod outcome;
pub(crate) mod percent;
pub(crate) mod query;
pub(crate) mod raw;
pub(crate) mod request;
pub(crate) mod response;

//! What goes over the wire and comes back: the request writer, the response reader, and the reading
//! of errors wherever the service puts them.

mod body;
pub(crate) mod coding;
pub(crate) mod extras;
mod form;
#[cfg(feature = "gzip")]
pub(crate) mod gzip;
pub(crate) mod json_text;
pub(crate) mod lenient;
pub(crate) mod outcome;
pub(crate) mod percent;
pub(crate) mod query;
pub(crate) mod raw;
pub(crate) mod request;
pub(crate) mod response;

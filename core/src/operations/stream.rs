//! Change streams: <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using.html>.

use crate::ErrorKind;

#[macro_use]
mod record;
mod get_propertygraph_stream;
mod get_sparql_stream;

pub use get_propertygraph_stream::{
    GetPropertygraphStream, GetPropertygraphStreamOutput, PropertygraphData, PropertygraphRecord,
};
pub use get_sparql_stream::{GetSparqlStream, GetSparqlStreamOutput, SparqlData, SparqlRecord};

/// What the service documents for both operations.
const EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::ClientTimeoutException,
    ErrorKind::ConstraintViolationException,
    ErrorKind::ExpiredStreamException,
    ErrorKind::IllegalArgumentException,
    ErrorKind::InvalidArgumentException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MemoryLimitExceededException,
    ErrorKind::PreconditionsFailedException,
    ErrorKind::StreamRecordsNotFoundException,
    ErrorKind::ThrottlingException,
    ErrorKind::TooManyRequestsException,
    ErrorKind::UnsupportedOperationException,
];

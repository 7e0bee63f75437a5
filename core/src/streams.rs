//! Change streams: <https://docs.aws.amazon.com/neptune/latest/userguide/streams-using.html>.

use crate::error::ExceptionKind;

#[macro_use]
mod record;
#[macro_use]
mod page;
mod event_id;
mod get_propertygraph_stream;
mod get_sparql_stream;
mod values;

pub(crate) use event_id::optional as optional_event_id;
pub use event_id::{EventId, ParseEventIdError};
pub use get_propertygraph_stream::{
    GetPropertygraphStream, GetPropertygraphStreamOutput, PropertygraphData, PropertygraphRecord,
};
pub use get_sparql_stream::{GetSparqlStream, GetSparqlStreamOutput, SparqlData, SparqlRecord};
pub use values::{
    ChangeOp, Encoding, IteratorType, PropertyValue, PropertygraphRecordType, StreamFormat,
};

/// Documented for both operations.
const EXCEPTIONS: &[ExceptionKind] = &[
    ExceptionKind::ClientTimeoutException,
    ExceptionKind::ConstraintViolationException,
    ExceptionKind::ExpiredStreamException,
    ExceptionKind::IllegalArgumentException,
    ExceptionKind::InvalidArgumentException,
    ExceptionKind::InvalidParameterException,
    ExceptionKind::MemoryLimitExceededException,
    ExceptionKind::PreconditionsFailedException,
    ExceptionKind::StreamRecordsNotFoundException,
    ExceptionKind::ThrottlingException,
    ExceptionKind::TooManyRequestsException,
    ExceptionKind::UnsupportedOperationException,
];

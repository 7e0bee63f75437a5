//! openCypher: <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher.html>.

mod cancel_open_cypher_query;
mod execute_open_cypher_explain_query;
mod execute_open_cypher_query;
mod get_open_cypher_query_status;
mod hint;
mod list_open_cypher_queries;
mod parameters;

pub use cancel_open_cypher_query::{CancelOpenCypherQuery, CancelOpenCypherQueryOutput};
pub use execute_open_cypher_explain_query::{
    ExecuteOpenCypherExplainQuery, ExecuteOpenCypherExplainQueryOutput, OpenCypherExplainMode,
};
pub use execute_open_cypher_query::{ExecuteOpenCypherQuery, ExecuteOpenCypherQueryOutput};
pub use get_open_cypher_query_status::{GetOpenCypherQueryStatus, GetOpenCypherQueryStatusOutput};
pub use list_open_cypher_queries::{ListOpenCypherQueries, ListOpenCypherQueriesOutput};

use crate::ErrorKind;

/// What executing and explaining a query have in common.
const QUERY_EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::BadRequestException,
    ErrorKind::CancelledByMaintenanceException,
    ErrorKind::CancelledByUserException,
    ErrorKind::ClientTimeoutException,
    ErrorKind::ConcurrentModificationException,
    ErrorKind::ConstraintViolationException,
    ErrorKind::FailureByQueryException,
    ErrorKind::IllegalArgumentException,
    ErrorKind::InvalidArgumentException,
    ErrorKind::InvalidNumericDataException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MalformedQueryException,
    ErrorKind::MemoryLimitExceededException,
    ErrorKind::MissingParameterException,
    ErrorKind::ParsingException,
    ErrorKind::PreconditionsFailedException,
    ErrorKind::QueryLimitExceededException,
    ErrorKind::QueryLimitException,
    ErrorKind::QueryTooLargeException,
    ErrorKind::TimeLimitExceededException,
    ErrorKind::TooManyRequestsException,
    ErrorKind::UnsupportedOperationException,
];

/// What the two operations that tell of running queries have in common.
const STATUS_EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::AccessDeniedException,
    ErrorKind::BadRequestException,
    ErrorKind::ClientTimeoutException,
    ErrorKind::ConcurrentModificationException,
    ErrorKind::ConstraintViolationException,
    ErrorKind::FailureByQueryException,
    ErrorKind::IllegalArgumentException,
    ErrorKind::InvalidArgumentException,
    ErrorKind::InvalidNumericDataException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MissingParameterException,
    ErrorKind::ParsingException,
    ErrorKind::PreconditionsFailedException,
    ErrorKind::ReadOnlyViolationException,
    ErrorKind::TimeLimitExceededException,
    ErrorKind::TooManyRequestsException,
    ErrorKind::UnsupportedOperationException,
];

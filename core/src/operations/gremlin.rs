//! Gremlin: <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-gremlin.html>.

mod cancel_gremlin_query;
mod execute_gremlin_explain_query;
mod execute_gremlin_profile_query;
mod execute_gremlin_query;
mod get_gremlin_query_status;
mod list_gremlin_queries;
mod serializer;

pub use cancel_gremlin_query::{CancelGremlinQuery, CancelGremlinQueryOutput};
pub use execute_gremlin_explain_query::{
    ExecuteGremlinExplainQuery, ExecuteGremlinExplainQueryOutput,
};
pub use execute_gremlin_profile_query::{
    ExecuteGremlinProfileQuery, ExecuteGremlinProfileQueryOutput,
};
pub use execute_gremlin_query::{
    BinaryAnswer, ExecuteGremlinQuery, ExecuteGremlinQueryOutput, GremlinQueryStatusAttributes,
};
pub use get_gremlin_query_status::{GetGremlinQueryStatus, GetGremlinQueryStatusOutput};
pub use list_gremlin_queries::{ListGremlinQueries, ListGremlinQueriesOutput};
pub use serializer::GremlinSerializer;

use crate::ErrorKind;

/// Of the operations that execute, explain and profile queries. More occur with them, such as
/// `ReadOnlyViolationException` and `ThrottlingException` (`M11`).
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

/// Of the operations that tell about running queries.
const STATUS_EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::AccessDeniedException,
    ErrorKind::BadRequestException,
    ErrorKind::ClientTimeoutException,
    ErrorKind::ConcurrentModificationException,
    ErrorKind::ConstraintViolationException,
    ErrorKind::FailureByQueryException,
    ErrorKind::IllegalArgumentException,
    ErrorKind::InvalidArgumentException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MissingParameterException,
    ErrorKind::ParsingException,
    ErrorKind::PreconditionsFailedException,
    ErrorKind::ReadOnlyViolationException,
    ErrorKind::TimeLimitExceededException,
    ErrorKind::TooManyRequestsException,
    ErrorKind::UnsupportedOperationException,
];

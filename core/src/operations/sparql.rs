//! SPARQL, which no model of the service has:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-sparql.html>.

#[macro_use]
mod graph_store;
mod cancel_sparql_query;
mod delete_graph;
mod execute_sparql_explain_query;
mod execute_sparql_query;
mod execute_sparql_update;
mod form;
mod get_graph;
mod get_sparql_query_status;
mod list_sparql_queries;
mod post_graph;
mod put_graph;

pub use cancel_sparql_query::CancelSparqlQuery;
pub use delete_graph::DeleteGraph;
pub use execute_sparql_explain_query::{
    ExecuteSparqlExplainQuery, ExecuteSparqlExplainQueryOutput, SparqlExplainMode,
};
pub use execute_sparql_query::{ExecuteSparqlQuery, ExecuteSparqlQueryOutput, SparqlResults};
pub use execute_sparql_update::{ExecuteSparqlUpdate, ExecuteSparqlUpdateOutput};
pub use get_graph::{GetGraph, GetGraphOutput};
pub use get_sparql_query_status::{GetSparqlQueryStatus, GetSparqlQueryStatusOutput};
pub use graph_store::{GraphStoreOutput, GraphTarget};
pub use list_sparql_queries::{ListSparqlQueries, SparqlQueriesOutput};
pub use post_graph::PostGraph;
pub use put_graph::PutGraph;

use crate::ErrorKind;

/// What the guide's table of errors has for queries, updates and graphs.
const QUERY_EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::AccessDeniedException,
    ErrorKind::BadRequestException,
    ErrorKind::CancelledByUserException,
    ErrorKind::ConcurrentModificationException,
    ErrorKind::ConstraintViolationException,
    ErrorKind::InternalFailureException,
    ErrorKind::InvalidNumericDataException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MalformedQueryException,
    ErrorKind::MemoryLimitExceededException,
    ErrorKind::MethodNotAllowedException,
    ErrorKind::MissingParameterException,
    ErrorKind::QueryLimitExceededException,
    ErrorKind::QueryLimitException,
    ErrorKind::QueryTooLargeException,
    ErrorKind::ReadOnlyViolationException,
    ErrorKind::ServerShutdownException,
    ErrorKind::ThrottlingException,
    ErrorKind::TimeLimitExceededException,
    ErrorKind::TooManyRequestsException,
    ErrorKind::UnsupportedOperationException,
];

/// And for running queries.
const STATUS_EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::AccessDeniedException,
    ErrorKind::BadRequestException,
    ErrorKind::InternalFailureException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MethodNotAllowedException,
    ErrorKind::MissingParameterException,
    ErrorKind::ServerShutdownException,
    ErrorKind::ThrottlingException,
    ErrorKind::TooManyRequestsException,
];

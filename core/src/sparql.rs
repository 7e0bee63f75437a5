//! SPARQL, which is not in the service model:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-sparql.html>.
//!
//! Types for SPARQL results: [`RdfTerm`], and [`SparqlRow`] for rows of your own types.
//!
//! <https://www.w3.org/TR/sparql11-results-json/>

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
mod media_type;
mod post_graph;
mod put_graph;
mod values;

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
pub use media_type::SparqlMediaType;
pub use post_graph::PostGraph;
pub use put_graph::PutGraph;
pub use values::{RdfTerm, RdfTriple, SparqlRow};

use crate::error::ExceptionKind;

/// Documented in the guide's table of errors for queries, updates and graphs.
const QUERY_EXCEPTIONS: &[ExceptionKind] = &[
    ExceptionKind::AccessDeniedException,
    ExceptionKind::BadRequestException,
    ExceptionKind::CancelledByUserException,
    ExceptionKind::ConcurrentModificationException,
    ExceptionKind::ConstraintViolationException,
    ExceptionKind::InternalFailureException,
    ExceptionKind::InvalidNumericDataException,
    ExceptionKind::InvalidParameterException,
    ExceptionKind::MalformedQueryException,
    ExceptionKind::MemoryLimitExceededException,
    ExceptionKind::MethodNotAllowedException,
    ExceptionKind::MissingParameterException,
    ExceptionKind::QueryLimitExceededException,
    ExceptionKind::QueryLimitException,
    ExceptionKind::QueryTooLargeException,
    ExceptionKind::ReadOnlyViolationException,
    ExceptionKind::ServerShutdownException,
    ExceptionKind::ThrottlingException,
    ExceptionKind::TimeLimitExceededException,
    ExceptionKind::TooManyRequestsException,
    ExceptionKind::UnsupportedOperationException,
];

/// Documented there for the status of queries.
const STATUS_EXCEPTIONS: &[ExceptionKind] = &[
    ExceptionKind::AccessDeniedException,
    ExceptionKind::BadRequestException,
    ExceptionKind::InternalFailureException,
    ExceptionKind::InvalidParameterException,
    ExceptionKind::MethodNotAllowedException,
    ExceptionKind::MissingParameterException,
    ExceptionKind::ServerShutdownException,
    ExceptionKind::ThrottlingException,
    ExceptionKind::TooManyRequestsException,
];

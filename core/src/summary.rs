//! Summaries of graphs: <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html>.

mod get_propertygraph_summary;
mod get_rdf_graph_summary;
mod summary_type;

use crate::error::ExceptionKind;

pub use get_propertygraph_summary::{
    EdgeStructure, GetPropertygraphSummary, GetPropertygraphSummaryOutput, NodeStructure,
    PropertygraphSummary, PropertygraphSummaryValueMap,
};
pub use get_rdf_graph_summary::{
    GetRdfGraphSummary, GetRdfGraphSummaryOutput, RdfGraphSummary, RdfGraphSummaryValueMap,
    SubjectStructure,
};
pub use summary_type::GraphSummaryType;

/// The exceptions that the service documents for both summaries.
const EXCEPTIONS: &[ExceptionKind] = &[
    ExceptionKind::AccessDeniedException,
    ExceptionKind::BadRequestException,
    ExceptionKind::ClientTimeoutException,
    ExceptionKind::ConstraintViolationException,
    ExceptionKind::IllegalArgumentException,
    ExceptionKind::InvalidArgumentException,
    ExceptionKind::InvalidParameterException,
    ExceptionKind::MissingParameterException,
    ExceptionKind::PreconditionsFailedException,
    ExceptionKind::ReadOnlyViolationException,
    ExceptionKind::StatisticsNotAvailableException,
    ExceptionKind::TooManyRequestsException,
    ExceptionKind::UnsupportedOperationException,
];

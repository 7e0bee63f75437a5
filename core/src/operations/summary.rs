//! Summaries of graphs: <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html>.

mod get_propertygraph_summary;
mod get_rdf_graph_summary;

use crate::ErrorKind;

pub use get_propertygraph_summary::{
    EdgeStructure, GetPropertygraphSummary, GetPropertygraphSummaryOutput, NodeStructure,
    PropertygraphSummary, PropertygraphSummaryValueMap,
};
pub use get_rdf_graph_summary::{
    GetRdfGraphSummary, GetRdfGraphSummaryOutput, RdfGraphSummary, RdfGraphSummaryValueMap,
    SubjectStructure,
};

/// The exceptions that the service documents for both summaries.
const EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::AccessDeniedException,
    ErrorKind::BadRequestException,
    ErrorKind::ClientTimeoutException,
    ErrorKind::ConstraintViolationException,
    ErrorKind::IllegalArgumentException,
    ErrorKind::InvalidArgumentException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MissingParameterException,
    ErrorKind::PreconditionsFailedException,
    ErrorKind::ReadOnlyViolationException,
    ErrorKind::StatisticsNotAvailableException,
    ErrorKind::TooManyRequestsException,
    ErrorKind::UnsupportedOperationException,
];

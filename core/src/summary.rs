//! Summaries of graphs: <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-graph-summary.html>.

mod get_propertygraph_summary;
mod get_rdf_graph_summary;
mod summary_type;

use crate::statistics::EXCEPTIONS;

pub use get_propertygraph_summary::{
    EdgeStructure, GetPropertygraphSummary, GetPropertygraphSummaryOutput, NodeStructure,
    PropertygraphSummary, PropertygraphSummaryValueMap,
};
pub use get_rdf_graph_summary::{
    GetRdfGraphSummary, GetRdfGraphSummaryOutput, RdfGraphSummary, RdfGraphSummaryValueMap,
    SubjectStructure,
};
pub use summary_type::GraphSummaryType;

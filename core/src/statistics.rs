//! Statistics for the query planner:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>.

mod delete_propertygraph_statistics;
mod delete_sparql_statistics;
mod get_propertygraph_statistics;
mod get_sparql_statistics;
mod manage_propertygraph_statistics;
mod manage_sparql_statistics;
mod values;

use crate::error::ExceptionKind;

pub use delete_propertygraph_statistics::{
    DeletePropertygraphStatistics, DeletePropertygraphStatisticsOutput,
};
pub use delete_sparql_statistics::{DeleteSparqlStatistics, DeleteSparqlStatisticsOutput};
pub use get_propertygraph_statistics::{
    GetPropertygraphStatistics, GetPropertygraphStatisticsOutput,
};
pub use get_sparql_statistics::{GetSparqlStatistics, GetSparqlStatisticsOutput};
pub use manage_propertygraph_statistics::{
    ManagePropertygraphStatistics, ManagePropertygraphStatisticsOutput,
};
pub use manage_sparql_statistics::{ManageSparqlStatistics, ManageSparqlStatisticsOutput};
pub use values::{
    DeleteStatisticsValueMap, RefreshStatisticsIdMap, Statistics, StatisticsAutoGenerationMode,
    StatisticsSummary,
};

/// Documented for all operations on statistics, and for the summaries made from statistics.
pub(crate) const EXCEPTIONS: &[ExceptionKind] = &[
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

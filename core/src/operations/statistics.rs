//! Statistics for the query planner:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/neptune-dfe-statistics.html>.

mod delete_propertygraph_statistics;
mod delete_sparql_statistics;
mod get_propertygraph_statistics;
mod get_sparql_statistics;
mod manage_propertygraph_statistics;
mod manage_sparql_statistics;

use crate::ErrorKind;

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

/// The exceptions that the service documents for every operation on statistics.
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

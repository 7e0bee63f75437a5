//! The waiters, one for each kind of long-running operation.

mod endpoint_created;
mod endpoint_deleted;
mod fast_reset_completed;
mod index_rebuild_completed;
mod load_completed;
mod ml_jobs;
mod statistics_computed;

pub use endpoint_created::EndpointCreated;
pub use endpoint_deleted::EndpointDeleted;
pub use fast_reset_completed::{FastResetCompleted, ResetProgress};
pub use index_rebuild_completed::IndexRebuildCompleted;
pub use load_completed::{LoadCompleted, LoadOutcome};
pub use ml_jobs::{DataProcessingCompleted, ModelTrainingCompleted, ModelTransformCompleted};
pub use statistics_computed::{PropertygraphStatisticsComputed, SparqlStatisticsComputed};

//! The waiters, one for each kind of long-running operation.

mod data_processing_completed;
mod endpoint_created;
mod endpoint_deleted;
mod fast_reset_completed;
mod index_rebuild_completed;
mod load_completed;
mod ml_job;
mod model_training_completed;
mod model_transform_completed;
mod statistics_computed;

pub use data_processing_completed::DataProcessingCompleted;
pub use endpoint_created::EndpointCreated;
pub use endpoint_deleted::EndpointDeleted;
pub use fast_reset_completed::{FastResetCompleted, ResetProgress};
pub use index_rebuild_completed::IndexRebuildCompleted;
pub use load_completed::{LoadCompleted, LoadOutcome};
pub use model_training_completed::ModelTrainingCompleted;
pub use model_transform_completed::ModelTransformCompleted;
pub use statistics_computed::{PropertygraphStatisticsComputed, SparqlStatisticsComputed};

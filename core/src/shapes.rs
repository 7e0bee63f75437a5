//! Structures, newtypes and open enums that several operations use.

#[macro_use]
mod open_enum;
mod ml;
mod rebuild;
mod statistics;
mod summary;
mod text;
mod timestamp;

pub use ml::{MlConfigDefinition, MlJobStatus, MlResourceDefinition};
#[doc(hidden)]
pub use open_enum::PrivOwnedStr;
pub use rebuild::{RebuildScope, RebuildStatus, WriteBufferSize};
pub use statistics::{
    DeleteStatisticsValueMap, RefreshStatisticsIdMap, Statistics, StatisticsAutoGenerationMode,
    StatisticsSummary,
};
pub use summary::GraphSummaryType;
pub use text::{DataProcessingJobId, IamRoleArn, S3BucketRegion, S3Uri};
pub use timestamp::Timestamp;

//! Structures, newtypes and open enums that several operations use.

#[macro_use]
mod open_enum;
#[macro_use]
mod structure;
mod event_id;
mod ml;
mod query;
mod raw_body;
mod raw_json;
mod rebuild;
mod report;
mod sparql;
mod statistics;
mod stream;
mod summary;
mod text;
mod text_or_base64;
mod timestamp;

pub(crate) use event_id::optional as optional_event_id;
pub use event_id::{EventId, ParseEventIdError};
pub use ml::{MlConfigDefinition, MlEndpointStatus, MlJobStatus, MlResourceDefinition};
#[doc(hidden)]
pub use open_enum::PrivOwnedStr;
pub use query::{QueryEvalStats, QueryStatus};
pub use raw_body::RawBody;
pub use raw_json::RawJson;
pub use rebuild::{RebuildScope, RebuildStatus, WriteBufferSize};
pub use report::ReportAsText;
pub use sparql::SparqlMediaType;
pub use statistics::{
    DeleteStatisticsValueMap, RefreshStatisticsIdMap, Statistics, StatisticsAutoGenerationMode,
    StatisticsSummary,
};
pub use stream::{
    ChangeOp, Encoding, IteratorType, PropertyValue, PropertygraphRecordType, StreamFormat,
};
pub use summary::GraphSummaryType;
pub use text::{
    DataProcessingJobId, IamRoleArn, InputDataS3Uri, ModelTrainingJobId, ProcessedDataS3Uri,
    S3BucketRegion, S3Uri, TrainingJobName,
};
pub use timestamp::Timestamp;

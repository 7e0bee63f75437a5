//! Structures, newtypes and open enums that several operations use.

#[macro_use]
mod open_enum;
mod ml;
mod text;

pub use ml::{MlConfigDefinition, MlEndpointStatus, MlJobStatus, MlResourceDefinition};
#[doc(hidden)]
pub use open_enum::PrivOwnedStr;
pub use text::{
    DataProcessingJobId, InputDataS3Uri, ModelTrainingJobId, ProcessedDataS3Uri, S3Uri,
    TrainingJobName,
};

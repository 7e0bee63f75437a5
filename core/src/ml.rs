//! Neptune ML: <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning.html>.

mod data_processing;
mod endpoint;
mod model_training;
mod model_transform;
mod values;

use crate::error::ExceptionKind;

pub use crate::types::text::{
    DataProcessingJobId, InputDataS3Uri, ModelTrainingJobId, ProcessedDataS3Uri, TrainingJobName,
};
pub use data_processing::*;
pub use endpoint::*;
pub use model_training::*;
pub use model_transform::*;
pub use values::{MlConfigDefinition, MlEndpointStatus, MlJobStatus, MlResourceDefinition};

/// Documented for all operations of Neptune ML.
const EXCEPTIONS: &[ExceptionKind] = &[
    ExceptionKind::BadRequestException,
    ExceptionKind::ClientTimeoutException,
    ExceptionKind::ConstraintViolationException,
    ExceptionKind::IllegalArgumentException,
    ExceptionKind::InvalidArgumentException,
    ExceptionKind::InvalidParameterException,
    ExceptionKind::MlResourceNotFoundException,
    ExceptionKind::MissingParameterException,
    ExceptionKind::PreconditionsFailedException,
    ExceptionKind::TooManyRequestsException,
    ExceptionKind::UnsupportedOperationException,
];

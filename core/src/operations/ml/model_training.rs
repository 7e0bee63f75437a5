//! Training jobs of Neptune ML:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltraining.html>.

mod cancel_ml_model_training_job;
mod get_ml_model_training_job;
mod list_ml_model_training_jobs;
mod start_ml_model_training_job;

use crate::ErrorKind;

pub use cancel_ml_model_training_job::{CancelMlModelTrainingJob, CancelMlModelTrainingJobOutput};
pub use get_ml_model_training_job::{GetMlModelTrainingJob, GetMlModelTrainingJobOutput};
pub use list_ml_model_training_jobs::{ListMlModelTrainingJobs, ListMlModelTrainingJobsOutput};
pub use start_ml_model_training_job::{
    CustomModelTrainingParameters, StartMlModelTrainingJob, StartMlModelTrainingJobOutput,
};

/// The exceptions that the service documents for every operation of Neptune ML.
const EXCEPTIONS: &[ErrorKind] = &[
    ErrorKind::BadRequestException,
    ErrorKind::ClientTimeoutException,
    ErrorKind::ConstraintViolationException,
    ErrorKind::IllegalArgumentException,
    ErrorKind::InvalidArgumentException,
    ErrorKind::InvalidParameterException,
    ErrorKind::MlResourceNotFoundException,
    ErrorKind::MissingParameterException,
    ErrorKind::PreconditionsFailedException,
    ErrorKind::TooManyRequestsException,
    ErrorKind::UnsupportedOperationException,
];

//! Neptune ML: <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning.html>.

mod data_processing;
mod endpoint;
mod model_training;
mod model_transform;

use crate::ErrorKind;

pub use data_processing::*;
pub use endpoint::*;
pub use model_training::*;
pub use model_transform::*;

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

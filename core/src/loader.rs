//! The bulk loader: <https://docs.aws.amazon.com/neptune/latest/userguide/bulk-load.html>.

mod cancel_loader_job;
mod get_loader_job_status;
mod list_loader_jobs;
mod start_loader_job;

pub use cancel_loader_job::{CancelLoaderJob, CancelLoaderJobOutput};
pub use get_loader_job_status::{
    GetLoaderJobStatus, GetLoaderJobStatusOutput, LoadErrorCode, LoadStatus, LoaderErrorLog,
    LoaderErrors, LoaderFeed, LoaderStatus,
};
pub use list_loader_jobs::{ListLoaderJobs, ListLoaderJobsOutput, LoaderIdResult};
pub use start_loader_job::{
    LoadFormat, LoadMode, LoadParallelism, StartLoaderJob, StartLoaderJobOutput,
};

use crate::error::ExceptionKind;

/// Documented for the operations on one load.
const JOB_EXCEPTIONS: &[ExceptionKind] = &[
    ExceptionKind::BadRequestException,
    ExceptionKind::BulkLoadIdNotFoundException,
    ExceptionKind::ClientTimeoutException,
    ExceptionKind::ConstraintViolationException,
    ExceptionKind::IllegalArgumentException,
    ExceptionKind::InternalFailureException,
    ExceptionKind::InvalidArgumentException,
    ExceptionKind::InvalidParameterException,
    ExceptionKind::LoadUrlAccessDeniedException,
    ExceptionKind::MissingParameterException,
    ExceptionKind::PreconditionsFailedException,
    ExceptionKind::TooManyRequestsException,
    ExceptionKind::UnsupportedOperationException,
];

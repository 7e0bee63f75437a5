//! Data-processing jobs of Neptune ML:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-dataprocessing.html>.

mod cancel_ml_data_processing_job;
mod get_ml_data_processing_job;
mod list_ml_data_processing_jobs;
mod start_ml_data_processing_job;

use super::EXCEPTIONS;

pub use cancel_ml_data_processing_job::{
    CancelMlDataProcessingJob, CancelMlDataProcessingJobOutput,
};
pub use get_ml_data_processing_job::{GetMlDataProcessingJob, GetMlDataProcessingJobOutput};
pub use list_ml_data_processing_jobs::{ListMlDataProcessingJobs, ListMlDataProcessingJobsOutput};
pub use start_ml_data_processing_job::{StartMlDataProcessingJob, StartMlDataProcessingJobOutput};

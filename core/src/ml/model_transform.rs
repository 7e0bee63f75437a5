//! Model-transform jobs of Neptune ML:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltransform.html>.

mod cancel_ml_model_transform_job;
mod get_ml_model_transform_job;
mod list_ml_model_transform_jobs;
mod start_ml_model_transform_job;

use super::EXCEPTIONS;

pub use cancel_ml_model_transform_job::{
    CancelMlModelTransformJob, CancelMlModelTransformJobOutput,
};
pub use get_ml_model_transform_job::{GetMlModelTransformJob, GetMlModelTransformJobOutput};
pub use list_ml_model_transform_jobs::{ListMlModelTransformJobs, ListMlModelTransformJobsOutput};
pub use start_ml_model_transform_job::{
    CustomModelTransformParameters, StartMlModelTransformJob, StartMlModelTransformJobOutput,
};

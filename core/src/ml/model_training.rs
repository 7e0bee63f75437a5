//! Training jobs of Neptune ML:
//! <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltraining.html>.

mod cancel_ml_model_training_job;
mod get_ml_model_training_job;
mod list_ml_model_training_jobs;
mod start_ml_model_training_job;

use super::EXCEPTIONS;

pub use cancel_ml_model_training_job::{CancelMlModelTrainingJob, CancelMlModelTrainingJobOutput};
pub use get_ml_model_training_job::{GetMlModelTrainingJob, GetMlModelTrainingJobOutput};
pub use list_ml_model_training_jobs::{ListMlModelTrainingJobs, ListMlModelTrainingJobsOutput};
pub use start_ml_model_training_job::{
    CustomModelTrainingParameters, StartMlModelTrainingJob, StartMlModelTrainingJobOutput,
};

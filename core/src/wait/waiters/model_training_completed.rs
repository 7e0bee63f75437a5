//! Until a model-training job of Neptune ML has ended.

use std::time::Duration;

use crate::{
    error::DecodeError,
    machine::CallOutput,
    ml::{GetMlModelTrainingJob, GetMlModelTrainingJobOutput},
};

use super::ml_job::{self, job_ended};
use crate::wait::{Observation, PollSchedule, Waiter};

job_ended! {
    /// Until a model-training job of Neptune ML has ended: give it to [`Wait`](crate::wait::Wait).
    ///
    /// `Completed` is the end; `Failed` and `Stopped` are errors with SageMaker's reasons. States that
    /// are not known are waited through ([U19](crate::wire_notes#u19)). It asks every 10 to 60 seconds, for a day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltraining.html>
    ModelTrainingCompleted, "model-training", GetMlModelTrainingJob -> GetMlModelTrainingJobOutput { processing_job, hpo_job, model_transform_job }
}

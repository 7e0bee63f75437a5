//! The waiter for model-transform jobs of Neptune ML.

use std::time::Duration;

use crate::{
    error::DecodeError,
    machine::CallOutput,
    ml::{GetMlModelTransformJob, GetMlModelTransformJobOutput},
};

use super::ml_job::{self, job_waiter};
use crate::wait::{Observation, PollSchedule, Waiter};

job_waiter! {
    /// Waits until a model-transform job of Neptune ML has ended. Use it with [`Wait`](crate::wait::Wait).
    ///
    /// The status `Completed` is a success; `Failed` and `Stopped` are errors with the reasons of SageMaker.
    /// An unknown status is treated as in progress ([U19](crate::wire_notes#u19)). Polls every 10 to 60
    /// seconds, for up to one day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltransform.html>
    ModelTransformCompleted, "model-transform", GetMlModelTransformJob -> GetMlModelTransformJobOutput { base_processing_job, remote_model_transform_job }
}

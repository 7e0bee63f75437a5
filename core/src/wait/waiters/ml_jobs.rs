//! The waiters for jobs of Neptune ML.

use std::time::Duration;

use crate::{
    error::DecodeError,
    machine::CallOutput,
    ml::{
        GetMlDataProcessingJob, GetMlDataProcessingJobOutput, GetMlModelTrainingJob,
        GetMlModelTrainingJobOutput, GetMlModelTransformJob, GetMlModelTransformJobOutput,
        MlJobStatus, MlResourceDefinition,
    },
    wait::{Observation, PollSchedule, Waiter},
};

/// Interprets the status of a job. `parts` are the jobs of SageMaker that it consists of.
fn observe<S: Clone>(
    output: &S,
    status: Option<&MlJobStatus>,
    parts: &[Option<&MlResourceDefinition>],
) -> Observation<S, S> {
    match status {
        Some(MlJobStatus::Completed) => Observation::Ready(output.clone()),
        Some(status @ (MlJobStatus::Failed | MlJobStatus::Stopped)) => {
            let reasons: Vec<&str> = parts
                .iter()
                .filter_map(|part| part.as_ref()?.failure_reason.as_deref())
                .filter(|reason| !reason.is_empty())
                .collect();
            Observation::Failed {
                status: status.to_string(),
                reason: reasons.join("; "),
            }
        }
        // Not all status names are known (`U19`).
        _ => Observation::Pending(output.clone()),
    }
}

/// Defines a waiter for the end of a job.
macro_rules! job_waiter {
    (
        $(#[$meta:meta])*
        $name:ident, $words:literal, $get:ident -> $output:ident { $($part:ident),* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name($get);

        impl $name {
            /// Waits for the job with this id.
            pub fn new(id: impl Into<String>) -> Self {
                $name($get::new(id))
            }

            /// Polls with this request, for example with a role.
            pub fn asking(request: $get) -> Self {
                $name(request)
            }
        }

        impl Waiter for $name {
            type Request = $get;
            type Status = $output;
            type Output = $output;

            const SCHEDULE: PollSchedule = PollSchedule::new(Duration::from_secs(10), Duration::from_secs(60));

            fn subject(&self) -> String {
                format!(concat!("the ", $words, " job {}"), self.0.id)
            }

            fn request(&self) -> $get {
                self.0.clone()
            }

            fn observe(
                &mut self,
                response: &CallOutput<$output>,
            ) -> Result<Observation<$output, $output>, DecodeError> {
                let output = &response.output;
                let parts = [$(output.$part.as_ref()),*];
                Ok(observe(output, output.status.as_ref(), &parts))
            }

            fn name(status: &$output) -> String {
                status.status.as_ref().map(ToString::to_string).unwrap_or_default()
            }
        }
    };
}

job_waiter! {
    /// Waits until a data-processing job of Neptune ML has ended. Use it with [`Wait`](crate::wait::Wait).
    ///
    /// The status `Completed` is a success; `Failed` and `Stopped` are errors with the reasons of SageMaker.
    /// An unknown status is treated as in progress ([U19](crate::wire_notes#u19)). Polls every 10 to 60
    /// seconds, for up to one day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-dataprocessing.html>
    DataProcessingCompleted, "data-processing", GetMlDataProcessingJob -> GetMlDataProcessingJobOutput { processing_job }
}

job_waiter! {
    /// Waits until a model-training job of Neptune ML has ended. Use it with [`Wait`](crate::wait::Wait).
    ///
    /// The status `Completed` is a success; `Failed` and `Stopped` are errors with the reasons of SageMaker.
    /// An unknown status is treated as in progress ([U19](crate::wire_notes#u19)). Polls every 10 to 60
    /// seconds, for up to one day.
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-modeltraining.html>
    ModelTrainingCompleted, "model-training", GetMlModelTrainingJob -> GetMlModelTrainingJobOutput { processing_job, hpo_job, model_transform_job }
}

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

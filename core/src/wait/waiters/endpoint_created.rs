//! Until an inference endpoint of Neptune ML is in service.

use std::time::Duration;

use crate::{
    error::DecodeError,
    machine::CallOutput,
    ml::{GetMlEndpoint, GetMlEndpointOutput, MlEndpointStatus},
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// Until an inference endpoint of Neptune ML is in service: give it to [`Wait`](crate::wait::Wait).
///
/// `InService` is the end; `Failed` is an error with SageMaker's reason. States that are not known are
/// waited through ([U19](crate::wire_notes#u19)). It asks every 10 to 60 seconds, for a day.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-endpoints.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointCreated(GetMlEndpoint);

impl EndpointCreated {
    /// Waits for the endpoint with this id.
    pub fn new(id: impl Into<String>) -> Self {
        EndpointCreated(GetMlEndpoint::new(id))
    }

    /// Asks in this form, as when it needs a role.
    pub fn asking(request: GetMlEndpoint) -> Self {
        EndpointCreated(request)
    }
}

impl Waiter for EndpointCreated {
    type Request = GetMlEndpoint;
    type Status = GetMlEndpointOutput;
    type Output = GetMlEndpointOutput;

    const SCHEDULE: PollSchedule =
        PollSchedule::new(Duration::from_secs(10), Duration::from_secs(60));

    fn subject(&self) -> String {
        format!("the endpoint {}", self.0.id)
    }

    fn request(&self) -> GetMlEndpoint {
        self.0.clone()
    }

    fn observe(
        &mut self,
        answer: &CallOutput<GetMlEndpointOutput>,
    ) -> Result<Observation<GetMlEndpointOutput, GetMlEndpointOutput>, DecodeError> {
        let output = answer.output.clone();
        Ok(match &output.status {
            Some(MlEndpointStatus::InService) => Observation::Ready(output),
            Some(status @ MlEndpointStatus::Failed) => Observation::Failed {
                status: status.to_string(),
                reason: output
                    .endpoint
                    .and_then(|endpoint| endpoint.failure_reason)
                    .unwrap_or_default(),
            },
            _ => Observation::Pending(output),
        })
    }

    fn name(status: &GetMlEndpointOutput) -> String {
        status
            .status
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

//! The waiter for the creation of an inference endpoint of Neptune ML.

use std::time::Duration;

use crate::{
    error::DecodeError,
    machine::CallOutput,
    ml::{GetMlEndpoint, GetMlEndpointOutput, MlEndpointStatus},
};

use crate::wait::{Observation, PollSchedule, Waiter};

/// Waits until an inference endpoint of Neptune ML is in service. Use it with [`Wait`](crate::wait::Wait).
///
/// The status `InService` is a success; `Failed` is an error with the reason of SageMaker. An unknown
/// status is treated as in progress ([U19](crate::wire_notes#u19)). Polls every 10 to 60 seconds, for up to
/// one day.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-endpoints.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointCreated(GetMlEndpoint);

impl EndpointCreated {
    /// Waits for the endpoint with this id.
    pub fn new(id: impl Into<String>) -> Self {
        EndpointCreated(GetMlEndpoint::new(id))
    }

    /// Polls with this request, for example with a role.
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
        response: &CallOutput<GetMlEndpointOutput>,
    ) -> Result<Observation<GetMlEndpointOutput, GetMlEndpointOutput>, DecodeError> {
        let output = response.output.clone();
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

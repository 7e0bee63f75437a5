//! Until an inference endpoint of Neptune ML is in service.

use std::time::Duration;

use crate::{Answered, DecodeError, GetMlEndpoint, GetMlEndpointOutput, MlEndpointStatus};

use super::{Pace, Sight, Watch};

/// Until an inference endpoint of Neptune ML is in service: give it to [`Wait`](crate::Wait).
///
/// `InService` is the end; `Failed` is an error with SageMaker's reason. States that are not known are
/// waited through (`U19`). It asks every 10 to 60 seconds, for a day.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-endpoints.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointInService(GetMlEndpoint);

impl EndpointInService {
    /// Waits for the endpoint with this id.
    pub fn new(id: impl Into<String>) -> Self {
        EndpointInService(GetMlEndpoint::new(id))
    }

    /// Asks in this form, as when it needs a role.
    pub fn asking(request: GetMlEndpoint) -> Self {
        EndpointInService(request)
    }
}

impl Watch for EndpointInService {
    type Ask = GetMlEndpoint;
    type Status = GetMlEndpointOutput;
    type End = GetMlEndpointOutput;

    const PACE: Pace = Pace::new(Duration::from_secs(10), Duration::from_secs(60));

    fn subject(&self) -> String {
        format!("the endpoint {}", self.0.id)
    }

    fn ask(&self) -> GetMlEndpoint {
        self.0.clone()
    }

    fn see(
        &mut self,
        answer: &Answered<GetMlEndpointOutput>,
    ) -> Result<Sight<GetMlEndpointOutput, GetMlEndpointOutput>, DecodeError> {
        let output = answer.output.clone();
        Ok(match &output.status {
            Some(MlEndpointStatus::InService) => Sight::Ended(output),
            Some(status @ MlEndpointStatus::Failed) => Sight::Failed {
                status: status.to_string(),
                reason: output
                    .endpoint
                    .and_then(|endpoint| endpoint.failure_reason)
                    .unwrap_or_default(),
            },
            _ => Sight::Going(output),
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

//! Until an inference endpoint of Neptune ML is gone.

use crate::{Answered, DecodeError, Error, ErrorKind, GetMlEndpoint, GetMlEndpointOutput};

use super::{EndpointInService, Pace, Sight, Watch};

/// Until an inference endpoint of Neptune ML is gone: give it to [`Wait`](crate::Wait).
///
/// The end is that the service does not know it any more, which it says as
/// `MLResourceNotFoundException` or, in fact, as `InvalidParameterException` (`M38`); an endpoint that
/// never was is gone too. Every state is waited through. It asks every 10 to 60 seconds, for a day.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-endpoints.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointDeleted(GetMlEndpoint);

impl EndpointDeleted {
    /// Waits for the endpoint with this id.
    pub fn new(id: impl Into<String>) -> Self {
        EndpointDeleted(GetMlEndpoint::new(id))
    }

    /// Asks in this form, as when it needs a role.
    pub fn asking(request: GetMlEndpoint) -> Self {
        EndpointDeleted(request)
    }
}

impl Watch for EndpointDeleted {
    type Ask = GetMlEndpoint;
    type Status = GetMlEndpointOutput;
    type End = ();

    const PACE: Pace = EndpointInService::PACE;

    fn subject(&self) -> String {
        format!("the end of the endpoint {}", self.0.id)
    }

    fn ask(&self) -> GetMlEndpoint {
        self.0.clone()
    }

    fn see(
        &mut self,
        answer: &Answered<GetMlEndpointOutput>,
    ) -> Result<Sight<GetMlEndpointOutput, ()>, DecodeError> {
        Ok(Sight::Going(answer.output.clone()))
    }

    fn see_failure(&mut self, error: &Error) -> Option<Sight<GetMlEndpointOutput, ()>> {
        let refusal = error.service()?;
        let is_gone = match refusal.kind {
            ErrorKind::MlResourceNotFoundException | ErrorKind::ResourceNotFoundException => true,
            // The same exception refuses ids that cannot be.
            ErrorKind::InvalidParameterException => refusal.message.contains("Invalid ID provided"),
            _ => false,
        };
        is_gone.then_some(Sight::Ended(()))
    }

    fn name(status: &GetMlEndpointOutput) -> String {
        EndpointInService::name(status)
    }
}

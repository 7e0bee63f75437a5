//! Until an inference endpoint of Neptune ML is gone.

use crate::{
    error::{DecodeError, Error, ExceptionKind},
    machine::CallOutput,
    ml::{GetMlEndpoint, GetMlEndpointOutput},
};

use super::EndpointCreated;
use crate::wait::{Observation, PollSchedule, Waiter};

/// Until an inference endpoint of Neptune ML is gone: give it to [`Wait`](crate::wait::Wait).
///
/// The end is that the service does not know it any more, which it says as
/// `MLResourceNotFoundException` or, in fact, as `InvalidParameterException` ([M38](crate::wire_notes#m38)); an endpoint that
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

impl Waiter for EndpointDeleted {
    type Request = GetMlEndpoint;
    type Status = GetMlEndpointOutput;
    type Output = ();

    const SCHEDULE: PollSchedule = EndpointCreated::SCHEDULE;

    fn subject(&self) -> String {
        format!("the end of the endpoint {}", self.0.id)
    }

    fn request(&self) -> GetMlEndpoint {
        self.0.clone()
    }

    fn observe(
        &mut self,
        answer: &CallOutput<GetMlEndpointOutput>,
    ) -> Result<Observation<GetMlEndpointOutput, ()>, DecodeError> {
        Ok(Observation::Pending(answer.output.clone()))
    }

    fn observe_error(&mut self, error: &Error) -> Option<Observation<GetMlEndpointOutput, ()>> {
        let refusal = error.service()?;
        let is_gone = match refusal.kind {
            ExceptionKind::MlResourceNotFoundException
            | ExceptionKind::ResourceNotFoundException => true,
            // The same exception refuses ids that cannot be.
            ExceptionKind::InvalidParameterException => {
                refusal.message.contains("Invalid ID provided")
            }
            _ => false,
        };
        is_gone.then_some(Observation::Ready(()))
    }

    fn name(status: &GetMlEndpointOutput) -> String {
        EndpointCreated::name(status)
    }
}

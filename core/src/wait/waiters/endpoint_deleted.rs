//! The waiter for the deletion of an inference endpoint of Neptune ML.

use crate::{
    error::{DecodeError, Error, ExceptionKind},
    machine::CallOutput,
    ml::{GetMlEndpoint, GetMlEndpointOutput},
};

use super::EndpointCreated;
use crate::wait::{Observation, PollSchedule, Waiter};

/// Waits until an inference endpoint of Neptune ML no longer exists. Use it with
/// [`Wait`](crate::wait::Wait).
///
/// The service reports this as `MLResourceNotFoundException` or, in practice, as
/// `InvalidParameterException` ([M38](crate::wire_notes#m38)), also for an endpoint that never existed. Every
/// status is treated as in progress. Polls every 10 to 60 seconds, for up to one day.
///
/// <https://docs.aws.amazon.com/neptune/latest/userguide/machine-learning-api-endpoints.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointDeleted(GetMlEndpoint);

impl EndpointDeleted {
    /// Waits for the endpoint with this id.
    pub fn new(id: impl Into<String>) -> Self {
        EndpointDeleted(GetMlEndpoint::new(id))
    }

    /// Polls with this request, for example with a role.
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
        format!("the deletion of the endpoint {}", self.0.id)
    }

    fn request(&self) -> GetMlEndpoint {
        self.0.clone()
    }

    fn observe(
        &mut self,
        response: &CallOutput<GetMlEndpointOutput>,
    ) -> Result<Observation<GetMlEndpointOutput, ()>, DecodeError> {
        Ok(Observation::Pending(response.output.clone()))
    }

    fn observe_error(&mut self, error: &Error) -> Option<Observation<GetMlEndpointOutput, ()>> {
        let service_error = error.service()?;
        let is_deleted = match service_error.kind {
            ExceptionKind::MlResourceNotFoundException
            | ExceptionKind::ResourceNotFoundException => true,
            // The same exception is used for malformed ids, so check the message too.
            ExceptionKind::InvalidParameterException => {
                service_error.message.contains("Invalid ID provided")
            }
            _ => false,
        };
        is_deleted.then_some(Observation::Ready(()))
    }

    fn name(status: &GetMlEndpointOutput) -> String {
        EndpointCreated::name(status)
    }
}

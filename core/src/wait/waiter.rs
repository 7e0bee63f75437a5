//! The definition of a waiter.

use crate::{
    error::{DecodeError, Error},
    machine::CallOutput,
    operation::Operation,
};

use super::PollSchedule;

/// Defines what to wait for: the request to send, and the meaning of the responses.
///
/// The crate has [`waiters`](super::waiters) for the operations of the service. Your own waiters also work
/// with [`Wait`](super::Wait):
///
/// ```
/// use std::time::Duration;
/// use neptunedata::{
///     CallOutput, engine::{GetEngineStatus, GetEngineStatusOutput}, error::DecodeError,
///     wait::{Observation, PollSchedule, Waiter},
/// };
///
/// /// Waits until an engine upgrade is complete.
/// struct Upgraded {
///     version: String,
/// }
///
/// impl Waiter for Upgraded {
///     type Request = GetEngineStatus;
///     type Status = GetEngineStatusOutput;
///     type Output = GetEngineStatusOutput;
///     const SCHEDULE: PollSchedule = PollSchedule::SLOW;
///
///     fn subject(&self) -> String {
///         format!("the upgrade to {}", self.version)
///     }
///
///     fn request(&self) -> GetEngineStatus {
///         GetEngineStatus::new()
///     }
///
///     fn observe(
///         &mut self,
///         response: &CallOutput<GetEngineStatusOutput>,
///     ) -> Result<Observation<Self::Status, Self::Output>, DecodeError> {
///         let status = response.output.clone();
///         let version = status.db_engine_version.as_deref().unwrap_or_default();
///         if version.starts_with(&self.version) {
///             Ok(Observation::Ready(status))
///         } else {
///             Ok(Observation::Pending(status))
///         }
///     }
///
///     fn name(status: &GetEngineStatusOutput) -> String {
///         status.db_engine_version.clone().unwrap_or_default()
///     }
/// }
/// ```
pub trait Waiter {
    /// The operation that returns the status.
    type Request: Operation;
    /// A status before the end, which is handed out as progress.
    type Status;
    /// The final status.
    type Output;
    /// The intervals and limits of polling.
    const SCHEDULE: PollSchedule;

    /// A description for errors, such as `the bulk load 0a237328`.
    fn subject(&self) -> String;

    /// The next request.
    fn request(&self) -> Self::Request;

    /// Interprets a response.
    ///
    /// # Errors
    ///
    /// If the response is invalid, which ends the waiting.
    fn observe(
        &mut self,
        response: &CallOutput<<Self::Request as Operation>::Output>,
    ) -> Result<Observation<Self::Status, Self::Output>, DecodeError>;

    /// Interprets a failed call. By default this returns `None`: a transient error then counts as a
    /// transient failure, and any other error ends the waiting.
    ///
    /// After [`Observation::PollAgain`], transient errors are retried first: this method is called only when the
    /// limit of transient failures or the timeout is exceeded, or when the error is not transient.
    fn observe_error(&mut self, error: &Error) -> Option<Observation<Self::Status, Self::Output>> {
        let _ = error;
        None
    }

    /// The name of a status, for errors.
    fn name(status: &Self::Status) -> String;
}

/// What a response says about the operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation<S, E> {
    /// In progress: hand out this status, and poll again later.
    Pending(S),
    /// Ended, but the waiter needs details: poll again immediately.
    PollAgain {
        /// The status as spelled by the service.
        status: String,
    },
    /// Ended successfully.
    Ready(E),
    /// Ended with a failure.
    Failed {
        /// The status as spelled by the service.
        status: String,
        /// The reason; empty if unknown.
        reason: String,
    },
}

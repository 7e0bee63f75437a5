//! What is waited for.

use crate::{
    error::{DecodeError, Error},
    machine::CallOutput,
    operation::Operation,
};

use super::PollSchedule;

/// Something to wait for: what to ask, and what the answers mean.
///
/// The waiters of this crate are all there is to it; yours work with [`Wait`](super::Wait) too:
///
/// ```
/// use std::time::Duration;
/// use neptunedata::{
///     CallOutput, engine::{GetEngineStatus, GetEngineStatusOutput}, error::DecodeError,
///     wait::{Observation, PollSchedule, Waiter},
/// };
///
/// /// Until an engine upgrade is through.
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
///         answer: &CallOutput<GetEngineStatusOutput>,
///     ) -> Result<Observation<Self::Status, Self::Output>, DecodeError> {
///         let status = answer.output.clone();
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
    /// The operation that tells the state.
    type Request: Operation;
    /// A state on the way, which is handed out as progress.
    type Status;
    /// The state at the end.
    type Output;
    /// How often to ask.
    const SCHEDULE: PollSchedule;

    /// What is waited for, in words, for errors: `the bulk load 0a237328`.
    fn subject(&self) -> String;

    /// The next question.
    fn request(&self) -> Self::Request;

    /// What an answer means.
    ///
    /// # Errors
    ///
    /// When it is no answer after all, which ends the waiting.
    fn observe(
        &mut self,
        answer: &CallOutput<<Self::Request as Operation>::Output>,
    ) -> Result<Observation<Self::Status, Self::Output>, DecodeError>;

    /// What a failed call means, if it is not just that: None leaves it to the limit of transient
    /// failures. After [`Observation::PollAgain`] it is asked only when that limit or the time is used up, or
    /// when the failure is none that may pass.
    fn observe_error(&mut self, error: &Error) -> Option<Observation<Self::Status, Self::Output>> {
        let _ = error;
        None
    }

    /// The name of a state, for errors.
    fn name(status: &Self::Status) -> String;
}

/// What is seen when it is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation<S, E> {
    /// It goes on: hand this out, and ask again later.
    Pending(S),
    /// It has ended, and there is another question, to be asked at once.
    PollAgain {
        /// The state, in the service's spelling.
        status: String,
    },
    /// It has ended well.
    Ready(E),
    /// It has ended, but not well.
    Failed {
        /// The state, in the service's spelling.
        status: String,
        /// Why, as far as is known.
        reason: String,
    },
}

//! What is waited for.

use crate::{Answered, DecodeError, Error, Operation};

use super::Pace;

/// Something to wait for: what to ask, and what the answers mean.
///
/// The waiters of this crate are all there is to it; yours work with [`Wait`](super::Wait) too:
///
/// ```
/// use std::time::Duration;
/// use neptunedata::{
///     Answered, DecodeError, GetEngineStatus, GetEngineStatusOutput, Pace, Sight, Watch,
/// };
///
/// /// Until an engine upgrade is through.
/// struct Upgraded {
///     version: String,
/// }
///
/// impl Watch for Upgraded {
///     type Ask = GetEngineStatus;
///     type Status = GetEngineStatusOutput;
///     type End = GetEngineStatusOutput;
///     const PACE: Pace = Pace::SLOW;
///
///     fn subject(&self) -> String {
///         format!("the upgrade to {}", self.version)
///     }
///
///     fn ask(&self) -> GetEngineStatus {
///         GetEngineStatus::new()
///     }
///
///     fn see(
///         &mut self,
///         answer: &Answered<GetEngineStatusOutput>,
///     ) -> Result<Sight<Self::Status, Self::End>, DecodeError> {
///         let status = answer.output.clone();
///         let version = status.db_engine_version.as_deref().unwrap_or_default();
///         Ok(match version.starts_with(&self.version) {
///             true => Sight::Ended(status),
///             false => Sight::Going(status),
///         })
///     }
///
///     fn name(status: &GetEngineStatusOutput) -> String {
///         status.db_engine_version.clone().unwrap_or_default()
///     }
/// }
/// ```
pub trait Watch {
    /// The operation that tells the state.
    type Ask: Operation;
    /// A state on the way, which is handed out as progress.
    type Status;
    /// The state at the end.
    type End;
    /// How often to ask.
    const PACE: Pace;

    /// What is waited for, in words, for errors: `the bulk load 0a237328`.
    fn subject(&self) -> String;

    /// The next question.
    fn ask(&self) -> Self::Ask;

    /// What an answer means.
    ///
    /// # Errors
    ///
    /// When it is no answer after all, which ends the waiting.
    fn see(
        &mut self,
        answer: &Answered<<Self::Ask as Operation>::Output>,
    ) -> Result<Sight<Self::Status, Self::End>, DecodeError>;

    /// What a failed call means, if it is not just that: None leaves it to the limit of transient
    /// failures. After [`Sight::AskMore`] it is asked only when that limit or the time is used up, or
    /// when the failure is none that may pass.
    fn see_failure(&mut self, error: &Error) -> Option<Sight<Self::Status, Self::End>> {
        let _ = error;
        None
    }

    /// The name of a state, for errors.
    fn name(status: &Self::Status) -> String;
}

/// What is seen when it is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight<S, E> {
    /// It goes on: hand this out, and ask again later.
    Going(S),
    /// It has ended, and there is another question, to be asked at once.
    AskMore {
        /// The state, in the service's spelling.
        status: String,
    },
    /// It has ended well.
    Ended(E),
    /// It has ended, but not well.
    Failed {
        /// The state, in the service's spelling.
        status: String,
        /// Why, as far as is known.
        reason: String,
    },
}

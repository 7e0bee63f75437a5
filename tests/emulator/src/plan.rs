//! What goes wrong, and when: a queue that tests fill.

use std::collections::VecDeque;

use http::StatusCode;

use crate::failure::Failure;
use crate::{Fault, Outcome, Response};

/// One thing that goes wrong for one request. Hand it to [`Emulator::fail_next`](crate::Emulator::fail_next).
///
/// The constructors without `executed` keep the request from being carried out, whether or not its signature is
/// right. Those with it let the operation run
/// first and spoil its answer, whatever that answer is.
#[derive(Clone, Debug)]
#[must_use]
pub struct Planned {
    operation: Option<String>,
    pub(crate) act: Act,
}

/// What a plan does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Instead(Outcome),
    Fail(Failure),
    ExecutedInstead(Outcome),
    ExecutedFail(Failure),
    ExecutedCut(usize),
}

impl Planned {
    /// The request is not executed; this happens instead.
    pub fn instead(outcome: impl Into<Outcome>) -> Self {
        Self::of(Act::Instead(outcome.into()))
    }

    /// The request is not executed, the connection is closed.
    pub fn close() -> Self {
        Self::instead(Fault::CloseWithoutAnswer)
    }

    /// The request is not executed; it is refused with this exception, in Neptune's form. The status is the one that
    /// goes with the exception's name, 500 for names that Neptune does not have.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Act::Fail(Failure::new(code, message)))
    }

    /// The same with a status of the caller's choice.
    pub fn error_with_status(
        status: StatusCode,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::of(Act::Fail(Failure {
            status,
            code: code.into(),
            message: message.into(),
        }))
    }

    /// The request is executed; this happens instead of its answer.
    pub fn executed_but(outcome: impl Into<Outcome>) -> Self {
        Self::of(Act::ExecutedInstead(outcome.into()))
    }

    /// The request is executed, the connection is closed without an answer.
    pub fn executed_but_closed() -> Self {
        Self::executed_but(Fault::CloseWithoutAnswer)
    }

    /// The request is executed, the answer breaks off after so many bytes of its body.
    pub fn executed_but_cut(after: usize) -> Self {
        Self::of(Act::ExecutedCut(after))
    }

    /// The request is executed, and answered with this exception all the same.
    pub fn executed_but_error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Act::ExecutedFail(Failure::new(code, message)))
    }

    /// Waits for a request of this operation (its name in the service model) and lets others pass.
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    fn of(act: Act) -> Self {
        Self {
            operation: None,
            act,
        }
    }

    fn is_for(&self, operation: Option<&str>) -> bool {
        self.operation.is_none() || self.operation.as_deref() == operation
    }
}

/// The plans that no request has met yet, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    waiting: VecDeque<Planned>,
}

impl Plan {
    pub(crate) fn push(&mut self, planned: Planned) {
        self.waiting.push_back(planned);
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Takes the first plan that is meant for a request of this operation.
    pub(crate) fn take(&mut self, operation: Option<&str>) -> Option<Act> {
        let place = self
            .waiting
            .iter()
            .position(|planned| planned.is_for(operation))?;
        self.waiting.remove(place).map(|planned| planned.act)
    }
}

/// Cuts an answer; what is longer than the answer leaves it whole.
pub(crate) fn cut(response: Response, after: usize) -> Outcome {
    if after >= response.chunks.iter().map(bytes::Bytes::len).sum() && response.trailers.is_empty()
    {
        return response.into();
    }
    let response = Box::new(response);
    Fault::CutBody { response, after }.into()
}

//! Planned faults: a queue that tests fill.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::replacement::ErrorResponse;
use crate::{ConnectionEnd, Cut, Delivery, Fault, Outcome, Replacement, Response, fault_header};

/// A fault for one request or several. Add it with [`Emulator::fail_next`](crate::Emulator::fail_next).
///
/// It consists of a [`Replacement`] of the response, a [`Delivery`], which sets how the replacement is sent, and a few
/// other settings. The stage at which the fault happens, [`stage`](Self::stage), depends on the replacement and can be
/// changed with [`executed`](Self::executed). With `executed(true)` the operation is executed first, and then its
/// response is altered or lost. With `executed(false)` the operation is not executed, whether or not the signature is
/// valid.
///
/// A fault can also be parsed from text, in the form of the header `x-neptune-fault`. [`manual::faults`] has a table of
/// the names:
///
/// ```
/// use neptunedata_emulator::{PlannedFault, Stage};
///
/// let lost: PlannedFault = "read-then-rst; times=2".parse()?;
/// assert_eq!(lost.stage(), Stage::Executed);
/// let busy: PlannedFault = "error; code=ThrottlingException; retry-after=2; delay=20".parse()?;
/// assert_eq!(busy.stage(), Stage::Received);
/// # Ok::<(), neptunedata_emulator::ParseFaultError>(())
/// ```
///
/// [`manual::faults`]: crate::manual::faults
#[derive(Clone, Debug)]
#[must_use]
pub struct PlannedFault {
    operation: Option<String>,
    executed: Option<bool>,
    pub(crate) times: Option<u64>,
    pub(crate) replacement: Replacement,
    pub(crate) delivery: Delivery,
    pub(crate) date: Date,
    pub(crate) headers: HeaderMap,
}

/// The stage at which a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// After the head of the request, before its body is read. The request is neither received nor executed.
    BeforeReading,
    /// When the request has been read. The request is received, but not executed.
    Received,
    /// When the request has been executed.
    Executed,
}

/// The `Date` header of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Date {
    #[default]
    True,
    Skewed {
        seconds: i64,
        /// Whether signatures are checked by the same clock.
        for_signatures: bool,
    },
    Absent,
}

impl PlannedFault {
    /// A fault with this replacement and default settings.
    pub fn new(replacement: Replacement) -> Self {
        Self {
            operation: None,
            executed: None,
            times: None,
            replacement,
            delivery: Delivery::default(),
            date: Date::default(),
            headers: HeaderMap::new(),
        }
    }

    /// This outcome, without executing the request.
    pub fn instead(outcome: impl Into<Outcome>) -> Self {
        Self::new(Replacement::Outcome(outcome.into()))
    }

    /// Closes the connection without executing the request.
    pub fn close() -> Self {
        Self::new(Replacement::NoResponse(ConnectionEnd::Fin)).executed(false)
    }

    /// This exception in Neptune's form, without executing the request. The status is that of the exception, 500 for
    /// names that Neptune does not have.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Replacement::Error(ErrorResponse::new(code, message))).executed(false)
    }

    /// Same as [`error`](Self::error), with this status.
    pub fn error_with_status(
        status: StatusCode,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let mut error = ErrorResponse::new(code, message);
        error.status = Some(status);
        Self::new(Replacement::Error(error)).executed(false)
    }

    /// Executes the request, then replaces its response with this outcome.
    pub fn executed_but(outcome: impl Into<Outcome>) -> Self {
        Self::instead(outcome).executed(true)
    }

    /// Executes the request, then closes the connection without a response.
    pub fn executed_but_closed() -> Self {
        Self::new(Replacement::NoResponse(ConnectionEnd::Fin))
    }

    /// Executes the request, then truncates the body of its response after this many bytes.
    pub fn executed_but_cut(after: usize) -> Self {
        Self::new(Replacement::Unchanged).deliver(|delivery| {
            delivery.cut = Some(Cut::at(after));
        })
    }

    /// Executes the request, but responds with this exception.
    pub fn executed_but_error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::error(code, message).executed(true)
    }

    /// Executes the request, and sends the response after this delay.
    pub fn late(delay: Duration) -> Self {
        Self::new(Replacement::Unchanged).deliver(|delivery| delivery.delay = delay)
    }

    /// Sets how the response is sent.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use neptunedata_emulator::{ConnectionEnd, Replacement, PlannedFault};
    ///
    /// let late_and_last = PlannedFault::new(Replacement::Unchanged).deliver(|delivery| {
    ///     delivery.delay = Duration::from_millis(20);
    ///     delivery.ending = Some(ConnectionEnd::Rst);
    /// });
    /// # let _ = late_and_last;
    /// ```
    pub fn deliver(mut self, change: impl FnOnce(&mut Delivery)) -> Self {
        change(&mut self.delivery);
        self
    }

    /// Adds a header to the response.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The stage at which the fault happens.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match &self.replacement {
            Replacement::CloseBeforeReading(_) => Stage::BeforeReading,
            Replacement::Refused(_) => Stage::Received,
            other if self.executed.unwrap_or(other.executes()) => Stage::Executed,
            _ => Stage::Received,
        }
    }

    /// The date of the response. A refusal because of the clock has its own.
    pub(crate) fn date(&self) -> Date {
        match (&self.replacement, self.date) {
            (Replacement::Refused(refusal), Date::True) if refusal.skew() != 0 => Date::Skewed {
                seconds: refusal.skew(),
                for_signatures: false,
            },
            (_, date) => date,
        }
    }

    fn is_for(&self, operation: Option<&str>) -> bool {
        self.operation.is_none() || self.operation.as_deref() == operation
    }
}

setters! {
    PlannedFault;

    /// Applies only to requests of this operation (its name in the service model).
    on(operation: impl Into<String>) => operation = Some(operation.into());

    /// The number of requests to which the fault applies. Default: 1.
    times(times: u64) => times = Some(times);

    /// Whether the operation is executed first. It has no effect on [`Replacement::CloseBeforeReading`] and on
    /// [`Replacement::Refused`]: such requests are never executed.
    executed(executed: bool) => executed = Some(executed);

    /// Shifts the `Date` of the response by this many seconds. With `for_signatures`, signatures are checked with the
    /// shifted time too, so that a client that corrects its clock succeeds.
    skewed_date(seconds: i64, for_signatures: bool) => date = Date::Skewed { seconds, for_signatures };

    /// Omits the `Date` of the response.
    without_date() => date = Date::Absent;
}

/// Parses one fault in the form of the header `x-neptune-fault`, without `id`.
impl FromStr for PlannedFault {
    type Err = fault_header::ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        fault_header::one(text)
    }
}

/// The planned faults, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    waiting: VecDeque<PlannedFault>,
}

impl Plan {
    pub(crate) fn push(&mut self, planned: PlannedFault) {
        if planned.times != Some(0) {
            self.waiting.push_back(planned);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The first fault that applies to a request of this operation.
    pub(crate) fn first(&self, operation: Option<&str>) -> Option<&PlannedFault> {
        self.waiting
            .iter()
            .find(|planned| planned.is_for(operation))
    }

    /// Takes the first fault that applies, and counts down its `times`.
    pub(crate) fn take(&mut self, operation: Option<&str>) -> Option<PlannedFault> {
        let index = self
            .waiting
            .iter()
            .position(|planned| planned.is_for(operation))?;
        let planned = self.waiting.get_mut(index)?;
        let left = planned.times.unwrap_or(1).saturating_sub(1);
        if left > 0 {
            planned.times = Some(left);
            return Some(planned.clone());
        }
        self.waiting.remove(index)
    }
}

/// Truncates a response; one that is not longer than `after` stays complete.
pub(crate) fn cut(response: Response, after: usize) -> Outcome {
    let has_known_length = response.generated.is_none() && response.trailers.is_empty();
    if has_known_length && after >= response.chunks.iter().map(bytes::Bytes::len).sum() {
        return response.into();
    }
    let response = Box::new(response);
    Fault::CutBody { response, after }.into()
}

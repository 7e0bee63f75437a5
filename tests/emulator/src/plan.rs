//! What goes wrong, and when: a queue that tests fill.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::mishap::ErrorAnswer;
use crate::{Cut, Delivery, Ending, Fault, Mishap, Outcome, Response, fault_header};

/// Something that goes wrong for one request, or for several. Hand it to
/// [`Emulator::fail_next`](crate::Emulator::fail_next).
///
/// It is made of a [`Mishap`], what takes the place of the answer, a [`Delivery`], how that travels, and a few
/// circumstances. [`when`](Self::when) it strikes follows from the mishap and can be changed with
/// [`executed`](Self::executed): the operation then runs first, and its answer is spoilt, whatever that answer is; or it
/// does not run, whether or not the signature is right.
///
/// The same can be written as text, in the form of the header `x-neptune-fault` (a table of the names is in the crate's
/// README):
///
/// ```
/// use neptunedata_emulator::{Planned, When};
///
/// let lost: Planned = "read-then-rst; times=2".parse()?;
/// assert_eq!(lost.when(), When::Executed);
/// let busy: Planned = "error; code=ThrottlingException; retry-after=2; delay=20".parse()?;
/// assert_eq!(busy.when(), When::Received);
/// # Ok::<(), neptunedata_emulator::UnknownFault>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Planned {
    operation: Option<String>,
    executed: Option<bool>,
    pub(crate) times: Option<u64>,
    pub(crate) mishap: Mishap,
    pub(crate) delivery: Delivery,
    pub(crate) date: Date,
    pub(crate) headers: HeaderMap,
}

/// When a plan strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// Before the request is read. It is neither received nor executed.
    BeforeReading,
    /// When the request has been read. It is received and not executed.
    Received,
    /// When the request has been carried out.
    Executed,
}

/// What the `Date` of an answer says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Date {
    #[default]
    True,
    Skewed {
        seconds: i64,
        /// Whether signatures are judged by that clock, too.
        judges: bool,
    },
    Absent,
}

impl Planned {
    /// This goes wrong.
    pub fn new(mishap: Mishap) -> Self {
        Self {
            operation: None,
            executed: None,
            times: None,
            mishap,
            delivery: Delivery::default(),
            date: Date::default(),
            headers: HeaderMap::new(),
        }
    }

    /// The request is not executed; this happens instead.
    pub fn instead(outcome: impl Into<Outcome>) -> Self {
        Self::new(Mishap::Instead(outcome.into()))
    }

    /// The request is not executed, the connection is closed.
    pub fn close() -> Self {
        Self::new(Mishap::NoAnswer(Ending::Fin)).executed(false)
    }

    /// The request is not executed; it is refused with this exception, in Neptune's form. The status is the one that
    /// goes with the exception's name, 500 for names that Neptune does not have.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Mishap::Error(ErrorAnswer::new(code, message))).executed(false)
    }

    /// The same with a status of the caller's choice.
    pub fn error_with_status(
        status: StatusCode,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let mut error = ErrorAnswer::new(code, message);
        error.status = Some(status);
        Self::new(Mishap::Error(error)).executed(false)
    }

    /// The request is executed; this happens instead of its answer.
    pub fn executed_but(outcome: impl Into<Outcome>) -> Self {
        Self::instead(outcome).executed(true)
    }

    /// The request is executed, the connection is closed without an answer.
    pub fn executed_but_closed() -> Self {
        Self::new(Mishap::NoAnswer(Ending::Fin))
    }

    /// The request is executed, the answer breaks off after so many bytes of its body.
    pub fn executed_but_cut(after: usize) -> Self {
        Self::new(Mishap::OwnAnswer).deliver(|delivery| {
            delivery.cut = Some(Cut {
                after: Some(after),
                inside_chunk: false,
            });
        })
    }

    /// The request is executed, and answered with this exception all the same.
    pub fn executed_but_error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::error(code, message).executed(true)
    }

    /// The request is executed, and answered after this time.
    pub fn late(delay: Duration) -> Self {
        Self::new(Mishap::OwnAnswer).deliver(|delivery| delivery.delay = delay)
    }

    /// Waits for a request of this operation (its name in the service model) and lets others pass.
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// For how many requests. Default: one.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Whether the operation is carried out first. Says nothing about [`Mishap::CloseBeforeReading`], which comes before
    /// all that, and about [`Mishap::Refused`]: who is refused does not get that far.
    pub fn executed(mut self, executed: bool) -> Self {
        self.executed = Some(executed);
        self
    }

    /// How the answer travels.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use neptunedata_emulator::{Ending, Mishap, Planned};
    ///
    /// let late_and_last = Planned::new(Mishap::OwnAnswer).deliver(|delivery| {
    ///     delivery.delay = Duration::from_millis(20);
    ///     delivery.ending = Some(Ending::Rst);
    /// });
    /// # let _ = late_and_last;
    /// ```
    pub fn deliver(mut self, change: impl FnOnce(&mut Delivery)) -> Self {
        change(&mut self.delivery);
        self
    }

    /// Adds a header to the answer.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Shifts the `Date` of the answer by so many seconds, and with `judging` the clock that signatures are checked by: a
    /// client that corrects its own clock is let in then.
    pub fn skewed_date(mut self, seconds: i64, judging: bool) -> Self {
        self.date = Date::Skewed {
            seconds,
            judges: judging,
        };
        self
    }

    /// Leaves out the `Date` of the answer.
    pub fn without_date(mut self) -> Self {
        self.date = Date::Absent;
        self
    }

    /// When it strikes.
    #[must_use]
    pub fn when(&self) -> When {
        match &self.mishap {
            Mishap::CloseBeforeReading(_) => When::BeforeReading,
            Mishap::Refused(_) => When::Received,
            other if self.executed.unwrap_or(other.executes()) => When::Executed,
            _ => When::Received,
        }
    }

    /// The date of the answer; refusals about clocks bring their own.
    pub(crate) fn date(&self) -> Date {
        match (&self.mishap, self.date) {
            (Mishap::Refused(refusal), Date::True) if refusal.skew() != 0 => Date::Skewed {
                seconds: refusal.skew(),
                judges: false,
            },
            (_, date) => date,
        }
    }

    fn is_for(&self, operation: Option<&str>) -> bool {
        self.operation.is_none() || self.operation.as_deref() == operation
    }
}

/// Reads what the header `x-neptune-fault` says, without `id` and for one fault.
impl FromStr for Planned {
    type Err = fault_header::UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        fault_header::one(text)
    }
}

/// The plans that no request has met yet, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    waiting: VecDeque<Planned>,
}

impl Plan {
    pub(crate) fn push(&mut self, planned: Planned) {
        if planned.times != Some(0) {
            self.waiting.push_back(planned);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The first plan that is meant for a request of this operation.
    pub(crate) fn first(&self, operation: Option<&str>) -> Option<&Planned> {
        self.waiting
            .iter()
            .find(|planned| planned.is_for(operation))
    }

    /// Takes it.
    pub(crate) fn take(&mut self, operation: Option<&str>) -> Option<Planned> {
        let place = self
            .waiting
            .iter()
            .position(|planned| planned.is_for(operation))?;
        let planned = self.waiting.get_mut(place)?;
        let left = planned.times.unwrap_or(1).saturating_sub(1);
        if left > 0 {
            planned.times = Some(left);
            return Some(planned.clone());
        }
        self.waiting.remove(place)
    }
}

/// Cuts an answer; what is longer than the answer leaves it whole.
pub(crate) fn cut(response: Response, after: usize) -> Outcome {
    let told = response.generated.is_none() && response.trailers.is_empty();
    if told && after >= response.chunks.iter().map(bytes::Bytes::len).sum() {
        return response.into();
    }
    let response = Box::new(response);
    Fault::CutBody { response, after }.into()
}

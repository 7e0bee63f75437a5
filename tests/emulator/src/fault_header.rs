//! The header `x-neptune-fault`, with which a client selects its own fault.
//!
//! A client that retries sends the header with each attempt. Requests are therefore counted, by the `id` in the header
//! or by its text, and the faults apply in order, each to its number of requests.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::fmt;

use http::{HeaderMap, HeaderName};

use self::parameters::Parameters;
use crate::PlannedFault;

mod delivery;
mod names;
mod parameters;

pub use self::names::fault_names;

pub(crate) const NAME: HeaderName = HeaderName::from_static("x-neptune-fault");
/// How many ids are counted; the oldest are dropped first.
const MAX_IDS: usize = 10_000;

/// The error for a text that is not a valid fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFaultError {
    pub(crate) message: String,
}

impl ParseFaultError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for ParseFaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ParseFaultError {}

/// Parses a single fault, without `id`.
pub(crate) fn one(text: &str) -> Result<PlannedFault, ParseFaultError> {
    let Sequence { id, mut faults } = Sequence::parse(text)?;
    if id.is_some() {
        return Err(ParseFaultError::new(
            "The parameter id is only allowed in the header x-neptune-fault.",
        ));
    }
    match (faults.pop(), faults.is_empty()) {
        (Some(planned), true) => Ok(planned),
        _ => Err(ParseFaultError::new("Expected one fault.")),
    }
}

/// The faults in the header of a request, for the first, the second, … request with this header.
#[derive(Debug)]
struct Sequence {
    id: Option<String>,
    faults: Vec<PlannedFault>,
}

impl Sequence {
    fn parse(text: &str) -> Result<Self, ParseFaultError> {
        let mut sequence = Self {
            id: None,
            faults: Vec::new(),
        };
        for element in parameters::split(text, ',')? {
            let mut parameters = Parameters::parse(element)?;
            if let Some(id) = parameters.take("id") {
                sequence.id = Some(id);
            }
            sequence.faults.push(names::planned(parameters)?);
        }
        Ok(sequence)
    }

    /// The fault for the request with this number, from 0. A fault without `times` applies to one request if others
    /// follow, and to all further requests otherwise.
    fn due(self, number: u64) -> Option<PlannedFault> {
        let last = self.faults.len().saturating_sub(1);
        let mut before = 0_u64;
        for (index, planned) in self.faults.into_iter().enumerate() {
            let many = if index == last { u64::MAX } else { 1 };
            before = before.saturating_add(planned.times.unwrap_or(many));
            if number < before {
                return Some(planned);
            }
        }
        None
    }
}

/// The key by which a request is counted, and its fault.
pub(crate) type Due = (String, Option<PlannedFault>);

/// How many requests arrived for each id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    counts: BTreeMap<String, u64>,
    order: VecDeque<String>,
}

impl Seen {
    /// The fault for a request with these headers. `None` without the header.
    pub(crate) fn due(&self, headers: &HeaderMap) -> Option<Result<Due, ParseFaultError>> {
        let mut lines = Vec::new();
        for value in headers.get_all(NAME) {
            match std::str::from_utf8(value.as_bytes()) {
                Ok(line) => lines.push(line),
                Err(_) => return Some(Err(ParseFaultError::new("The header is not UTF-8."))),
            }
        }
        if lines.is_empty() {
            return None;
        }
        // Several lines are one list, as in other headers.
        let text = lines.join(",");
        Some(Sequence::parse(&text).map(|sequence| {
            // The two kinds of keys cannot collide: the text of a valid header does not begin with `=`.
            let key = match &sequence.id {
                Some(id) => format!("={id}"),
                None => text,
            };
            let number = self.counts.get(&key).copied().unwrap_or_default();
            (key, sequence.due(number))
        }))
    }

    pub(crate) fn count(&mut self, key: String) {
        if let Some(count) = self.counts.get_mut(&key) {
            *count = count.saturating_add(1);
            return;
        }
        self.order.push_back(key.clone());
        self.counts.insert(key, 1);
        if self.order.len() > MAX_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.counts.remove(&oldest);
        }
    }
}

//! Reads requests given as JSON, strictly, and reports everything that is wrong with one at once.
//!
//! Serde stops at the first error. So a value that does not fit is noted, and a stand-in of the
//! right type given in its place. What derived code alone can know (a required member is missing, a
//! type refuses its value) is noted as well, and the whole read again with a stand-in there. The
//! last round, which gets through or cannot get further, has met all problems in the order of the
//! structs' fields. A valid request takes one round and notes nothing.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use checker::Checker;
use state::{Path, State};

mod access;
mod checker;
mod stand_in;
mod state;
#[cfg(test)]
mod tests;

/// Problems reported of one request.
const MAX_PROBLEMS: usize = 100;

/// Places that rounds may get stuck at. It bounds the rounds: each but the last marks a place, or
/// gives up on a marked one. A problem can take several, one for each struct around it that cannot
/// be built.
const MAX_MARKS: usize = 4 * MAX_PROBLEMS;

/// Levels of a request. JSON text cannot have more; a `Value` built by hand can.
const MAX_DEPTH: usize = 128;

/// Reads `input` as a `T`, which must ask for what it takes: derived structs do.
///
/// # Errors
///
/// Everything that is wrong: the members of each struct in the order of its fields, then those it
/// does not have.
pub(crate) fn from_value<T: DeserializeOwned>(input: &Value) -> Result<T, Refused<T>> {
    let mut state = State::default();
    loop {
        state.begin();
        let top = Checker {
            state: &mut state,
            value: input,
            path: &Path::Top,
            depth: 0,
        };
        match T::deserialize(top) {
            Ok(value) if state.problems.is_empty() => return Ok(value),
            Ok(value) => {
                return Err(Refused {
                    problems: state.problems,
                    stood_in: Some(value),
                });
            }
            Err(_) if state.again && !state.is_full() => {}
            Err(fault) => {
                return Err(Refused {
                    problems: state.finish(fault),
                    stood_in: None,
                });
            }
        }
    }
}

/// A request that was refused.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused<T> {
    pub(crate) problems: Vec<Problem>,
    /// The request with stand-ins for what is wrong, so that the rest of it can be looked at too.
    pub(crate) stood_in: Option<T>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Such as `customModelTrainingParameters.sourceS3DirectoryPath` or `subnets[2]`; empty for the
    /// request as a whole.
    pub(crate) path: String,
    pub(crate) kind: ProblemKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The member is required.
    Missing,
    /// There is no such member; these there are.
    Unknown { expected: &'static [&'static str] },
    /// In the words of JSON, and `integer`.
    WrongType {
        expected: &'static str,
        found: &'static str,
    },
    /// An integer that the member cannot hold.
    OutOfRange { min: i128, max: i128 },
    /// The member's type refuses the value, for this reason.
    Invalid(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        match &self.kind {
            ProblemKind::Missing => f.write_str("is required"),
            ProblemKind::Unknown { expected: [] } => {
                f.write_str("is unknown, there are no members")
            }
            ProblemKind::Unknown { expected } => {
                write!(f, "is unknown, must be one of {}", expected.join(", "))
            }
            ProblemKind::WrongType { expected, found } => {
                write!(f, "expected {expected}, found {found}")
            }
            ProblemKind::OutOfRange { min, max } => write!(f, "must be from {min} to {max}"),
            ProblemKind::Invalid(reason) => f.write_str(reason),
        }
    }
}

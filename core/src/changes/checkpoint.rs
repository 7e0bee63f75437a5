//! Places between transactions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::streams::{EventId, ParseEventIdError};

/// A place in a change stream at which a transaction has ended: following the stream can go on from
/// here, later and elsewhere.
///
/// To be kept wherever is convenient: its serde form is the object of two numbers that the service
/// uses, its text both with a colon.
///
/// ```
/// use neptunedata::{changes::Checkpoint, streams::EventId};
///
/// let checkpoint: Checkpoint = "12:3".parse()?;
/// assert_eq!(checkpoint.event_id(), EventId::new(12, 3));
/// assert_eq!(checkpoint.to_string(), "12:3");
/// let json = serde_json::to_string(&checkpoint)?;
/// assert_eq!(json, r#"{"commitNum":12,"opNum":3}"#);
/// assert_eq!(serde_json::from_str::<Checkpoint>(&json)?, checkpoint);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checkpoint(EventId);

impl Checkpoint {
    /// Behind this record, which must be the last one of its transaction: else the rest of that
    /// transaction comes as if it were one.
    pub const fn after(id: EventId) -> Self {
        Checkpoint(id)
    }

    /// The last record before it.
    pub const fn event_id(self) -> EventId {
        self.0
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Checkpoint {
    type Err = ParseEventIdError;

    fn from_str(text: &str) -> Result<Self, ParseEventIdError> {
        text.parse().map(Checkpoint)
    }
}

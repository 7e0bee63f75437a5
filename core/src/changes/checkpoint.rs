//! Checkpoints between transactions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::streams::{EventId, ParseEventIdError};

/// The position in a change stream after the end of a transaction. Following the stream can continue from
/// a checkpoint at a later time or in another process.
///
/// Store it in any form: with serde it is the object of two numbers that the service uses, and as text
/// (`Display`, `FromStr`) the two numbers with a colon.
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
    /// The checkpoint after this record, which must be the last one of its transaction. Otherwise the rest
    /// of the transaction is delivered as if it were a complete one.
    pub const fn after(id: EventId) -> Self {
        Checkpoint(id)
    }

    /// The id of the last record before the checkpoint.
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

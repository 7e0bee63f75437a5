//! Change streams that cannot be followed any further.

use std::fmt;

use super::Error;
use crate::streams::EventId;

/// Why a change stream cannot be followed any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangesErrorKind {
    /// The stream no longer keeps the records after this position: changes are lost.
    Expired,
    /// The stream ends before this position: the data was reset or restored.
    Ahead,
    /// A transaction has more records than the limit.
    TooLarge,
    /// The end of one transaction or the beginning of the next is missing: changes are lost.
    Gap,
}

/// A change stream that cannot be followed any further, with the position where it ended.
///
/// Calling again does not help. After [`TooLarge`](ChangesErrorKind::TooLarge), raise the limit. After the other
/// kinds, restart at the oldest record that the stream keeps, and restore the lost changes from another
/// source, such as an export.
#[derive(Debug, Clone)]
pub struct ChangesError {
    pub(crate) kind: ChangesErrorKind,
    pub(crate) position: EventId,
    pub(crate) next: Option<EventId>,
    pub(crate) head: Option<EventId>,
    pub(crate) limit: usize,
    pub(crate) service_error: Option<Error>,
}

impl ChangesError {
    /// Why the change stream cannot be followed any further.
    pub fn kind(&self) -> ChangesErrorKind {
        self.kind
    }

    /// The last position read; for a transaction that is too large, its first record.
    pub fn position(&self) -> EventId {
        self.position
    }

    /// The first record after a [gap](ChangesErrorKind::Gap).
    pub fn next(&self) -> Option<EventId> {
        self.next
    }

    /// The last record of the stream, if the service named it.
    pub fn head(&self) -> Option<EventId> {
        self.head
    }

    /// The service error that caused this error, if there is one.
    pub fn service_error(&self) -> Option<&Error> {
        self.service_error.as_ref()
    }
}

impl fmt::Display for ChangesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.position;
        match (self.kind, self.head) {
            (ChangesErrorKind::Expired, head) => {
                write!(
                    f,
                    "changes were lost: the change stream no longer keeps all records after {position}"
                )?;
                match head {
                    Some(head) => write!(f, "; it ends at {head}"),
                    None => Ok(()),
                }
            }
            (ChangesErrorKind::Ahead, head) => {
                f.write_str("the change stream ends")?;
                if let Some(head) = head {
                    write!(f, " at {head},")?;
                }
                write!(
                    f,
                    " before {position}, the last position read: the data was reset or restored, and changes may be \
                     lost"
                )
            }
            (ChangesErrorKind::Gap, _) => {
                write!(f, "changes were lost: records are missing after {position}")?;
                match self.next {
                    Some(next) => write!(f, "; the change stream continues at {next}"),
                    None => Ok(()),
                }
            }
            (ChangesErrorKind::TooLarge, _) => write!(
                f,
                "the transaction that begins at {position} has more records than the limit of {}",
                self.limit
            ),
        }
    }
}

impl std::error::Error for ChangesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.service_error.as_ref().map(|error| error as _)
    }
}

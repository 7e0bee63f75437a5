//! Following a change stream that cannot go on.

use std::fmt;

use super::Error;
use crate::streams::EventId;

/// Why a change stream cannot be followed any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangesErrorKind {
    /// What follows the place is no longer kept: changes are lost.
    Expired,
    /// The stream ends before the place: it is not the stream that the place is from, because the
    /// data was reset or restored.
    Ahead,
    /// A transaction has more records than the limit.
    TooLarge,
    /// The stream goes on without the end of a transaction, or with one that lacks its beginning:
    /// changes are lost.
    Gap,
}

/// A change stream that cannot be followed any further: what is lost, and where.
///
/// Calling again does not help. To begin anew at the oldest record that is kept is one way out; what
/// was read before and what is lost has to be made up for in another way, such as an export.
#[derive(Debug, Clone)]
pub struct ChangesError {
    pub(crate) kind: ChangesErrorKind,
    pub(crate) place: EventId,
    pub(crate) next: Option<EventId>,
    pub(crate) head: Option<EventId>,
    pub(crate) limit: usize,
    pub(crate) trouble: Option<Error>,
}

impl ChangesError {
    /// What is wrong.
    pub fn kind(&self) -> ChangesErrorKind {
        self.kind
    }

    /// The place that was read last, or for a transaction that is too large its first record.
    pub fn place(&self) -> EventId {
        self.place
    }

    /// The first record behind a [gap](ChangesErrorKind::Gap).
    pub fn next(&self) -> Option<EventId> {
        self.next
    }

    /// The last record of the stream, as far as the service says.
    pub fn head(&self) -> Option<EventId> {
        self.head
    }

    /// The answer of the service that says so, if one does.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }
}

impl fmt::Display for ChangesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place;
        match (self.kind, self.head) {
            (ChangesErrorKind::Expired, head) => {
                write!(
                    f,
                    "the change stream does not keep all that follows {place} any more, so changes are lost"
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
                    " before {place}, which was read already: the data was reset or restored, and what \
                     was changed since is not known"
                )
            }
            (ChangesErrorKind::Gap, _) => {
                f.write_str("the change stream goes on")?;
                if let Some(next) = self.next {
                    write!(f, " at {next}")?;
                }
                write!(
                    f,
                    " without all that has to be between there and {place}, so changes are lost"
                )
            }
            (ChangesErrorKind::TooLarge, _) => write!(
                f,
                "the transaction that begins at {place} has more records than the limit of {}",
                self.limit
            ),
        }
    }
}

impl std::error::Error for ChangesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.trouble.as_ref().map(|error| error as _)
    }
}

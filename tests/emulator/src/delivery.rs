//! How an answer travels: when it comes, how fast, how far, and what becomes of the connection.

use std::time::Duration;

/// How an answer travels. The default is at once, whole, and the connection stays open.
///
/// The parts can be combined: an answer may come late, trickle, and break off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// How long nothing comes.
    pub delay: Duration,
    /// Where it stands still on its way.
    pub stall: Option<Stall>,
    /// How slowly it comes.
    pub pace: Option<Pace>,
    /// How its length is told.
    pub framing: Framing,
    /// How many bytes more than there are `content-length` announces. The connection closes instead of sending them.
    pub missing: usize,
    /// Where it breaks off.
    pub cut: Option<Cut>,
    /// Whether a chunked answer breaks off behind its last chunk and its trailers, without the empty line that ends them.
    pub cut_trailers: bool,
    /// Whether trailers are sent to clients that did not say `te: trailers`, too.
    pub trailers_unasked: bool,
    /// What becomes of the connection when all that is to be sent is sent. By default it stays open, or ends with
    /// [`Ending::Fin`] where the answer is not whole.
    pub ending: Option<Ending>,
    /// Whether the answer says `connection: close`. The server closes then, whatever else is said here.
    pub announce_close: bool,
    /// With an [`ending`](Self::ending): how long the connection stays open, and good for more requests, before it.
    pub idle: Duration,
}

/// Where an answer stands still: behind its head and so many bytes of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stall {
    /// How many bytes of the body come before.
    pub after: usize,
    /// For how long; `None` is for ever.
    pub time: Option<Duration>,
}

/// How slowly an answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many bytes at a time, at least one.
    pub bytes: usize,
    /// The pause before each further piece.
    pub every: Duration,
    /// What is slow.
    pub part: Part,
}

/// A part of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Head and body.
    #[default]
    All,
    /// Status line and headers.
    Head,
    /// What follows them.
    Body,
}

/// How the length of a body is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// As the answer has it: chunked if it has several pieces or trailers, by `content-length` otherwise.
    #[default]
    Natural,
    /// By `content-length`. Trailers are not sent.
    Length,
    /// Chunked, a chunk for each piece.
    Chunked,
    /// Not at all: the body ends where the connection does, and one that was cut looks whole.
    UntilClose,
}

/// Where a body breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// After so many bytes; `None` is after half of them.
    pub after: Option<usize>,
    /// Of a chunked body: whether the chunk in which it breaks off was announced with its full size. Otherwise that
    /// chunk is shorter and complete, and what is missing are further chunks and the last one, of size zero.
    pub inside_chunk: bool,
}

/// How the server leaves a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Closed in order: FIN, with TLS behind a `close_notify`.
    #[default]
    Fin,
    /// FIN; with TLS without the `close_notify` that tells an end from a cut.
    Abrupt,
    /// RST.
    Rst,
    /// It stays open, and nothing comes any more. What the client sends is swallowed.
    Hang,
}

impl Delivery {
    /// Whether all of the answer arrives some time.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let stuck = self.stall.is_some_and(|stall| stall.time.is_none());
        self.cut.is_none() && !self.cut_trailers && self.missing == 0 && !stuck
    }

    /// If nothing but a cut between bytes of the body is asked for, after how many of them.
    pub(crate) fn only_cut(&self) -> Option<usize> {
        let cut = self.cut.filter(|cut| !cut.inside_chunk)?;
        let after = cut.after?;
        let same = Self {
            cut: Some(cut),
            ..Self::default()
        };
        (*self == same).then_some(after)
    }
}

impl Cut {
    /// The number of bytes that arrive of a body with this length.
    #[must_use]
    pub fn of(self, length: usize) -> usize {
        self.after.unwrap_or(length / 2).min(length)
    }
}

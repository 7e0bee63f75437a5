//! How a response is sent: when, how fast, how much of it, and what happens to the connection.

use std::time::Duration;

/// How a response is sent. By default it is sent at once and completely, and the connection stays open.
///
/// The settings can be combined: a response may be late, slow and truncated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The time before the first byte.
    pub delay: Duration,
    /// A pause inside the response.
    pub stall: Option<Stall>,
    /// The speed of the response. `None` is full speed.
    pub throttle: Option<Throttle>,
    /// How the length of the body is indicated.
    pub framing: Framing,
    /// How many bytes `content-length` announces beyond the body. The connection is closed instead of sending them.
    pub missing: usize,
    /// Where the response is truncated.
    pub cut: Option<Cut>,
    /// Whether a chunked response ends after its last chunk and its trailers, without the final empty line.
    pub cut_trailers: bool,
    /// Whether trailers are also sent to clients that did not send `te: trailers`.
    pub force_trailers: bool,
    /// Whether trailers are withheld, even from clients that sent `te: trailers`.
    pub withhold_trailers: bool,
    /// What happens to the connection after everything is sent. By default it stays open, or ends with
    /// [`ConnectionEnd::Fin`] if the response is incomplete or has the framing [`Framing::CloseDelimited`].
    pub ending: Option<ConnectionEnd>,
    /// Whether the response has `connection: close`. The server then closes the connection after the
    /// response: as [`ending`](Self::ending) says, or with [`ConnectionEnd::Fin`].
    pub announce_close: bool,
    /// With an [`ending`](Self::ending): how long the connection stays open after the response, waiting for
    /// another request, before it ends.
    pub idle: Duration,
}

/// A pause after the head and some bytes of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stall {
    /// How many bytes of the body are sent before the pause.
    pub after: usize,
    /// How long the pause is; `None` is forever.
    pub time: Option<Duration>,
}

/// The speed of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// How many bytes are sent at a time, at least one.
    pub bytes: usize,
    /// The pause before each further piece.
    pub every: Duration,
    /// The part that is slow.
    pub part: Part,
}

/// A part of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The head and the body.
    #[default]
    All,
    /// The status line and the headers.
    Head,
    /// Everything after the head.
    Body,
}

/// How the length of a body is indicated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// The default: chunked if the response has several pieces, trailers or a generated body, by
    /// `content-length` otherwise.
    #[default]
    Auto,
    /// By `content-length`. Trailers are not sent.
    Length,
    /// Chunked, with one chunk for each piece.
    Chunked,
    /// By the end of the connection, so that a truncated body looks complete.
    CloseDelimited,
}

/// Where a body is truncated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// After how many bytes; `None` is after half of them.
    pub after: Option<usize>,
    /// For chunked bodies: whether the body ends inside a chunk, whose chunk size is larger than what is sent
    /// of it. If false, the last chunk sent is complete but shorter, and the rest is missing, including the
    /// final chunk of size zero.
    pub inside_chunk: bool,
}

/// How the server ends a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionEnd {
    /// An orderly end: FIN, with TLS after a `close_notify`.
    #[default]
    Fin,
    /// FIN; with TLS, without a `close_notify`, so that the client cannot distinguish the end of the response
    /// from a truncation.
    Abrupt,
    /// RST.
    Rst,
    /// The connection stays open, but nothing more is sent. The server discards what the client sends.
    Hang,
}

impl Delivery {
    /// A delivery that is nothing but a cut.
    pub(crate) fn cut(cut: Cut) -> Self {
        Self {
            cut: Some(cut),
            ..Self::default()
        }
    }

    /// Whether the whole response eventually arrives.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let stuck = self.stall.is_some_and(|stall| stall.time.is_none());
        self.cut.is_none() && !self.cut_trailers && self.missing == 0 && !stuck
    }

    /// After how many bytes the body is cut, if the delivery is nothing but a cut between bytes.
    pub(crate) fn only_cut(&self) -> Option<usize> {
        let cut = self.cut.filter(|cut| !cut.inside_chunk)?;
        let after = cut.after?;
        (*self == Self::cut(cut)).then_some(after)
    }
}

impl Cut {
    /// A cut between bytes, after this many of them.
    pub(crate) fn at(after: usize) -> Self {
        Self {
            after: Some(after),
            inside_chunk: false,
        }
    }

    /// How many bytes of a body with this length are sent.
    #[must_use]
    pub fn sent_length(self, length: usize) -> usize {
        self.after.unwrap_or(length / 2).min(length)
    }
}

//! What the body of a stream passes through before its end is kept and its pieces are handed out:
//! the place where a content encoding is taken off.

use bytes::Bytes;

/// Pieces in, pieces out. One that comes in may make none, one or many.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pending: Option<Bytes>,
}

impl Decoder {
    /// Takes the next piece as it arrived. All pieces made of those before have been taken.
    pub(super) fn push(&mut self, piece: Bytes) {
        self.pending = Some(piece);
    }

    /// The next piece as it is handed out; None when more must arrive first.
    pub(super) fn next_piece(&mut self) -> Option<Bytes> {
        self.pending.take()
    }
}

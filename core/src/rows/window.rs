//! What has arrived and was not read yet, as one piece of memory.
//!
//! Most rows lie within one chunk and are read where they are. Of a row that begins in one chunk and
//! ends in another the beginning is carried over, and of the later chunk as much is put behind it as
//! it takes; then reading goes on in the chunk.

use bytes::{Buf, Bytes};

/// A carry of this size is kept for the next row that needs one.
const KEPT: usize = 256 * 1024;
/// So much is put behind a short carry.
const TOP_UP: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Window {
    /// The beginning of what is read, from `start` on; empty if that lies within the chunk.
    carry: Vec<u8>,
    start: usize,
    chunk: Bytes,
    /// How much of the chunk was read or carried.
    at: usize,
    /// How many bytes were read.
    position: u64,
}

impl Window {
    /// The unread bytes that lie together. There may be [more](Window::more).
    pub(super) fn unread(&self) -> &[u8] {
        if self.carry.is_empty() {
            self.chunk.get(self.at..).unwrap_or_default()
        } else {
            self.carry.get(self.start..).unwrap_or_default()
        }
    }

    /// Where in the body the unread bytes begin.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Puts a chunk behind what there is.
    pub(super) fn push(&mut self, chunk: Bytes) {
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        if !rest.is_empty() {
            self.carry.drain(..self.start);
            self.start = 0;
            self.carry.extend_from_slice(rest);
        }
        self.chunk = chunk;
        self.at = 0;
    }

    /// Makes more of what has arrived lie together; false if it does already.
    pub(super) fn more(&mut self) -> bool {
        if self.carry.is_empty() {
            return false;
        }
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        self.carry.drain(..self.start);
        self.start = 0;
        // As much again, so that what is copied stays in proportion to what is read.
        let wanted = self.carry.len().max(TOP_UP);
        let added = rest.get(..wanted).unwrap_or(rest);
        self.carry.extend_from_slice(added);
        self.at = self.at.saturating_add(added.len());
        true
    }

    /// Takes the first `length` unread bytes as read.
    pub(super) fn consume(&mut self, length: usize) {
        let length = length.min(self.unread().len());
        self.position = self
            .position
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if self.carry.is_empty() {
            self.at = self.at.saturating_add(length);
            return;
        }
        self.start = self.start.saturating_add(length);
        // The end of the carry is a copy of the chunk up to `at`: what is left lies there too.
        let left = self.carry.len().saturating_sub(self.start);
        if left <= self.at {
            self.at = self.at.saturating_sub(left);
            self.start = 0;
            self.carry.clear();
            if self.carry.capacity() > KEPT {
                self.carry = Vec::new();
            }
        }
    }

    /// All unread bytes, for an error.
    pub(super) fn first(&self, length: usize) -> Bytes {
        if self.carry.is_empty() {
            let mut rest = self.chunk.clone();
            rest.advance(self.at.min(rest.len()));
            rest.truncate(length);
            return Bytes::copy_from_slice(&rest);
        }
        let unread = self.unread();
        Bytes::copy_from_slice(unread.get(..length).unwrap_or(unread))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        /// However it is pushed, topped up and consumed, the bytes come in order, none lost, none
        /// twice.
        #[test]
        fn bytes_come_as_they_went_in(
            actions in vec((0..4_u8, 0..5_000_usize), 0..60),
        ) {
            let mut window = Window::default();
            let (mut pushed, mut read) = (0_u32, 0_u32);
            let mut model = std::collections::VecDeque::new();
            for (action, size) in actions {
                match action {
                    0 | 1 => {
                        let chunk: Vec<u8> = (0..size)
                            .map(|_| {
                                pushed = pushed.wrapping_mul(31).wrapping_add(7);
                                pushed.to_be_bytes()[2]
                            })
                            .collect();
                        model.extend(chunk.iter().copied());
                        window.push(chunk.into());
                    }
                    2 => {
                        let before = window.unread().len();
                        let more = window.more();
                        prop_assert_eq!(more, window.unread().len() > before);
                    }
                    _ => {
                        let taken = size.min(window.unread().len());
                        let expected: Vec<u8> = model.drain(..taken).collect();
                        prop_assert_eq!(&window.unread()[..taken], &expected[..]);
                        window.consume(taken);
                        read += u32::try_from(taken).unwrap();
                    }
                }
                let unread = window.unread().to_vec();
                prop_assert!(unread.iter().eq(model.iter().take(unread.len())));
                prop_assert!(!unread.is_empty() || model.is_empty());
                prop_assert_eq!(window.position(), u64::from(read));
            }
            while window.more() {}
            prop_assert_eq!(window.unread().len(), model.len());
        }
    }
}

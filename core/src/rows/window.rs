//! The unread input as one contiguous slice.
//!
//! Most rows are contained in one chunk and are read there, without a copy. If a row begins in one
//! chunk and ends in another, its beginning is copied to the carry buffer, followed by as much of the next
//! chunk as the row needs; after the row, reading continues in the chunk.

use bytes::{Buf, Bytes};

/// A carry buffer of up to this capacity is reused for the next row that is cut.
const KEPT_CAPACITY: usize = 256 * 1024;
/// The minimum number of bytes that are added to the carry buffer at once.
const MIN_TOP_UP: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Window {
    /// The unread bytes begin at `carry_start` of this buffer. It is empty if they begin in the chunk.
    carry: Vec<u8>,
    carry_start: usize,
    chunk: Bytes,
    /// How many bytes of the chunk were consumed or copied to the carry buffer.
    chunk_start: usize,
    /// How many bytes were consumed.
    position: u64,
}

impl Window {
    /// The unread bytes that are contiguous. There may be [more](Window::more) in the chunk.
    pub(super) fn unread(&self) -> &[u8] {
        if self.carry.is_empty() {
            self.chunk.get(self.chunk_start..).unwrap_or_default()
        } else {
            self.carry.get(self.carry_start..).unwrap_or_default()
        }
    }

    /// How many bytes of the body have been consumed.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Adds a chunk. The unread part of the last chunk is copied.
    pub(super) fn push(&mut self, chunk: Bytes) {
        let rest = self.chunk.get(self.chunk_start..).unwrap_or_default();
        if !rest.is_empty() {
            self.carry.drain(..self.carry_start);
            self.carry_start = 0;
            self.carry.extend_from_slice(rest);
        }
        self.chunk = chunk;
        self.chunk_start = 0;
    }

    /// Makes more of the unread bytes contiguous; false if all of them are.
    pub(super) fn more(&mut self) -> bool {
        if self.carry.is_empty() {
            return false;
        }
        let rest = self.chunk.get(self.chunk_start..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        self.carry.drain(..self.carry_start);
        self.carry_start = 0;
        // Double the carry, so that the number of copied bytes is proportional to the size of the value.
        // Copying the whole chunk at once would be wasted if the value ends near its beginning.
        let wanted = self.carry.len().max(MIN_TOP_UP);
        let added = rest.get(..wanted).unwrap_or(rest);
        self.carry.extend_from_slice(added);
        self.chunk_start = self.chunk_start.saturating_add(added.len());
        true
    }

    /// Consumes the first `length` unread bytes.
    pub(super) fn consume(&mut self, length: usize) {
        let length = length.min(self.unread().len());
        self.position = self
            .position
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if self.carry.is_empty() {
            self.chunk_start = self.chunk_start.saturating_add(length);
            return;
        }
        self.carry_start = self.carry_start.saturating_add(length);
        // The carry ends with a copy of the chunk up to `chunk_start`. If the rest of the carry is part of that
        // copy, return to the original.
        let left = self.carry.len().saturating_sub(self.carry_start);
        if left <= self.chunk_start {
            self.chunk_start = self.chunk_start.saturating_sub(left);
            self.carry_start = 0;
            self.carry.clear();
            if self.carry.capacity() > KEPT_CAPACITY {
                self.carry = Vec::new();
            }
        }
    }

    /// A copy of the first `length` unread bytes that are contiguous. A copy, because an error must not
    /// keep a whole chunk alive.
    pub(super) fn first(&self, length: usize) -> Bytes {
        if self.carry.is_empty() {
            let mut rest = self.chunk.clone();
            rest.advance(self.chunk_start.min(rest.len()));
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
        /// Every byte is read once and in order, in any sequence of operations.
        #[test]
        fn bytes_are_read_in_order(
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

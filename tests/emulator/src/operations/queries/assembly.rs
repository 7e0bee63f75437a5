//! Builds a body from rows, divided into chunks, on demand.

use std::iter::Peekable;

use bytes::{Bytes, BytesMut};

use crate::query_script::Chunking;

/// The bytes before, between and after the rows.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) head: Bytes,
    pub(super) tail: Bytes,
    /// Whether each chunk is a document with its own head and tail.
    pub(super) repeated: bool,
}

/// The chunks of a body.
#[derive(Debug)]
pub(super) struct Assembly<I: Iterator<Item = Bytes>> {
    rows: Peekable<I>,
    frame: Frame,
    chunking: Chunking,
    buffer: BytesMut,
    begun: bool,
    /// Whether the next row needs a separator.
    separated: bool,
    done: bool,
}

impl<I: Iterator<Item = Bytes>> Assembly<I> {
    pub(super) fn new(rows: I, frame: Frame, chunking: Chunking) -> Self {
        Self {
            rows: rows.peekable(),
            frame,
            chunking,
            buffer: BytesMut::new(),
            begun: false,
            separated: false,
            done: false,
        }
    }

    /// Adds the next part to the buffer. False if the body is complete.
    fn grow(&mut self) -> bool {
        if !self.begun {
            self.begun = true;
            self.buffer.extend_from_slice(&self.frame.head);
        }
        match self.rows.next() {
            Some(row) => {
                if std::mem::replace(&mut self.separated, true) {
                    self.buffer.extend_from_slice(b",");
                }
                self.buffer.extend_from_slice(&row);
            }
            None if !self.done => {
                self.done = true;
                self.buffer.extend_from_slice(&self.frame.tail);
            }
            None => return false,
        }
        true
    }

    fn by_rows(&mut self, most: u64) {
        let mut left = most;
        while left > 0 && self.rows.peek().is_some() {
            self.grow();
            left -= 1;
        }
        if self.rows.peek().is_none() {
            self.grow();
        } else if self.frame.repeated {
            self.buffer.extend_from_slice(&self.frame.tail);
            self.begun = false;
            self.separated = false;
        }
    }
}

impl<I: Iterator<Item = Bytes>> Iterator for Assembly<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let many = match self.chunking {
            Chunking::Whole => {
                while self.grow() {}
                self.buffer.len()
            }
            Chunking::Rows(rows) => {
                self.by_rows(rows);
                self.buffer.len()
            }
            Chunking::Bytes(bytes) => {
                while self.buffer.len() < bytes && self.grow() {}
                self.buffer.len().min(bytes)
            }
        };
        (many > 0).then(|| self.buffer.split_to(many).freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(rows: &[&'static str], repeated: bool, chunking: Chunking) -> Vec<String> {
        let frame = Frame {
            head: Bytes::from_static(b"["),
            tail: Bytes::from_static(b"]"),
            repeated,
        };
        let rows = rows.iter().map(|row| Bytes::from_static(row.as_bytes()));
        Assembly::new(rows, frame, chunking)
            .map(|chunk| String::from_utf8_lossy(&chunk).into_owned())
            .collect()
    }

    #[test]
    fn where_it_is_cut() {
        let rows = ["1", "22", "3"];
        assert_eq!(chunks(&rows, false, Chunking::Whole), ["[1,22,3]"]);
        assert_eq!(
            chunks(&rows, false, Chunking::Rows(1)),
            ["[1", ",22", ",3]"]
        );
        assert_eq!(chunks(&rows, false, Chunking::Rows(2)), ["[1,22", ",3]"]);
        assert_eq!(chunks(&rows, false, Chunking::Rows(3)), ["[1,22,3]"]);
        assert_eq!(
            chunks(&rows, false, Chunking::Bytes(3)),
            ["[1,", "22,", "3]"]
        );
        assert_eq!(chunks(&rows, true, Chunking::Rows(2)), ["[1,22]", "[3]"]);
        for chunking in [Chunking::Whole, Chunking::Rows(1), Chunking::Bytes(9)] {
            assert_eq!(chunks(&[], false, chunking), ["[]"]);
        }
    }
}
